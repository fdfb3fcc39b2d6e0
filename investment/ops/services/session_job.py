"""
The main job of a session: a state machine over rows.

    due ──▶ not_published ─┐      fetched, stored, actions, analysed, ranked, scored
     │  ◀──── try again ───┤ ───────────────────────────────────────────────▶ done ──▶ read once more
     ├────▶ partial ───────┤
     ├────▶ failed ────────┘
     └────▶ closed                (a date without a session)

:func:`advance_session` takes the lease on the job's row and does its pending stages in order. Each
stage may run twice; its row says whether it is done, so whoever comes after a killed process goes
on where that one stopped. Tasks, commands and the admin all come through here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from investment.lib.errors import DomainError
from investment.market.selectors.sessions import session_on
from investment.ops.calculators import timetable
from investment.ops.models import Run, SessionJob, SessionStage
from investment.ops.services import leases, runs, stage_actions, stage_analysis, stage_bars
from investment.ops.services.job_rows import ANALYSIS, ensure_job, reset_stages
from investment.ops.services.work import OnProgress, Pause, Work, silent

_STEPS: dict[str, Callable[[Work], Pause | None]] = {
    SessionStage.Name.BARS: stage_bars.fetch_and_store,
    SessionStage.Name.ACTIONS: stage_actions.fetch_due_actions,
    SessionStage.Name.ANALYSE: stage_analysis.analyse,
    SessionStage.Name.RANK: stage_analysis.rank,
    SessionStage.Name.SCORE: stage_analysis.score,
}
_FETCHING = (SessionStage.Name.BARS, SessionStage.Name.ACTIONS)


class SessionNotBegun(DomainError):
    """The day of a session has not even begun in New York: nobody can have its bars."""

    code = "session_not_begun"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt. ``seconds`` are real ones; ``error`` is empty where all went well."""

    session: date
    state: str
    run_id: int
    calls: int
    inserted: int
    changed: int
    unchanged: int
    refused: int
    analysed: int
    ranked: int
    seconds: float
    error: str
    next_try_at: datetime | None
    passing: bool = False
    come_back: datetime | None = None


def advance_session(
    *,
    session: date,
    now: datetime,
    trigger: Run.Trigger,
    patience: float = 0.0,
    on_progress: OnProgress = silent,
    stored_only: bool = False,
) -> Outcome:
    """
    Do what is pending of a session's job, as far as it goes now.

    Repeatable: a job that is done and not due does nothing. What goes wrong outside is in the
    outcome, the job, its run and, where data are concerned, in a data issue.

    :param patience: seconds that may be spent on waiting for the quota; beyond it the job waits.
    :param stored_only: ask nobody: analyse and rank what is stored.
    :raises Busy: if somebody else works on this session.
    :raises LeaseLost: if somebody took over meanwhile; nothing half-done of ours was kept.
    :raises SessionNotBegun: if the session lies in the future.
    """
    if timetable.new_york(session, timetable.MIDNIGHT) > now:
        raise SessionNotBegun(f"Session {session} has not begun: give a date that is past in New York")
    ensure_job(session=session, try_at=now)
    with leases.held(SessionJob, session) as lease:
        tally = runs.open_run(
            kind=Run.Kind.SESSION,
            subject=session.isoformat(),
            trigger=trigger,
            lease=lease,
            now=now,
        )
        work = Work(session, lease, tally, on_progress, patience)
        try:
            return _advance(work, stored_only=stored_only)
        except leases.LeaseLost as error:
            runs.close_run(tally, state=Run.State.ABANDONED, error=error.message)
            raise
        except Exception as error:
            lease.check()
            # A fault of ours: it is shown, tried again by the timetable, and goes on to the log.
            words = f"{type(error).__name__}: {error}"
            _pause(work, Pause(SessionJob.State.FAILED, _by_timetable(work), runs.shorten(words)))
            raise
        except BaseException:
            runs.close_run(tally, state=Run.State.ABANDONED, error="It was interrupted")
            raise


def _advance(work: Work, *, stored_only: bool) -> Outcome:
    job = SessionJob.objects.get(pk=work.session)
    if session_on(work.session) is None:
        return _closed(work)
    work.reread = job.state == SessionJob.State.DONE
    _prepare(work, job, stored_only=stored_only)
    while (stage := _next_stage(work)) is not None:
        pause = _run_stage(work, stage)
        if pause is not None:
            return _pause(work, pause)
    return _done(work)


def _prepare(work: Work, job: SessionJob, *, stored_only: bool) -> None:
    """Note the attempt, and make the stages pending that are to be done again."""
    work.first_tried_at = job.first_tried_at or work.now
    with work.lease.writing():
        work.lease.update(attempts=job.attempts + 1, first_tried_at=work.first_tried_at)
        if stored_only:
            finished = {"state": SessionStage.State.DONE, "finished_at": work.now}
            SessionStage.objects.filter(job_id=work.session, name__in=_FETCHING).update(**finished)
            reset_stages(session=work.session, names=ANALYSIS)
        elif work.reread and job.reread_due_at is not None and job.reread_due_at <= work.now:
            bars = SessionStage.objects.get(job_id=work.session, name=SessionStage.Name.BARS)
            if bars.state == SessionStage.State.DONE:
                reset_stages(session=work.session, names=(SessionStage.Name.BARS,))


