"""Earnings, recommendations and figures from the sandbox's Finnhub and Alpha Vantage to what people see."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.lib import clock, level
from investment.market.models import ESTIMATES, EarningsDate, FigureCheck, Instrument, Ticker
from investment.market.services.earnings_calendar import store_earnings_calendar
from investment.market.services.estimates import (
    store_earnings,
    store_metrics,
    store_overview,
    store_recommendations,
)
from investment.market.services.facts import store_company_facts
from investment.market.services.instruments import upsert_instruments
from investment.ops import tasks
from investment.ops.models import Run, ScheduleEntry
from investment.ops.schedule import due_entries
from investment.ops.selectors.forgetting import holdings, names
from investment.ops.services import earnings, installation
from investment.ops.services.forgetting import forget_provider
from investment.ops.tests.stage import at
from investment.providers import gateway
from investment.providers.contracts import CompanyMetrics, EarningsReport, Recommendation
from investment.providers.contracts import EarningsDate as EarningsDateRecord
from investment.providers.errors import UnknownSymbol
from investment.providers.registry import source_of
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

THURSDAY = datetime(2026, 4, 2, 22, 0, tzinfo=UTC)
TODAY = date(2026, 4, 2)


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    at(THURSDAY)
    with running_sandbox(symbols=60, clock=clock.now) as sandbox:
        settings.FINNHUB_BASE_URL = f"{sandbox.url}/finnhub/api/v1"
        settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = sandbox.key, "free"
        settings.ALPHAVANTAGE_BASE_URL = f"{sandbox.url}/alphavantage/query"
        settings.ALPHAVANTAGE_API_KEY = sandbox.key
        settings.SEC_BASE_URL = f"{sandbox.url}/sec"
        settings.SEC_DATA_URL = f"{sandbox.url}/sec/data"
        settings.SEC_CONTACT = "sample mode <nobody@example.com>"
        make_listed(sandbox)
        yield sandbox


def make_listed(sandbox: RunningSandbox) -> None:
    records = sandbox.market.instruments(TODAY)
    upsert_instruments(records=records, source="sample", now=THURSDAY)
    Instrument.objects.update(actions_from=date(2020, 1, 1))


@pytest.fixture
def client() -> Client:
    return signed_in()


def last_run() -> Run:
    return Run.objects.filter(kind="earnings").latest("pk")


def test_the_calendar_is_read_kept_and_shown(
    sandbox: RunningSandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.sync_earnings()

    first = last_run()
    assert (first.state, first.calls, first.changed) == ("done", 1, 0)
    assert first.inserted == EarningsDate.objects.count() > 20
    answer = get(client, "/api/calendar/earnings", start=TODAY, end=TODAY + timedelta(days=62))
    assert answer["read_at"] == "2026-04-02T22:00:00Z"
    assert {row["source"] for row in answer["rows"]} == {"sample"}
    upcoming = [row for row in answer["rows"] if row["eps_actual"] is None]
    assert upcoming
    assert all(row["eps_estimate"] is not None for row in upcoming)
    # The next day there is little new, and what was expected and has come has its figures.
    at(THURSDAY + timedelta(days=1))
    tasks.sync_earnings()
    assert (last_run().calls, last_run().inserted < 10, last_run().unchanged > 20) == (1, True, True)
    assert not EarningsDate.objects.exclude(withdrawn_at=None).exists()
    # Answers that may be cut short are asked for in parts, and come to the same.
    second = last_run()
    monkeypatch.setattr(earnings, "may_be_cut", lambda rows: rows >= 35)
    at(THURSDAY + timedelta(days=1, minutes=5))
    tasks.sync_earnings()
    assert (last_run().state, last_run().calls > 2) == ("done", True)
    assert (last_run().inserted, last_run().changed) == (0, 0)
    assert last_run().unchanged == second.inserted + second.changed + second.unchanged
    # What passes by itself is tried again soon.
    at(THURSDAY + timedelta(days=2))
    due_entries(now=clock.now())
    sandbox.fault("status", status=503, endpoint="finnhub.earnings_calendar")
    tasks.sync_earnings()
    assert last_run().state == "failed"
    assert ScheduleEntry.objects.get(name="sync-earnings").due_at == clock.now() + timedelta(hours=1)


def test_without_a_key_or_before_there_is_anything_to_store_nobody_is_asked(
    sandbox: RunningSandbox, settings: Settings
) -> None:
    Instrument.objects.all().delete()
    tasks.sync_earnings()
    make_listed(sandbox)
    level.set_level(level.Level.READ_ONLY)
    tasks.sync_earnings()
    level.set_level(level.Level.HOLD)
    settings.FINNHUB_API_KEY = "-"
    tasks.sync_earnings()
    assert not Run.objects.exists()
    settings.FINNHUB_API_KEY = sandbox.key
    tasks.sync_earnings()
    assert last_run().state == "done"


def test_figures_of_three_providers_agree_and_are_told_apart(
    sandbox: RunningSandbox, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over real HTTP, by the store functions that the planner calls, as far as the stock page's answers."""
    checked = 0
    for company in Instrument.objects.filter(kind="common_stock", active=True, cik__isnull=False).order_by(
        "pk"
    )[:4]:
        of: dict[str, Any] = {"instrument_id": company.pk, "source": source_of("finnhub")}
        with gateway.provider("sec", lane="interactive", purpose="a test", patience=2) as sec:
            assert company.cik is not None
            facts = sec.company_facts(cik=company.cik).value
            store_company_facts(
                instrument_id=company.pk,
                record=facts,
                source="sample",
                now=clock.now(),
                call_id=sec.last_call_id,
            )
        with gateway.provider("finnhub", lane="interactive", purpose="a test", patience=2) as finnhub:
            for ask, store in (
                (finnhub.metrics, store_metrics),
                (finnhub.earnings, store_earnings),
                (finnhub.recommendations, store_recommendations),
            ):
                record = ask(symbol=company.symbol)
                assert (
                    store(record=record, now=clock.now(), call_id=finnhub.last_call_id, **of) == clock.now()
                )
        with gateway.provider("alphavantage", lane="interactive", purpose="a test", patience=5) as alpha:
            store_overview(record=alpha.overview(symbol=company.symbol), now=clock.now(), call_id=None, **of)
        at(clock.now() + timedelta(seconds=2))  # Alpha Vantage allows a call a second
        answer = get(client, "/api/stocks/{symbol}/fundamentals", symbol=company.symbol)
        differ = [check for check in answer["checks"] if not check["agrees"]]
        assert differ == [], company.symbol
        checked += len(answer["checks"])
        # No bars are stored, so that filings value nothing: what is priced is the providers'.
        filled = {each["figure"]: each for each in answer["supplements"]}
        assert filled["market_value"]["source"] == "sample"
        told = get(client, "/api/stocks/{symbol}/earnings", symbol=company.symbol)
        assert len(told["reports"]) == len(told["recommendations"]) == 4
        assert told["reports"][0]["surprise"] == pytest.approx(
            told["reports"][0]["actual"] - told["reports"][0]["estimate"], abs=1e-3
        )
    assert checked >= 4 * 6
    installation.record_mode(now=THURSDAY)
    call_command("check_figures")
    said = capsys.readouterr().out
    assert said.startswith(f"4 instruments looked at, {checked} figures compared, {checked} agree.")
    assert "Alpha Vantage, revenue: 4 of 4 agree, half are within 0.00%" in said
    assert FigureCheck.objects.count() == checked
    tasks.check_figures()
    assert FigureCheck.objects.count() == checked
    fund = Instrument.objects.filter(kind="etf").earliest("pk")
    with (
        gateway.provider("alphavantage", lane="interactive", purpose="a test", patience=5) as alpha,
        pytest.raises(UnknownSymbol),
    ):
        alpha.overview(symbol=fund.symbol)


