"""Bringing in history: newest first, within the quota, going on where it stopped."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from investment.acquisition.services.standing_in import stand_in, wanted_symbols
from investment.market.services.actions import ingest_actions, withhold_actions
from investment.market.services.bars import AnswerRefused, ingest_series
from investment.ops.models import BackfillStep, Run
from investment.ops.selectors.backfill import AHEAD, LOCK, BackfillPlan
from investment.ops.services import leases, runs, stage_bars
from investment.ops.services.pieces import Bringing
from investment.ops.services.sources import provider_under
from investment.ops.services.work import OnProgress, silent
from investment.providers.contracts import DividendRecord, SplitRecord
from investment.providers.errors import (
    CircuitOpen,
    MalformedPayload,
    NotEntitled,
    OutOfHistory,
    TransientProviderError,
    UnknownSymbol,
)

_PAUSES = (2.0, 10.0, 60.0)  # seconds before a passing failure is tried again

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What a backfill did. ``notes`` say what could not be had, and why."""

    stored: int = 0
    calls: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Backfill(Bringing):
    plan: BackfillPlan
    on_progress: OnProgress
    sleep: Callable[[float], None]
    elsewhere: int = 0  # calls to others that stood in

    @property
    def calls(self) -> int:
        return self.provider.calls_spent + self.elsewhere

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Return the answer; a passing failure is asked again, more and more slowly, a few times."""
        for pause in _PAUSES:
            try:
                return question()
            except TransientProviderError as error:
                self.tally.message = f"{stage_bars.explain(error)}; again in {pause:.0f} s"
                self.sleep(pause)
        return question()

    def tell(self, what: str, done: int, total: int) -> None:
        self.tally.calls = self.calls
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
        work = _Backfill(
            plan=plan, provider=provider, tally=tally, lease=lease, on_progress=on_progress, sleep=sleep
        )
        try:
            if plan.strategy == "symbol":
                _by_symbol(work)
            else:
                _by_session(work)
        finally:
            tally.calls = work.calls
        tally.message = "; ".join(work.notes)
        return Backfilled(work.stored, tally.calls, tally.seconds, work.notes)


def _by_session(work: _Backfill) -> None:
    plan = work.plan
    if plan.actions:
        _market_actions(work)
    for place, session in enumerate(plan.sessions):
        work.tell("Sessions, newest first", place, len(plan.sessions))
        try:
            day = work.ask(lambda session=session: work.provider.grouped_daily(session=session))  # type: ignore[misc]
        except OutOfHistory as error:
            work.notes.append(f"The plan's history ends after {session}: {stage_bars.explain(error)}")
            return
        except MalformedPayload as error:
            work.notes.append(f"{session} was refused: {error.message}")
            continue
        if not day.row_count:
            work.notes.append(f"{session} has no rows")
            continue
        try:
            work.keep_day(day)
        except AnswerRefused as error:
            work.notes.append(f"{session} was refused: {error.message}")
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
        try:
            note = _one_symbol(work, symbol)
        except CircuitOpen:
            # What people hold and watch does not wait until it has recovered.
            for waiting in wanted_symbols(symbols=symbols[place:], now=work.tally.now):
                work.notes.append(f"{waiting}: {_instead(work, waiting)}")
            raise
        if note is not None:
            work.finish_step(BackfillStep.Kind.SYMBOL, work.plan.since, work.plan.until, symbol, note)
    work.tell("Instruments", len(symbols), len(symbols))


def _one_symbol(work: _Backfill, symbol: str) -> str | None:
    """Store one instrument's actions and bars; return a note, empty if all is well, None if refused."""
    since, until = work.plan.since, work.plan.until
    note = _symbol_actions(work, symbol)
    try:
        series = work.ask(lambda: work.provider.daily_bars(symbol=symbol, start=since, end=until))
    except OutOfHistory as error:
        return f"{symbol}: {stage_bars.explain(error)}"
    except (UnknownSymbol, NotEntitled) as error:
        return f"{symbol}: {stage_bars.explain(error)}{_instead_if_wanted(work, symbol)}"
    except MalformedPayload as error:
        work.notes.append(f"{symbol} was refused: {error.message}")
        return None
    if not series.sessions and not series.malformed:  # which is how an unknown symbol looks
        instead = _instead_if_wanted(work, symbol)
        return f"{note or symbol}: no bars{instead}" if instead else note
    origin = work.origin(
        endpoint="daily_bars", basis=series.basis, digest=series.digest, detail=f"{symbol} {since} to {until}"
    )
    try:
        work.keep(partial(ingest_series, series=series, origin=origin, now=work.tally.now))
    except AnswerRefused as error:
        work.notes.append(f"{symbol} was refused: {error.message}")
        return None
    return note


def _instead_if_wanted(work: _Backfill, symbol: str) -> str:
    wanted = wanted_symbols(symbols=[symbol], now=work.tally.now)
    return f"; {_instead(work, symbol)}" if wanted else ""


def _instead(work: _Backfill, symbol: str) -> str:
    """Let the next source of the same basis stand in for one instrument; return what came of it, in words."""
    done = stand_in(
        symbol=symbol,
        since=work.plan.since,
        until=work.plan.until,
        now=work.tally.now,
        epoch=work.lease.epoch,
        writing=work.lease.writing,
    )
    work.elsewhere += done.calls
    work.tally.inserted += done.stored
    return done.words


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
    origin = work.origin(endpoint="splits and dividends", detail=f"{symbol or ''} {start} to {end}".strip())
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
