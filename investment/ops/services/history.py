"""
Bringing in what came before a live installation's first session, a slice at a time.

A slice takes the lock of the backfill and does piece after piece, until the quota, its time or the
pieces are at their end. It never waits: the row says when the next one may begin, and beat sends it.
What comes in lets the newest session be analysed again, each time another figure can appear.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings

from investment.market.selectors.sessions import NEW_YORK, latest_closed_session, sessions_between
from investment.market.services.actions import (
    ingest_dividends,
    ingest_splits,
    record_coverage,
    release_market_actions,
    withhold_market_actions,
)
from investment.market.services.bars import AnswerRefused
from investment.market.services.former_tickers import recognise_former, retire_strangers
from investment.market.services.instruments import upsert_instruments
from investment.ops.models import BackfillStep, History, Run, SessionStage
from investment.ops.selectors import history
from investment.ops.selectors.backfill import LOCK
from investment.ops.selectors.history import ACTIVE, DELISTED, ON, POINTS, Piece
from investment.ops.selectors.jobs import last_done_session
from investment.ops.selectors.prices import has_prices
from investment.ops.services import job_rows, leases, runs, stage_actions, stage_bars
from investment.ops.services.pieces import Bringing
from investment.ops.services.sources import provider_under, source_name
from investment.providers import registry
from investment.providers.errors import (
    CredentialsRejected,
    MalformedPayload,
    OutOfHistory,
    PermanentProviderError,
    TransientProviderError,
)
from investment.providers.services import entitlements
from investment.quotas.errors import QuotaExhausted

SLICE = 60.0  # seconds
PASSING = timedelta(minutes=1)  # until a passing failure is tried again, where nobody said when
FAULT = timedelta(minutes=15)  # until it is tried again after a fault of ours
MOST_TRIES = 3  # of a question whose answer cannot be believed
NO_ROWS = "no rows"
SILENT = 10  # sessions without rows, one after the other: there the provider's history begins
FEWEST_DAYS = 7  # of dividends in one question
_LOST = ("old_epoch", "old_release")


class _Over(Exception):
    """The slice's time is over in the middle of a piece; what is read of it is remembered."""


@dataclass(slots=True, kw_only=True)
class _Slice(Bringing):
    row: History
    within: float

    @property
    def over(self) -> bool:
        return self.tally.seconds >= self.within

    @property
    def now(self) -> datetime:
        return self.tally.now

    def update(self, **values: object) -> None:
        """Write to the row, in a transaction under the lease."""
        History.objects.filter(pk=self.row.pk).update(**values)
        for name, value in values.items():
            setattr(self.row, name, value)

    def write(self, **values: object) -> None:
        with self.lease.writing():
            self.update(**values)


def open_history(*, now: datetime) -> History | None:
    """
    Make the row of what there is to bring in, or reopen it for another key or plan; None in other modes.

    One that has stopped goes on: somebody has started anew, and may have mended what was wrong.
    """
    if settings.MODE.kind != "live" or not has_prices():
        return None
    scope, plan = registry.market_data_access().limits.scope, settings.MASSIVE_PLAN
    today, until = now.astimezone(NEW_YORK).date(), latest_closed_session(now)
    row, made = History.objects.get_or_create(
        pk=1,
        defaults={
            "scope": scope,
            "plan": plan,
            "since": min(history.first_day(today=today), until),
            "until": until,
            "began_at": now,
            "next_try_at": now,
        },
    )
    if made:
        return row
    reopened = {"state": History.State.WAITING, "next_try_at": now, "finished_at": None, "error": ""}
    if (row.scope, row.plan) != (scope, plan):
        # What was learned of another plan may be so no more.
        entitlements.ask_again(scopes=[scope], now=now)
        since = min(registry.market_data_begins(today=today), row.until)
        values = {"scope": scope, "plan": plan, "since": since, "refused": {}, "tries": {}, **reopened}
        History.objects.filter(pk=1).update(**values)
    elif row.state == History.State.STOPPED:
        History.objects.filter(pk=1).update(**reopened)
    row.refresh_from_db()
    return row


