from typing import Any

import numpy as np
import pytest

from investment.analysis.calculators.scoring import PARTS, percentile
from investment.analysis.models import Score
from investment.analysis.services.ranking import NotAnalysed, Ranked, rank_session
from investment.analysis.services.run import analyse_session
from investment.analysis.tests.markets import (
    LAST,
    NOW,
    plant_bars,
    plant_instrument,
    plant_market,
    plant_origin,
    plant_sessions,
    walk,
)
from investment.market.models import Instrument


def analyse_and_rank() -> Ranked:
    analyse_session(session=LAST, now=NOW)
    return rank_session(session=LAST, now=NOW)


def reason(symbol: str) -> str | None:
    return Score.objects.get(session=LAST, instrument__symbol=symbol).unranked


@pytest.mark.django_db
def test_stocks_and_funds_are_ranked_on_boards_of_their_own() -> None:
    plant_market(32, etfs=30)

    done = analyse_and_rank()

    assert (done.stocks, done.etfs, done.unranked) == (32, 30, 0)
    for board, size in (("stocks", 32), ("etfs", 30)):
        rows = list(Score.objects.filter(board=board).order_by("rank"))
        assert [row.rank for row in rows] == list(range(1, size + 1))
        assert {row.board_size for row in rows} == {size}
        scores = [row.score or 0.0 for row in rows]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 100 for score in scores)


@pytest.mark.django_db
def test_the_score_is_the_weighted_mean_of_its_parts() -> None:
    plant_market(30)

    analyse_and_rank()

    assert sum(part.weight for part in PARTS) == pytest.approx(1)
    for row in Score.objects.filter(board="stocks"):
        assert row.score == pytest.approx(sum(part.weight * getattr(row, part.name) for part in PARTS))


@pytest.mark.django_db
def test_what_is_not_comparable_never_reaches_the_ranking_and_says_why() -> None:
    days, _ = plant_market(31)
    origin = plant_origin()
    plain = walk(99, 300)
    halted, resumed, soaring = plain.copy(), plain.copy(), plain.copy()
    halted[-21:] = np.nan
    resumed[-25:-1] = np.nan
    soaring[-21:] *= 10
    planted: dict[str, tuple[dict[str, Any], Any, float]] = {
        "WARRANT": ({"kind": Instrument.Kind.WARRANT}, soaring, 1e6),
        "MYSTERY": ({"kind": Instrument.Kind.UNKNOWN}, plain, 1e6),
        "HALTED": ({}, halted, 1e6),
        "RESUMED": ({}, resumed, 1e6),
        "PENNY": ({}, plain / plain[-1] * 0.99, 1e9),
        "QUIET": ({}, plain, 1.0),
        "FOREIGN": ({"currency": "CAD"}, plain, 1e6),
        "YOUNG": ({}, np.where(np.arange(300) < 220, np.nan, plain), 1e6),
        "SECRET": ({"actions_from": None, "actions_withheld": "not in your plan"}, plain, 1e6),
    }
    for symbol, (fields, closes, volume) in planted.items():
        plant_bars(plant_instrument(symbol, **fields), days, closes, volume=volume, origin=origin)

    done = analyse_and_rank()

    assert (done.stocks, done.unranked) == (31, len(planted))
    assert {symbol: reason(symbol) for symbol in planted} == {
        "WARRANT": "class_not_ranked",
        "MYSTERY": "class_unknown",
        "HALTED": "no_bar",
        "RESUMED": "traded_too_rarely",
        "PENNY": "price",
        "QUIET": "illiquid",
        "FOREIGN": "currency",
        "YOUNG": "too_little_history",
        "SECRET": "actions_unknown",
    }
    assert not Score.objects.filter(instrument__symbol__in=planted, rank__isnull=False).exists()


@pytest.mark.django_db
def test_fewer_than_thirty_comparable_instruments_have_no_rank() -> None:
    plant_market(29, etfs=3)

    done = analyse_and_rank()

    assert (done.stocks, done.etfs) == (0, 0)
    assert done.reasons == {"too_few": 32}
    assert not Score.objects.filter(score__isnull=False).exists()
    assert Score.objects.filter(board="etfs", board_size=3).count() == 3


@pytest.mark.django_db
def test_equal_scores_are_ranked_by_symbol() -> None:
    days = plant_sessions(300)
    origin = plant_origin()
    for number in reversed(range(30)):
        plant_bars(plant_instrument(f"T{number:02}"), days, walk(1, 300), origin=origin)

    analyse_and_rank()

    ranked = Score.objects.order_by("rank").values_list("instrument__symbol", flat=True)
    assert list(ranked) == [f"T{number:02}" for number in range(30)]
    assert set(Score.objects.values_list("score", flat=True)) == {50.0}


@pytest.mark.django_db
def test_ranking_again_replaces_the_session_and_no_other() -> None:
    plant_market(30)
    analyse_and_rank()
    first = list(Score.objects.order_by("instrument_id").values_list("instrument_id", "score", "rank"))

    rank_session(session=LAST, now=NOW)

    assert (
        list(Score.objects.order_by("instrument_id").values_list("instrument_id", "score", "rank")) == first
    )


@pytest.mark.django_db
def test_a_session_that_was_not_analysed_is_not_ranked() -> None:
    plant_market(1)

    with pytest.raises(NotAnalysed):
        rank_session(session=LAST, now=NOW)


def test_a_percentile_runs_from_the_worst_to_the_best_and_shares_ties() -> None:
    values = np.array([3.0, np.nan, 1.0, 2.0, 2.0])

    assert percentile(values).tolist()[2:] == [0.0, 50.0, 50.0]
    assert percentile(values)[0] == 100.0
    assert np.isnan(percentile(values)[1])
    assert percentile(values, higher_is_better=False)[2] == 100.0
    assert np.isnan(percentile(np.array([1.0, np.nan]))).all()
