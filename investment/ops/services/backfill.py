"""Bringing in history: newest first, within the quota, going on where it stopped."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from investment.market.services.actions import ingest_actions, withhold_actions
from investment.market.services.bars import AnswerRefused, IngestReport, ingest_market_day, ingest_series
from investment.market.services.origins import NewOrigin
from investment.ops.models import BackfillStep, Run
from investment.ops.selectors.backfill import AHEAD, BackfillPlan
from investment.ops.services import leases, runs, stage_bars
from investment.ops.services.sources import provider_under, source_name
from investment.ops.services.work import OnProgress, silent
from investment.providers import gateway
from investment.providers.contracts import DividendRecord, SplitRecord
from investment.providers.errors import (
    MalformedPayload,
    NotEntitled,
    OutOfHistory,
    TransientProviderError,
    UnknownSymbol,
)

LOCK = "backfill"
_PAUSES = (2.0, 10.0, 60.0)  # seconds before a passing failure is tried again

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Backfilled:
    """What a backfill did. ``notes`` say what could not be had, and why."""

    stored: int = 0
    calls: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Backfill:
    plan: BackfillPlan
    provider: gateway.MeteredMarketData
    tally: runs.Tally
    lease: leases.Held
    on_progress: OnProgress
    sleep: Callable[[float], None]
    done: Backfilled = field(default_factory=Backfilled)

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Return the answer; a passing failure is asked again, more and more slowly, a few times."""
        for pause in _PAUSES:
            try:
                return question()
            except TransientProviderError as error:
                self.tally.message = f"{stage_bars.explain(error)}; again in {pause:.0f} s"
                self.sleep(pause)
        return question()

    def origin(self, *, endpoint: str, basis: str, digest: str, detail: str) -> NewOrigin:
        return NewOrigin(
            provider=source_name(),
            basis=basis,
            fetched_at=self.tally.now,
            endpoint=endpoint,
            call_id=self.provider.last_call_id,
            digest=digest,
            detail=detail,
        )

    def keep(self, ingest: Callable[[], IngestReport]) -> None:
        report = stage_bars.keep(self.lease, ingest)
        self.tally.inserted += report.inserted
        self.tally.changed += report.changed
        self.tally.unchanged += report.unchanged
        self.tally.refused += report.refused

    def finish_step(
        self, kind: BackfillStep.Kind, first: date, last: date, key: str = "", note: str = ""
    ) -> None:
        """Remember that this piece is stored, so that the next backfill passes it over."""
        with self.lease.writing():
            BackfillStep.objects.update_or_create(
                kind=kind,
                key=key,
                first=first,
                last=last,
                defaults={"done_at": self.tally.now, "note": runs.shorten(note)},
            )
        self.done.stored += 1
        if note:
            self.done.notes.append(note)

    def tell(self, what: str, done: int, total: int) -> None:
        self.tally.calls = self.provider.calls_spent
        self.on_progress(what, done, total)
        self.tally.progress(done, total)


def run_backfill(
    *,
    plan: BackfillPlan,
    now: datetime,
    trigger: Run.Trigger,
    patience: float = float("inf"),
    on_progress: OnProgress = silent,
    sleep: Callable[[float], None] = time.sleep,
) -> Backfilled:
    """
    Do what the plan says. Each piece is stored and remembered by itself, so it may be interrupted.

    :param patience: seconds that a call may wait for a free slot.
    :raises Busy: if a backfill is running already.
    :raises LeaseLost: if another has taken over; what was stored until then stays.
    :raises ProviderError, QuotaExhausted: what was stored until then stays.
    """
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.BACKFILL,
            subject=f"{plan.since} to {plan.until}",
            trigger=trigger,
            lease=lease,
            now=now,
        ) as tally,
        provider_under(lease, lane="planned", purpose="backfill", patience=patience) as provider,
    ):
        work = _Backfill(plan, provider, tally, lease, on_progress, sleep)
        try:
            if plan.strategy == "symbol":
                _by_symbol(work)
            else:
                _by_session(work)
        finally:
            tally.calls = provider.calls_spent
        tally.message = "; ".join(work.done.notes)
        work.done.calls, work.done.seconds = tally.calls, tally.seconds
        return work.done


