"""
Making bars and actions again from the archive, without a call, as the answers made them when they came.

A year at a time: what came from answers that the archive has is taken out, the answers are read again in
their order by the adapter and stored by the ingest, and the result is compared with what was stored. Bars
of which the archive lacks an answer stay as they were. A year is done as a whole or not at all.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import numpy as np
from django.db import transaction

from investment.lib.errors import DomainError
from investment.market.services import bar_table, rebuilding
from investment.market.services.actions import ingest_actions
from investment.market.services.bars import ingest_market_day, ingest_series
from investment.market.services.origins import NewOrigin
from investment.market.services.withdrawal import withdraw_bars
from investment.ops.services import leases
from investment.ops.services.work import OnProgress, silent
from investment.providers.contracts import BarColumns, BarSeries, DividendRecord, SplitRecord
from investment.providers.contracts.replay import Asked
from investment.providers.registry import source_of
from investment.providers.replay import REPLAYABLE, Played, Recording
from investment.providers.selectors.archive import Kept

LOCK = "rebuild"
_BARS = ("market_day", "series")
_COLUMNS = ("open", "high", "low", "close", "volume", "vwap", "trades")
_MOST_NOTES = 50

Found = TypeVar("Found")


@dataclass(slots=True)
class Rebuilt:
    """
    What came of it, in bars: ``same`` as stored (``other_origin`` of them from another answer with the same
    values), ``restored`` that were not there, ``different`` from what was stored, and ``lacking``, of which
    the archive lacks an answer and which stay as they are. Of actions likewise. ``notes`` say why.
    """

    answers: int = 0
    same: int = 0
    restored: int = 0
    different: int = 0
    other_origin: int = 0
    lacking: int = 0
    revisions_different: int = 0
    actions_same: int = 0
    actions_restored: int = 0
    actions_lacking: int = 0
    examples: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """True where what is stored is what the archive makes, row for row."""
        return not (self.restored or self.different or self.revisions_different or self.actions_restored)

    def note(self, words: str) -> None:
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(words)
        elif len(self.notes) == _MOST_NOTES:
            self.notes.append("… and more of the like")


@dataclass(frozen=True, slots=True)
class _Question:
    first_page: Kept
    asked: Asked


def rebuild(
    *,
    since: date = date.min,
    until: date = date.max,
    providers: Sequence[str] = REPLAYABLE,
    check: bool = False,
    on_progress: OnProgress = silent,
) -> Rebuilt:
    """
    Make the bars of a range of sessions, and splits and dividends of these days, again from the archive.

    :param since, until: both included.
    :param check: keep nothing: only say how what is stored differs.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over; the years done before stay done.
    """
    done = Rebuilt()
    with leases.lock(LOCK) as lease:
        for provider in providers:
            _Rebuilding(
                Recording(provider), source_of(provider), lease, since, until, check, on_progress, done
            ).run()
    return done


@dataclass(slots=True)
class _Rebuilding:
    recording: Recording
    source: str
    lease: leases.Held
    since: date
    until: date
    check: bool
    on_progress: OnProgress
    done: Rebuilt
    # Of the origins of kept answers: their ids, and when each call's answer was fetched.
    origin_ids: list[int] = field(default_factory=list)
    fetched_at: dict[UUID, datetime] = field(default_factory=dict)

    def run(self) -> None:
        questions = [_Question(page, asked) for page, asked in self.recording.questions()]
        questions = [q for q in questions if q.asked.first <= self.until and q.asked.last >= self.since]
        self.done.answers += len(questions)
        calls = [answer.call_id for answer in self.recording.answers if answer.digest is not None]
        for origin in rebuilding.origins_of_calls(provider=self.source, call_ids=calls):
            self.origin_ids.append(origin.pk)
            if origin.call_id is not None:
                self.fetched_at[origin.call_id] = origin.fetched_at
        bars = [q for q in questions if q.asked.kind in _BARS]
        for first, last in self._years(bars):
            self._bars([q for q in bars if q.asked.first <= last and q.asked.last >= first], first, last)
        if not self.check:
            with self.lease.writing():
                rebuilding.drop_unused_origins(origin_ids=self.origin_ids)
        self._actions([q for q in questions if q.asked.kind not in _BARS])

    def _years(self, questions: Sequence[_Question]) -> Iterator[tuple[date, date]]:
        """Yield the years that the questions reach into, each cut to the range that is wanted."""
        years = {year for q in questions for year in range(q.asked.first.year, q.asked.last.year + 1)}
        for year in sorted(years):
            first, last = max(self.since, date(year, 1, 1)), min(self.until, date(year, 12, 31))
            if first <= last:
                yield first, last

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep all of the block, or nothing of it where we only look."""
        with transaction.atomic():
            self.lease.check()
            yield
            if self.check:
                transaction.set_rollback(True)
            else:
                self.lease.guard()

    def _bars(self, questions: Sequence[_Question], first: date, last: date) -> None:
        what = f"Bars of {first.year}"
        with self._writing():
            bar_table.lock_years([first.year])
            rebuilding.remember(first=first, last=last)
            rebuilding.mark_lacking(provider=self.source, origin_ids=self.origin_ids)
            withdraw_bars(origin_ids=self.origin_ids, first=first, last=last)
            with rebuilding.issues_as_they_were():
                for place, question in enumerate(questions):
                    self.on_progress(what, place, len(questions))
                    self._noting(question, partial(self._replay, question, first, last))
            kept = rebuilding.put_back()
            found = rebuilding.compare(first=first, last=last)
        self.on_progress(what, len(questions), len(questions))
        for session, count in kept.items():
            self.done.note(
                f"{count:,} bars of {session} stay as they are: the archive lacks an answer that made them"
            )
        lacking = sum(kept.values())
        self.done.lacking += lacking
        self.done.same += found.same - lacking
        self.done.restored += found.restored
        self.done.different += found.different
        self.done.other_origin += found.other_origin
        self.done.revisions_different += found.revisions_different
        self.done.examples += found.examples

    def _replay(self, question: _Question, first: date, last: date) -> None:
        """Read one answer again, and store what it tells of the days from ``first`` to ``last``."""
        asked = question.asked
        with self.recording.played(question.first_page) as played:
            if asked.kind == "market_day":
                day = played.adapter.grouped_daily(session=asked.first)
                if day.row_count:
                    origin = self._origin(question, played, day.basis, day.digest, asked.first.isoformat())
                    ingest_market_day(day=day, origin=origin, now=_at(origin))
                return
            series = played.adapter.daily_bars(symbol=asked.symbol, start=asked.first, end=asked.last)
            detail = f"{asked.symbol} {asked.first} to {asked.last}"
            origin = self._origin(question, played, series.basis, series.digest, detail)
            ingest_series(series=_part(series, first, last), origin=origin, now=_at(origin))

    def _origin(self, question: _Question, played: Played, basis: str, digest: str, detail: str) -> NewOrigin:
        call_id = played.last_call_id
        return NewOrigin(
            provider=self.source,
            basis=basis,
            fetched_at=self.fetched_at.get(call_id, played.received_at),
            endpoint=question.first_page.endpoint,
            call_id=call_id,
            digest=digest,
            detail=detail,
        )

    def _noting(self, question: _Question, do: Callable[[], Found]) -> Found | None:
        """Do something with an answer, as a whole; where that fails, note why and return None."""
        try:
            with transaction.atomic():
                return do()
        except DomainError as error:
            self.done.note(f"{question.first_page.asked}: {error.message}")
            return None

    def _actions(self, questions: Sequence[_Question]) -> None:
        def ingest() -> None:
            splits: dict[tuple[date, date, str | None], list[SplitRecord]] = {}
            for place, question in enumerate(questions):
                self.on_progress("Splits and dividends", place, len(questions))
                asked = question.asked
                key = (asked.first, asked.last, asked.symbol)
                if asked.kind == "splits":
                    # They are stored together with the dividends that were asked for after them.
                    splits.pop(key, None)
                    found = self._noting(question, partial(self._splits, question))
                    if found is not None:
                        splits[key] = found
                elif key in splits:
                    self._noting(question, partial(self._dividends, question, splits.pop(key)))

        with self._writing():
            found = rebuilding.rebuild_actions(
                provider=self.source,
                ingest=ingest,
                first=self.since,
                last=self.until,
                write=not self.check,
            )
        self.on_progress("Splits and dividends", len(questions), len(questions))
        self.done.actions_same += found.same
        self.done.actions_restored += found.restored
        self.done.actions_lacking += found.lacking
        self.done.examples += found.examples

    def _splits(self, question: _Question) -> list[SplitRecord]:
        asked = question.asked
        with self.recording.played(question.first_page) as played:
            found: list[SplitRecord] = played.adapter.splits(
                start=asked.first, end=asked.last, symbol=asked.symbol
            )
        return found

    def _dividends(self, question: _Question, splits: Sequence[SplitRecord]) -> None:
        asked = question.asked
        with self.recording.played(question.first_page) as played:
            found: list[DividendRecord] = played.adapter.dividends(
                start=asked.first, end=asked.last, symbol=asked.symbol
            )
            origin = NewOrigin(
                provider=self.source, endpoint="splits and dividends", call_id=played.last_call_id
            )
            at = played.received_at
        ingest_actions(
            splits=splits,
            dividends=found,
            start=asked.first,
            end=asked.last,
            origin=origin,
            now=at,
            symbol=asked.symbol,
        )


def _at(origin: NewOrigin) -> datetime:
    assert origin.fetched_at is not None  # noqa: S101 - for the type checker: we have just set it
    return origin.fetched_at


def _part(series: BarSeries, first: date, last: date) -> BarSeries:
    """Return the bars from ``first`` to ``last``; what was unreadable belongs to no day."""
    inside = [i for i, session in enumerate(series.sessions) if first <= session <= last]
    if len(inside) == len(series.sessions):
        return series
    places = np.array(inside, dtype=np.int64)
    return replace(
        series,
        sessions=[series.sessions[i] for i in inside],
        bars=BarColumns(
            symbols=[series.bars.symbols[i] for i in inside],
            **{name: getattr(series.bars, name)[places] for name in _COLUMNS},
        ),
        malformed=[],
    )
