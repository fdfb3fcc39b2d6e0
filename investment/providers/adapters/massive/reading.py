"""From the bytes of an answer to Massive's own structures: whole, or refused."""

import logging
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from investment.providers.adapters.massive import payloads
from investment.providers.adapters.massive.limits import NAME
from investment.providers.contracts import Basis, MalformedRow
from investment.providers.errors import MalformedPayload

MAX_ANSWER = 24 * 2**20  # bytes unpacked; four times the largest answer there is

_logger = logging.getLogger(__name__)
_KEPT = 500  # characters of an unreadable row
_MOST_COMMAS = 3_000_000  # ten times as many as in the largest answer: what costs memory is values
_MOST_UNREADABLE = 2_000  # rows that are kept in their own words
_GOOD_STATUS = ("OK", "DELAYED")  # delayed: 15 minutes late, by plan
_UNREADABLE = 0.01  # of the rows of a list; more refuse it whole

Answer = TypeVar("Answer")
Row = TypeVar("Row")
Made = TypeVar("Made")
BarRow = TypeVar("BarRow", bound=payloads.Bar)
AnyEnvelope = TypeVar("AnyEnvelope", bound=payloads.Envelope)


def decode(body: bytes | msgspec.Raw, kind: type[Answer]) -> Answer:
    """:raises msgspec.DecodeError: for whatever cannot be decoded, also wrong UTF-8 and endless depth."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (UnicodeDecodeError, RecursionError) as e:
        raise msgspec.DecodeError(f"JSON is malformed: {str(e)[:100]}") from None


def read_one(body: bytes, kind: type[Answer], make: Callable[[Answer], Made], what: str) -> Made:
    """
    Decode an answer that is one thing, and ``make`` of it what it is; ValueError is «unreadable».

    :raises MalformedPayload: if it has another shape.
    """
    try:
        return make(decode(body, kind))
    except (msgspec.DecodeError, ValueError) as e:
        raise malformed(f"{what}: {e}", body) from e


def read_bars(
    body: bytes, fast: "type[payloads.BarList[BarRow]]", row: type[BarRow], what: str, basis: Basis
) -> tuple[str | None, list[BarRow], Sequence[int], list[MalformedRow]]:
    """
    Decode bars: whose they are, the readable rows, their places in the answer, the unreadable rows.

    The whole is decoded at once where every row has its shape, else row by row.
    """
    found: tuple[list[BarRow], Sequence[int], list[MalformedRow]]
    try:
        answer = _checked(decode(body, fast), body, what)
        rows = answer.results or []
        found = rows, range(len(rows)), []
        adjusted, ticker = answer.adjusted, answer.ticker
    except msgspec.DecodeError:
        loose = _loosely(body, what)
        found = _each(loose.results or [], lambda text: decode(text, row), body, what)
        adjusted, ticker = loose.adjusted, loose.ticker
    if any(found) and adjusted is not None and adjusted != (basis == "splits"):
        came, asked = ("adjusted", "raw") if adjusted else ("raw", "adjusted")
        raise malformed(f"{what}: {came} prices came though {asked} ones were asked for", body)
    return ticker, *found


def read_rows(body: bytes, row: type[Row], make: Callable[[Row], Made], what: str) -> list[Made]:
    """
    Decode a list of reference data, and ``make`` of each row what it is; ValueError is «unreadable».

    :raises MalformedPayload: also where more than 1 % of the rows cannot be read; fewer are logged.
    """
    return _made(_loosely(body, what).results or [], row, make, body, what)


def read_bare_rows(body: bytes, row: type[Row], make: Callable[[Row], Made], what: str) -> list[Made]:
    """As :func:`read_rows`, of a list without an envelope."""
    _bounded(body, what)
    return _made(_whole(body, list[msgspec.Raw], what), row, make, body, what)


def next_url(body: bytes) -> str | None:
    return _whole(body, payloads.Next, "no envelope").next_url


def describe(row: msgspec.Struct) -> str:
    """Return a row as it came, for people."""
    return msgspec.json.encode(row).decode()[:_KEPT]


def plain(body: bytes) -> str:
    """Return the first words of any page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", body[:2000].decode(errors="replace")).split())


def malformed(message: str, body: bytes) -> MalformedPayload:
    """Return the error for an answer that does not have its documented shape, with its first words."""
    words = body[:200].decode(errors="replace")
    return MalformedPayload(
        f"Massive's answer cannot be used: {message}", provider=NAME, words=words, status=200
    )


def _whole(body: bytes, kind: type[Answer], what: str) -> Answer:
    try:
        return decode(body, kind)
    except msgspec.DecodeError as e:
        raise malformed(f"{what}: {e}", body) from e


def _loosely(body: bytes, what: str) -> payloads.Rows:
    _bounded(body, what)
    return _checked(_whole(body, payloads.Rows, what), body, what)


def _bounded(body: bytes, what: str) -> None:
    if body.count(b",") > _MOST_COMMAS:
        raise malformed(f"{what}: more values than any answer has", body)


def _checked(answer: AnyEnvelope, body: bytes, what: str) -> AnyEnvelope:
    """:raises MalformedPayload: if an answer is not «OK», or not as long as it says."""
    if answer.status not in _GOOD_STATUS:
        raise malformed(f"{what}: status {answer.status[:50]!r}", body)
    told, held = answer.resultsCount, len(answer.results or ())
    if told is not None and told != held:
        raise malformed(f"{what}: says {told} rows and holds {held}", body)
    return answer


def _made(
    raw: Sequence[msgspec.Raw], row: type[Row], make: Callable[[Row], Made], body: bytes, what: str
) -> list[Made]:
    made, _, unreadable = _each(raw, lambda text: make(decode(text, row)), body, what)
    if len(unreadable) > _UNREADABLE * len(raw):
        count, reason = len(unreadable), unreadable[0].reason
        raise malformed(f"{what}: {count} of {len(raw)} rows cannot be read, first: {reason}", body)
    for left_out in unreadable:
        _logger.warning(
            "%s: left out row %d: %s: %s", what, left_out.index, left_out.reason, left_out.payload
        )
    return made


def _each(
    raw: Sequence[msgspec.Raw], read: Callable[[msgspec.Raw], Made], body: bytes, what: str
) -> tuple[list[Made], list[int], list[MalformedRow]]:
    readable: list[Made] = []
    places: list[int] = []
    unreadable: list[MalformedRow] = []
    for place, text in enumerate(raw):
        try:
            readable.append(read(text))
            places.append(place)
        except (msgspec.DecodeError, ValueError) as e:
            if len(unreadable) == _MOST_UNREADABLE:
                raise malformed(f"{what}: thousands of rows cannot be read, the last: {e}", body) from e
            words = bytes(text)[: 4 * _KEPT].decode(errors="replace")[:_KEPT]
            unreadable.append(MalformedRow(index=place, payload=words, reason=str(e), symbol=_symbol(text)))
    return readable, places, unreadable


def _symbol(text: msgspec.Raw) -> str:
    """The ticker of a row that is otherwise unreadable, or ''."""
    try:
        row = decode(text, payloads.Named)
    except msgspec.DecodeError:
        return ""
    symbol = row.T if row.T is not msgspec.UNSET else row.ticker
    return symbol[:64] if isinstance(symbol, str) else ""