def bring_history(*, now: datetime, trigger: Run.Trigger, within: float = SLICE) -> History | None:
    """
    Do what free calls allow of the history, for ``within`` seconds at most; return how its row stands.

    Repeatable; None where nothing is due. What is stored is remembered piece by piece.

    :raises Busy: if somebody brings in history already.
    :raises LeaseLost: if another has taken over; what was stored until then stays.
    """
    due = history.due_history(now=now)
    if due is None:
        return None
    subject = f"history to {due.until}"
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.BACKFILL, subject=subject, trigger=trigger, lease=lease, now=now, go_on=True
        ) as tally,
        provider_under(lease, lane="planned", purpose="history", patience=0.0) as provider,
    ):
        row = History.objects.get(pk=1)
        work = _Slice(provider=provider, tally=tally, lease=lease, row=row, within=within)
        before = tally.calls
        try:
            _bring(work)
        except Exception as error:
            if not isinstance(error, (leases.LeaseLost, QuotaExhausted)):
                lease.check()
                # A fault of ours: it is shown, and not tried again at once.
                words = runs.shorten(f"{type(error).__name__}: {error}")
                work.write(next_try_at=work.now + FAULT, error=words)
            raise
        finally:
            tally.calls = before + provider.calls_spent
        tally.message = "; ".join([*work.notes, work.row.error] if work.row.error else work.notes)
        if work.row.state == History.State.WAITING:
            runs.close_run(tally, state=Run.State.WAITING)
        elif work.row.state == History.State.STOPPED:
            runs.close_run(tally, state=Run.State.FAILED, error=work.row.error)
        return work.row


def _bring(work: _Slice) -> None:
    while True:
        pieces = history.open_pieces(work.row)
        if not pieces:
            return _finish(work)
        _tell(work)
        if work.over:
            return work.write(next_try_at=work.now, error="")
        started = work.tally.seconds
        if not _try(work, pieces[0]):
            return None
        spent = work.row.seconds + work.tally.seconds - started
        work.write(pieces=work.row.pieces + 1, seconds=spent, error="")
        if _analyse_where_more_is_known(work):
            # Its turn comes now: what has just come in is to be seen.
            return work.write(next_try_at=work.now)


def _try(work: _Slice, piece: Piece) -> bool:
    """Do one piece; return False where the slice is over with it."""
    try:
        _DO[piece.kind](work, piece)
    except _Over:
        work.write(next_try_at=work.now, error="")
        return False
    except QuotaExhausted as error:
        if error.reason in _LOST:
            raise
        work.write(next_try_at=error.retry_at or work.now + PASSING, error="")
        return False
    except TransientProviderError as error:
        again = error.retry_at if error.retry_at and error.retry_at > work.now else work.now + PASSING
        work.write(next_try_at=again, error=runs.shorten(stage_bars.explain(error)))
        return False
    except CredentialsRejected as error:
        words = runs.shorten(stage_bars.explain(error))
        work.write(state=History.State.STOPPED, next_try_at=None, error=words)
        return False
    except OutOfHistory as error:
        _end_of_history(work, piece, error)
    except (MalformedPayload, AnswerRefused) as error:
        _refused_answer(work, piece, error.message)
    except PermanentProviderError as error:
        _not_in_plan(work, piece, stage_bars.explain(error))
    return True


def _tell(work: _Slice) -> None:
    row = work.row
    total = len(sessions_between(row.since, row.until))
    work.tally.progress(history.stored_sessions(row), total)


def _session(work: _Slice, piece: Piece) -> None:
    day = work.provider.grouped_daily(session=piece.first)
    if day.row_count:
        work.keep_day(day)
        work.finish_step(piece.kind, piece.first, piece.last)
        return
    work.finish_step(piece.kind, piece.first, piece.last, note=NO_ROWS)
    newer = sessions_between(piece.first, work.row.until)[:SILENT]
    silent = BackfillStep.objects.filter(kind=piece.kind, first__in=newer, note=NO_ROWS)
    if len(newer) == SILENT == silent.count():
        _begin_at(work, newer[-1] + timedelta(days=1))


def _list(work: _Slice, piece: Piece) -> None:
    """Read a list of instruments on from where it was left; each page is remembered by itself."""
    at = dict(work.row.reading.get(piece.key, {}))
    then = date.fromisoformat(piece.key.removeprefix(ON)) if piece.key.startswith(ON) else None
    pages = work.provider.instruments(active=piece.key != DELISTED, on=then, after=str(at.get("after", "")))
    for page in pages:
        with work.lease.writing():
            if then is None:
                upsert_instruments(records=page, source=source_name(), now=work.now)
            else:
                recognise_former(records=page, now=work.now)
            at = {
                "after": page[-1].symbol if page else at.get("after", ""),
                "read": int(at.get("read", 0)) + len(page),
            }
            work.update(reading={**work.row.reading, piece.key: at})
        if work.over:
            raise _Over
    work.finish_step(piece.kind, piece.first, piece.last, piece.key)


