from datetime import date
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.db.models import Field
from django.test.utils import CaptureQueriesContext

from investment.analysis.calculators import scoring
from investment.analysis.calculators.eligibility import REASONS
from investment.analysis.models import Figures
from investment.analysis.selectors.analysis import Analysis, latest_analysis, standing
from investment.analysis.selectors.catalogue import figure_catalogue
from investment.analysis.selectors.reasons import AS_TRADED
from investment.analysis.services.ranking import rank_session
from investment.analysis.services.run import analyse_session
from investment.analysis.tests.markets import (
    LAST,
    NOW,
    plant_bars,
    plant_instrument,
    plant_market,
    plant_origin,
    walk,
)
from investment.market.models import Instrument


def analysis_beside_a_market(closes: Any, *, stocks: int = 30, **fields: Any) -> tuple[list[date], Analysis]:
    days, _ = plant_market(stocks)
    instrument = plant_instrument("ODD", **fields)
    plant_bars(instrument, days, closes, origin=plant_origin())
    analyse_session(session=LAST, now=NOW)
    rank_session(session=LAST, now=NOW)
    return days, latest_analysis(instrument=instrument)


def reasons(analysis: Analysis) -> dict[str, str]:
    assert all((figure.value is None) == (figure.reason is not None) for figure in analysis.figures)
    return {figure.name: figure.reason for figure in analysis.figures if figure.reason}


def test_the_catalogue_has_every_figure_once() -> None:
    about = {"session", "instrument", "analysed_at", "bars", "close", "volume", "sessions_traded_63"}
    stored = {each.name for each in Figures._meta.get_fields() if isinstance(each, Field)} - about - {"pk"}

    names = [figure.name for figure in figure_catalogue()]

    assert sorted(names) == sorted(stored)
    assert set(scoring.READS) <= stored | {"close"}


@pytest.mark.django_db
def test_a_rank_whose_figures_have_since_become_unknown_is_told_without_them() -> None:
    _, made = plant_market(30)
    analyse_session(session=LAST, now=NOW)
    rank_session(session=LAST, now=NOW)
    Figures.objects.filter(session=LAST, instrument=made[4]).update(**dict.fromkeys(scoring.READS[1:]))

    analysis = latest_analysis(instrument=made[4])

    assert "of 30 stocks with a score of" in analysis.sentence
    assert "None" not in analysis.sentence


@pytest.mark.django_db
def test_a_ranked_stock_says_what_it_is_strong_and_weak_in() -> None:
    _, made = plant_market(30)
    analyse_session(session=LAST, now=NOW)
    rank_session(session=LAST, now=NOW)

    analysis = latest_analysis(instrument=made[4])

    assert reasons(analysis) == {}
    score = analysis.score
    assert score is not None
    assert analysis.unranked is None
    assert analysis.market is not None
    assert analysis.market.members == 30
    for part in score.parts:
        known = [item.percentile for item in part.inputs if item.percentile is not None]
        assert part.value == pytest.approx(np.mean(known))
    assert score.value == pytest.approx(sum(part.weight * (part.value or 0) for part in score.parts))
    strength = {part.label.lower(): part.value or 0.0 for part in score.parts}
    best = [label for label, value in strength.items() if value == max(strength.values())]
    worst = [label for label, value in strength.items() if value == min(strength.values())]
    assert f"Rank {score.rank} of 30 stocks with a score of {score.value:.1f} of 100" in analysis.sentence
    assert any(f"strongest in {label} (" in analysis.sentence for label in best)
    assert any(f"weakest in {label} (" in analysis.sentence for label in worst)


@pytest.mark.django_db
def test_a_young_stock_says_how_much_history_it_lacks() -> None:
    closes = np.where(np.arange(300) < 180, np.nan, walk(50, 300))

    days, analysis = analysis_beside_a_market(closes)

    why = reasons(analysis)
    assert why["volatility_252"] == "needs 253 bars, has 120"
    assert why["sma_200"] == "needs 200 bars, has 120"
    assert why["rsi_14"] == "needs about 265 bars, has 120"
    assert why["return_126"] == f"no bar on {days[-127]}, 126 sessions back"
    assert "return_63" not in why
    assert analysis.sentence == "Not ranked: it has too little history for a score."


@pytest.mark.django_db
def test_a_gap_is_named_by_its_date() -> None:
    closes = walk(50, 300)
    closes[-22] = np.nan

    days, analysis = analysis_beside_a_market(closes)

    assert reasons(analysis) == {
        "return_21": f"no bar on {days[-22]}, 21 sessions back",
        "momentum_12_1": f"no bar on {days[-22]}, 21 sessions back",
    }


