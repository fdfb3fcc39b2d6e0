"""
Loading bars that did not come from a provider: a user's own files, or the sample market's past.

What is imported is a source like any other: judged, with its provenance, and outranked by what a
provider says (``services/precedence.py``).
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import connection

from investment.lib.errors import DomainError
from investment.market.models import Origin
from investment.market.selectors.sessions import latest_closed_session, sessions_before, sessions_between
from investment.market.services.actions import ingest_actions, withhold_actions
from investment.market.services.bars import IngestReport, ingest_market_day, ingest_series
from investment.market.services.instruments import upsert_instruments
from investment.market.services.origins import NewOrigin
from investment.market.services.unadjust import as_traded
from investment.providers.contracts import BarSeries, Basis, MarketDay
from investment.providers.datafolder import FileBars, FolderEntry, read_bars, read_folder, split_factors
from investment.providers.sandbox.sample import EPOCH, SampleMarket

OnProgress = Callable[[int, int], None]

SAMPLE = "sample"
SAMPLE_SESSIONS = 520


class ImportRefused(DomainError):
    """A file cannot be imported; the message says why, and what to do."""

    code = "import_refused"


@dataclass(slots=True)
class ImportReport:
    """What became of the rows of an import; ``symbols`` are those of its files."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    not_chosen: int = 0
    skipped_sessions: int = 0
    symbols: list[str] = field(default_factory=list)

    def add(self, report: IngestReport) -> None:
        self.inserted += report.inserted
        self.changed += report.changed
        self.unchanged += report.unchanged
        self.refused += report.refused
        self.not_chosen += report.not_chosen


def import_folder(*, path: Path, now: datetime, on_progress: OnProgress | None = None) -> ImportReport:
    """
    Load a folder of bars and actions (``providers/datafolder.py`` says how it looks). Repeatable.

    Every file is stored whole or not at all, with the actions that the folder says it has.

    :param on_progress: told how many files of how many are done.
    :raises FolderRefused: if the folder or one of its files cannot be read.
    :raises ImportRefused: if a file is adjusted for splits that the folder does not list.
    :raises AnswerRefused: if more than 1 % of a file's rows cannot be true.
    """
    folder = read_folder(path)
    provider = _provider(folder.name)
    report = ImportReport()
    upsert_instruments(records=[entry.record for entry in folder.entries], source=provider, now=now)
    for done, entry in enumerate(folder.entries, start=1):
        bars = read_bars(entry.file, entry.record.symbol)
        _import_actions(entry, bars, provider=provider, now=now)
        raw = _as_traded(entry, bars)
        origin = _origin(provider, entry.file, entry.basis)
        report.add(
            ingest_series(series=_series(entry.record.symbol, raw, "raw", origin), origin=origin, now=now)
        )
        report.symbols.append(entry.record.symbol)
        if on_progress is not None:
            on_progress(done, len(folder.entries))
    return report


def import_file(
    *, path: Path, symbol: str, basis: Basis, now: datetime, adjusted_until: date | None = None
) -> ImportReport:
    """
    Load one CSV file of daily bars of one instrument. Repeatable, all or nothing.

    :param basis: ``raw`` is as traded; bars adjusted for ``splits`` are made raw with known splits.
    :param adjusted_until: the day whose basis split-adjusted bars are on; default: now.
    :raises FolderRefused: if the file cannot be read.
    :raises AnswerRefused: if more than 1 % of the rows cannot be true, or the splits are not known.
    """
    origin = _origin(_provider(path.stem), path, basis)
    series = _series(symbol, read_bars(path, symbol), basis, origin)
    report = ImportReport(symbols=[symbol])
    report.add(ingest_series(series=series, origin=origin, now=now, adjusted_until=adjusted_until))
    return report


def sample_sessions(*, now: datetime, count: int = SAMPLE_SESSIONS) -> list[date]:
    """Return the sessions to import: up to the last closed one, which comes over HTTP as all later ones."""
    return sessions_before(latest_closed_session(now), count + 1)[:-1]


def import_sample(
    *,
    first: date,
    last: date,
    now: datetime,
    on_progress: OnProgress | None = None,
    market: SampleMarket | None = None,
) -> ImportReport:
    """
    Load the sample market from ``first`` to ``last``: instruments, actions and bars.

    Session by session; one that has bars already is passed over, so that an import that was
    interrupted goes on where it stopped.

    :param on_progress: told how many sessions of how many are done.
    :param market: default: the one of the installation's mode.
    :raises ImportRefused: if the mode has no sample market.
    """
    market = market or _sample_market()
    _import_sample_instruments(market, first=first, last=last, now=now)
    origin = NewOrigin(provider=SAMPLE, channel=Origin.Channel.IMPORTED, detail="sample market")
    ingest_actions(
        splits=market.splits(first, last),
        dividends=market.dividends(first, last),
        start=first,
        end=last,
        origin=origin,
        now=now,
    )
    wanted = sessions_between(first, last)
    present = _sessions_with_bars(first, last)
    report = ImportReport(skipped_sessions=len(present))
    for done, day in enumerate(_days(market, wanted, present), start=1):
        if day is not None:
            report.add(ingest_market_day(day=day, origin=origin, now=now))
        if on_progress is not None:
            on_progress(done, len(wanted))
    return report


