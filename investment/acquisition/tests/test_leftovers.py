"""Profiles of companies: asked for with what is left, the oldest need first."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from pytest_django import Settings

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.services import leftovers
from investment.acquisition.services.demand import declare_interest
from investment.acquisition.services.fetching import fetch
from investment.lib import clock
from investment.lib.level import Level
from investment.market.models import Company, EarningsDate, FactImport, FactReport, Filing, Instrument
from investment.providers.sandbox.testing import running_sandbox
from investment.quotas.contracts import Window
from investment.quotas.models import Call

NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def contact(settings: Settings) -> None:
    settings.SEC_CONTACT = "Jane Doe jane@example.com"


def listed(symbol: str, cik: str | None) -> Instrument:
    return Instrument.objects.create(symbol=symbol, cik=cik, source="test", first_seen_at=NOW, updated_at=NOW)


def company(cik: str, *, days_ago: int) -> None:
    at = NOW - timedelta(days=days_ago)
    Company.objects.create(cik=cik, source="test", first_seen_at=at, updated_at=at, fetched_at=at)


def chosen(now: datetime = NOW, spending: Level = Level.FULL, kind: Kind = Kind.COMPANY) -> list[str]:
    """Return whom the next order is about; its claims are left to themselves."""
    orders = leftovers.orders(now=now, spending=spending, kinds=[kind])
    pks = [pk for order in orders for pk in order.instrument_ids]
    symbols = Instrument.objects.in_bulk(pks)
    return [symbols[pk].symbol for pk in pks]


def test_the_oldest_need_comes_first_and_what_somebody_wants_before_it() -> None:
    for number, days in enumerate((40, 90, 5), start=1):
        listed(f"KNOWN{number}", f"{number:010}")
        company(f"{number:010}", days_ago=days)
    listed("NEVER", "0000000009")
    listed("NOCIK", None)
    wanted = Instrument.objects.get(symbol="KNOWN1")
    declare_interest(who="a", instrument_ids=[wanted.pk], kind=Kind.QUOTE, tier=Tier.WATCHED, now=NOW)

    first = chosen()
    # While they are on their way nobody else is; after that the next ones are.
    assert chosen() == []
    assert sorted(first) == ["KNOWN1", "NEVER"]


def test_two_classes_of_shares_are_one_company() -> None:
    listed("GOOG", "0001652044")
    listed("GOOGL", "0001652044")

    assert chosen() == ["GOOG"]


@pytest.mark.parametrize("spending", [level for level in Level if level is not Level.FULL])
def test_below_the_full_level_nothing_is_filled_up(spending: Level) -> None:
    listed("NEVER", "0000000009")

    assert chosen(spending=spending) == []


def test_without_a_contact_nobody_is_asked(settings: Settings) -> None:
    settings.SEC_CONTACT = "-"
    listed("NEVER", "0000000009")

    assert chosen() == []


@pytest.mark.slow
def test_what_is_asked_is_stored_and_not_asked_again(settings: Settings) -> None:
    clock.set_clock(origin=NOW, rate=0)
    with running_sandbox(symbols=24, clock=clock.now) as sandbox:
        settings.SEC_BASE_URL, settings.SEC_DATA_URL = f"{sandbox.url}/sec", f"{sandbox.url}/sec/data"
        for line in sandbox.market.lines:
            if line.cik:
                listed(line.symbol, line.cik)
        wanted = Instrument.objects.values("cik").distinct().count()
        assert wanted > 2

        orders = 0
        while found := leftovers.orders(now=clock.now(), spending=Level.FULL, kinds=[Kind.COMPANY]):
            orders += 1
            for order in found:
                done = fetch(order=order)
                assert (done.failed, done.stopped) == (0, None)
            clock.set_clock(origin=clock.now() + timedelta(seconds=5), rate=0)

    assert Company.objects.filter(fetched_at__isnull=False).count() == wanted
    assert Call.objects.filter(provider="sec").count() == wanted
    assert orders == -(-wanted // leftovers.LEFTOVERS[Kind.COMPANY].at_once)


def imported(cik: str, *, filed: str, form: str, reports: tuple[str, ...] = ()) -> None:
    """A company whose figures were imported this morning, and what it has filed."""
    row = Company.objects.create(cik=cik, source="test", first_seen_at=NOW, updated_at=NOW)
    FactImport.objects.create(company=row, digest="x", source="test", imported_at=NOW)
    day = date.fromisoformat(filed)
    Filing.objects.create(company=row, accession=f"{cik}-1", form=form, filed_on=day, fetched_at=NOW)
    for accession in reports:
        FactReport.objects.create(company=row, accession=accession, form=form, filed_on=day)


def seen(symbol: str, kind: Kind, at: datetime) -> None:
    instrument = Instrument.objects.get(symbol=symbol)
    Sighting.objects.create(kind=kind, instrument=instrument, provider="any", seen_at=at, tried_at=at)


def test_figures_are_asked_for_of_whoever_filed_a_report_since_they_came() -> None:
    cases = {
        "NEW": ("2026-03-03", "10-Q/A", ()),
        "OLD": ("2026-02-27", "10-Q", ()),
        "OTHER": ("2026-03-03", "8-K", ()),
        "THERE": ("2026-03-03", "10-K", ("0000000004-1",)),
    }
    for number, (symbol, (filed, form, reports)) in enumerate(cases.items(), start=1):
        listed(symbol, f"{number:010}")
        imported(f"{number:010}", filed=filed, form=form, reports=reports)
    listed("NEVER", "0000000009")  # the nightly archive will bring it
    tomorrow = NOW + timedelta(hours=25)

    first = chosen(kind=Kind.FACTS)
    InFlight.objects.all().delete()
    seen("NEW", Kind.FACTS, NOW)  # asked, and the report is still not among the figures

    assert first == ["NEW"]
    assert chosen(kind=Kind.FACTS) == []
    assert chosen(tomorrow, kind=Kind.FACTS) == ["NEW"]


def test_whoever_is_looked_at_need_not_wait_for_the_archive_of_all_figures() -> None:
    listed("NEVER", "0000000009")
    pk = Instrument.objects.get(symbol="NEVER").pk

    assert chosen(kind=Kind.FACTS) == []
    declare_interest(who="a", instrument_ids=[pk], kind=Kind.NEWS, tier=Tier.PAGE, now=NOW)
    assert chosen(kind=Kind.FACTS) == ["NEVER"]


def test_figures_of_stocks_are_asked_for_in_rotation_and_again_after_a_report(settings: Settings) -> None:
    settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = "a-key-of-finnhub", "free"
    for symbol in ("AAA", "BBB", "CCC", "FUND"):
        row = listed(symbol, None)
        row.kind = Instrument.Kind.ETF if symbol == "FUND" else Instrument.Kind.COMMON_STOCK
        row.save()
    seen("AAA", Kind.EARNINGS, NOW - timedelta(days=10))
    seen("BBB", Kind.EARNINGS, NOW - timedelta(days=40))
    EarningsDate.objects.create(
        instrument=Instrument.objects.get(symbol="AAA"), provider="finnhub", source="test",
        on=date(2026, 2, 26), first_seen_at=NOW, fetched_at=NOW,
    )  # fmt: skip

    first = chosen(kind=Kind.EARNINGS)
    InFlight.objects.all().delete()
    seen("CCC", Kind.EARNINGS, NOW)
    second = chosen(kind=Kind.EARNINGS)
    InFlight.objects.all().delete()
    Sighting.objects.update(seen_at=NOW, tried_at=NOW)

    assert sorted(first) == ["BBB", "CCC"]  # never asked, then the longest known
    assert sorted(second) == ["AAA", "BBB"]  # AAA has reported since
    assert chosen(kind=Kind.EARNINGS) == []


def test_what_news_and_others_need_is_left_to_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = "a-key-of-finnhub", "free"
    for symbol in ("AAA", "BBB", "CCC"):
        Instrument.objects.filter(pk=listed(symbol, None).pk).update(kind=Instrument.Kind.COMMON_STOCK)
    free = 14.4  # 0.3 of the 48 planned calls of a minute

    def window_status(*, now: datetime, scope: str) -> list[SimpleNamespace]:
        lane = SimpleNamespace(free=free)
        return [SimpleNamespace(window=Window(60, 60, source="x"), lanes={"planned": lane})]

    monkeypatch.setattr(leftovers, "window_status", window_status)

    def kinds() -> list[Kind]:
        found = leftovers.orders(now=NOW, spending=Level.FULL)
        InFlight.objects.all().delete()
        return [order.kind for order in found]

    assert kinds() == [Kind.METRICS]  # its two calls leave too few for the next kind
    free = 18.4
    assert kinds() == [Kind.METRICS, Kind.RECOMMENDATIONS, Kind.EARNINGS]
    free = 14.3
    assert kinds() == []
