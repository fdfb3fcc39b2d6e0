"""Profiles of companies: asked for with what is left, the oldest need first."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.services import leftovers
from investment.acquisition.services.demand import declare_interest
from investment.acquisition.services.fetching import fetch
from investment.lib import clock
from investment.lib.level import Level
from investment.market.models import Company, Instrument
from investment.providers.sandbox.testing import running_sandbox
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


def chosen(now: datetime = NOW, spending: Level = Level.FULL) -> list[str]:
    """Return whom the next order is about; its claims are left to themselves."""
    orders = leftovers.companies(now=now, spending=spending)
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
        while found := leftovers.companies(now=clock.now(), spending=Level.FULL):
            orders += 1
            for order in found:
                done = fetch(order=order)
                assert (done.failed, done.stopped) == (0, None)
            clock.set_clock(origin=clock.now() + timedelta(seconds=5), rate=0)

    assert Company.objects.filter(fetched_at__isnull=False).count() == wanted
    assert Call.objects.filter(provider="sec").count() == wanted
    assert orders == -(-wanted // leftovers.AT_ONCE)