def _actions(work: _Slice, piece: Piece) -> None:
    spent = work.provider.calls_spent
    try:
        if piece.kind == BackfillStep.Kind.SPLITS:
            splits = work.provider.splits(start=piece.first, end=piece.last)
            ingest = partial(ingest_splits, records=splits)
        else:
            dividends = work.provider.dividends(start=piece.first, end=piece.last)
            ingest = partial(ingest_dividends, records=dividends)
    except QuotaExhausted:
        if work.provider.calls_spent > spent:
            # It has more pages than there were calls; nothing of it is kept. Ask for less at once.
            work.write(days=max(FEWEST_DAYS, work.row.days // 2))
        raise
    origin = work.origin(endpoint=piece.kind.value, detail=f"{piece.first} to {piece.last}")
    with work.lease.writing():
        ingest(start=piece.first, end=piece.last, origin=origin, now=work.now)
        work.finish_step(piece.kind, piece.first, piece.last, piece.key)
        _cover(work, piece.key)


_DO = {
    BackfillStep.Kind.INSTRUMENTS: _list,
    BackfillStep.Kind.SPLITS: _actions,
    BackfillStep.Kind.DIVIDENDS: _actions,
    BackfillStep.Kind.SESSION: _session,
}


def _cover(work: _Slice, key: str) -> None:
    """Say from when on actions are all known; those that were withheld only with the last of them."""
    start = history.actions_known_from(work.row, key)
    if start is None:
        return
    left = [piece for piece in history.open_pieces(work.row) if piece.step == "actions" and piece.key == key]
    if not left and release_market_actions():
        stage_actions.forget_withheld()
    record_coverage(start=start)


def _end_of_history(work: _Slice, piece: Piece, error: OutOfHistory) -> None:
    words = stage_bars.explain(error)
    if piece.kind != BackfillStep.Kind.SESSION:
        # What is older than this cannot be had, and is not said to be known.
        work.finish_step(piece.kind, piece.first, piece.last, piece.key, note=words)
        return
    after = piece.first + timedelta(days=1)
    floor = error.floor if error.floor is not None and error.floor > piece.first else after
    if floor > work.row.until:
        _not_in_plan(work, piece, words)
        return
    work.notes.append(f"The plan's history begins on {floor}: {words}")
    _begin_at(work, floor)


def _begin_at(work: _Slice, day: date) -> None:
    work.write(since=max(work.row.since, min(day, work.row.until)))


def _refused_answer(work: _Slice, piece: Piece, words: str) -> None:
    """Ask for it once more when everything else is there, and not for ever."""
    name = piece.first.isoformat() if piece.kind == BackfillStep.Kind.SESSION else str(piece)
    tries = int(work.row.tries.get(name, 0)) + 1
    work.write(tries={**work.row.tries, name: tries})
    if tries >= MOST_TRIES:
        work.finish_step(piece.kind, piece.first, piece.last, piece.key, note=f"was refused: {words}")


def _not_in_plan(work: _Slice, piece: Piece, words: str) -> None:
    """Ask for nothing of the kind any more, and say so in the provider's words."""
    if piece.key not in ("", ACTIVE):
        # Only what nobody who trades today needs is lacking.
        work.finish_step(piece.kind, piece.first, piece.last, piece.key, note=words)
        return
    with work.lease.writing():
        work.update(refused={**work.row.refused, piece.step: runs.shorten(words)})
        if piece.step == "actions":
            withhold_market_actions(reason=words)
            _note_withheld(words)
    work.notes.append(words)


def _note_withheld(words: str) -> None:
    """Let the jobs ask from the newest session on, should the plan include actions one day."""
    session = last_done_session()
    stages = SessionStage.objects.filter(job_id=session, name=SessionStage.Name.ACTIONS)
    stages.update(detail={stage_actions.WITHHELD: words})


def _analyse_where_more_is_known(work: _Slice) -> bool:
    """Let the newest session be analysed again where what has come in can change more than a little."""
    row = work.row
    stored = history.stored_sessions(row)
    known = history.known_parts(row)
    passed = any(row.analysed_over < point <= stored for point in POINTS)
    more = bool(known - set(row.analysed_with))
    return (passed or more) and _analyse_again(work, stored, known)


def _analyse_again(work: _Slice, stored: int, known: Collection[str]) -> bool:
    """Reopen the newest session's analysis; False where its job has not come so far, and will do it all."""
    session = last_done_session()
    if session is None:
        return False
    with work.lease.writing():
        job_rows.reopen_analysis(session=session, instrument_ids=None, now=work.now)
        work.update(analysed_over=stored, analysed_with=sorted(known))
    return True


def _finish(work: _Slice) -> None:
    row = work.row
    if "instruments" not in row.refused:
        with work.lease.writing():
            retire_strangers(seen_since=row.until, now=work.now)
    _analyse_again(work, history.stored_sessions(row), history.known_parts(row))
    work.write(state=History.State.DONE, next_try_at=None, finished_at=work.now, error="")
    if not row.refused and not history.missing_actions(row):
        first, last = row.since, row.until
        work.finish_step(BackfillStep.Kind.ACTIONS, first, last)
