"""
The nightly archives of the sample market's companies.

They are written to an unnamed file, member by member, by a thread with a market of its own, so that
nobody else's request waits: about ten milliseconds a company.
"""

import tempfile
import threading
import weakref
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import IO, Literal
from zoneinfo import ZoneInfo

import msgspec

from investment.providers.sandbox.sample import SampleMarket
from investment.providers.sandbox.sec import companies
from investment.providers.sandbox.sec.facts import company_facts
from investment.providers.sandbox.sources import Invented

Kind = Literal["companyfacts", "submissions"]

NEW_YORK = ZoneInfo("America/New_York")
NIGHTLY = time(3, 0)  # in New York
PATIENCE = 3.0  # seconds that a request waits for an archive that is being written


@dataclass
class Archive:
    """One night's archive. ``file`` may be read once ``ready`` is set."""

    kind: Kind
    night: datetime
    file: IO[bytes]
    ready: threading.Event = field(default_factory=threading.Event)
    size: int = 0

    @property
    def etag(self) -> str:
        return f'"{self.kind}-{self.night:%Y%m%d}"'

    def bytes_of(self, first: int, last: int) -> bytes:
        """Return a range of its bytes, both ends included."""
        self.file.seek(first)
        return self.file.read(last - first + 1)


class Shelf:
    """The last night's archives of one market; older ones are thrown away."""

    def __init__(self, market: SampleMarket) -> None:
        self.market = market
        self._kept: dict[Kind, Archive] = {}
        weakref.finalize(self, _close, self._kept)

    def get(self, kind: Kind, now: datetime) -> Archive | None:
        """Return the archive of the last night; None while it is still being written."""
        night = last_night(now)
        kept = self._kept.get(kind)
        if kept is None or kept.night != night:
            if kept is not None and kept.ready.is_set():
                kept.file.close()
            kept = self._kept[kind] = Archive(kind, night, tempfile.TemporaryFile())  # noqa: SIM115 - it stays open
            threading.Thread(target=_write, args=(kept, self.market), name="archive", daemon=True).start()
        return kept if kept.ready.wait(PATIENCE) else None


def _close(kept: dict[Kind, Archive]) -> None:
    for archive in kept.values():
        if archive.ready.is_set():  # else its writer has it
            archive.file.close()


def last_night(now: datetime) -> datetime:
    """Return the last three o'clock in New York, in UTC."""
    local = now.astimezone(NEW_YORK)
    day = local.date() if local.time() >= NIGHTLY else local.date() - timedelta(days=1)
    return datetime.combine(day, NIGHTLY, NEW_YORK).astimezone(UTC)


def _write(archive: Archive, market: SampleMarket) -> None:
    own = SampleMarket(seed=market.seed, symbols=len(market.lines), sessions=market.sessions)
    stamp = archive.night.timetuple()[:6]
    with zipfile.ZipFile(archive.file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, body in _members(archive, Invented(own)):
            packed.writestr(zipfile.ZipInfo(name, stamp), body, zipfile.ZIP_DEFLATED)
    archive.size = archive.file.tell()
    archive.ready.set()


def _members(archive: Archive, invented: Invented) -> Iterator[tuple[str, bytes]]:
    for line in companies.filers(invented, archive.night.date()):
        if archive.kind == "companyfacts":
            document = company_facts(invented, line, archive.night)
            if document["facts"]:
                yield f"CIK{line.cik}.json", msgspec.json.encode(document)
            continue
        submissions = companies.submissions(invented, line, archive.night)
        yield f"CIK{line.cik}.json", msgspec.json.encode(submissions)
        if (older := companies.older(invented, line, archive.night)) is not None:
            yield companies.older_name(line), msgspec.json.encode(older)
