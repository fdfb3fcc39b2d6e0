"""
Massive's refusals, word for word.

Authentication, rate and parameter errors carry ``error``; entitlement and not-found ``message``.
"""

from typing import Self


class Refused(Exception):
    """An answer that is not a success: its status, and its body but for the request's id."""

    def __init__(self, code: int, /, **body: str) -> None:
        super().__init__(next(iter(body.values()), ""))
        self.code = code
        self.body = body

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
    def too_many(cls) -> Self:
        return cls(
            429,
            status="ERROR",
            error="You've exceeded the maximum requests per minute, please wait or upgrade your "
            "subscription to continue. https://polygon.io/pricing",
        )

    @classmethod
    def not_played(cls, what: str) -> Self:
        """Massive would answer; the sandbox has nothing to answer with, and invents nothing."""
        return cls(501, status="ERROR", error=f"The sandbox has no {what}.")

    @classmethod
    def _not_authorized(cls, words: str, host: str) -> Self:
        return cls(
            403,
            status="NOT_AUTHORIZED",
            message=f"{words} Please upgrade your plan at https://{host}/pricing",
        )
