"""Storing splits and dividends, and what was known when."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from investment.market.models import CorporateAction, Instrument, QuarantinedRow, Ticker
from investment.market.selectors.instruments import InstrumentNotFound
from investment.market.services.actions import (
    ActionsReport,
    ingest_actions,
    record_coverage,
    withhold_actions,
)
from investment.market.services.origins import NewOrigin
from investment.market.tests.days import NOW, instrument
from investment.providers.contracts import DividendRecord, SplitRecord

pytestmark = pytest.mark.django_db

START, END = date(2025, 1, 1), date(2025, 6, 30)
LATER = datetime(2025, 7, 15, tzinfo=UTC)
FETCHED = NewOrigin(provider="massive")
IMPORTED = NewOrigin(provider="import:file", channel="imported")


def split(symbol: str, day: date, to: float = 2.0) -> SplitRecord:
    return SplitRecord(symbol, day, split_from=1.0, split_to=to)


def dividend(symbol: str, day: date, amount: str, currency: str = "USD") -> DividendRecord:
    return DividendRecord(symbol, day, Decimal(amount), currency)


def ingest(
    *records: SplitRecord | DividendRecord,
    origin: NewOrigin = FETCHED,
    now: datetime = NOW,
    symbol: str | None = None,
    start: date = START,
    end: date = END,
) -> ActionsReport:
    return ingest_actions(
        splits=[record for record in records if isinstance(record, SplitRecord)],
        dividends=[record for record in records if isinstance(record, DividendRecord)],
        start=start,
        end=end,
        origin=origin,
        now=now,
        symbol=symbol,
    )


def valid() -> list[tuple[str, date, float | Decimal | None]]:
    rows = CorporateAction.objects.filter(withdrawn_at=None).order_by("ex_date", "pk")
    return [(row.kind, row.ex_date, row.ratio or row.amount) for row in rows]


MAY = date(2025, 5, 5)


def test_actions_are_stored_with_the_time_from_which_we_know_them() -> None:
    one = instrument("AAA")

    report = ingest(split("AAA", MAY, 7), dividend("AAA", MAY + timedelta(days=1), "0.52"))

    assert report.inserted == 2
    assert report.changed_instruments == [one.pk]
    assert valid() == [("split", MAY, 7.0), ("dividend", MAY + timedelta(days=1), Decimal("0.52"))]
    assert set(CorporateAction.objects.values_list("known_at", "provider")) == {(NOW, "massive")}
    one.refresh_from_db()
    assert one.actions_from == START


def test_the_same_answer_again_changes_nothing() -> None:
    instrument("AAA")
    for _ in range(2):
        report = ingest(split("AAA", MAY), dividend("AAA", MAY, "0.1"), now=LATER)

    assert (report.inserted, report.unchanged, report.withdrawn) == (0, 2, 0)
    assert CorporateAction.objects.count() == 2


def test_a_corrected_action_stands_beside_the_withdrawn_one() -> None:
    instrument("AAA")
    ingest(dividend("AAA", MAY, "0.52"))

    report = ingest(dividend("AAA", MAY, "0.53"), now=LATER)

    assert (report.inserted, report.withdrawn) == (1, 1)
    assert valid() == [("dividend", MAY, Decimal("0.53"))]
    old = CorporateAction.objects.exclude(withdrawn_at=None).get()
    assert (old.amount, old.withdrawn_at, old.known_at) == (Decimal("0.52"), LATER, NOW)


def test_an_action_that_is_not_listed_any_more_is_withdrawn_within_the_range_alone() -> None:
    instrument("AAA")
    before = START - timedelta(days=1)
    ingest(split("AAA", before), split("AAA", MAY), start=before)

    report = ingest(now=LATER)

    assert report.withdrawn == 1
    assert valid() == [("split", before, 2.0)]


def test_asking_for_one_ticker_withdraws_nobody_elses_actions() -> None:
    instrument("AAA")
    instrument("BBB")
    ingest(split("AAA", MAY), split("BBB", MAY))

    ingest(symbol="AAA", now=LATER)

    assert list(
        CorporateAction.objects.filter(withdrawn_at=None).values_list("instrument__symbol", flat=True)
    ) == ["BBB"]


def test_an_imported_action_is_confirmed_or_replaced_by_a_fetched_one() -> None:
    instrument("AAA")
    ingest(split("AAA", MAY), dividend("AAA", MAY, "0.52"), origin=IMPORTED)

    ingest(split("AAA", MAY), dividend("AAA", MAY, "0.53"), origin=FETCHED)
    late = ingest(dividend("AAA", MAY, "0.52"), origin=IMPORTED)

    assert late.not_chosen == 1
    assert valid() == [("split", MAY, 2.0), ("dividend", MAY, Decimal("0.53"))]
    assert set(CorporateAction.objects.filter(withdrawn_at=None).values_list("provider", "channel")) == {
        ("massive", "fetched")
    }


def test_a_fetched_answer_leaves_imported_actions_of_other_days() -> None:
    instrument("AAA")
    ingest(split("AAA", MAY), origin=IMPORTED)

    ingest(origin=FETCHED)

    assert valid() == [("split", MAY, 2.0)]


def test_actions_that_cannot_be_true_are_quarantined() -> None:
    instrument("AAA")

    report = ingest(
        split("AAA", MAY, 0),
        split("AAA", MAY, float("inf")),
        split("AAA", END + timedelta(days=1)),
        dividend("AAA", MAY, "0"),
        dividend("AAA", MAY, "-1"),
        dividend("AAA", MAY, "NaN"),
        dividend("AAA", MAY, "1", ""),
        dividend("AAA", MAY, "1e30"),
        dividend("AAA", MAY, "-1e30"),
    )

    assert (report.inserted, report.refused) == (0, 9)
    assert QuarantinedRow.objects.count() == 9
    assert valid() == []


def test_actions_of_tickers_nobody_had_are_counted_and_left_out() -> None:
    report = ingest(split("OTCXX", MAY))

    assert (report.inserted, report.unknown) == (0, 1)
    assert not Instrument.objects.exists()


def test_a_ticker_that_was_asked_for_becomes_known() -> None:
    report = ingest(split("AAA", MAY), symbol="AAA")

    assert report.inserted == 1
    assert Instrument.objects.get().actions_from == START


def test_an_action_belongs_to_whoever_had_the_ticker_on_its_day() -> None:
    now, then = (
        instrument("TICK"),
        Instrument.objects.create(
            symbol="TICK", active=False, source="test", first_seen_at=NOW, updated_at=NOW
        ),
    )
    Ticker.objects.filter(instrument=now).update(first_session=MAY)
    Ticker.objects.create(instrument=then, symbol="TICK", last_session=MAY - timedelta(days=1))

    ingest(split("TICK", MAY), split("TICK", MAY - timedelta(days=5)))

    owners = CorporateAction.objects.order_by("ex_date").values_list("instrument_id", flat=True)
    assert list(owners) == [then.pk, now.pk]


def test_an_old_action_under_todays_ticker_belongs_to_its_only_holder() -> None:
    one = instrument("NEWNAME")
    Ticker.objects.update(first_session=MAY)

    ingest(split("NEWNAME", MAY - timedelta(days=30)))

    assert CorporateAction.objects.get().instrument_id == one.pk


def test_coverage_only_grows_and_passes_over_what_is_withheld() -> None:
    one, two = instrument("AAA"), instrument("BBB")
    withhold_actions(symbol="BBB", reason="You are not entitled to this data.")

    record_coverage(start=MAY)
    record_coverage(start=START)
    record_coverage(start=MAY)

    one.refresh_from_db()
    two.refresh_from_db()
    assert one.actions_from == START
    assert two.actions_from is None
    assert two.actions_withheld == "You are not entitled to this data."


def test_actions_that_are_told_after_all_are_not_withheld_any_more() -> None:
    one = instrument("AAA")
    withhold_actions(symbol="AAA", reason="not in your plan")

    ingest(split("AAA", MAY), symbol="AAA")

    one.refresh_from_db()
    assert (one.actions_withheld, one.actions_from) == ("", START)


def test_withholding_the_actions_of_nobody_says_so() -> None:
    with pytest.raises(InstrumentNotFound):
        withhold_actions(symbol="NOBODY", reason="why")
