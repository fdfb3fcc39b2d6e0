"""
Alpha Vantage's refusals, which come as HTTP 200 under one of three names, and what they mean.

The texts are alike in traps: that of a burst speaks of days and of premium endpoints, too. So a text
is known by the words that no other has, in the order of ``_KNOWN``.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

import msgspec

from investment.providers import errors

LONGEST = 16_384  # bytes; a refusal is a sentence or two


class Kind(Enum):
    KEY = auto()  # missing, unknown, or the documentation's own
    PREMIUM = auto()  # the function, or a value of a parameter, is not in the plan
    BURST = auto()  # too many in a second
    MINUTE = auto()
    DAY = auto()
    NO_FUNCTION = auto()
    CALL = auto()  # the symbol is unknown, or a parameter wrong
    INPUTS = auto()  # the same in the words of the news
    NO_ARTICLES = auto()  # no refusal at all: there is nothing in that time
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was said, in the provider's words. Some of them hold the key."""

    kind: Kind
    words: str


class _Named(msgspec.Struct):
    error: object = msgspec.field(name="Error Message", default=None)
    information: object = msgspec.field(name="Information", default=None)
    note: object = msgspec.field(name="Note", default=None)


_KNOWN = [
    (Kind.PREMIUM, r"is a premium (endpoint|feature|function)"),
    (Kind.BURST, r"sparingly|per second|burst pattern|more evenly"),
    (Kind.MINUTE, r"(calls?|requests?) per minute"),
    (Kind.DAY, r"(calls?|requests?) per day|daily (request|rate|api) limit"),
    (Kind.MINUTE, r"higher api call (frequency|volume)"),  # it did not say of what there was too much
    (Kind.KEY, r"apikey is (invalid|missing)|invalid or missing|demo\W+api key|demo purposes only"),
    (Kind.NO_FUNCTION, r"api function .{0,80}does not exist"),
    (Kind.CALL, r"invalid api call"),
    (Kind.INPUTS, r"invalid inputs"),
    (Kind.NO_ARTICLES, r"no articles found"),
]
_PATTERNS = [(kind, re.compile(words, re.IGNORECASE)) for kind, words in _KNOWN]
_ERRORS: dict[Kind, type[errors.ProviderError]] = {
    Kind.KEY: errors.CredentialsRejected,
    Kind.PREMIUM: errors.NotEntitled,
    Kind.BURST: errors.ProviderThrottled,
    Kind.MINUTE: errors.ProviderThrottled,
    Kind.DAY: errors.ProviderThrottled,
}
_ECHO = re.compile(r"(API key as )\S*", re.IGNORECASE)


def heard(body: bytes) -> Refusal | None:
    """Return the refusal that a body is, None if it is none."""
    if len(body) > LONGEST or not body.lstrip().startswith(b"{"):
        return None
    try:
        named = msgspec.json.decode(body, type=_Named)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    for words in (named.error, named.information, named.note):
        if isinstance(words, str) and words:
            return Refusal(kind_of(words), words)
    return None


def kind_of(words: str) -> Kind:
    """Return what a text means; one that we do not know means nothing."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(words)), Kind.UNKNOWN)


def error_of(kind: Kind, *, one_symbol: bool) -> type[errors.ProviderError]:
    """
    Return the error of a refusal.

    The same words are for an unknown symbol and for a wrong parameter. Ours are right, so it is the
    symbol, where the question was about ``one_symbol`` (or one pair of currencies) only.
    """
    if kind in (Kind.CALL, Kind.INPUTS) and one_symbol:
        return errors.UnknownSymbol
    return _ERRORS.get(kind, errors.RequestRejected)


def without_echo(text: str) -> str:
    """Take out the key that the text of the daily limit repeats, even one cut off in its middle."""
    return _ECHO.sub(r"\1…", text)
