"""
Bringing what companies told in their filings: every night of all of them, from the SEC's archive.

The archive (1.4 GB, of every company there is) lies on disk while it is read, piece by piece; of it only
companies are kept that an instrument of ours belongs to. What was killed goes on: a download where it
stopped, the storing with the companies that are not stored yet.
"""

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from investment.analysis.services.scores import score_session
from investment.lib.errors import DomainError
from investment.market.kept_tags import kept_tags
from investment.market.models import FactImport, Publication
from investment.market.selectors.facts import ARCHIVE, ciks_of_instruments
from investment.market.selectors.latest import latest_session_with_bars
from investment.market.services.facts import Stored, store_facts, version_of
from investment.market.services.publications import remember, remember_checked
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.company import can_ask_sec
from investment.ops.services.leases import Held
from investment.ops.services.runs import Tally
from investment.ops.services.sources import asking_under
from investment.ops.services.work import OnProgress, silent
from investment.providers.adapters.sec.bulk import Archive
from investment.providers.contracts import Validators
from investment.providers.errors import MalformedPayload
from investment.providers.registry import source_of

LOCK = "facts"
DOWNLOAD, STORE, SCORE = "Download the archive", "Store figures of filings", "Score"
_ATTEMPTS = 20  # where a failure may pass by itself, while the patience lasts
_MOST_MALFORMED = 0.01  # of the companies; with more of them the archive itself is broken
_NOTHING = Validators()
# What storing takes, in bytes for one of the archive: all of it the first time, then what is new of a night.
_FIRST, _LATER = 2.0, 0.1
_SPARE = 256 * 2**20  # bytes


