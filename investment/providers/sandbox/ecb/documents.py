"""The documents as the ECB writes them: XML with its namespaces and tabs, CSV in zips."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

# A day, and units per euro of what is told on it, in the order of the document.
Day = tuple[date, Mapping[str, Decimal]]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gesmes:Envelope '
    'xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
    'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n\t<gesmes:subject>Reference rates'
    "</gesmes:subject>\n\t<gesmes:Sender>\n\t\t<gesmes:name>European Central Bank</gesmes:name>\n\t"
    "</gesmes:Sender>\n\t<Cube>\n"
)
_FOOT = "\t</Cube>\n</gesmes:Envelope>\n"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_PACKED_AT = (2000, 1, 1, 0, 0, 0)  # the same bytes for the same rates


def xml(days: Sequence[Day]) -> bytes:
    """Return the document of these days, newest first."""
    parts = [_HEAD]
    for day, rates in days:
        parts.append(f"\t\t<Cube time='{day}'>\n")
        parts += [f"\t\t\t<Cube currency='{code}' rate='{rate}'/>\n" for code, rate in rates.items()]
        parts.append("\t\t</Cube>\n")
    return "".join([*parts, _FOOT]).encode()


def csv_of_one(day: Day) -> bytes:
    """Return the CSV of the last day: spaces after the commas, the date spelt out."""
    spelt = f"{day[0].day:02d} {_MONTHS[day[0].month - 1]} {day[0].year}"
    cells = [str(rate) for rate in day[1].values()]
    return f"{', '.join(['Date', *day[1]])}, \n{', '.join([spelt, *cells])}, \n".encode()


def csv(days: Sequence[Day], codes: Sequence[str]) -> bytes:
    """Return the CSV of the history: a column for every currency there ever was, or ``N/A``."""
    lines = [",".join(["Date", *codes]) + ","]
    for day, rates in days:
        cells = [str(rates.get(code, "N/A")) for code in codes]
        lines.append(",".join([day.isoformat(), *cells]) + ",")
    return ("\n".join(lines) + "\n").encode()


def packed(name: str, text: bytes) -> bytes:
    """Return a zip of one file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        entry = zipfile.ZipInfo(name, _PACKED_AT)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, text, compresslevel=6)
    return held.getvalue()