def _days(market: SampleMarket, wanted: list[date], present: set[date]) -> Iterator[MarketDay | None]:
    """Yield each session's bars; None for one that is stored already."""
    for session in wanted:
        if session in present:
            yield None
        else:
            yield MarketDay(session=session, bars=market.day(session), malformed=[], basis="raw", digest="")


def _import_sample_instruments(market: SampleMarket, *, first: date, last: date, now: datetime) -> None:
    """Store who was listed when, under which tickers: as of the first session, then as of the last."""
    then = [
        market.record(line, max(first, line.listed_on))
        for line in market.lines
        # Of those that came later, only a ticker given up since would be missed below.
        if line.listed_on <= first or (line.renamed_on and line.listed_on <= last)
    ]
    upsert_instruments(records=then, source=SAMPLE, now=now)
    renamed_on = {line.composite_figi: line.renamed_on for line in market.lines if line.renamed_on}
    upsert_instruments(records=market.instruments(last), source=SAMPLE, now=now, renamed_on=renamed_on)


def _sample_market() -> SampleMarket:
    mode = settings.MODE
    if mode.seed is None or mode.symbols is None:
        raise ImportRefused(
            f"Mode {mode.name} has no sample market: the figures of different modes never mix", mode=mode.name
        )
    sessions = sessions_between(EPOCH, date.max)
    if not sessions or sessions[0] != EPOCH:
        raise ImportRefused(f"The calendar does not reach back to {EPOCH}: run manage.py write_calendar")
    return SampleMarket(seed=mode.seed, symbols=mode.symbols, sessions=sessions)


def _sessions_with_bars(first: date, last: date) -> set[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT session FROM market_session day
            WHERE session BETWEEN %s AND %s
              AND EXISTS (SELECT FROM market_dailybar bar WHERE bar.session = day.session)
            """,
            [first, last],
        )
        return {session for (session,) in cursor.fetchall()}


def _import_actions(entry: FolderEntry, bars: FileBars, *, provider: str, now: datetime) -> None:
    symbol = entry.record.symbol
    if not entry.actions_known:
        withhold_actions(
            symbol=symbol, reason=f"{entry.file.parent.name}/{entry.file.name}: actions = unknown"
        )
        return
    days = [*bars.sessions[:1], *bars.sessions[-1:]]
    days += [split.ex_date for split in entry.splits] + [dividend.ex_date for dividend in entry.dividends]
    if days:
        ingest_actions(
            splits=entry.splits,
            dividends=entry.dividends,
            start=min(days),
            end=max(days),
            origin=NewOrigin(provider=provider, channel=Origin.Channel.IMPORTED, detail=entry.file.name),
            now=now,
            symbol=symbol,
        )


def _as_traded(entry: FolderEntry, file: FileBars) -> FileBars:
    if entry.basis == "raw":
        return file
    if not entry.actions_known:
        raise ImportRefused(
            f"{entry.file} is adjusted for splits that nobody lists, and cannot be made raw:"
            " list its actions, or give raw prices",
            symbol=entry.record.symbol,
        )
    ratio = split_factors(entry.splits, file.sessions)
    return FileBars(file.sessions, as_traded(bars=file.bars, ratio=ratio), file.malformed)


def _series(symbol: str, file: FileBars, basis: Basis, origin: NewOrigin) -> BarSeries:
    return BarSeries(
        symbol=symbol,
        sessions=file.sessions,
        bars=file.bars,
        malformed=file.malformed,
        basis=basis,
        digest=origin.digest,
    )


def _origin(provider: str, file: Path, basis: Literal["raw", "splits"]) -> NewOrigin:
    return NewOrigin(
        provider=provider,
        channel=Origin.Channel.IMPORTED,
        basis=basis,
        digest=hashlib.sha256(file.read_bytes()).hexdigest(),
        detail=file.name,
    )


def _provider(name: str) -> str:
    """Return whose figures these are, in the 32 characters that a provider's name has."""
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "file"
    return f"import:{word}"[:32].rstrip("-")
