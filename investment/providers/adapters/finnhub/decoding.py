"""From bytes to Finnhub's rows. Whatever comes, it is read or it is MalformedPayload: nothing else."""

import logging
import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from investment.providers.adapters.finnhub import payloads
from investment.providers.adapters.finnhub.limits import NAME
from investment.providers.errors import MalformedPayload

_logger = logging.getLogger(__name__)
_KEPT = 500  # characters of an unreadable row
_MOST_COMMAS = 3_000_000  # ten times as many as in the largest answer: what costs memory is values
_UNREADABLE = 0.01  # of the rows of a list; more refuse it whole
_LARGEST = Decimal(10) ** 24  # no sum of money is; and no arithmetic overflows below it

Answer = TypeVar("Answer")
Row = TypeVar("Row")
Record = TypeVar("Record")

# What msgspec raises besides its own: texts that are no UTF-8, and nesting without an end.
_UNREAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode(body: bytes, kind: type[Answer], what: str) -> Answer:
    """:raises MalformedPayload: if the body has not its documented shape."""
    if len(body) > _MOST_COMMAS and body.count(b",") > _MOST_COMMAS:
        raise malformed(f"{what}: more values than in any answer", body)
    try:
        return msgspec.json.decode(body, type=kind)
    except _UNREAD as e:
        raise malformed(f"{what}: {e}", body) from None


def read_rows(body: bytes, what: str) -> list[msgspec.Raw]:
    """Return the rows of a bare list; null is an empty one."""
    return decode(body, list[msgspec.Raw] | None, what) or []  # type: ignore[arg-type]


def each(
    raw: Sequence[msgspec.Raw], kind: type[Row], make: Callable[[Row], Record], what: str, body: bytes
) -> list[Record]:
    """
    Return the records of a list's rows; what cannot be read is logged and left out.

    :param make: turns a row into a record; its ``ValueError`` says why it cannot.
    :raises MalformedPayload: if more than 1 % of the rows cannot be read.
    """
    decoder = msgspec.json.Decoder(kind)
    records: list[Record] = []
    unreadable: list[tuple[int, str]] = []
    for place, text in enumerate(raw):
        try:
            records.append(make(decoder.decode(text)))
        except (*_UNREAD, ValueError, OverflowError) as e:
            unreadable.append((place, str(e)))
    if len(unreadable) > _UNREADABLE * len(raw):
        raise malformed(
            f"{what}: {len(unreadable)} of {len(raw)} rows cannot be read, first: {unreadable[0][1]}", body
        )
    for place, reason in unreadable:
        words = bytes(raw[place])[:_KEPT].decode(errors="replace")
        _logger.warning("Finnhub: %s: left out row %d: %s: %s", what, place, reason, words)
    return records


def failure_in(body: bytes) -> str | None:
    """Return the words of an error that came as if it were an answer."""
    if body.lstrip()[:1] != b"{" or b'"error"' not in body[:100]:
        return None
    try:
        return msgspec.json.decode(body, type=payloads.Failure).error
    except _UNREAD:
        return None


def malformed(message: str, body: bytes) -> MalformedPayload:
    """Return the error for an answer that does not have its documented shape, with its first words."""
    words = body[:200].decode(errors="replace")
    return MalformedPayload(f"Finnhub: {message}", provider=NAME, words=words, status=200)


def instant(seconds: float) -> datetime:
    """:raises ValueError: if there is no such instant."""
    if not (math.isfinite(seconds) and 0 < seconds < 1e11):  # the year 5138; milliseconds lie beyond
        raise ValueError(f"{seconds} is no instant in seconds")
    return datetime.fromtimestamp(seconds, UTC)


def day(text: str) -> date:
    """Return the day that a text begins with. :raises ValueError: if it begins with none."""
    return date.fromisoformat(text[:10])


def day_or_none(text: str | None) -> date | None:
    try:
        return day(text) if text else None
    except ValueError:
        return None


def money(amount: Decimal | None) -> Decimal | None:
    """:raises ValueError: if it is no sum of money."""
    if amount is not None and not (amount.is_finite() and abs(amount) < _LARGEST):
        raise ValueError(f"{amount} is no sum of money")
    return amount


def text(words: str | None) -> str | None:
    """Return a text, None for an empty one."""
    return words.strip() or None if words else None
