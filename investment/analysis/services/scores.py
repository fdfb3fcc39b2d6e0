"""All scores of one session beside the technical one, in the order in which they need each other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from investment.analysis.services.fundamentals import Scored, score_fundamentals


@dataclass(frozen=True, slots=True)
class SessionScored:
    """What became of each score of a session: how many are known, have a score, and were written."""

    fundamental: Scored

    @property
    def written(self) -> int:
        return self.fundamental.written


def score_session(*, session: date, now: datetime, guard: Callable[[], None] | None = None) -> SessionScored:
    """
    Compute and store the scores of a session as known at its close. Repeatable; writes only what differs.

    :param guard: called last in each transaction; what it raises undoes the writing.
    """
    return SessionScored(fundamental=score_fundamentals(session=session, now=now, guard=guard))
