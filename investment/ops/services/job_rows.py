"""Making and reopening the rows of the daily job."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from investment.ops.calculators import timetable
from investment.ops.models import SessionJob, SessionStage
from investment.ops.selectors import jobs
from investment.ops.services import leases

STAGES = (
    SessionStage.Name.BARS,
    SessionStage.Name.ACTIONS,
    SessionStage.Name.ANALYSE,
    SessionStage.Name.RANK,
    SessionStage.Name.SCORE,
)
ANALYSIS = STAGES[2:]  # what is done of what is stored
# More than this many instruments to look at again: look at all, rather than list them in a row.
_MANY = 5_000


def ensure_job(*, session: date, try_at: datetime) -> SessionJob:
    """Return the job of a session, made with its stages if there was none."""
    with transaction.atomic():
        job, made = SessionJob.objects.get_or_create(session=session, defaults={"next_try_at": try_at})
        if made:
            SessionStage.objects.bulk_create(
                SessionStage(job=job, name=name, position=position) for position, name in enumerate(STAGES)
            )
    return job


def open_sessions(*, now: datetime) -> list[date]:
    """
    Make the jobs of all sessions that have closed and have none yet; return their sessions.

    Each is due at its own first try, which for a session missed long ago is in the past.
    """
    opened = []
    for session in jobs.sessions_to_catch_up(now=now):
        if not SessionJob.objects.filter(pk=session).exists():
            ensure_job(session=session, try_at=timetable.first_try_at(session))
            opened.append(session)
    return opened


def ask_again(*, session: date, now: datetime) -> SessionJob:
    """
    Make the job of a session due now, whatever became of it: for a person who says so.

    A job that is done is read once more and keeps its state; others begin where they stopped.
    """
    job = ensure_job(session=session, try_at=now)
    leases.cut_off(SessionJob, session)
    rows = SessionJob.objects.filter(pk=session)
    if job.state == SessionJob.State.DONE:
        rows.update(reread_due_at=now)
    else:
        rows.update(next_try_at=now)
    job.refresh_from_db()
    return job


def reset_stages(*, session: date, names: Iterable[str], detail: dict[str, object] | None = None) -> None:
    """Let stages be pending again; those that a job of before did not have are made."""
    wanted = list(names)
    have = SessionStage.objects.filter(job_id=session).values_list("name", flat=True)
    SessionStage.objects.bulk_create(
        (
            SessionStage(job_id=session, name=name, position=STAGES.index(name))
            for name in sorted(set(wanted) - set(have))
        ),
        ignore_conflicts=True,
    )
    SessionStage.objects.filter(job_id=session, name__in=wanted).update(
        state=SessionStage.State.PENDING,
        started_at=None,
        finished_at=None,
        seconds=None,
        detail=detail or {},
    )


def reopen_later(*, after: date, instrument_ids: Sequence[int] | None, now: datetime) -> list[date]:
    """
    Let the done sessions after ``after`` be analysed and ranked again, and return them.

    Their figures reach back over the session that has just changed. The jobs keep their state:
    what they hold is true of what was known when they ran.

    :param instrument_ids: whose bars changed; None is all.
    """
    later = list(
        SessionJob.objects.filter(session__gt=after, state=SessionJob.State.DONE)
        .order_by("session")
        .values_list("session", flat=True)
    )
    for session in later:
        reopen_analysis(session=session, instrument_ids=instrument_ids, now=now)
    return later


@transaction.atomic
def reopen_analysis(*, session: date, instrument_ids: Sequence[int] | None, now: datetime) -> None:
    """Let one done session be analysed, ranked and scored again."""
    SessionJob.objects.select_for_update(no_key=True).get(pk=session)
    analyse = SessionStage.objects.get(job_id=session, name=SessionStage.Name.ANALYSE)
    wanted: list[int] | None = None if instrument_ids is None else sorted(set(instrument_ids))
    if wanted is not None and analyse.state != SessionStage.State.DONE:
        # It waits for others already: look at these too.
        before = analyse.detail.get("instruments")
        wanted = None if before is None else sorted({*wanted, *before})
    if wanted is not None and len(wanted) > _MANY:
        wanted = None
    reset_stages(session=session, names=ANALYSIS, detail={"instruments": wanted})
    SessionJob.objects.filter(pk=session).update(next_try_at=now)
