"""Alpha Vantage's refusals, word for word. All of them are told with status 200."""

from investment.providers.sandbox.speakers import Refused

_SITE = "https://www.alphavantage.co"
_PREMIUM = f"You may subscribe to any of the premium plans at {_SITE}/premium/"
_THANKS = "Thank you for using Alpha Vantage!"


def key_missing() -> Refused:
    return _error(
        "the parameter apikey is invalid or missing. Please claim your free API key on "
        f"({_SITE}/support/#api-key). It should take less than 20 seconds."
    )


def demo_key() -> Refused:
    return _information(
        "The **demo** API key is for demo purposes only. Please claim your free API key at "
        f"({_SITE}/support/#api-key) to explore our full API offerings. It takes fewer than 20 seconds."
    )


def invalid_call(function: str) -> Refused:
    """The same for an unknown symbol and for a wrong parameter."""
    return _error(
        f"Invalid API call. Please retry or visit the documentation ({_SITE}/documentation/) for {function}."
    )


def invalid_inputs() -> Refused:
    """The same, in the words of the news."""
    return _information(
        f"Invalid inputs. Please refer to the API documentation {_SITE}/documentation#newsapi and try again."
    )


def no_articles() -> Refused:
    """Nothing in the time that was asked for. Recorded by its readers, not documented."""
    return _information(
        "No articles found. Please adjust the time range or refer to the API documentation "
        f"{_SITE}/documentation#newsapi and try again."
    )


def no_function(function: str) -> Refused:
    return _error(f"This API function ({function}) does not exist.")


def premium_endpoint() -> Refused:
    return _information(
        f"{_THANKS} This is a premium endpoint. {_PREMIUM} to instantly unlock all premium endpoints"
    )


def premium_feature(parameter: str, value: str, function: str) -> Refused:
    return _information(
        f"{_THANKS} The {parameter}={value} parameter value is a premium feature for the {function} "
        f"endpoint. {_PREMIUM} to instantly unlock all premium features"
    )


def per_second() -> Refused:
    return _information(
        f"{_THANKS} Please consider spreading out your free API requests more sparingly (1 request per "
        f"second). {_PREMIUM} to lift the free key rate limit (25 requests per day), raise the per-second "
        "burst limit, and instantly unlock all premium endpoints"
    )


def per_minute() -> Refused:
    return _information(
        f"{_THANKS} Please stay under the number of API requests per minute for your premium subscription "
        "plan."
    )


def per_day(key: str, limit: int) -> Refused:
    """It repeats the key."""
    return _information(
        f"We have detected your API key as {key} and our standard API rate limit is {limit} requests per "
        f"day. Please subscribe to any of the premium plans at {_SITE}/premium/ to instantly remove all "
        "daily rate limits."
    )


def before_2024() -> Refused:
    """What was said of calls and days until 2024, under another name."""
    return Refused(
        200,
        {
            "Note": f"{_THANKS} Our standard API call frequency is 5 calls per minute and 500 calls per day. "
            f"Please visit {_SITE}/premium/ if you would like to target a higher API call frequency."
        },
    )


def _error(words: str) -> Refused:
    return Refused(200, {"Error Message": words})


def _information(words: str) -> Refused:
    return Refused(200, {"Information": words})
