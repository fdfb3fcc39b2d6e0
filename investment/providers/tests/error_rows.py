"""The rows of every provider's table of errors (providers.md), as the sandbox says them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from investment.providers import errors
from investment.providers.sandbox.alphavantage import words as alphavantage_words
from investment.providers.sandbox.finnhub import call as finnhub_call
from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.massive.refusals import Refused as MassiveRefused
from investment.providers.sandbox.newsapi import refusals as newsapi_words
from investment.providers.sandbox.sec import pages as sec_pages
from investment.providers.sandbox.speakers import Refused, Reply, Speaker
from investment.providers.sandbox.table import speakers as played

NOW = datetime(2026, 8, 8, 12, 0, tzinfo=UTC)
MINUTE = Window(5, 60)
Kind = type[errors.ProviderError]
Ask = Callable[[Any], object]


@dataclass(frozen=True)
class Row:
    """
    One row: how the sandbox says it (the name of what makes it, and what it made), and how we take it.

    ``status`` and ``words`` are the table's; ``after`` is when the answer says to come back.
    """

    provider: str
    name: str
    made: Refused | Reply
    status: int
    words: str
    kind: Kind
    after: timedelta | None = None
    ask: Ask | None = None

    @property
    def reply(self) -> Reply:
        """The answer as the sandbox writes it."""
        if isinstance(self.made, Reply):
            return self.made
        document, speaker = self.made.document, played()[self.provider]
        if isinstance(document, Reply):
            return document
        return speaker.write("any", document, self.made.code, "6a7e466379af0a71039d60cc78e72282")


def rows_of(provider: str, *rows: tuple[Any, ...]) -> list[Row]:
    return [Row(provider, *row) for row in rows]


def told(name: str) -> Speaker:
    return played()[name]


MASSIVE = rows_of(
    "massive",
    (
        "bad_request",
        MassiveRefused.bad_request("Could not parse the time parameter: 'from'."),
        400,
        "Could not parse the time parameter: 'from'",
        errors.RequestRejected,
    ),
    (
        "bad_request",
        MassiveRefused.bad_request("The parameter 'to' cannot be a time that occurs before 'from'"),
        400,
        "The parameter 'to' cannot be",
        errors.RequestRejected,
    ),
    (
        "key_missing",
        MassiveRefused.key_missing(),
        401,
        "API Key was not provided",
        errors.CredentialsRejected,
    ),
    ("key_unknown", MassiveRefused.key_unknown(), 401, "Unknown API Key", errors.CredentialsRejected),
    (
        "not_in_plan",
        MassiveRefused.not_in_plan(),
        403,
        "You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing",
        errors.NotEntitled,
    ),
    (
        "timeframe",
        MassiveRefused.timeframe(),
        403,
        "Your plan doesn't include this data timeframe. Please upgrade your plan at https",
        errors.OutOfHistory,
    ),
    (
        "before_end_of_day",
        MassiveRefused.before_end_of_day(),
        403,
        "Attempted to request today's data before end of day. Please upgrade your plan at",
        errors.NotPublishedYet,
    ),
    ("ticker_not_found", MassiveRefused.ticker_not_found(), 404, "Ticker not found.", errors.UnknownSymbol),
    ("data_not_found", MassiveRefused.data_not_found(), 404, "Data not found.", errors.RequestRejected),
    ("unknown_path", told("massive").unknown_path("/v9"), 404, "404 page not found", errors.RequestRejected),
    (
        "too_many",
        MassiveRefused.too_many("massive", MINUTE, "k"),
        429,
        "You've exceeded the maximum requests per minute",
        errors.ProviderThrottled,
    ),
    ("too_many", Reply(b"", 429), 429, "", errors.ProviderThrottled),  # also reported
    ("server_error", told("massive").server_error(502), 502, "", errors.ProviderUnavailable),
    # The same words inside of a success.
    (
        "key_unknown",
        Reply('{"status":"ERROR","error":"Unknown API Key"}', 200),
        400,
        "Unknown API Key",
        errors.CredentialsRejected,
    ),
    (
        "too_many",
        Reply('{"status":"ERROR","error":"You\'ve exceeded the maximum requests per minute"}', 200),
        400,
        "You've exceeded",
        errors.ProviderThrottled,
    ),
)
NO_ACCESS = "You don't have access to this resource."
FINNHUB = rows_of(
    "finnhub",
    ("key_missing", told("finnhub").key_missing(), 401, "Please use an API key.", errors.CredentialsRejected),
    ("key_unknown", told("finnhub").key_unknown("k"), 401, "Invalid API key.", errors.CredentialsRejected),
    ("not_in_plan", told("finnhub").not_in_plan("candles"), 403, NO_ACCESS, errors.NotEntitled),
    (
        "no_access",
        finnhub_call.no_access(),
        403,
        NO_ACCESS,
        errors.UnknownSymbol,
        None,
        lambda c: c.quote(symbol="X"),
    ),
    (
        "too_many",
        told("finnhub").too_many(played()["finnhub"].plans["free"], MINUTE, "k"),
        429,
        "API limit reached. Please try again later. Remaining Limit: 0",
        errors.ProviderThrottled,
        timedelta(seconds=42),
    ),
    (
        "wrong",
        finnhub_call.wrong("Missing parameter: metric"),
        422,
        "Missing parameter",
        errors.RequestRejected,
    ),
    ("unknown_path", told("finnhub").unknown_path("/x"), 302, "", errors.RequestRejected),
    *(
        ("server_error", told("finnhub").server_error(status), status, "", errors.ProviderUnavailable)
        for status in (502, 504, 520, 524)
    ),
)
PREMIUM = "Thank you for using Alpha Vantage! This is a premium endpoint."
ALPHAVANTAGE = rows_of(
    "alphavantage",
    (
        "key_missing",
        alphavantage_words.key_missing(),
        200,
        "the parameter apikey is invalid or missing",
        errors.CredentialsRejected,
    ),
    (
        "demo_key",
        alphavantage_words.demo_key(),
        200,
        "The **demo** API key is for demo purposes only",
        errors.CredentialsRejected,
    ),
    (
        "invalid_call",
        alphavantage_words.invalid_call("TIME_SERIES_DAILY"),
        200,
        "Invalid API call. Please retry or visit the documentation (https://www.alphavant",
        errors.UnknownSymbol,
    ),
    (
        "invalid_call",
        alphavantage_words.invalid_call("SYMBOL_SEARCH"),
        200,
        "Invalid API call",
        errors.RequestRejected,
        None,
        lambda c: c.search(text="x"),
    ),
    (
        "no_function",
        alphavantage_words.no_function("XYZ"),
        200,
        "This API function (XYZ) does not exist.",
        errors.RequestRejected,
    ),
    (
        "per_day",
        alphavantage_words.per_day("k", 25),
        200,
        "We have detected your API key as",
        errors.ProviderThrottled,
    ),
    (
        "per_second",
        alphavantage_words.per_second(),
        200,
        "Thank you for using Alpha Vantage! Please consider spreading",
        errors.ProviderThrottled,
    ),
    (
        "per_minute",
        alphavantage_words.per_minute(),
        200,
        "Thank you for using Alpha Vantage! Please stay",
        errors.ProviderThrottled,
    ),
    ("premium_endpoint", alphavantage_words.premium_endpoint(), 200, PREMIUM, errors.NotEntitled),
    (
        "premium_feature",
        alphavantage_words.premium_feature("outputsize", "full", "TIME_SERIES_DAILY"),
        200,
        "Thank you for using Alpha Vantage! The outputsize=full parameter value is a prem",
        errors.NotEntitled,
    ),
    (
        "invalid_inputs",
        alphavantage_words.invalid_inputs(),
        200,
        "Invalid inputs. Please refer to the API documentation",
        errors.UnknownSymbol,
        None,
        lambda c: c.news(symbols=["IBM"]),
    ),
    ("no_articles", alphavantage_words.no_articles(), 200, "No articles found.", errors.RequestRejected),
    (
        "before_2024",
        alphavantage_words.before_2024(),
        200,
        "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls pe",
        errors.ProviderThrottled,
    ),
    ("empty", Reply("{}", 200), 200, "", errors.UnknownSymbol, None, lambda c: c.overview(symbol="IBM")),
    ("unknown_path", told("alphavantage").unknown_path("/x"), 404, "Not Found", errors.RequestRejected),
    ("server_error", told("alphavantage").server_error(502), 502, "", errors.ProviderUnavailable),
)
News = newsapi_words.Refused
NEWSAPI = rows_of(
    "newsapi",
    (
        "too_broad",
        News.too_broad(),
        400,
        "Required parameters are missing, the scope of your search is too broad.",
        errors.RequestRejected,
    ),
    ("missing", News.missing(), 400, "Required parameters are missing.", errors.RequestRejected),
    (
        "invalid",
        News.invalid("language", "not one of ours"),
        400,
        "The language parameter",
        errors.RequestRejected,
    ),
    (
        "incompatible",
        News.incompatible(),
        400,
        "You cannot mix the sources parameter with",
        errors.RequestRejected,
    ),
    (
        "too_many_sources",
        News.too_many_sources(),
        400,
        "You have requested too many sources",
        errors.RequestRejected,
    ),
    (
        "no_such_source",
        News.no_such_source(),
        400,
        "You have requested a source which",
        errors.RequestRejected,
    ),
    ("key_missing", News.key_missing(), 401, "Your API key is missing.", errors.CredentialsRejected),
    (
        "key_unknown",
        News.key_unknown(),
        401,
        "Your API key is invalid or incorrect.",
        errors.CredentialsRejected,
    ),
    ("key_disabled", News.key_disabled(), 401, "Your API key has been disabled", errors.CredentialsRejected),
    (
        "too_many_results",
        News.too_many_results(100, 90, 180),
        426,
        "You have requested too many results. Developer accounts are limited to a max of 100 results.",
        errors.RequestRejected,
    ),
    (
        "too_far_back",
        News.too_far_back(date(2026, 8, 28), date(2026, 8, 1)),
        426,
        "You are trying to request results too far in the past.",
        errors.OutOfHistory,
    ),
    (
        "from_a_browser",
        News.from_a_browser(),
        426,
        "Requests from the browser are not allowed on the",
        errors.RequestRejected,
    ),
    (
        "rate_limited",
        News.rate_limited(),
        429,
        "You have made too many requests recently.",
        errors.ProviderThrottled,
    ),
    ("exhausted", News.exhausted(), 429, "Your API key has no more requests", errors.ProviderThrottled),
    (
        "server_error",
        told("newsapi").server_error(500),
        500,
        "This shouldn't happen",
        errors.ProviderUnavailable,
    ),
    ("server_error", told("newsapi").server_error(502), 502, "", errors.ProviderUnavailable),
    ("unknown_path", told("newsapi").unknown_path("/x"), 404, "", errors.RequestRejected),
)
ECB = rows_of(
    "ecb",
    ("unknown_path", told("ecb").unknown_path("/x"), 404, "", errors.RequestRejected),
    (
        "too_many",
        told("ecb").too_many(played()["ecb"].plans["public"], MINUTE, "-"),
        429,
        "",
        errors.ProviderThrottled,
        timedelta(seconds=60),
    ),
    ("server_error", told("ecb").server_error(503), 503, "", errors.ProviderUnavailable),
)
SEC = rows_of(
    "sec",
    ("undeclared", sec_pages.undeclared(), 403, "", errors.CredentialsRejected),
    ("too_fast", sec_pages.too_fast(), 403, "", errors.ProviderThrottled, timedelta(minutes=10)),
    ("no_such_key", sec_pages.no_such_key("submissions/CIK0000000001.json"), 404, "", errors.UnknownSymbol),
    ("not_found", sec_pages.not_found(), 404, "", errors.RequestRejected),
    ("unavailable", sec_pages.unavailable(503), 503, "", errors.ProviderUnavailable),
)
ROWS = [*MASSIVE, *FINNHUB, *ALPHAVANTAGE, *NEWSAPI, *ECB, *SEC]
