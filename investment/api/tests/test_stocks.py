"""The table of all stocks, and one of them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import (
    AT_NIGHT,
    make_bars,
    make_figures,
    make_instrument,
    make_market,
    make_score,
    make_sessions,
)
from investment.market.models import DataIssue

pytestmark = pytest.mark.django_db
STOCK = "/api/stocks/{symbol}"


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture
def days() -> list[date]:
    """Three sessions; on the last one ALFA, BETA (an ETF) and BRK.B traded, HALT did not, NEW never has."""
    days = make_sessions(3)
    make_market(days[2])
    for place, (symbol, fields) in enumerate(
        {
            "ALFA": {"name": "Alfa 100% Corp", "exchange": "XNYS"},
            "BETA": {"kind": "etf", "name": "Beta Fund"},
            "BRK.B": {"name": "Berk_shire"},
        }.items()
    ):
        instrument = make_instrument(symbol, **fields)
        close = 10.0 * (place + 1)
        make_bars(instrument, {days[1]: close / 2, days[2]: close})
        make_figures(instrument, days[2], close=close, return_1=1.0, rsi_14=50.0 + place)
        if symbol == "BETA":
            make_score(instrument, days[2], board="etfs", score=99.0)
        elif symbol == "ALFA":
            make_score(instrument, days[2], score=70.0)
        else:
            make_score(instrument, days[2], unranked="illiquid")
    halted = make_instrument("HALT")
    make_bars(halted, {days[0]: 5.0})
    make_score(halted, days[2], unranked="no_bar")
    make_instrument("NEW", kind="warrant", exchange=None, currency=None, name="")
    return days


def symbols(client: Client, **query: Any) -> list[str]:
    return [row["symbol"] for row in get(client, "/api/stocks", **query)["results"]]


def test_the_best_score_comes_first_and_the_unknown_last(client: Client, days: list[date]) -> None:
    page = get(client, "/api/stocks")

    assert page["count"] == 5
    assert page["session"] == str(days[2])
    assert [row["symbol"] for row in page["results"]] == ["BETA", "ALFA", "BRK.B", "HALT", "NEW"]


def test_a_row_says_everything_that_is_known(client: Client, days: list[date]) -> None:
    (row,) = get(client, "/api/stocks", search="brk")["results"]

    assert (row["symbol"], row["session"], row["close"], row["rsi_14"]) == ("BRK.B", str(days[2]), 30.0, 52.0)
    assert row["return_5"] is None
    assert row["unranked"]["code"] == "illiquid"
    assert row["source"] == {
        "provider": "sample",
        "channel": "fetched",
        "basis": "raw",
        "fetched_at": "2026-01-31T05:05:00Z",
    }
    assert row["spark"][-2:] == [15.0, 30.0]
    assert row["stale"] is False


@pytest.mark.parametrize(
    "unknown", [{"actions_from": None}, {"actions_withheld": "not in your plan"}], ids=str
)
def test_where_splits_are_unknown_there_is_no_small_chart(
    client: Client, days: list[date], unknown: dict[str, Any]
) -> None:
    make_bars(make_instrument("ODD", **unknown), {days[2]: 1.0})

    assert get(client, "/api/stocks", search="ODD")["results"][0]["spark"] is None


def test_a_row_without_a_bar_is_stale_and_shows_its_last_one(client: Client, days: list[date]) -> None:
    rows = {row["symbol"]: row for row in get(client, "/api/stocks")["results"]}

    halted, new = rows["HALT"], rows["NEW"]
    assert (halted["stale"], halted["session"], halted["close"]) == (True, str(days[0]), 5.0)
    assert halted["unranked"]["code"] == "no_bar"
    assert (new["stale"], new["session"], new["close"], new["source"]) == (True, None, None, None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "ALFA"}, ["ALFA"]),
        ({"search": "corp"}, ["ALFA"]),
        ({"search": "100%"}, ["ALFA"]),
        ({"search": "k_s"}, ["BRK.B"]),
        ({"search": "%"}, ["ALFA"]),
        ({"search": "nothing"}, []),
        ({"kind": "etf"}, ["BETA"]),
        ({"kind": "warrant"}, ["NEW"]),
        ({"exchange": "XNYS"}, ["ALFA"]),
        ({"board": "etfs"}, ["BETA"]),
        ({"board": "stocks", "sort": "symbol"}, ["ALFA", "BRK.B", "HALT"]),
        ({"ranked": "true"}, ["BETA", "ALFA"]),
        ({"ranked": "false", "sort": "-symbol"}, ["NEW", "HALT", "BRK.B"]),
        ({"min_price": 20, "sort": "close"}, ["BETA", "BRK.B"]),
        ({"max_price": 20, "sort": "-close"}, ["BETA", "ALFA"]),
        ({"min_score": 70}, ["BETA", "ALFA"]),
        ({"sort": "close"}, ["ALFA", "BETA", "BRK.B", "HALT", "NEW"]),
        ({"sort": "-close"}, ["BRK.B", "BETA", "ALFA", "HALT", "NEW"]),
        ({"sort": "symbol", "limit": 2, "offset": 1}, ["BETA", "BRK.B"]),
        ({"offset": 5}, []),
        ({"search": "", "kind": "", "min_price": "", "sort": "symbol", "limit": 1}, ["ALFA"]),
    ],
    ids=str,
)
def test_the_table_is_searched_filtered_sorted_and_paged(
    client: Client, days: list[date], query: dict[str, Any], found: list[str]
) -> None:
    assert symbols(client, **query) == found


@pytest.mark.parametrize(
    "wrong",
    [
        {"sort": "password"},
        {"sort": "-"},
        {"kind": "bond"},
        {"board": "warrants"},
        {"ranked": "perhaps"},
        {"min_price": "nan"},
        {"max_price": "inf"},
        {"min_score": "1e999"},
        {"limit": 1001},
        {"offset": -1},
        {"search": "x" * 81},
        {"search": "a\x00b"},
    ],
    ids=str,
)
def test_a_bad_parameter_is_a_400_that_names_it(client: Client, wrong: dict[str, Any]) -> None:
    answer = get(client, "/api/stocks", expect=400, **wrong)

    assert list(answer["extra"]["fields"]) == list(wrong)


def test_one_row_and_many_cost_the_same_number_of_queries(
    client: Client, days: list[date], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(30):
        instrument = make_instrument(f"S{n}")
        make_bars(instrument, {days[2]: 1.0})
        make_figures(instrument, days[2])
        make_score(instrument, days[2])

    for limit in (1, 100):
        with django_assert_num_queries(10) as captured:
            client.get("/api/stocks", {"limit": limit, "sort": "symbol"})
        assert len(captured) == 10


def test_before_any_analysis_instruments_are_listed_with_what_is_known(client: Client) -> None:
    days = make_sessions(2)
    make_bars(make_instrument("ALFA"), {days[1]: 5.0})

    page = get(client, "/api/stocks")

    assert page["session"] == days[1].isoformat()
    assert page["results"][0]["stale"] is False
    assert page["results"][0]["close"] == 5.0
    assert page["results"][0]["score"] is None


def test_an_empty_installation_has_an_empty_table(client: Client) -> None:
    assert get(client, "/api/stocks") == {"count": 0, "session": None, "results": []}


@pytest.mark.parametrize("symbol", ["BRK.B", "brk.b", "Brk.B"])
def test_a_stock_is_found_whatever_the_case_and_with_a_dot(
    client: Client, days: list[date], symbol: str
) -> None:
    stock = get(client, STOCK, symbol=symbol)

    assert stock["symbol"] == "BRK.B"
    assert stock["latest"]["close"] == 30.0
    assert stock["latest"]["as_of"] == f"{days[2]}T21:00:00Z"
    assert stock["latest"]["source"]["provider"] == "sample"
    assert (stock["previous_close"], stock["return_1"], stock["stale"]) == (15.0, 1.0, False)
    assert stock["unranked"]["code"] == "illiquid"
    assert stock["actions_known_from"] == "2020-01-01"


def test_a_ticker_in_its_own_case_wins(client: Client) -> None:
    make_instrument("BACPB")
    make_instrument("BACpB", kind="preferred")

    assert get(client, STOCK, symbol="BACpB")["kind"] == "preferred"
    assert get(client, STOCK, symbol="BACPB")["kind"] == "common_stock"


def test_a_stock_of_which_nothing_is_known_says_so_with_nulls(client: Client) -> None:
    make_instrument("NEW", exchange=None, currency=None, actions_from=None)

    stock = get(client, STOCK, symbol="NEW")

    assert (stock["latest"], stock["previous_close"], stock["score"], stock["currency"]) == (None,) * 4
    assert stock["stale"] is True
    assert stock["actions_known_from"] is None
    assert "not been read" in stock["actions_note"]


def test_a_stock_whose_actions_are_withheld_says_why(client: Client) -> None:
    make_instrument("SPY", actions_withheld="not in your plan")

    stock = get(client, STOCK, symbol="SPY")

    assert (stock["actions_known_from"], stock["actions_note"]) == (None, "not in your plan")


def test_a_stock_shows_what_is_wrong_with_its_data_now(client: Client) -> None:
    instrument = make_instrument("AAPL")
    for closed_at, message in ((None, "Sources disagree"), (AT_NIGHT, "Mended")):
        DataIssue.objects.create(
            kind="disagreement",
            instrument=instrument,
            message=message,
            opened_at=AT_NIGHT,
            last_seen_at=AT_NIGHT,
            closed_at=closed_at,
        )

    assert get(client, STOCK, symbol="AAPL")["data_issues"] == [
        {"kind": "disagreement", "message": "Sources disagree", "session": None}
    ]


def test_a_stock_costs_few_queries(
    client: Client, days: list[date], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(10):
        client.get("/api/stocks/ALFA")
