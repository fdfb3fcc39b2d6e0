"""A fresh live installation: prices are there, and nothing is analysed."""

import pytest
from pytest_django import Settings

from investment.analysis.selectors.analysis import latest_analysis, standing
from investment.analysis.selectors.market_table import SORTS, market_table
from investment.analysis.tests.markets import LAST, plant_bars, plant_instrument, plant_origin, plant_sessions
from investment.lib.modes import Mode
from investment.market.models import Instrument

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _market() -> None:
    days, origin = plant_sessions(2), plant_origin()
    origin.provider = "massive"
    origin.channel = "fetched"
    origin.save()
    plant_bars(plant_instrument("NEW", kind="unknown"), days, [9.0, 10.0], origin=origin)
    plant_bars(plant_instrument("OLD"), days, [20.0, 30.0], origin=origin)
    plant_bars(plant_instrument("HALTED"), days, [5.0, float("nan")], origin=origin)
    plant_instrument("LISTED", name="Listed Inc")


def reasons() -> dict[str, str]:
    return {row.symbol: row.unranked.code for row in market_table().results if row.unranked}


def test_prices_show_with_their_session_and_source() -> None:
    page = market_table(sort="-close")

    assert (page.count, page.session) == (4, LAST)
    assert [(row.symbol, row.close, row.stale) for row in page.results] == [
        ("OLD", 30.0, False),
        ("NEW", 10.0, False),
        ("HALTED", 5.0, True),
        ("LISTED", None, True),
    ]
    assert {row.source.provider for row in page.results if row.source} == {"massive"}
    assert page.results[1].return_1 is None
    assert [row.symbol for row in market_table(min_price=15).results] == ["OLD"]


def test_it_says_what_is_lacking() -> None:
    assert reasons() == {
        "NEW": "class_unknown",
        "OLD": "not_ranked_yet",
        "HALTED": "not_ranked_yet",
        "LISTED": "not_ranked_yet",
    }
    new = Instrument.objects.get(symbol="NEW")
    for told in (standing(instrument=new).unranked, latest_analysis(instrument=new).unranked):
        assert told is not None
        assert "class is not known yet" in told.text


def test_where_the_terms_stand_against_scores_that_is_the_reason(settings: Settings) -> None:
    settings.MODE = Mode.parse("live")

    assert reasons()["OLD"] == "scores_withheld"
    assert reasons()["NEW"] == "class_unknown"
    told = next(row.unranked for row in market_table().results if row.symbol == "OLD")
    assert told is not None
    assert "accept_terms" in told.text


def test_what_is_traded_most_can_come_first() -> None:
    rows = market_table(sort="-dollar_volume").results

    assert [row.symbol for row in rows] == ["OLD", "NEW", "HALTED", "LISTED"]
    assert [row.dollar_volume is None for row in rows] == [False, False, True, True]


@pytest.mark.parametrize("sort", SORTS)
def test_it_can_be_sorted_all_the_same(sort: str) -> None:
    assert market_table(sort=f"-{sort}").count == 4