def _next_stage(work: Work) -> SessionStage | None:
    pending = SessionStage.objects.filter(job_id=work.session).exclude(state=SessionStage.State.DONE)
    return pending.order_by("position").first()


def _run_stage(work: Work, stage: SessionStage) -> Pause | None:
    """Do one stage. Its row says «running» meanwhile, so that a successor knows it was cut off."""
    work.interrupted = stage.state == SessionStage.State.RUNNING
    work.detail = dict(stage.detail)
    row = SessionStage.objects.filter(pk=stage.pk)
    started = work.tally.seconds
    with work.lease.writing():
        row.update(state=SessionStage.State.RUNNING, started_at=work.now, finished_at=None)
    pause = _STEPS[stage.name](work)
    with work.lease.writing():
        if pause is not None:
            row.update(state=SessionStage.State.PENDING)
        else:
            # Only while it is running: if it was reopened meanwhile, it is to be done again.
            row.filter(state=SessionStage.State.RUNNING).update(
                state=SessionStage.State.DONE,
                finished_at=work.now,
                seconds=round(work.tally.seconds - started, 3),
                detail=work.detail,
            )
    return pause


def _done(work: Work) -> Outcome:
    """All stages are done. A later reading for corrections stays due where it still lies ahead."""
    with work.lease.writing():
        if _next_stage(work) is not None:  # reopened in this very moment: due again
            work.lease.update(next_try_at=work.now)
        else:
            again = timetable.reread_at(work.session)
            job = SessionJob.objects.get(pk=work.session)
            work.lease.update(
                state=SessionJob.State.DONE,
                done_at=job.done_at or work.now,
                next_try_at=None,
                reread_due_at=again if again > work.now else None,
                error="",
            )
    runs.close_run(work.tally, state=Run.State.DONE)
    return _outcome(work)


def _pause(work: Work, pause: Pause) -> Outcome:
    """
    The job waits. One that was done stays done: only its correction waits, and not for ever.

    A wait that says nothing about the session (no quota, no connection) keeps the state it had.
    """
    error = runs.shorten(pause.error)
    if work.reread:
        again = pause.next_try_at
        if work.now >= timetable.reread_at(work.session) + timetable.OVERDUE:
            again = None
        with work.lease.writing():
            work.lease.update(next_try_at=None, reread_due_at=again, error=error)
            if again is None:
                SessionStage.objects.filter(job_id=work.session, name__in=_FETCHING).update(
                    state=SessionStage.State.DONE
                )
    elif pause.state == SessionJob.State.DUE:
        work.lease.update(next_try_at=pause.next_try_at, error=error)
    else:
        work.lease.update(state=pause.state, next_try_at=pause.next_try_at, error=error)
    state = Run.State.WAITING if pause.waiting else Run.State.FAILED
    runs.close_run(work.tally, state=state, error=pause.error)
    return _outcome(work, pause)


def _closed(work: Work) -> Outcome:
    words = f"The market was closed on {work.session}"
    work.lease.update(
        state=SessionJob.State.CLOSED, next_try_at=None, reread_due_at=None, done_at=None, error=""
    )
    work.tally.message = words
    runs.close_run(work.tally, state=Run.State.DONE)
    return _outcome(work)


def _by_timetable(work: Work) -> datetime | None:
    return timetable.next_try_at(session=work.session, now=work.now)


def _outcome(work: Work, pause: Pause | None = None) -> Outcome:
    found = replace(outcome_of(work.session), seconds=work.tally.seconds)
    return replace(found, passing=pause.passing, come_back=pause.come_back) if pause else found


def outcome_of(session: date) -> Outcome:
    """
    Return what became of the last run of a session, whoever ran it.

    :raises SessionJob.DoesNotExist: if it has no job.
    """
    job = SessionJob.objects.get(pk=session)
    ran = Run.objects.filter(kind=Run.Kind.SESSION, subject=session.isoformat()).order_by("-pk").first()
    run = ran or Run()
    again = [at for at in (job.next_try_at, job.reread_due_at) if at is not None]
    return Outcome(
        session=session,
        state=job.state,
        run_id=run.pk or 0,
        calls=run.calls,
        inserted=run.inserted,
        changed=run.changed,
        unchanged=run.unchanged,
        refused=run.refused,
        analysed=run.analysed,
        ranked=run.ranked,
        seconds=run.seconds or 0.0,
        error=job.error,
        next_try_at=min(again, default=None),
    )
