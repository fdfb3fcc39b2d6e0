"""
The ECB's documents of reference rates, as they are really sent: XML, CSV, and CSV in a zip.

XML goes through expat itself, told to refuse every document with a document type: without one no
entity can be declared, so none can expand or be fetched. That is all that defusedxml would do for us
(its last release is of 2021, on the same expat). Nothing is built but our own rows, and a document's
size is bounded before it is read.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.parsers import expat

from investment.providers.adapters.ecb.limits import NAME
from investment.providers.contracts.fx import FxRates
from investment.providers.contracts.market import MalformedRow
from investment.providers.errors import MalformedPayload

BASE = "EUR"
LARGEST = 16 * 2**20  # bytes, also unpacked; twice the whole history since 1999
NOT_QUOTED = ("N/A", "")

_UNREADABLE = 0.01  # of the figures of a document; more refuse it whole
_KEPT = 200  # characters of what cannot be read
_CELLS = 500  # per line; the ECB has quoted 42 currencies in all
_DEEPEST = 16  # elements within each other; there are four
_MOST_UNREADABLE = 10_000  # no document has so many rates that this is 1 % of them
_RATES = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref Cube"
_ENVELOPE = "http://www.gesmes.org/xml/2002-08-01 Envelope"
_CURRENCY = re.compile(r"[A-Z]{3}")
_RATE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SPELT_DAY = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})", re.ASCII)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """What has been read of a document so far; ``figures`` counts the rates there were to read."""

    days: dict[date, dict[str, Decimal]] = field(default_factory=dict)
    malformed: list[MalformedRow] = field(default_factory=list)
    figures: int = 0
    place: int = -1  # of the day, in the document

    def begin(self, text: str | None) -> dict[str, Decimal] | None:
        """Begin a day; None if it cannot be read, or was there before."""
        self.place += 1
        day = _day(text or "")
        if day is None or day in self.days:
            self._refuse(str(text), "a second time" if day else "no day")
            return None
        return self.days.setdefault(day, {})

    def add(self, rates: dict[str, Decimal] | None, currency: str, text: str) -> None:
        """Add a rate to a day; where the day could not be read it is only counted."""
        self.figures += 1
        if rates is None:
            self._refuse(f"{currency} {text}", "of a day that cannot be read")
        elif not _CURRENCY.fullmatch(currency) or currency == BASE:
            self._refuse(f"{currency} {text}", "no currency that EUR has a rate in")
        elif not _RATE.fullmatch(text) or not (rate := Decimal(text)):
            self._refuse(f"{currency} {text}", "no positive rate")
        elif rates.setdefault(currency, rate) != rate:
            # Which of the two it is, nobody can tell.
            del rates[currency]
            self._refuse(f"{currency} {text}", "two rates of one day")

    def _refuse(self, words: str, reason: str) -> None:
        if len(self.malformed) >= _MOST_UNREADABLE:
            raise malformed(f"more than {_MOST_UNREADABLE} rates cannot be read", b"")
        self.malformed.append(MalformedRow(self.place, words[:_KEPT], reason, words[:3]))


def read(body: bytes) -> tuple[list[FxRates], list[MalformedRow]]:
    """
    Read a document of any of the three forms: its days, oldest first, and what could not be read.

    :raises MalformedPayload: if it is none of them, has no day, is too large, or if more than 1 % of
        its figures cannot be read.
    """
    if len(body) > LARGEST:
        raise malformed(f"a document of {len(body)} bytes", b"")
    if body.startswith(b"PK"):
        text = _unpacked(body)
        reading = _read_csv(text)
    elif body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        reading = _read_xml(body)
    else:
        reading = _read_csv(body)
    days = [FxRates(day, BASE, rates) for day, rates in sorted(reading.days.items()) if rates]
    if not days:
        raise malformed("no rates in the document", body)
    if len(reading.malformed) > _UNREADABLE * reading.figures:
        worst = reading.malformed[0]
        raise malformed(
            f"{len(reading.malformed)} of {reading.figures} rates cannot be read, first: "
            f"{worst.payload!r}: {worst.reason}",
            body,
        )
    return days, reading.malformed


def malformed(message: str, body: bytes) -> MalformedPayload:
    """Return the error for a document that does not have its shape, with its first words."""
    return MalformedPayload(f"ECB: {message}", provider=NAME, words=first_words(body), status=200)


def first_words(body: bytes) -> str:
    """Return how a body begins, without markup; '' for one that is no text."""
    if body.startswith(b"PK"):
        return ""
    text = body[:2000].decode(errors="replace")
    text = re.sub(r"(?is)<(script|style)\b.*?(</\1>|$)", " ", text)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:_KEPT]


def _read_xml(body: bytes) -> _Reading:
    reading = _Reading()
    inside: dict[str, Decimal] | None = None
    depth = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, depth
        depth += 1
        if (depth == 1) != (name == _ENVELOPE) or depth > _DEEPEST:
            raise malformed("another document than the rates", body)
        if name != _RATES:
            return
        if "time" in attributes:
            inside = reading.begin(attributes["time"])
        elif "currency" in attributes or "rate" in attributes:
            text = attributes.get("rate", "")
            if text not in NOT_QUOTED:
                reading.add(inside, attributes.get("currency", ""), text)

    def ended(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refused(*_: object) -> int:
        raise malformed("a document type in the rates", body)

    # UTF-8 whatever the document says of itself: other encodings are a way around every check.
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = started, ended
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.ExternalEntityRefHandler = refused
    try:
        parser.Parse(body, True)
    except expat.ExpatError as e:
        raise malformed(f"XML that cannot be read: {e}", body) from None
    return reading


def _read_csv(body: bytes) -> _Reading:
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise malformed("a document that is no text", b"") from None
    header = _cells(lines[0]) if lines else []
    if not header or header[0] != "Date" or len(header) > _CELLS:
        raise malformed("neither XML nor CSV of rates", body)
    reading = _Reading()
    for line in lines[1:]:
        if not line.strip():
            continue
        cells = _cells(line)
        rates = reading.begin(cells[0] if len(cells) == len(header) else None)
        for currency, text in zip(header[1:], cells[1:], strict=False):
            if text not in NOT_QUOTED:
                reading.add(rates, currency, text)
    return reading


def _cells(line: str) -> list[str]:
    """Return the cells of a line, without the empty one after the comma that ends it."""
    cells = [cell.strip() for cell in line.split(",", _CELLS + 1)]
    return cells[:-1] if cells[-1] == "" else cells


def _unpacked(body: bytes) -> bytes:
    """Return the one file of a zip, whose size is what was read of it and not what it says."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.infolist()
            if len(names) != 1 or not names[0].filename.endswith(".csv"):
                raise malformed("a zip that does not hold one CSV", b"")
            if names[0].flag_bits & 1 or names[0].compress_type not in (
                zipfile.ZIP_STORED,
                zipfile.ZIP_DEFLATED,
            ):
                raise malformed("a zip that is locked, or packed in another way", b"")
            with archive.open(names[0]) as file:
                text = file.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as e:
        raise malformed(f"a zip that cannot be read: {e}", b"") from None
    if len(text) > LARGEST:
        raise malformed(f"a zip of more than {LARGEST} bytes", b"")
    return text


def _day(text: str) -> date | None:
    """Return the day of ``2024-06-26``, or of ``26 June 2024`` as the CSV of the last day spells it."""
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
        if (spelt := _SPELT_DAY.fullmatch(text)) and spelt[2] in _MONTHS:
            return date(int(spelt[3]), _MONTHS.index(spelt[2]) + 1, int(spelt[1]))
    except ValueError:  # the 31st of February
        pass
    return None
