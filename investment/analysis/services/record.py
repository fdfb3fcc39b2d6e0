"""
How the scores did: each one's rank correlation with the returns that followed, session by session.

Nothing here looks ahead of what it judges: a score is taken as it was stored for its session, which it reads
nothing after; a return is looked at only when its last session has closed. What happened to an instrument
afterwards does not decide whether it counts: one that stopped trading has the return to its last close.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
from django.db import connection, transaction

from investment.analysis.calculators import overall, scoring, sentiment
from investment.analysis.calculators.fundamentals import score as fundamental
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.calculators.rank_correlation import rank_correlation
from investment.analysis.calculators.returns import held_return
from investment.analysis.models import Score, ScoreRecord
from investment.analysis.selectors.analysis import latest_analysed_session
from investment.analysis.selectors.session_scores import columns_of, on_boards
from investment.analysis.services.history import load_history
from investment.market.selectors.sessions import sessions_between

HORIZON = 21  # sessions

# Every score that is judged, and the column where it stands.
JUDGED: Final[dict[str, tuple[str, str]]] = {
    "overall": ("overall", "score"),
    **{each.name: ("overall", each.name) for each in overall.WEIGHTS},
    **{f"technical.{part.name}": ("technical", part.name) for part in scoring.PARTS},
    **{f"fundamental.{part.name}": ("fundamental", part.name) for part in fundamental.PARTS},
    **{
        f"sentiment.{item.name}": ("sentiment", item.name) for part in sentiment.PARTS for item in part.inputs
    },
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many sessions were judged, and how many rows were new or changed by it."""

    sessions: int
    written: int


def update_record(*, now: datetime, again: bool = False, pause: Callable[[], None] | None = None) -> Recorded:
    """
    Judge the scores of every session whose returns have come in since, and of those scored anew. Repeatable.

    :param again: judge all sessions, as after a correction of prices long past.
    :param pause: called before each session; what it raises loses nothing of those before.
    """
    sessions = written = 0
    for session, until in list(_to_judge(again=again)):
        if pause is not None:
            pause()
        written += _judge(session, until, now)
        sessions += 1
    return Recorded(sessions, written)


def _to_judge(*, again: bool) -> Iterator[tuple[date, date]]:
    """Yield the sessions, oldest first, each with the one in which its returns end."""
    newest = latest_analysed_session()
    if newest is None:
        return
    with connection.cursor() as cursor:
        # One look into the index of each session's scores, rather than through all of them.
        cursor.execute(
            """
            SELECT session.session, scored.at, judged.at
              FROM market_session session
             CROSS JOIN LATERAL (SELECT max(scored_at) AS at FROM analysis_overallscore one
                                  WHERE one.session = session.session) scored
              LEFT JOIN (SELECT session, min(computed_at) AS at FROM analysis_scorerecord
                          GROUP BY session) judged ON judged.session = session.session
             WHERE session.session BETWEEN (SELECT min(session) FROM analysis_overallscore) AND %s
               AND scored.at IS NOT NULL
             ORDER BY session.session
            """,
            [newest],
        )
        rows = cursor.fetchall()
    if not rows:
        return
    calendar = sessions_between(rows[0][0], newest)
    place_of = {day: place for place, day in enumerate(calendar)}
    for session, scored_at, judged_at in rows:
        end = place_of[session] + HORIZON
        if end < len(calendar) and (again or judged_at is None or judged_at < scored_at):
            yield session, calendar[end]


def _judge(session: date, until: date, now: datetime) -> int:
    """Write what the scores of one session came to, where it is new; return how many rows that were."""
    rows = _rows(session, until)
    have = {(row.board, row.score): row for row in ScoreRecord.objects.filter(session=session)}
    new = [
        ScoreRecord(
            board=board,
            score=name,
            session=session,
            until=until,
            correlation=correlation,
            instruments=count,
            computed_at=now,
        )
        for (board, name), (correlation, count) in rows.items()
    ]
    differing = [row for row in new if _told(row) != _told(have.get((row.board, row.score)))]
    gone = [row.pk for key, row in have.items() if key not in rows]
    with transaction.atomic():
        ScoreRecord.objects.filter(pk__in=gone).delete()
        ScoreRecord.objects.filter(session=session).update(computed_at=now)
        ScoreRecord.objects.bulk_create(
            differing,
            update_conflicts=True,
            unique_fields=["board", "score", "session"],
            update_fields=["until", "correlation", "instruments", "computed_at"],
        )
    return len(differing) + len(gone)


def _told(row: ScoreRecord | None) -> tuple[object, ...] | None:
    return None if row is None else (row.until, row.correlation, row.instruments)


def _rows(session: date, until: date) -> dict[tuple[str, str], tuple[float | None, int]]:
    """Return correlation and count by board and score; what nobody had is left out."""
    ids, boards = on_boards(session)
    names: dict[str, list[str]] = {}
    for table, column in JUDGED.values():
        names.setdefault(table, []).append(column)
    columns = {
        table: columns_of(session=session, table=table, names=own, ids=ids) for table, own in names.items()
    }
    returns = _returns(ids, session, until)
    found: dict[tuple[str, str], tuple[float | None, int]] = {}
    for name, (table, column) in JUDGED.items():
        scores = columns[table][column]
        for board in Score.Board.values:
            chosen = boards == board
            correlation, count = rank_correlation(scores[chosen], returns[chosen])
            if count:
                found[board, name] = (None if np.isnan(correlation) else correlation, count)
    return found


def _returns(ids: np.typing.NDArray[np.int64], session: date, until: date) -> Vector:
    """Return what was earned from the close of ``session`` to that of ``until``, NaN where unknown."""
    result = np.full(len(ids), np.nan)
    history = load_history(session=until, length=HORIZON + 1)
    if not history.sessions or history.sessions[0] != session:
        return result
    traded = np.isfinite(history.close)
    # A session that was never stored, or half, is no close that one could have sold at.
    if traded[-1].sum() < traded[0].sum() / 2:
        return result
    place = np.searchsorted(history.instrument_ids, ids)
    found = place < len(history.instrument_ids)
    found[found] = history.instrument_ids[place[found]] == ids[found]
    result[found] = held_return(history.close * history.full)[place[found]]
    return result
