"""What lies behind an instrument's figures, and latest prices."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import (
    AT_NIGHT,
    make_bars,
    make_instrument,
    make_origin,
    make_sessions,
)
from investment.market.models import BarRevision, CorporateAction, QuarantinedRow

pytestmark = pytest.mark.django_db
DATA = "/api/stocks/{symbol}/data"


@pytest.fixture
def client() -> Client:
    return signed_in()


def test_says_how_many_bars_came_from_where(client: Client) -> None:
    days = make_sessions(5)
    apple = make_instrument("AAPL")
    make_bars(apple, dict.fromkeys(days[:4], 100.0), make_origin(channel="imported"))
    make_bars(apple, {days[4]: 101.0}, make_origin(provider="massive"))

    sources = get(client, DATA, symbol="AAPL")["sources"]

    assert [(s["provider"], s["channel"], s["count"], s["first"], s["last"]) for s in sources] == [
        ("massive", "fetched", 1, "2026-01-09", "2026-01-09"),
        ("sample", "imported", 4, "2026-01-05", "2026-01-08"),
    ]
    assert sources[0]["fetched_at"] == "2026-01-31T05:05:00Z"


def test_lists_the_sessions_without_a_bar_as_gaps(client: Client) -> None:
    days = make_sessions(10)
    make_bars(make_instrument("OTHER"), {days[9]: 1.0})
    halted = make_instrument("HALT")
    make_bars(halted, {days[0]: 1.0, days[3]: 1.0, days[5]: 1.0, days[7]: 1.0})

    gaps = get(client, DATA, symbol="HALT")["gaps"]

    assert [(gap["from"], gap["to"], gap["sessions"]) for gap in gaps] == [
        (str(days[8]), str(days[9]), 2),
        (str(days[6]), str(days[6]), 1),
        (str(days[4]), str(days[4]), 1),
        (str(days[1]), str(days[2]), 2),
    ]


def test_the_end_of_a_delisted_instrument_is_no_gap(client: Client) -> None:
    days = make_sessions(4)
    make_bars(make_instrument("OTHER"), {days[3]: 1.0})
    make_bars(make_instrument("GONE", active=False), {days[0]: 1.0, days[1]: 1.0})

    assert get(client, DATA, symbol="GONE")["gaps"] == []


def test_shows_what_was_replaced_and_what_was_refused(client: Client) -> None:
    days = make_sessions(1)
    apple = make_instrument("AAPL")
    origin = make_bars(apple, {days[0]: 100.0})
    BarRevision.objects.create(
        session=days[0],
        instrument=apple,
        open=9.0,
        high=9.0,
        low=9.0,
        close=9.0,
        volume=1.0,
        origin=origin,
        reason="replaced",
        recorded_at=AT_NIGHT,
    )
    QuarantinedRow.objects.create(
        origin=origin,
        session=days[0],
        symbol="AAPL",
        payload='{"c": -1}',
        reason="negative",
        recorded_at=AT_NIGHT,
    )

    data = get(client, DATA, symbol="aapl")

    assert data["revisions"][0]["old"]["close"] == 9.0
    assert data["revisions"][0]["source"]["provider"] == "sample"
    assert data["quarantine"][0]["payload"] == '{"c": -1}'


def test_shows_actions_as_known_now_with_all_their_digits(client: Client) -> None:
    apple = make_instrument("AAPL")
    for amount, withdrawn in (("0.2400000001", None), ("0.99", AT_NIGHT)):
        CorporateAction.objects.create(
            instrument=apple,
            kind="dividend",
            ex_date=date(2026, 1, 6),
            amount=amount,
            currency="USD",
            provider="sample",
            known_at=AT_NIGHT,
            withdrawn_at=withdrawn,
        )

    actions = get(client, DATA, symbol="AAPL")["actions"]

    assert [(action["amount"], action["currency"], action["ratio"]) for action in actions] == [
        (0.2400000001, "USD", None)
    ]


def test_the_latest_prices_of_some_and_who_is_unknown(client: Client) -> None:
    days = make_sessions(3)
    make_bars(make_instrument("AAPL"), {days[0]: 1.0, days[2]: 3.0})
    make_bars(make_instrument("BRK.B"), {days[1]: 2.0})
    make_instrument("NEW")

    answer = get(client, "/api/stocks/prices", symbols="aapl,BRK.B, NEW,GHOST,,AAPL")

    assert {price["symbol"]: (price["session"], price["close"]) for price in answer["results"]} == {
        "AAPL": (str(days[2]), 3.0),
        "BRK.B": (str(days[1]), 2.0),
        "NEW": (None, None),
    }
    assert answer["unknown"] == ["GHOST"]
    assert answer["results"][0]["source"]["provider"] == "sample"


def test_latest_prices_cost_the_same_number_of_queries_for_one_and_for_many(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    days = make_sessions(1)
    symbols = [f"S{n}" for n in range(30)]
    for symbol in symbols:
        make_bars(make_instrument(symbol), {days[0]: 1.0})

    for some in (symbols[:1], symbols):
        with django_assert_num_queries(4):
            client.get("/api/stocks/prices", {"symbols": ",".join(some)})


@pytest.mark.parametrize("symbols", ["", ",", " , ", ",".join(f"S{n}" for n in range(501))])
def test_latest_prices_want_between_one_and_500_symbols(client: Client, symbols: str) -> None:
    get(client, "/api/stocks/prices", expect=400, symbols=symbols)


@pytest.mark.parametrize("path", [DATA, "/api/stocks/{symbol}"])
@pytest.mark.parametrize("symbol", ["GHOST", "%00", "a%20b", "'", "é" * 40, "..", "%"])
def test_an_unknown_symbol_is_a_404(client: Client, path: str, symbol: str) -> None:
    answer = get(client, path, expect=404, symbol=symbol)

    assert answer["code"] in ("instrument_not_found", "not_found")
