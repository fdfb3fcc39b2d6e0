"""What providers say of instruments."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db.models import Q

from investment.market.models import DailyBar, Instrument, Ticker
from investment.market.selectors.instruments import InstrumentNotFound, get_instrument, holders
from investment.market.services.bars import ingest_market_day
from investment.market.services.instruments import upsert_instruments
from investment.market.services.origins import NewOrigin
from investment.market.tests.days import MONDAY, NOW, bar, market_day, weekdays
from investment.providers.contracts import InstrumentRecord

pytestmark = pytest.mark.django_db

LATER = datetime(2025, 8, 1, 12, tzinfo=UTC)
RENAMED = date(2025, 8, 1)


def record(symbol: str, figi: str | None = None, **changes: object) -> InstrumentRecord:
    plain = InstrumentRecord(
        symbol=symbol,
        name=f"{symbol} Inc.",
        kind="common_stock",
        exchange="XNAS",
        currency="USD",
        active=True,
        composite_figi=figi,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def tell(*records: InstrumentRecord, now: datetime = NOW) -> int:
    return upsert_instruments(records=records, source="massive", now=now)


def spans(instrument: Instrument) -> list[tuple[str, date | None, date | None]]:
    tickers = Ticker.objects.filter(instrument=instrument).order_by("first_session")
    return sorted(
        ((t.symbol, t.first_session, t.last_session) for t in tickers), key=lambda span: str(span[1] or "")
    )


def test_new_instruments_are_stored_with_their_ticker() -> None:
    assert tell(record("AAA", "F1"), record("BBB", "F2", kind="etf")) == 2

    fund = Instrument.objects.get(symbol="BBB")
    assert (fund.kind, fund.name, fund.source, fund.first_seen_at) == ("etf", "BBB Inc.", "massive", NOW)
    assert spans(fund) == [("BBB", None, None)]


def test_the_same_list_again_changes_nothing() -> None:
    tell(record("AAA", "F1"), record("OLD", "F2", active=False, delisted_on=MONDAY))

    assert tell(record("AAA", "F1"), record("OLD", "F2", active=False, delisted_on=MONDAY), now=LATER) == 0
    assert set(Instrument.objects.values_list("updated_at", flat=True)) == {NOW}
    assert Ticker.objects.count() == 2


def test_what_a_record_does_not_tell_keeps_its_value() -> None:
    tell(record("AAA", "F1", listed_on=MONDAY, cik="0000000001"))

    assert tell(record("AAA", name="Another name", exchange=None), now=LATER) == 1

    one = Instrument.objects.get()
    assert (one.name, one.exchange, one.listed_on, one.cik) == ("Another name", "XNAS", MONDAY, "0000000001")


def test_an_instrument_that_the_ingest_invented_is_told_what_it_is() -> None:
    weekdays(MONDAY, 1)
    ingest_market_day(day=market_day(MONDAY, {"AAA": bar(10)}), origin=NewOrigin(provider="m"), now=NOW)

    tell(record("AAA", "F1", kind="adr"))

    one = Instrument.objects.get()
    assert (one.kind, one.composite_figi, one.currency) == ("adr", "F1", "USD")


def test_a_rename_ends_the_old_ticker_and_begins_the_new_one() -> None:
    tell(record("FB", "F1"))

    tell(record("META", "F1"), now=LATER)

    one = Instrument.objects.get()
    assert one.symbol == "META"
    assert spans(one) == [("FB", None, date(2025, 7, 31)), ("META", RENAMED, None)]
    assert holders(session=MONDAY) == {"FB": one.pk}
    assert holders(session=RENAMED) == {"META": one.pk}
    assert get_instrument(symbol="FB") == one


def test_bars_that_came_under_a_new_ticker_become_the_renamed_instruments_own() -> None:
    days = weekdays(MONDAY, 3)
    tell(record("FB", "F1"))
    origin = NewOrigin(provider="m")
    ingest_market_day(day=market_day(days[0], {"FB": bar(10)}), origin=origin, now=NOW)
    for day in days[1:]:
        ingest_market_day(day=market_day(day, {"META": bar(11)}), origin=origin, now=NOW)

    tell(record("META", "F1"), now=LATER)

    one = Instrument.objects.get()
    assert DailyBar.objects.filter(instrument_id=one.pk).count() == 3
    assert spans(one) == [("FB", None, days[0]), ("META", days[1], None)]


def test_tickers_may_pass_from_one_to_the_next_in_one_answer() -> None:
    tell(record("AAA", "F1"), record("BBB", "F2"), record("CCC", "F3"))

    tell(record("BBB", "F1"), record("CCC", "F2"), record("AAA", "F3"), now=LATER)

    assert dict(Instrument.objects.values_list("composite_figi", "symbol")) == {
        "F1": "BBB",
        "F2": "CCC",
        "F3": "AAA",
    }
    assert Instrument.objects.filter(active=True).count() == 3
    by_symbol = {one.symbol: one.pk for one in Instrument.objects.all()}
    assert holders(session=RENAMED) == by_symbol


def test_a_ticker_with_another_figi_has_a_new_holder() -> None:
    tell(record("AAA", "F1"))

    tell(record("AAA", "F2"), now=LATER)

    old, new = Instrument.objects.order_by("pk")
    assert (old.active, new.active) == (False, True)
    assert holders(session=MONDAY) == {"AAA": old.pk}
    assert holders(session=RENAMED) == {"AAA": new.pk}
    assert get_instrument(symbol="AAA") == new


def test_a_delisting_ends_the_ticker_so_that_another_may_use_it() -> None:
    tell(record("AAA", "F1"))

    tell(record("AAA", "F1", active=False, delisted_on=MONDAY), record("AAA", "F2"), now=LATER)

    old, new = Instrument.objects.order_by("pk")
    assert (old.active, old.delisted_on) == (False, MONDAY)
    assert spans(old) == [("AAA", None, MONDAY)]
    assert spans(new) == [("AAA", date(2025, 3, 4), None)]


def test_former_holders_of_a_ticker_do_not_overlap() -> None:
    tell(
        record("AAA", "F3"),
        record("AAA", "F1", active=False, delisted_on=date(2010, 1, 4)),
        record("AAA", "F2", active=False, delisted_on=date(2020, 1, 6)),
    )

    names = dict(Instrument.objects.values_list("pk", "composite_figi"))
    held = [
        names[holders(session=day)["AAA"]] for day in (date(2005, 1, 3), date(2015, 1, 5), date(2025, 1, 6))
    ]
    assert held == ["F1", "F2", "F3"]


def test_a_delisted_instrument_learned_of_late_leaves_the_ticker_to_its_holder() -> None:
    tell(record("AAA", "F2"))

    tell(record("AAA", "F1", active=False, delisted_on=MONDAY), now=LATER)

    names = dict(Instrument.objects.values_list("pk", "composite_figi"))
    assert names[holders(session=MONDAY)["AAA"]] == "F1"
    assert names[holders(session=date(2025, 3, 4))["AAA"]] == "F2"


def test_an_instrument_may_come_back() -> None:
    tell(record("AAA", "F1", active=False, delisted_on=MONDAY))

    tell(record("AAA", "F1"), now=LATER)

    one = Instrument.objects.get()
    assert (one.active, one.delisted_on) == (True, None)
    assert holders(session=RENAMED) == {"AAA": one.pk}


def test_thousands_are_stored_in_a_few_statements(django_assert_max_num_queries: object) -> None:
    records = [record(f"S{i:04}", f"F{i:04}") for i in range(3000)]
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        tell(*records)
    renamed = [replace(one, name="New name") for one in records]
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert tell(*renamed, now=LATER) == 3000

    assert Instrument.objects.filter(~Q(name="New name")).count() == 0


def test_a_ticker_that_nobody_ever_had_is_not_found() -> None:
    with pytest.raises(InstrumentNotFound):
        get_instrument(symbol="NOBODY")