@pytest.mark.django_db
def test_withheld_actions_are_told_in_the_words_of_the_source() -> None:
    _, analysis = analysis_beside_a_market(
        walk(50, 300), actions_from=None, actions_withheld="not in your plan"
    )

    why = reasons(analysis)
    assert why["return_21"] == "splits and dividends are not known: not in your plan"
    assert "sma_20" not in why
    assert analysis.unranked is not None
    assert analysis.unranked.code == "actions_unknown"
    assert "take its prices as traded" in analysis.sentence


@pytest.mark.django_db
def test_figures_of_withheld_splits_say_that_they_are_on_prices_as_traded() -> None:
    _, analysis = analysis_beside_a_market(
        walk(50, 300), actions_from=None, actions_withheld="not in your plan"
    )

    basis = {figure.name: figure.basis for figure in figure_catalogue()}
    noted = {figure.name: figure.note for figure in analysis.figures if figure.note}
    assert noted == {name: AS_TRADED for name in basis if basis[name] == "splits"}
    assert {"sma_20", "ema_12", "macd", "rsi_14", "bollinger_upper", "atr_14", "obv_change_21"} <= set(noted)


@pytest.mark.django_db
def test_what_is_adjusted_as_its_formula_says_has_no_note() -> None:
    _, analysis = analysis_beside_a_market(walk(50, 300))
    assert {figure.note for figure in analysis.figures} == {None}

    # Withheld from now on: the row was adjusted while the splits were known.
    Instrument.objects.filter(symbol="ODD").update(actions_withheld="not in your plan")
    later = latest_analysis(instrument=Instrument.objects.get(symbol="ODD"))
    assert {figure.note for figure in later.figures} == {None}
    assert "as traded" not in later.sentence


@pytest.mark.django_db
def test_an_unknown_figure_has_a_reason_and_no_note() -> None:
    closes = np.where(np.arange(300) < 270, np.nan, walk(50, 300))
    _, analysis = analysis_beside_a_market(closes, actions_from=None, actions_withheld="not in your plan")

    notes = {figure.name: figure.note for figure in analysis.figures}
    assert (notes["sma_20"], notes["sma_200"]) == (AS_TRADED, None)


@pytest.mark.django_db
def test_unknown_actions_and_a_flat_price_are_reasons_too() -> None:
    _, analysis = analysis_beside_a_market(np.full(300, 10.0), stocks=2)

    why = reasons(analysis)
    assert why["rsi_14"] == "its first bars still weigh too much, or the price has not moved since"
    assert why["beta_252"] == "the market is not known: it has fewer than 30 members"
    assert analysis.market is None

    unread = plant_instrument("UNREAD", actions_from=None)
    days = list(Figures.objects.values_list("session", flat=True).distinct())
    plant_bars(unread, days, [10.0], origin=plant_origin())
    analyse_session(session=LAST, now=NOW, instrument_ids=[unread.pk])
    assert reasons(latest_analysis(instrument=unread))["macd"] == "needs about 263 bars, has 1"


@pytest.mark.django_db
def test_what_was_never_analysed_says_so() -> None:
    instrument = plant_instrument("NEW")

    analysis = latest_analysis(instrument=instrument)

    assert (analysis.session, analysis.figures, analysis.score) == (None, [], None)
    assert analysis.sentence == "Not analysed yet."
    assert standing(instrument=instrument).stale


@pytest.mark.django_db
def test_an_instrument_stands_where_the_latest_session_left_it() -> None:
    _, made = plant_market(30)
    analyse_session(session=LAST, now=NOW)
    rank_session(session=LAST, now=NOW)
    absent = plant_instrument("ABSENT")

    place = standing(instrument=made[0])
    nowhere = standing(instrument=absent)

    assert (place.session, place.board, place.stale, place.unranked) == (LAST, "stocks", False, None)
    assert place.rank is not None
    assert (nowhere.stale, nowhere.rank) == (True, None)


@pytest.mark.django_db
def test_an_analysis_costs_few_queries() -> None:
    _, made = plant_market(30)
    analyse_session(session=LAST, now=NOW)
    rank_session(session=LAST, now=NOW)

    with CaptureQueriesContext(connection) as queries:
        latest_analysis(instrument=made[0])

    assert len(queries) <= 6


def test_every_reason_is_a_sentence() -> None:
    assert all(text[0].isupper() and text.endswith(".") for text in REASONS.values())