def _by_session(work: _Backfill) -> None:
    plan = work.plan
    if plan.actions:
        _market_actions(work)
    for place, session in enumerate(plan.sessions):
        work.tell("Sessions, newest first", place, len(plan.sessions))
        try:
            day = work.ask(lambda session=session: work.provider.grouped_daily(session=session))  # type: ignore[misc]
        except OutOfHistory as error:
            work.done.notes.append(f"The plan's history ends after {session}: {stage_bars.explain(error)}")
            return
        except MalformedPayload as error:
            work.done.notes.append(f"{session} was refused: {error.message}")
            continue
        if not day.row_count:
            work.done.notes.append(f"{session} has no rows")
            continue
        origin = work.origin(
            endpoint=stage_bars.ENDPOINT, basis=day.basis, digest=day.digest, detail=session.isoformat()
        )
        try:
            work.keep(partial(ingest_market_day, day=day, origin=origin, now=work.tally.now))
        except AnswerRefused as error:
            work.done.notes.append(f"{session} was refused: {error.message}")
            continue
        work.finish_step(BackfillStep.Kind.SESSION, session, session)
    work.tell("Sessions, newest first", len(plan.sessions), len(plan.sessions))


def _market_actions(work: _Backfill) -> None:
    """Fetch the market's splits and dividends over the whole range."""
    plan = work.plan
    start, end = plan.since, plan.until + AHEAD
    work.tell("Splits and dividends", 0, 2)
    note = ""
    try:
        splits = work.ask(lambda: work.provider.splits(start=start, end=end))
        work.tell("Splits and dividends", 1, 2)
        dividends = work.ask(lambda: work.provider.dividends(start=start, end=end))
    except (NotEntitled, OutOfHistory) as error:
        note = f"Splits and dividends are not in the plan: {stage_bars.explain(error)}"
    else:
        _store_actions(work, splits, dividends, start, end)
    work.finish_step(BackfillStep.Kind.ACTIONS, plan.since, plan.until, note=note)
    work.tell("Splits and dividends", 2, 2)


def _by_symbol(work: _Backfill) -> None:
    symbols = work.plan.symbols
    for place, symbol in enumerate(symbols):
        work.tell("Instruments", place, len(symbols))
        note = _one_symbol(work, symbol)
        if note is not None:
            work.finish_step(BackfillStep.Kind.SYMBOL, work.plan.since, work.plan.until, symbol, note)
    work.tell("Instruments", len(symbols), len(symbols))


def _one_symbol(work: _Backfill, symbol: str) -> str | None:
    """Store one instrument's actions and bars; return a note, empty if all is well, None if refused."""
    since, until = work.plan.since, work.plan.until
    note = _symbol_actions(work, symbol)
    try:
        series = work.ask(lambda: work.provider.daily_bars(symbol=symbol, start=since, end=until))
    except (UnknownSymbol, OutOfHistory, NotEntitled) as error:
        return f"{symbol}: {stage_bars.explain(error)}"
    except MalformedPayload as error:
        work.done.notes.append(f"{symbol} was refused: {error.message}")
        return None
    origin = work.origin(
        endpoint="daily_bars", basis=series.basis, digest=series.digest, detail=f"{symbol} {since} to {until}"
    )
    try:
        work.keep(partial(ingest_series, series=series, origin=origin, now=work.tally.now))
    except AnswerRefused as error:
        work.done.notes.append(f"{symbol} was refused: {error.message}")
        return None
    return note


def _symbol_actions(work: _Backfill, symbol: str) -> str:
    start, end = work.plan.since, work.plan.until + AHEAD
    try:
        splits = work.ask(lambda: work.provider.splits(start=start, end=end, symbol=symbol))
        dividends = work.ask(lambda: work.provider.dividends(start=start, end=end, symbol=symbol))
    except (NotEntitled, OutOfHistory, UnknownSymbol) as error:
        words = stage_bars.explain(error)
        with work.lease.writing():
            withhold_actions(symbol=symbol, reason=words)
        return f"{symbol}: splits and dividends are unknown: {words}"
    _store_actions(work, splits, dividends, start, end, symbol)
    return ""


def _store_actions(
    work: _Backfill,
    splits: Sequence[SplitRecord],
    dividends: Sequence[DividendRecord],
    start: date,
    end: date,
    symbol: str | None = None,
) -> None:
    origin = work.origin(
        endpoint="splits and dividends",
        basis="raw",
        digest="",
        detail=f"{symbol or ''} {start} to {end}".strip(),
    )
    with work.lease.writing():
        ingest_actions(
            splits=splits,
            dividends=dividends,
            start=start,
            end=end,
            origin=origin,
            now=work.tally.now,
            symbol=symbol,
        )
