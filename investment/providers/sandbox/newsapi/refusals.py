"""NewsAPI's refusals, word for word where they are recorded (https://newsapi.org/docs/errors)."""

from datetime import date
from typing import Self

from investment.providers.sandbox import speakers


class Refused(speakers.Refused):
    """An answer that is not a success: its status, its code and its message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, {"status": "error", "code": code, "message": message})

    @classmethod
    def key_missing(cls) -> Self:
        return cls(
            401,
            "apiKeyMissing",
            "Your API key is missing. Append this to the URL with the apiKey param, or use the "
            "x-api-key HTTP header.",
        )

    @classmethod
    def key_unknown(cls) -> Self:
        return cls(
            401,
            "apiKeyInvalid",
            "Your API key is invalid or incorrect. Check your key, or go to https://newsapi.org to "
            "create a free API key.",
        )

    @classmethod
    def key_disabled(cls) -> Self:
        return cls(401, "apiKeyDisabled", "Your API key has been disabled.")

    @classmethod
    def rate_limited(cls) -> Self:
        return cls(
            429,
            "rateLimited",
            "You have made too many requests recently. Developer accounts are limited to 100 "
            "requests over a 24 hour period (50 requests available every 12 hours). Please upgrade "
            "to a paid plan if you need more requests.",
        )

    @classmethod
    def exhausted(cls) -> Self:
        return cls(429, "apiKeyExhausted", "Your API key has no more requests available.")

    @classmethod
    def too_broad(cls) -> Self:
        return cls(
            400,
            "parametersMissing",
            "Required parameters are missing, the scope of your search is too broad. Please set any "
            "of the following required parameters and try again: q, qInTitle, sources, domains.",
        )

    @classmethod
    def missing(cls) -> Self:
        return cls(
            400,
            "parametersMissing",
            "Required parameters are missing. Please set any of the following parameters and try "
            "again: sources, q, language, country, category.",
        )

    @classmethod
    def invalid(cls, name: str, why: str) -> Self:
        return cls(400, "parameterInvalid", f"The {name} parameter is invalid: {why}.")

    @classmethod
    def incompatible(cls) -> Self:
        return cls(
            400,
            "parametersIncompatible",
            "You cannot mix the sources parameter with the country or category parameters.",
        )

    @classmethod
    def too_many_sources(cls) -> Self:
        return cls(
            400,
            "sourcesTooMany",
            "You have requested too many sources in a single request. Try splitting the request into "
            "2 smaller requests.",
        )

    @classmethod
    def no_such_source(cls) -> Self:
        return cls(400, "sourceDoesNotExist", "You have requested a source which does not exist.")

    @classmethod
    def too_many_results(cls, most: int, first: int, last: int) -> Self:
        return cls(
            426,
            "maximumResultsReached",
            f"You have requested too many results. Developer accounts are limited to a max of {most} "
            f"results. You are trying to request results {first} to {last}. Please upgrade to a paid "
            "plan if you need more results.",
        )

    @classmethod
    def too_far_back(cls, floor: date, asked: date) -> Self:
        return cls(
            426,
            "parameterInvalid",
            "You are trying to request results too far in the past. Your plan permits you to request "
            f"articles as far back as {floor}, but you have requested {asked}. You may need to "
            "upgrade to a paid plan.",
        )

    @classmethod
    def from_a_browser(cls) -> Self:
        return cls(
            426,
            "corsNotAllowed",
            "Requests from the browser are not allowed on the Developer plan, except from localhost.",
        )


UNEXPECTED = {
    "status": "error",
    "code": "unexpectedError",
    "message": "This shouldn't happen, and if it does then it's our fault, not yours. Try the request "
    "again shortly.",
}
