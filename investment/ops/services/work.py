"""What the stages of a session's job share: the work at hand, and how a stage can end early."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from investment.ops.calculators import timetable
from investment.ops.models import SessionJob, SessionStage
from investment.ops.services.leases import Held
from investment.ops.services.runs import Tally

# What is being done, how much of it is done, and how much there is (None: not known).
OnProgress = Callable[[str, int, int | None], None]


def silent(_what: str, _done: int, _total: int | None) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, slots=True)
class Pause:
    """
    A stage could not be finished now.

    ``state`` is what the job becomes where it was not done before, ``next_try_at`` when it is
    tried again (None: not by itself). ``waiting`` marks what is nobody's fault: no quota left, or
    not published yet. ``passing`` marks a failure that a few seconds may mend; ``come_back`` is when
    the provider wants to be asked again, where it said.
    """

    state: SessionJob.State
    next_try_at: datetime | None
    error: str
    waiting: bool = False
    passing: bool = False
    come_back: datetime | None = None


@dataclass(slots=True)
class Work:
    """
    One session being worked on, under a lease.

    :ivar reread: the job was done before; what is fetched now can only correct it.
    :ivar first_tried_at: when this session was first asked for (the one clock's).
    :ivar interrupted: an earlier try of the present stage was cut off, so what it changed is unknown.
    :ivar patience: seconds that may be spent on waiting for a free slot of the quota.
    """

    session: date
    lease: Held
    tally: Tally
    on_progress: OnProgress
    patience: float = 0.0
    first_tried_at: datetime | None = None
    reread: bool = False
    interrupted: bool = False
    detail: dict[str, object] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.tally.now

    @property
    def asked_for_a_day(self) -> bool:
        """True once it has been tried for a whole day, for whatever reason in vain."""
        return self.first_tried_at is not None and self.now - self.first_tried_at >= timetable.OVERDUE

    def tell(self, stage: SessionStage.Name, done: int, total: int | None) -> None:
        """Report progress to whoever looks on, and to the run's row."""
        self.on_progress(stage.label, done, total)
        self.tally.progress(done, total)

    def tell_waiting(self, words: str) -> None:
        """Say in the run's row what is waited for."""
        if words != self.tally.message:
            self.tally.message = words
            self.on_progress(words, 0, None)
