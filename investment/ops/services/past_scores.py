"""
Work for when there is time: past months are scored as they were known, and what all scores came to is told.

It gives way to the sessions' jobs: between two pieces, each of them seconds, it looks whether one has
something to do, and then ends. What is done stays done, and the next time goes on with what is left.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from investment.analysis.services.past import months_to_score, score_month
from investment.analysis.services.record import update_record
from investment.analysis.services.scores import score_session
from investment.ops.models import Run, SessionJob
from investment.ops.selectors import jobs
from investment.ops.services import leases, runs
from investment.ops.services.leases import Held
from investment.ops.services.runs import Tally

LOCK = "past-scores"
PATIENCE = 600.0  # real seconds at a time: what is not done by then is left to the next

OnMonth = Callable[[date, str], None]


class _GivesWay(Exception):
    """Something that matters more is to be done, or the time is over."""


@dataclass(slots=True)
class PastScored:
    """What was done; ``left`` says why not all of it, where that is so."""

    months: dict[date, str] = field(default_factory=dict)
    sessions: int = 0
    written: int = 0
    left: str = ""

    def __str__(self) -> str:
        words = f"{len(self.months)} months scored, {self.sessions} sessions judged, {self.written} rows"
        return f"{words}; {self.left}" if self.left else words


def score_past(
    *,
    now: datetime,
    trigger: Run.Trigger,
    months: int | None = None,
    again: bool = False,
    patience: float = PATIENCE,
    on_month: OnMonth | None = None,
) -> PastScored:
    """
    Score the newest session with what came in late, judge the scores whose returns have come in, then score
    past months, newest first, and judge these, too.

    Repeatable, and may be ended anywhere. What a person asks for gives way to nobody.

    :param months: look back so many; ``None``: as far as prices reach.
    :param again: also those that are scored already, and all of the record.
    :param patience: real seconds after which it ends, with the rest left.
    :raises Busy: if somebody else is at it.
    :raises LeaseLost: if somebody took over; what was done before stays.
    """
    done = PastScored()
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.SCORES, subject="Past months", trigger=trigger, lease=lease, now=now
        ) as tally,
    ):
        until = time.monotonic() + patience

        def pause() -> None:
            lease.check()
            if time.monotonic() > until:
                raise _GivesWay("the rest is left to the next time")
            if trigger == Run.Trigger.SCHEDULE and _is_wanted_elsewhere(now):
                raise _GivesWay("a session's job comes first")

        try:
            _look_again(done, lease, now=now, pause=pause)
            _judge(done, again=again, now=now, pause=pause)
            _score(done, tally, lease, months=months, again=again, now=now, pause=pause, on_month=on_month)
            _judge(done, again=False, now=now, pause=pause)
        except _GivesWay as why:
            done.left = str(why)
        tally.changed, tally.message = done.written, str(done)
        if done.left:
            runs.close_run(tally, state=Run.State.WAITING)
    return done


def _look_again(done: PastScored, lease: Held, *, now: datetime, pause: Callable[[], None]) -> None:
    """Score the newest session with what was public at its close and has come in since: late stories."""
    newest = jobs.last_done_session()
    if newest is not None:
        pause()
        done.written += score_session(session=newest, now=now, guard=lease.guard, pause=pause).written


def _judge(done: PastScored, *, again: bool, now: datetime, pause: Callable[[], None]) -> None:
    found = update_record(now=now, again=again, pause=pause)
    done.sessions += found.sessions
    done.written += found.written


def _score(
    done: PastScored,
    tally: Tally,
    lease: Held,
    *,
    months: int | None,
    again: bool,
    now: datetime,
    pause: Callable[[], None],
    on_month: OnMonth | None,
) -> None:
    todo = months_to_score(months=months, again=again)
    at_the_time = set(
        SessionJob.objects.filter(state=SessionJob.State.DONE).values_list("session", flat=True)
    )
    for place, (session, stored) in enumerate(todo):
        pause()
        tally.progress(place, len(todo))
        words = score_month(
            session=session,
            stored=stored,
            now=now,
            at_the_time=at_the_time,
            guard=lease.guard,
            pause=pause,
        )
        done.months[session] = words
        if on_month is not None:
            on_month(session, words)
    tally.progress(len(todo), len(todo))


def _is_wanted_elsewhere(now: datetime) -> bool:
    return jobs.any_in_work() or jobs.due_jobs(now=now).exists()
