"""One instrument's analysis: every figure, the score, the sentence."""

from datetime import date

import pytest
from django.test import Client

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import (
    make_bars,
    make_figures,
    make_instrument,
    make_market,
    make_score,
    make_sessions,
)

pytestmark = pytest.mark.django_db
ANALYSIS = "/api/stocks/{symbol}/analysis"


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture
def days() -> list[date]:
    return make_sessions(3)


def test_every_figure_has_a_name_a_formula_and_a_value_or_a_reason(client: Client, days: list[date]) -> None:
    make_market(days[2])
    apple = make_instrument("AAPL")
    make_bars(apple, {days[2]: 100.0})
    make_figures(apple, days[2], bars=1, return_1=None, rsi_14=55.5)
    make_score(apple, days[2])

    answer = get(client, ANALYSIS, symbol="aapl")

    assert (answer["symbol"], answer["session"]) == ("AAPL", str(days[2]))
    assert answer["market"] == {"name": "Equally weighted mean", "members": 40}
    figures = {figure["name"]: figure for figure in answer["figures"]}
    assert figures["rsi_14"]["value"] == 55.5
    assert all(figure["label"] and figure["formula"] for figure in figures.values())
    assert all((figure["value"] is None) == bool(figure["reason"]) for figure in figures.values())
    assert answer["score"]["value"] == 50.0
    assert answer["score"]["parts"]
    assert answer["unranked"] is None
    assert answer["sentence"]


def test_what_is_not_ranked_says_why(client: Client, days: list[date]) -> None:
    make_market(days[2], members=None)
    apple = make_instrument("AAPL")
    make_figures(apple, days[2])
    make_score(apple, days[2], unranked="illiquid")

    answer = get(client, ANALYSIS, symbol="AAPL")

    assert (answer["score"], answer["market"]) == (None, None)
    assert answer["unranked"]["code"] == "illiquid"
    assert "dollar volume" in answer["sentence"]


def test_a_figure_on_prices_as_traded_says_so(client: Client, days: list[date]) -> None:
    for symbol, withheld in (("SPY", "not in your plan"), ("AAPL", "")):
        instrument = make_instrument(symbol, actions_withheld=withheld)
        make_figures(instrument, days[2], rsi_14=55.5, mean_dollar_volume_20=1e6)

    def notes(symbol: str) -> dict[str, str | None]:
        return {
            each["name"]: each["note"]
            for each in get(client, ANALYSIS, symbol=symbol)["figures"]
            if each["note"]
        }

    assert notes("SPY") == {"rsi_14": "on prices as traded: splits are not known"}
    assert notes("AAPL") == {}


def test_an_earlier_session_can_be_asked_for(client: Client, days: list[date]) -> None:
    apple = make_instrument("AAPL")
    for place, day in enumerate(days):
        make_figures(apple, day, rsi_14=float(place))

    answer = get(client, ANALYSIS, symbol="AAPL", session=days[1])

    assert answer["session"] == str(days[1])
    assert next(f["value"] for f in answer["figures"] if f["name"] == "rsi_14") == 1.0


def test_what_was_never_analysed_has_no_figures_and_says_so(client: Client, days: list[date]) -> None:
    make_instrument("NEW")

    answer = get(client, ANALYSIS, symbol="NEW")

    assert (answer["session"], answer["figures"], answer["score"]) == (None, [], None)
    assert answer["sentence"]


def test_an_unknown_symbol_is_a_404_and_a_bad_session_a_400(client: Client) -> None:
    get(client, ANALYSIS, expect=404, symbol="GHOST")
    get(client, ANALYSIS, expect=400, symbol="AAPL", session="yesterday")
