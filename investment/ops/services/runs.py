"""Every run is a row: what, when, how many, how long, calls spent, error."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from investment.lib import clock
from investment.ops.models import Lock, Run, SessionJob
from investment.ops.services.leases import Held, LeaseLost

_PROGRESS_EVERY = 1.0  # seconds between two writes of the progress
_WORDS = 500  # characters that a message or an error may have


@dataclass(slots=True)
class Tally:
    """What a run has done so far; :func:`close` writes it down."""

    run_id: int
    started_at: datetime
    calls: int = 0
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    analysed: int = 0
    ranked: int = 0
    message: str = ""
    before: float = 0.0
    started: float = field(default_factory=time.monotonic)
    _written: float = 0.0

    @property
    def seconds(self) -> float:
        """Real seconds since it began, or was gone on with."""
        return time.monotonic() - self.started

    @property
    def now(self) -> datetime:
        """The time on the one clock, as far as it has gone on since the run began."""
        return self.started_at + timedelta(seconds=self.seconds * clock.rate())

    def progress(self, done: int, total: int | None) -> None:
        """Write how far it is, at most once a second. A run that was marked as abandoned stays as it is."""
        if time.monotonic() - self._written < _PROGRESS_EVERY and done != total:
            return
        self._written = time.monotonic()
        Run.objects.filter(pk=self.run_id, state=Run.State.RUNNING).update(
            progress_done=done, progress_total=total, calls=self.calls, message=shorten(self.message)
        )


def shorten(text: str) -> str:
    """Return ``text`` in as many characters as a row holds."""
    return text if len(text) <= _WORDS else text[: _WORDS - 1] + "…"


def open_run(*, kind: Run.Kind, subject: str, trigger: Run.Trigger, lease: Held, now: datetime) -> Tally:
    """
    Begin a run under a lease.

    An earlier run of the same thing, or of whose lease this was, that is still marked as running has
    lost its process, for only one at a time holds the lease: it is marked as abandoned.
    """
    same = Q(kind=kind, subject=subject) & ~Q(owner=lease.owner)
    if lease.took_over:
        same |= Q(owner=lease.took_over)
    Run.objects.filter(same, state=Run.State.RUNNING).update(
        state=Run.State.ABANDONED,
        finished_at=now,
        error="Its process ended or was stopped; the work was taken over",
    )
    run = Run.objects.create(kind=kind, subject=subject, trigger=trigger, owner=lease.owner, started_at=now)
    return Tally(run_id=run.pk, started_at=now)


def go_on_with_run(
    *, kind: Run.Kind, subject: str, trigger: Run.Trigger, lease: Held, now: datetime
) -> Tally:
    """Go on with a run that waits, or was left by a process that ended; begin one if there is none."""
    resting = (Run.State.WAITING, Run.State.RUNNING, Run.State.ABANDONED)
    last = Run.objects.filter(kind=kind, subject=subject).order_by("-pk").first()
    if last is None or last.state not in resting:
        return open_run(kind=kind, subject=subject, trigger=trigger, lease=lease, now=now)
    Run.objects.filter(pk=last.pk).update(
        state=Run.State.RUNNING, owner=lease.owner, finished_at=None, error=""
    )
    return Tally(
        run_id=last.pk,
        started_at=now,
        calls=last.calls,
        inserted=last.inserted,
        changed=last.changed,
        unchanged=last.unchanged,
        refused=last.refused,
        message=last.message,
        before=last.seconds or 0.0,
    )


def close_run(tally: Tally, *, state: Run.State, error: str = "") -> None:
    """Write how a run ended. A run that was marked as abandoned meanwhile stays so."""
    Run.objects.filter(pk=tally.run_id, state=Run.State.RUNNING).update(
        state=state,
        finished_at=tally.now,
        seconds=round(tally.before + tally.seconds, 3),
        calls=tally.calls,
        inserted=tally.inserted,
        changed=tally.changed,
        unchanged=tally.unchanged,
        refused=tally.refused,
        analysed=tally.analysed,
        ranked=tally.ranked,
        message=shorten(tally.message),
        error=shorten(error),
    )


@contextmanager
def recorded(
    *,
    kind: Run.Kind,
    subject: str,
    trigger: Run.Trigger,
    lease: Held,
    now: datetime,
    go_on: bool = False,
) -> Iterator[Tally]:
    """
    Record the block as a run: failed with its error if it raises, else done unless it was closed.

    With ``go_on`` it is a part of the run before it, where that one waits. What is raised goes on to
    the caller.

    :raises LeaseLost: instead of what failed because somebody took over, whose run it then is to close.
    """
    begin = go_on_with_run if go_on else open_run
    tally = begin(kind=kind, subject=subject, trigger=trigger, lease=lease, now=now)
    try:
        yield tally
    except LeaseLost as error:
        close_run(tally, state=Run.State.ABANDONED, error=error.message)
        raise
    except Exception as error:
        lease.check()
        close_run(tally, state=Run.State.FAILED, error=f"{type(error).__name__}: {error}")
        raise
    except BaseException:
        close_run(tally, state=Run.State.ABANDONED, error="It was interrupted")
        raise
    close_run(tally, state=Run.State.DONE)


def abandon_orphans(*, now: datetime) -> int:
    """Mark runs whose lease has ended as abandoned, and return how many there were."""
    # Read before the leases are, so that a run that begins in between is not among them.
    running = list(Run.objects.filter(state=Run.State.RUNNING).exclude(owner="").values_list("pk", "owner"))
    if not running:
        return 0
    real = clock.real_now()
    alive: set[str] = set()
    for model in (SessionJob, Lock):
        alive.update(
            model._default_manager.filter(lease_until__gte=real).values_list("lease_owner", flat=True)
        )
    orphans = [pk for pk, owner in running if owner not in alive]
    return Run.objects.filter(pk__in=orphans, state=Run.State.RUNNING).update(
        state=Run.State.ABANDONED, finished_at=now, error="Its process ended"
    )
