"""How Alpha Vantage's texts are read: figures, days, instants, and what stands for unknown."""

import hashlib
import logging
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from investment.providers.adapters.alphavantage import refusals
from investment.providers.adapters.alphavantage.limits import NAME
from investment.providers.adapters.alphavantage.payloads import Row, Text
from investment.providers.errors import MalformedPayload

KEPT = 500  # characters of an unreadable row
LARGEST = 32 * 2**20  # bytes; twenty times the longest series

_logger = logging.getLogger(__name__)
_UNREADABLE = 0.01  # of the rows of a list; more refuse it whole
_UNKNOWN = ("", "None", "none", "-", "N/A", "null", "0000-00-00")
_ORDINAL = re.compile(r"[0-9]{1,2}[a-z]?\. ", re.ASCII)
_FIGURE = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
# The names that it gives its zones; the first is not among the zones of every system.
_ZONES: dict[str, tzinfo] = {
    "US/Eastern": ZoneInfo("America/New_York"),
    "America/New_York": ZoneInfo("America/New_York"),
    "UTC": UTC,
}

Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to ``asked`` (such as «OVERVIEW of IBM»). ``redact`` takes the key out of any text."""

    asked: str
    body: bytes
    redact: Callable[[str], str] = str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def decode(self, kind: type[Answered]) -> Answered:
        """:raises MalformedPayload: if the answer is not of this kind."""
        if len(self.body) > LARGEST:
            raise self.malformed(f"an answer of {len(self.body)} bytes")
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
            raise self.malformed(str(e)) from None

    def rows(
        self, raw: Sequence[msgspec.Raw], read: Callable[[msgspec.Raw], Answered | None]
    ) -> list[Answered]:
        """
        Read the rows of a list; those that say nothing (None) are left out.

        :raises MalformedPayload: where more than 1 % of them cannot be read; fewer are logged.
        """
        found: list[Answered] = []
        unreadable: list[tuple[int, str, str]] = []
        for place, text in enumerate(raw):
            try:
                row = read(text)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as e:
                unreadable.append((place, str(e), self.describe(text)))
            else:
                if row is not None:
                    found.append(row)
        if len(unreadable) > _UNREADABLE * len(raw):
            raise self.malformed(
                f"{len(unreadable)} of {len(raw)} rows cannot be read, first: {unreadable[0][1]}"
            )
        for place, reason, words in unreadable:
            _logger.warning("%s: left out row %d: %s: %s", self.asked, place, reason, words)
        return found

    def left_out(self, name: str, text: object) -> None:
        """Log a figure that could not be read."""
        _logger.warning("%s: left out %s: %s", self.asked, name, self.redact(str(text))[:KEPT])

    def describe(self, text: "msgspec.Raw | bytes | str") -> str:
        """Return a row as it came, for people."""
        words = text if isinstance(text, str) else bytes(text).decode(errors="replace")
        return self.redact(words)[:KEPT]

    def malformed(self, message: str) -> MalformedPayload:
        """Return the error for an answer that does not have its documented shape, with its first words."""
        words = self.body[:4096].decode(errors="replace")
        words = re.sub(r"<[^>]*>", " ", words) if words.lstrip().startswith("<") else words
        return MalformedPayload(
            self.redact(f"Alpha Vantage: {self.asked}: {message}")[:KEPT],
            provider=NAME,
            words=" ".join(refusals.without_echo(self.redact(words)).split())[:200],
            status=200,
        )


def plain(row: Row) -> dict[str, str]:
    """Return a row's texts by their names without ordinals; what is unknown is not there."""
    return {
        _ORDINAL.sub("", name, count=1): str(text)
        for name, text in row.items()
        if text is not None and str(text).strip() not in _UNKNOWN
    }


def known(text: Text) -> str | None:
    """Return a text, None where it stands for unknown."""
    words = "" if text is None else str(text).strip()
    return None if words in _UNKNOWN else words


def figure(text: Text) -> float:
    """:raises ValueError: if the text is no finite number."""
    value = float(_number(text))
    if not math.isfinite(value):
        raise ValueError(f"{str(text)[:40]!r} is no finite number")
    return value


def amount(text: Text) -> Decimal:
    """:raises ValueError: if the text is no number."""
    return Decimal(_number(text))


def day(text: Text) -> date:
    """:raises ValueError: if the text is no day like ``2024-01-05``."""
    words = str(text)
    if not _DAY.fullmatch(words):
        raise ValueError(f"{words[:40]!r} is no day")
    return date.fromisoformat(words)


def instant(text: str | None, zone: str | None) -> datetime | None:
    """Return the instant (UTC) of a local time in a zone; None where either is not told or not known."""
    where = _ZONES.get(zone or "")
    if text is None or where is None or not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=where).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _number(text: Text) -> str:
    words = str(text).strip()
    if not _FIGURE.fullmatch(words):
        raise ValueError(f"{words[:40]!r} is no number")
    return words
