"""Every refusal of Alpha Vantage, word for word; the key is where it echoes it."""

import json

from investment.providers.adapters.alphavantage.tests.wire import KEY

_PREMIUM = "You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/"
_THANKS = "Thank you for using Alpha Vantage!"
_DOCS = "https://www.alphavantage.co/documentation"

REFUSALS: dict[str, tuple[str, str]] = {
    "key": (
        "Error Message",
        (
            "the parameter apikey is invalid or missing. Please claim your free API key on "
            "(https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds."
        ),
    ),
    "call": (
        "Error Message",
        f"Invalid API call. Please retry or visit the documentation ({_DOCS}/) for TIME_SERIES_DAILY.",
    ),
    "no function": ("Error Message", "This API function (XYZ) does not exist."),
    "day": (
        "Information",
        (
            f"We have detected your API key as {KEY} and our standard API rate limit is 25 requests per day. "
            "Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to "
            "instantly remove all daily rate limits."
        ),
    ),
    "burst": (
        "Information",
        (
            f"{_THANKS} Please consider spreading out your free API requests more sparingly (1 request per "
            f"second). {_PREMIUM} to lift the free key rate limit (25 requests per day), raise the "
            "per-second burst limit, and instantly unlock all premium endpoints"
        ),
    ),
    "premium endpoint": (
        "Information",
        f"{_THANKS} This is a premium endpoint. {_PREMIUM} to instantly unlock all premium endpoints",
    ),
    "premium feature": (
        "Information",
        (
            f"{_THANKS} The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY "
            f"endpoint. {_PREMIUM} to instantly unlock all premium features"
        ),
    ),
    "inputs": (
        "Information",
        f"Invalid inputs. Please refer to the API documentation {_DOCS}#newsapi and try again.",
    ),
    "before 2024": (
        "Note",
        (
            f"{_THANKS} Our standard API call frequency is 5 calls per minute and 500 calls per day. Please "
            "visit https://www.alphavantage.co/premium/ if you would like to target a higher "
            "API call frequency."
        ),
    ),
    "before 2020": (
        "Note",
        (
            f"{_THANKS} Please visit https://www.alphavantage.co/premium/ if you would like to have a higher "
            "API call volume."
        ),
    ),
    "burst in a paid plan": (
        "Information",
        (
            "Burst pattern detected. Please consider spreading out your API requests more evenly across a "
            "1-minute window and query no more than 30 requests per second."
        ),
    ),
    "minute in a paid plan": (
        "Information",
        (
            f"{_THANKS} Please stay under the number of API requests per minute for your premium "
            "subscription plan."
        ),
    ),
    "demo": (
        "Information",
        (
            "The **demo** API key is for demo purposes only. Please claim your free API key at "
            "(https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes "
            "fewer than 20 seconds."
        ),
    ),
    "no articles": (
        "Information",
        (
            f"No articles found. Please adjust the time range or refer to the API documentation "
            f"{_DOCS}#newsapi and try again."
        ),
    ),
    "unknown": ("Information", "We are at lunch."),
}


def body_of(refusal: str) -> bytes:
    name, words = REFUSALS[refusal]
    return json.dumps({name: words}, indent=4).encode()
