"""All scores of one session beside the technical one, in the order in which they need each other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from investment.analysis.services.fundamentals import Scored, score_fundamentals
from investment.analysis.services.overall import Combined, score_overall
from investment.analysis.services.sentiment import Felt, score_sentiment


@dataclass(frozen=True, slots=True)
class SessionScored:
    """What became of each score of a session: how many are known, have a score, and were written."""

    fundamental: Scored
    sentiment: Felt
    overall: Combined

    @property
    def written(self) -> int:
        return self.fundamental.written + self.sentiment.written + self.overall.written


def score_session(
    *,
    session: date,
    now: datetime,
    guard: Callable[[], None] | None = None,
    pause: Callable[[], None] | None = None,
) -> SessionScored:
    """
    Compute and store the scores of a session as known at its close. Repeatable; writes only what differs.

    The technical one must be there (``rank_session``); without it there is no overall one.

    :param guard: called last in each transaction; what it raises undoes the writing.
    :param pause: called between pieces of work; what it raises loses nothing of those before.
    """
    return SessionScored(
        fundamental=score_fundamentals(session=session, now=now, guard=guard, pause=pause),
        sentiment=score_sentiment(session=session, now=now, guard=guard),
        overall=score_overall(session=session, now=now, guard=guard),
    )
