"""Bars of before a rename that are read after it."""

from datetime import date
from typing import Any

import pytest

from investment.market.models import CorporateAction, DailyBar, Instrument
from investment.market.selectors.instruments import holders, strangers
from investment.market.services.bars import ingest_market_day
from investment.market.services.former_tickers import recognise_former, retire_strangers
from investment.market.services.instruments import upsert_instruments
from investment.market.services.origins import NewOrigin
from investment.market.tests.days import NOW, bar, market_day, weekdays
from investment.providers.contracts import InstrumentRecord

pytestmark = pytest.mark.django_db

BEFORE, AFTER = date(2025, 3, 3), date(2025, 3, 4)
FIGI = "BBG000000001"


def record(symbol: str, **fields: Any) -> InstrumentRecord:
    told: dict[str, Any] = {"name": f"{symbol} Inc", "kind": "common_stock", "exchange": "XNYS"}
    told |= {"currency": "USD", "active": True, "composite_figi": FIGI, **fields}
    return InstrumentRecord(symbol=symbol, **told)


def read(session: date, *symbols: str) -> None:
    day = market_day(session, {symbol: bar(10.0) for symbol in symbols})
    ingest_market_day(day=day, origin=NewOrigin(provider="massive"), now=NOW)


@pytest.fixture
def renamed() -> Instrument:
    """NEW is listed and traded last; before that, as we read only now, somebody traded as OLD."""
    weekdays(BEFORE, 2)
    read(AFTER, "NEW")
    upsert_instruments(records=[record("NEW")], source="massive", now=NOW)
    read(BEFORE, "OLD")
    return Instrument.objects.get(symbol="NEW")


def test_a_renamed_instruments_earlier_bars_become_its_own(renamed: Instrument) -> None:
    old = Instrument.objects.get(symbol="OLD")
    CorporateAction.objects.create(
        instrument=old, kind="split", ex_date=BEFORE, ratio=2.0, provider="massive", known_at=NOW
    )

    assert recognise_former(records=[record("OLD"), record("ELSE", composite_figi="X")], now=NOW) == 1

    assert not strangers().exists()
    assert Instrument.objects.get() == renamed
    assert list(DailyBar.objects.order_by("session").values_list("session", "instrument_id")) == [
        (BEFORE, renamed.pk),
        (AFTER, renamed.pk),
    ]
    assert (holders(session=BEFORE), holders(session=AFTER)) == ({"OLD": renamed.pk}, {"NEW": renamed.pk})
    assert CorporateAction.objects.get().instrument_id == renamed.pk
    read(BEFORE, "OLD")  # read once more, it finds its way by itself
    assert DailyBar.objects.count() == 2
    assert recognise_former(records=[record("OLD")], now=NOW) == 0


def test_two_who_traded_in_one_session_are_two(renamed: Instrument) -> None:
    read(BEFORE, "OLD", "NEW")

    assert recognise_former(records=[record("OLD")], now=NOW) == 0
    assert DailyBar.objects.filter(session=BEFORE).values("instrument_id").distinct().count() == 2


def test_whom_nobody_knows_today_keeps_what_was_told_then(renamed: Instrument) -> None:
    assert recognise_former(records=[record("OLD", composite_figi="BBG000000009")], now=NOW) == 1

    old = Instrument.objects.get(symbol="OLD")
    assert (old.name, old.kind, old.composite_figi) == ("OLD Inc", "common_stock", "BBG000000009")


def test_a_known_instrument_is_left_as_it_is(renamed: Instrument) -> None:
    recognise_former(records=[record("NEW", name="As it was called then")], now=NOW)

    renamed.refresh_from_db()
    assert renamed.name == "NEW Inc"


def test_strangers_who_trade_no_more_are_listed_no_more(renamed: Instrument) -> None:
    read(AFTER, "NEW", "LATE")

    assert retire_strangers(seen_since=AFTER, now=NOW) == 1

    assert set(Instrument.objects.filter(active=True).values_list("symbol", flat=True)) == {"NEW", "LATE"}