def test_what_was_told_is_seen_in_the_admin_and_goes_with_whoever_told_it(admin_client: Client) -> None:
    told: dict[str, Any] = {
        "name": "Apple",
        "kind": "common_stock",
        "first_seen_at": THURSDAY,
        "updated_at": THURSDAY,
    }
    apple = Instrument.objects.create(symbol="AAPL", source="massive", **told)
    Ticker.objects.create(instrument=apple, symbol="AAPL")
    for days, source in enumerate(("finnhub", "other")):
        day, now = TODAY + timedelta(days=days), THURSDAY + timedelta(days=days)
        of: dict[str, Any] = {"instrument_id": apple.pk, "source": source, "now": now}
        dates = [EarningsDateRecord("AAPL", day, None, 2026, 1 + days, None, 1.0, None, None)]
        store_earnings_calendar(dates=dates, source=source, now=now)
        store_earnings(record=[EarningsReport("AAPL", day, None, None, 1.0, 1.0, 0.0, 0.0)], **of)
        store_recommendations(record=[Recommendation("AAPL", day, 1, 1, 1, 1, 1)], **of)
        store_metrics(record=CompanyMetrics("AAPL", {"epsTTM": 1.0}, {}, {}), **of)
        FigureCheck.objects.create(
            instrument=apple, provider=source, source=source, figure="revenue", period_end=TODAY, ours=1.0,
            theirs=1.0, differs_by=0.0, agrees=True, fetched_at=THURSDAY, checked_at=THURSDAY,
        )  # fmt: skip
    for model in ESTIMATES:
        page = admin_client.get(f"/admin/market/{model._meta.model_name}/")
        assert (page.status_code, "AAPL" in page.content.decode()) == (200, True)
    assert (holdings(provider="finnhub").reference, names()) == (5, ["finnhub", "massive", "other"])

    assert forget_provider(provider="finnhub", by="the tests", now=THURSDAY).reference == 5
    assert [model._default_manager.filter(source="other").count() for model in ESTIMATES] == [1] * 5
    assert [model._default_manager.count() for model in ESTIMATES] == [1] * 5
