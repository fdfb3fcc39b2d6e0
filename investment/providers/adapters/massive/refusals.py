"""What Massive's refusals mean, and how people are told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from investment.providers import errors
from investment.providers.adapters.massive import payloads, reading
from investment.providers.adapters.massive.limits import NAME

_MOST_WORDS = 500  # characters
_SHORT = 4096  # bytes: no refusal is longer
_FAILED = {"NOT_AUTHORIZED": 403, "NOT_FOUND": 404, "ERROR": 400}
Kind = type[errors.ProviderError]

# Only known words mean something: an unknown refusal must not stop us from asking again.
_MEANINGS: dict[int, tuple[tuple[str, Kind], ...]] = {
    400: (
        ("unknown api key", errors.CredentialsRejected),  # these two where they come with status 200
        ("exceeded the maximum requests", errors.ProviderThrottled),
    ),
    403: (
        ("before end of day", errors.NotPublishedYet),
        ("data timeframe", errors.OutOfHistory),
        ("not entitled", errors.NotEntitled),
    ),
    404: (("ticker not found", errors.UnknownSymbol),),
}
_TOLD: dict[Kind, str] = {
    errors.CredentialsRejected: "Massive does not accept the key: check MASSIVE_API_KEY in .env and restart",
    errors.ProviderThrottled: "Massive counts a call too many: it is asked again when its minute has passed",
    errors.NotPublishedYet: "Massive does not tell this day yet: ask again after midnight in New York",
    errors.OutOfHistory: "Massive's plan does not reach back to these dates",
    errors.NotEntitled: "Massive's plan does not include this",
    errors.UnknownSymbol: "Massive does not know this ticker; one renamed or delisted since needs a date",
    errors.ProviderUnavailable: "Massive is out of order: it is asked again later",
    errors.RequestRejected: "Massive refused the question",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none. ``spoken``: Massive's own JSON, not some server's page before it."""

    status: int
    words: str
    spoken: bool


def heard(status: int, body: bytes) -> Refusal | None:
    """Return what an answer refuses; None where it is one. Some refusals come with status 200."""
    if status == 200 and len(body) > _SHORT:
        return None
    try:
        failure = reading.decode(body, payloads.Failure)
    except msgspec.DecodeError:
        return None if status == 200 else Refusal(status, reading.plain(body)[:200], spoken=False)
    words = (failure.message or failure.error or "").strip()
    if status != 200:
        return Refusal(status, (words or failure.status or "")[:_MOST_WORDS], spoken=True)
    if words and failure.status in _FAILED:
        return Refusal(_FAILED[failure.status], words[:_MOST_WORDS], spoken=True)
    return None


def error_of(
    refusal: Refusal,
    *,
    asked: str,
    redact: Callable[[str], str],
    headers: Mapping[str, str],
    first_day: date | None = None,
) -> errors.ProviderError:
    """
    Return the error that a refusal is.

    ``asked`` is the address, without the key. ``first_day`` is the first date asked for: Massive uses
    one text for what is too old and for what is still to come, so the date of the answer decides.
    """
    kind = classify(refusal)
    answered = _instant(headers.get("Date", ""))
    if kind is errors.OutOfHistory and first_day and answered and first_day >= answered.date():
        kind = errors.NotPublishedYet
    words = redact(refusal.words)
    message = f"{_TOLD[kind]}. It says to {redact(asked)}: HTTP {refusal.status}, {words or 'no words'}"
    if issubclass(kind, errors.TransientProviderError):
        return kind(
            message, provider=NAME, words=words, status=refusal.status, retry_at=_retry_at(headers, answered)
        )
    if kind is errors.NotEntitled:
        return errors.NotEntitled(
            message, provider=NAME, words=words, status=refusal.status, perhaps_symbol=True
        )
    return kind(message, provider=NAME, words=words, status=refusal.status)


def classify(refusal: Refusal) -> Kind:
    """Tell which branch of the errors a refusal is."""
    status, words = refusal.status, refusal.words.lower()
    if status == 401:
        return errors.CredentialsRejected
    if status == 429:
        return errors.ProviderThrottled
    if status >= 500 or status == 408:
        return errors.ProviderUnavailable
    known = _MEANINGS.get(status, ()) if refusal.spoken else ()
    return next((kind for text, kind in known if text in words), errors.RequestRejected)


def throttled(status: int, body: bytes) -> bool:
    """Whether an answer says that it was a call too many, whatever its status."""
    refusal = heard(status, body)
    return refusal is not None and classify(refusal) is errors.ProviderThrottled


def _retry_at(headers: Mapping[str, str], answered: datetime | None) -> datetime | None:
    """Return when a server before Massive says to come back; Massive itself is not known to say."""
    told = headers.get("Retry-After", "").strip()
    if not (told.isascii() and told.isdecimal()):
        return _instant(told)
    return answered + timedelta(seconds=int(told[:7])) if answered else None


def _instant(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return read.astimezone(UTC) if read.tzinfo and 1 < read.year < 9999 else None