class NoRoom(DomainError):
    """The disk has no room for the archive and what is stored of it."""

    code = "no_room"


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where the archive lies while it is read; a note beside it says which version it is."""

    archive: Path

    @property
    def note(self) -> Path:
        return self.archive.with_name(f"{self.archive.name}.json")

    @property
    def version(self) -> Validators | None:
        """Which version lies there whole; None if none does."""
        try:
            told = json.loads(self.note.read_bytes())
            found = Validators(told["etag"], told["last_modified"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if self.archive.exists() and found != _NOTHING else None

    def note_version(self, version: Validators) -> None:
        self.note.write_text(json.dumps({"etag": version.etag, "last_modified": version.last_modified}))

    def clear(self) -> None:
        """Remove all there is, parts of a download included."""
        for path in self.archive.parent.glob(f"{self.archive.name}*"):
            with suppress(FileNotFoundError):
                path.unlink()


def facts_due() -> bool:
    """Return whether figures are to be asked for at once: there is a contact, and none ever came."""
    return can_ask_sec() and not Publication.objects.filter(source=source_of("sec"), name=ARCHIVE).exists()


def sync_facts(
    *, now: datetime, trigger: Run.Trigger, patience: float, on_progress: OnProgress = silent
) -> Tally:
    """
    Bring the archive, if it is newer than ours, store what is new of our companies, and score them.

    :param patience: seconds that a request may wait for a slot, or for a failure to pass.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile.
    :raises NoRoom: before more is fetched than the disk has room for.
    :raises CredentialsRejected: without a contact; other errors as the gateway raises them.
    """
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.FACTS, subject="All companies", trigger=trigger, lease=lease, now=now
        ) as tally,
    ):
        _Work(lease, tally, source_of("sec"), patience, on_progress).do()
    return tally


@dataclass(slots=True)
class _Work:
    lease: Held
    tally: Tally
    source: str
    patience: float
    on_progress: OnProgress

    def do(self) -> None:
        wanted = ciks_of_instruments()
        shelf = _Shelf(settings.RUNTIME_DIR / "archives" / "companyfacts.zip")
        version = self._bring(shelf)
        if version is None:
            with self.lease.writing():
                remember_checked(name=ARCHIVE, source=self.source, now=self.tally.now)
            self.tally.message = "Nothing new"
            return
        try:
            total = self._store(Archive(shelf.archive), wanted)
        except MalformedPayload:
            shelf.clear()  # the next one may be whole
            raise
        self._score()
        with self.lease.writing():
            remember(
                name=ARCHIVE,
                source=self.source,
                now=self.tally.now,
                etag=version.etag,
                last_modified=version.last_modified,
                digest=version_of(kept_tags()),
                rows=total,
            )
        shelf.clear()

    def _bring(self, shelf: _Shelf) -> Validators | None:
        """Let the newest archive lie on the shelf; return its version, None if that is stored already."""
        here, stored = shelf.version, self._stored_version()
        growth = _FIRST if not FactImport.objects.exists() else _LATER
        if here == stored:
            shelf.clear()
            here = None
        with asking_under(
            self.lease,
            "sec",
            lane="planned",
            purpose="facts archive",
            patience=self.patience,
            attempts=_ATTEMPTS,
        ) as sec:
            try:
                answer = sec.archive(
                    "companyfacts",
                    to=shelf.archive,
                    since=here or stored,
                    on_piece=lambda there, whole: self._downloaded(shelf, there, whole, growth=growth),
                )
            except NoRoom:
                shelf.clear()
                raise
            finally:
                self.tally.calls = sec.calls_spent
        if answer.value is None:
            return here
        version: Validators = answer.validators
        shelf.note_version(version)
        return version

    def _stored_version(self) -> Validators:
        """Return which version was stored; none where further tags of it are wanted now."""
        row = Publication.objects.filter(source=self.source, name=ARCHIVE).first()
        if row is None or row.digest != version_of(kept_tags()):
            return _NOTHING
        return Validators(row.etag, row.last_modified)

    def _downloaded(self, shelf: _Shelf, there: int, whole: int, *, growth: float) -> None:
        """:raises NoRoom: if what is missing has no room, nor what will be stored of it."""
        self.lease.check_time()
        free = shutil.disk_usage(shelf.archive.parent).free
        needed = whole - there + int(whole * growth) + _SPARE
        if free < needed:
            raise NoRoom(
                f"The archive of the figures of filings has {whole >> 20:,} MiB; with what is stored of it "
                f"{needed >> 20:,} MiB are needed, and {shelf.archive.parent} has {free >> 20:,} MiB free: "
                "make room, then run manage.py import_facts --archive"
            )
        self.tally.message = f"{DOWNLOAD}: {there >> 20:,} of {whole >> 20:,} MiB"
        self._tell(DOWNLOAD, there >> 10, whole >> 10)

    def _store(self, archive: Archive, wanted: frozenset[str]) -> int:
        """
        Store what is new of our companies; return how many the archive tells of.

        :raises MalformedPayload: if too many of them cannot be read.
        """
        total = sum(cik in wanted for cik in archive.companies())

        def stored_so_far(stored: Stored) -> None:
            self.tally.inserted, self.tally.changed = stored.facts, stored.companies
            self.tally.unchanged, self.tally.refused = stored.unchanged, len(stored.malformed)
            self._tell(STORE, stored.companies + stored.unchanged + len(stored.malformed), total)

        self.tally.message = STORE
        stored = store_facts(
            told=archive.facts(wanted),
            tags=kept_tags(),
            source=self.source,
            now=self.tally.now,
            writing=self.lease.writing,
            on_batch=stored_so_far,
        )
        stored_so_far(stored)
        if len(stored.malformed) > max(1.0, _MOST_MALFORMED * total):
            first = stored.malformed[0]
            raise MalformedPayload(
                f"SEC: {len(stored.malformed)} of {total} companies in the archive cannot be read, "
                f"the first: {first.reason}",
                provider="sec",
            )
        self.tally.message = (
            f"{total:,} companies, {stored.companies:,} told something new: {stored.reports:,} filings, "
            f"{stored.facts:,} figures"
        )
        return total

    def _score(self) -> None:
        session = latest_session_with_bars()
        if session is None:
            return
        self.on_progress(SCORE, 0, None)
        scored = score_session(session=session, now=self.tally.now, guard=self.lease.guard)
        self.tally.ranked = scored.fundamental.scored

    def _tell(self, what: str, done: int, total: int) -> None:
        self.on_progress(what, done, total)
        self.tally.progress(done, total)
