"""
No score of a session sees what came after its close: no filing, price, split, dividend or story.

Over random histories and sessions: what is made of all of a history is what is made of the part that was
known then. That the test would see it otherwise is shown with defects planted in each of the readers.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from investment.analysis.selectors.score import overall_of
from investment.analysis.services import fundamentals, history, known_inputs, sentiment
from investment.analysis.services.ranking import rank_session
from investment.analysis.services.run import analyse_session
from investment.analysis.services.scores import score_session
from investment.analysis.tests.histories import plant_instruments, random_history, store
from investment.analysis.tests.markets import NOW, plant_sessions
from investment.market.models import Instrument

pytestmark = pytest.mark.django_db

COUNT, LENGTH = 35, 310
TABLES = ("analysis_score", "analysis_fundamentalscore", "analysis_sentimentscore", "analysis_overallscore")
Rows = dict[str, list[Any]]
WHEN = ("analysed_at", "ranked_at", "scored_at")


@pytest.fixture
def market(db: None) -> tuple[list[date], list[Instrument]]:
    days = plant_sessions(LENGTH)
    return days, plant_instruments(COUNT)


def score(session: date) -> Rows:
    """Score a session from what is stored; return the rows of all scores."""
    analyse_session(session=session, now=NOW)
    rank_session(session=session, now=NOW)
    score_session(session=session, now=NOW)
    found = {}
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE session = %s ORDER BY instrument_id", [session])  # noqa: S608
            names = [column.name for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        found[table] = [{name: value for name, value in row.items() if name not in WHEN} for row in rows]
    return found


def scores_then_and_later(
    market: tuple[list[date], list[Instrument]], *, seed: int, place: int, eventful: float
) -> tuple[Rows, Rows]:
    """Return what is made of the history known at a session, and of all of it. Keeps nothing."""
    days, made = market
    session = days[place]
    whole = random_history(seed, instruments=COUNT, sessions=days, eventful=eventful)
    with transaction.atomic():
        then = whole.known_at(session)
        store(then, made)
        before = score(session)
        shown = [overall_of(instrument=each, as_of=session) for each in made[:2]]
        store(whole.without(then), made)
        # The sessions after it are scored, too, as they are in life.
        score(days[-1])
        after = score(session)
        shown_after = [overall_of(instrument=each, as_of=session) for each in made[:2]]
        transaction.set_rollback(True)
    return before | {"shown": shown}, after | {"shown": shown_after}


@settings(
    max_examples=3,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # an example takes a second: no shrinking
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    seed=st.integers(0, 2**31),
    place=st.integers(LENGTH - 25, LENGTH - 2),
    eventful=st.floats(0.02, 0.05),
)
def test_scores_of_a_session_are_those_of_what_was_known_then(
    market: tuple[list[date], list[Instrument]], seed: int, place: int, eventful: float
) -> None:
    before, after = scores_then_and_later(market, seed=seed, place=place, eventful=eventful)

    assert after == before
    assert sum(row["score"] is not None for row in before["analysis_overallscore"]) >= 30
    assert any(row["score"] is not None for row in before["analysis_fundamentalscore"])


Reader = Callable[..., Any]


def later(reader: Reader, *, days: int) -> Reader:
    """Return a reader that looks some days ahead of the session or instant that it was asked for."""

    def read(*places: Any, **asked: Any) -> Any:
        ahead = timedelta(days=days)
        if "panel" in asked:
            asked["as_of"] = asked["panel"].sessions[-1]
        given = [each + ahead if isinstance(each, date) else each for each in places]
        return reader(*given, **{k: v + ahead if isinstance(v, date) else v for k, v in asked.items()})

    return read


@pytest.mark.parametrize(
    ("module", "reader", "table"),
    [
        pytest.param(fundamentals, "market_inputs", "analysis_fundamentalscore", id="filings"),
        pytest.param(known_inputs, "last_prices", "analysis_fundamentalscore", id="prices"),
        pytest.param(history, "load_factors", "analysis_score", id="splits"),
        pytest.param(sentiment, "flows", "analysis_sentimentscore", id="stories"),
    ],
)
def test_a_reader_that_looks_ahead_is_seen(
    market: tuple[list[date], list[Instrument]],
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    reader: str,
    table: str,
) -> None:
    monkeypatch.setattr(module, reader, later(getattr(module, reader), days=20))

    before, after = scores_then_and_later(market, seed=7, place=LENGTH - 22, eventful=0.05)

    assert after[table] != before[table]
    assert after["analysis_overallscore"] != before["analysis_overallscore"]
