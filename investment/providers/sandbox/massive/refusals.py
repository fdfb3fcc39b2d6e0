"""
Massive's refusals, word for word; and how the others refuse a call too many.

Authentication, rate and parameter errors carry ``error``; entitlement and not-found ``message``.
"""

from typing import Self

from investment.providers.sandbox import speakers
from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.plans import Words

DAY = 86_400


class Refused(speakers.Refused):
    """An answer that is not a success: its status, and its body but for the request's id."""

    def __init__(self, code: int, /, **body: str) -> None:
        super().__init__(code, body)

    @classmethod
    def bad_request(cls, error: str) -> Self:
        return cls(400, status="ERROR", error=error)

    @classmethod
    def key_missing(cls) -> Self:
        return cls(401, status="ERROR", error="API Key was not provided")

    @classmethod
    def key_unknown(cls) -> Self:
        return cls(401, status="ERROR", error="Unknown API Key")

    @classmethod
    def not_in_plan(cls) -> Self:
        return cls._not_authorized("You are not entitled to this data.", "massive.com")

    @classmethod
    def timeframe(cls) -> Self:
        return cls._not_authorized("Your plan doesn't include this data timeframe.", "polygon.io")

    @classmethod
    def before_end_of_day(cls) -> Self:
        return cls._not_authorized("Attempted to request today's data before end of day.", "massive.com")

    @classmethod
    def ticker_not_found(cls) -> Self:
        return cls(404, status="NOT_FOUND", message="Ticker not found.")

    @classmethod
    def data_not_found(cls) -> Self:
        return cls(404, status="NOT_FOUND", message="Data not found.")

    @classmethod
    def too_many(cls, words: Words, window: Window, key: str) -> Self:
        """``window`` is the full one: Alpha Vantage says which, with status 200 and, for the day, the key."""
        if words == "finnhub":
            return cls(429, error="API limit reached. Please try again later. Remaining Limit: 0")
        if words == "newsapi":
            return cls(
                429,
                status="error",
                code="rateLimited",
                message="You have made too many requests recently. Developer accounts are limited to 100 "
                "requests over a 24 hour period (50 requests available every 12 hours). Please upgrade to "
                "a paid plan if you need more requests.",
            )
        if words == "alphavantage":
            return cls(200, Information=_per_day(key) if window.seconds >= DAY else _BURST)
        return cls(
            429,
            status="ERROR",
            error="You've exceeded the maximum requests per minute, please wait or upgrade your "
            "subscription to continue. https://polygon.io/pricing",
        )

    @classmethod
    def _not_authorized(cls, words: str, host: str) -> Self:
        return cls(
            403,
            status="NOT_AUTHORIZED",
            message=f"{words} Please upgrade your plan at https://{host}/pricing",
        )


_PREMIUM = "https://www.alphavantage.co/premium/"
_BURST = (
    "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly "
    f"(1 request per second). You may subscribe to any of the premium plans at {_PREMIUM} to lift the free "
    "key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all "
    "premium endpoints"
)


def _per_day(key: str) -> str:
    return (
        f"We have detected your API key as {key} and our standard API rate limit is 25 requests per day. "
        f"Please subscribe to any of the premium plans at {_PREMIUM} to instantly remove all daily rate "
        "limits."
    )
