"""Price history, raw and adjusted."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import AT_NIGHT, make_bars, make_instrument, make_origin, make_sessions
from investment.market.models import CorporateAction, Instrument

pytestmark = pytest.mark.django_db
PRICES = "/api/stocks/{symbol}/prices"


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture
def days() -> list[date]:
    return make_sessions(6)


def make_action(instrument: Instrument, ex_date: date, **value: Any) -> None:
    CorporateAction.objects.create(
        instrument=instrument, ex_date=ex_date, provider="sample", known_at=AT_NIGHT, **value
    )


def closes(answer: dict[str, Any]) -> list[float | None]:
    return [bar["close"] for bar in answer["bars"]]


def test_raw_prices_are_as_traded_each_with_its_source(client: Client, days: list[date]) -> None:
    apple = make_instrument("AAPL")
    imported = make_bars(apple, {days[0]: 100.0}, make_origin(channel="imported", detail="bars.csv"))
    fetched = make_bars(apple, {days[1]: 50.0})
    make_action(apple, days[1], kind="split", ratio=2.0)

    answer = get(client, PRICES, symbol="AAPL", adjust="none")

    assert closes(answer) == [100.0, 50.0]
    assert [bar["source"] for bar in answer["bars"]] == [imported.pk, fetched.pk]
    assert [(s["id"], s["channel"], s["detail"]) for s in answer["sources"]] == [
        (imported.pk, "imported", "bars.csv"),
        (fetched.pk, "fetched", None),
    ]
    assert (answer["from"], answer["to"]) == (str(days[0]), str(days[1]))
    assert answer["actions"][0]["ratio"] == 2.0


def test_adjusted_prices_are_on_the_basis_of_the_latest_session(client: Client, days: list[date]) -> None:
    apple = make_instrument("AAPL")
    make_bars(apple, {days[0]: 100.0, days[1]: 50.0, days[2]: 50.0, days[3]: 49.0})
    make_action(apple, days[1], kind="split", ratio=2.0)
    make_action(apple, days[3], kind="dividend", amount="1", currency="USD")

    assert closes(get(client, PRICES, symbol="AAPL")) == [50.0, 50.0, 50.0, 49.0]
    assert closes(get(client, PRICES, symbol="AAPL", adjust="all")) == pytest.approx([49.0, 49.0, 49.0, 49.0])
    # A part of the history is on the same basis as the whole.
    part = get(client, PRICES, symbol="AAPL", adjust="all", to=days[1])
    assert closes(part) == pytest.approx([49.0, 49.0])


def test_sessions_without_a_bar_are_named_and_never_filled(client: Client, days: list[date]) -> None:
    make_bars(make_instrument("HALT"), {days[0]: 1.0, days[3]: 1.0})

    answer = get(client, PRICES, symbol="HALT")

    assert len(answer["bars"]) == 2
    assert answer["missing"] == [str(days[1]), str(days[2])]


def test_a_range_has_both_ends(client: Client, days: list[date]) -> None:
    make_bars(make_instrument("AAPL"), dict.fromkeys(days, 1.0))

    answer = get(client, PRICES, symbol="AAPL", from_=days[1], to=days[2])

    assert [bar["session"] for bar in answer["bars"]] == [str(days[1]), str(days[2])]


def test_an_adjustment_that_cannot_be_made_is_unknown_and_says_why(client: Client, days: list[date]) -> None:
    make_bars(make_instrument("SPY", actions_withheld="not in your plan"), {days[0]: 1.0})

    answer = get(client, PRICES, symbol="SPY")

    assert answer["known"] is False
    assert "not in your plan" in answer["reason"]
    assert closes(answer) == [None]
    assert get(client, PRICES, symbol="SPY", adjust="none")["known"] is True


def test_an_instrument_without_bars_has_an_empty_history(client: Client, days: list[date]) -> None:
    make_instrument("NEW")

    answer = get(client, PRICES, symbol="new")

    assert (answer["bars"], answer["from"], answer["to"], answer["sources"]) == ([], None, None, [])


def test_an_unknown_symbol_is_a_404(client: Client, days: list[date]) -> None:
    assert get(client, PRICES, expect=404, symbol="GHOST")["code"] == "instrument_not_found"


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_": "yesterday"},
        {"to": "2026-02-30"},
        {"adjust": "some"},
        {"from_": "2026-01-07", "to": "2026-01-06"},
    ],
    ids=str,
)
def test_a_bad_range_is_a_400(client: Client, days: list[date], wrong: dict[str, str]) -> None:
    make_instrument("AAPL")

    assert get(client, PRICES, expect=400, symbol="AAPL", **wrong)["code"] == "invalid"


def test_the_same_answer_is_not_sent_twice(client: Client, days: list[date]) -> None:
    apple = make_instrument("AAPL")
    make_bars(apple, {days[0]: 1.0})
    first = client.get("/api/stocks/AAPL/prices")
    assert first["Cache-Control"] == "private, no-cache"

    again = {"If-None-Match": first["ETag"]}
    assert client.get("/api/stocks/AAPL/prices", headers=again).status_code == 304
    make_bars(apple, {days[1]: 2.0})
    assert client.get("/api/stocks/AAPL/prices", headers=again).status_code == 200


def test_a_long_history_costs_as_many_queries_as_a_short_one(
    client: Client, days: list[date], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    apple = make_instrument("AAPL")
    make_bars(apple, dict.fromkeys(days, 1.0))

    with django_assert_num_queries(10):
        client.get("/api/stocks/AAPL/prices", {"from": str(days[0]), "to": str(days[0])})
    with django_assert_num_queries(10):
        client.get("/api/stocks/AAPL/prices")
