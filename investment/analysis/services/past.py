"""
The last session of each past month, analysed, ranked and scored afterwards as it was known then.

So that there is a record of the scores before they were first made. A month is a piece of work by itself,
and rows of no other session are touched. What was analysed at the time stays as it was.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from investment.analysis.calculators.eligibility import THRESHOLDS
from investment.analysis.models import OverallScore, Score, ScoredMonth
from investment.analysis.selectors.analysis import latest_analysed_session
from investment.analysis.services.ranking import rank_session
from investment.analysis.services.run import HISTORY, ScoresWithheld, SessionUnknown, analyse_session
from investment.analysis.services.scores import score_session
from investment.market.selectors.sessions import sessions_before

FEWEST = 63  # sessions stored before, below which nobody can be ranked
MORE = 1.05  # times what was stored then, from which on a month is scored again
QUARTER = timedelta(days=97)  # of news that a sentiment score reads


@dataclass(frozen=True, slots=True)
class Stored:
    """What a session's scores could be made of: sessions of prices, companies' filings, stories."""

    sessions: int
    companies: int
    stories: int

    def much_more_than(self, month: ScoredMonth) -> bool:
        return (
            self.sessions > MORE * month.sessions
            or self.companies > MORE * month.companies
            or self.stories > MORE * month.stories
        )


def months_to_score(*, months: int | None = None, again: bool = False) -> list[tuple[date, Stored]]:
    """
    Return the past months that lack scores or have them of much less than is stored now, newest first.

    By their last sessions, with what is stored. The month of the newest analysed session is not past.

    :param months: look back so many; ``None``: as far as prices reach.
    :param again: those that have all there is, too.
    """
    newest = latest_analysed_session()
    # Where too few can be compared today, too few could be then: they were not more.
    compared = OverallScore.objects.filter(session=newest, board__isnull=False) if newest else None
    if newest is None or compared is None or compared.count() < THRESHOLDS.fewest:
        return []
    done = ScoredMonth.objects.in_bulk()
    found = []
    for session in _last_sessions(newest)[:months]:
        stored = _stored(session)
        if stored.sessions < FEWEST:
            break  # earlier ones have fewer yet
        month = done.get(session)
        if again or month is None or stored.much_more_than(month):
            found.append((session, stored))
    return found


def score_month(
    *,
    session: date,
    stored: Stored,
    now: datetime,
    at_the_time: Collection[date] = (),
    guard: Callable[[], None] | None = None,
    pause: Callable[[], None] | None = None,
) -> str:
    """
    Analyse, rank and score the last session of a past month; return in words what came of it. Repeatable.

    :param at_the_time: sessions that were analysed when they were new: they are only scored.
    :param guard: called last in each transaction; what it raises undoes the writing.
    :param pause: called between pieces of work; what it raises loses nothing of those before.
    """
    note = ""
    try:
        if session not in at_the_time or not Score.objects.filter(session=session).exists():
            analyse_session(session=session, now=now, guard=guard)
            if pause is not None:
                pause()
            rank_session(session=session, now=now, guard=guard)
        done = score_session(session=session, now=now, guard=guard, pause=pause)
        words = (
            f"{done.overall.scored:,} overall scores, {done.fundamental.scored:,} fundamental, "
            f"{done.sentiment.scored:,} sentiment"
        )
    except (ScoresWithheld, SessionUnknown) as error:
        words = note = error.message[:200]
    ScoredMonth.objects.update_or_create(
        session=session,
        defaults={
            "scored_at": now,
            "sessions": stored.sessions,
            "companies": stored.companies,
            "stories": stored.stories,
            "note": note,
        },
    )
    return words


def _last_sessions(newest: date) -> list[date]:
    """Return the last session of each month before the newest one's, newest first, as far as prices reach."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT max(session) FROM market_session
             WHERE session >= (SELECT min(session) FROM market_dailybar) AND session < %s
             GROUP BY date_trunc('month', session) ORDER BY 1 DESC
            """,
            [newest.replace(day=1)],
        )
        return [row[0] for row in cursor.fetchall()]


def _stored(session: date) -> Stored:
    days = sessions_before(session, HISTORY)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM unnest(%s::date[]) AS day (session)
                     WHERE EXISTS (SELECT FROM market_dailybar bar WHERE bar.session = day.session)),
                   (SELECT count(DISTINCT company_id) FROM market_factreport WHERE filed_on < %s),
                   (SELECT count(*) FROM news_storytie
                     WHERE published_at > %s::date AND published_at < %s::date + 1)
            """,
            [days, session, session - QUARTER, session],
        )
        return Stored(*(cursor.fetchone() or (0, 0, 0)))
