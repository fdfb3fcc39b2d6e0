"""Figures of filings from the sandbox's SEC to what people see, as the schedule brings them."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from investment.analysis.models import FundamentalScore
from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.lib import clock
from investment.market.models import Company, Fact, FactImport, FactReport, Instrument, Publication
from investment.market.services.calendar import write_sessions
from investment.market.services.instruments import upsert_instruments
from investment.ops import tasks
from investment.ops.models import Installation, Lock, Run, ScheduleEntry
from investment.ops.schedule import due_entries
from investment.ops.services import facts, leases
from investment.ops.tests.stage import at, store
from investment.providers.errors import MalformedPayload
from investment.providers.sandbox.testing import RunningSandbox, exchange_days, running_sandbox
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

NIGHT = datetime(2026, 3, 3, 10, 15, tzinfo=UTC)  # Tuesday 05:15 in New York
MONDAY = date(2026, 3, 2)


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path) -> Iterator[RunningSandbox]:
    at(NIGHT)
    settings.RUNTIME_DIR = tmp_path
    Installation.objects.create(mode=settings.MODE.name, created_at=NIGHT)
    days = exchange_days("2025-06-01", "2026-12-31").sessions
    write_sessions(days=days, first=date(2025, 6, 1), last=date(2026, 12, 31))
    with running_sandbox(symbols=60, clock=clock.now) as sandbox:
        settings.SEC_BASE_URL = f"{sandbox.url}/sec"
        settings.SEC_DATA_URL = f"{sandbox.url}/sec/data"
        settings.SEC_CONTACT = "sample mode <nobody@example.com>"
        yield sandbox


def list_all_but(one: str, sandbox: RunningSandbox) -> None:
    """Let there be the market's instruments and bars of a session, one instrument left out."""
    records = [each for each in sandbox.market.instruments(MONDAY) if each.symbol != one]
    upsert_instruments(records=records, source="sample", now=NIGHT)
    Instrument.objects.update(actions_from=date(2010, 1, 1))
    store(sandbox, MONDAY)


def the_run() -> Run:
    return Run.objects.filter(kind="facts").latest("pk")


def sync(**keywords: object) -> None:
    facts.sync_facts(now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=0.0, **keywords)  # type: ignore[arg-type]


def left_behind(settings: Settings) -> list[str]:
    folder = Path(settings.RUNTIME_DIR) / "archives"
    return sorted(path.name for path in folder.iterdir())


def tables() -> list[object]:
    return [
        list(model._default_manager.order_by("pk").values_list())
        for model in (Company, FactReport, FactImport, Fact, FundamentalScore)
    ]


def test_the_archive_is_stored_and_scored_once_a_night(
    sandbox: RunningSandbox, settings: Settings, admin_client: Client
) -> None:
    due_entries(now=NIGHT)
    due_entries(now=NIGHT + timedelta(minutes=1))
    tasks.sync_facts()  # before there is any instrument nobody's figures are wanted
    assert (Run.objects.count(), Call.objects.count()) == (0, 0)
    assert ScheduleEntry.objects.get(name="sync-facts").due_at == NIGHT + timedelta(hours=1)
    stocks = [each for each in sandbox.market.instruments(MONDAY) if each.kind == "common_stock" and each.cik]
    left_out = min(stocks, key=lambda each: each.symbol)
    list_all_but(left_out.symbol, sandbox)
    # On a first start whom it asks may be starting, too: it is due again soon, and then less soon.
    for seconds in (30, 60):
        at(clock.now() + timedelta(seconds=1))
        due_entries(now=clock.now() + timedelta(hours=1))
        sandbox.fault("status", status=503, endpoint="sec.bulk_companyfacts")
        tasks.sync_facts()
        due_at = ScheduleEntry.objects.get(name="sync-facts").due_at
        assert due_at == clock.now() + timedelta(seconds=seconds)

    tasks.sync_facts()

    assert ScheduleEntry.objects.get(name="score-past").due_at == clock.now()
    first = the_run()
    assert (first.state, first.calls, first.refused, first.unchanged) == ("done", 1, 0, 0), first.error
    assert first.inserted == Fact.objects.count() > 10_000
    assert (
        first.changed == FactImport.objects.count() == Publication.objects.get(name="sec.companyfacts").rows
    )
    assert (first.progress_done, first.progress_total) == (first.changed, first.changed)
    assert f"{first.changed} companies" in first.message
    ours = set(Instrument.objects.values_list("cik", flat=True))
    assert left_out.cik not in ours
    assert set(FactReport.objects.values_list("company__cik", flat=True)) <= ours
    assert first.ranked == FundamentalScore.objects.exclude(score=None).count() > 10
    assert set(FundamentalScore.objects.values_list("session", flat=True)) == {MONDAY}
    assert left_behind(settings) == []
    report = FactReport.objects.filter(form="10-K").latest("filed_on")
    page = admin_client.get(f"/admin/market/factreport/{report.pk}/change/").content.decode()
    assert all(word in page for word in ("us-gaap:Revenues", "USD", report.accession))
    assert (
        report.accession
        in admin_client.get(f"/admin/market/company/{report.company_id}/change/").content.decode()
    )
    for model in ("factreport", "factconcept"):
        assert admin_client.get(f"/admin/market/{model}/").status_code == 200
    # Nothing new: one question, answered without a byte of it.
    before = tables()
    tasks.sync_facts()
    assert (the_run().calls, the_run().inserted, the_run().message) == (1, 0, "Nothing new")
    # The next night's archive tells the same of who filed nothing.
    at(NIGHT + timedelta(days=1))
    tasks.sync_facts()
    assert the_run().unchanged >= first.changed - 5
    assert the_run().inserted == Fact.objects.count() - first.inserted
    # Where other tags are read, the archive that we have is read again: it changes nothing but that.
    at(NIGHT + timedelta(days=1, hours=1))
    before = tables()
    Publication.objects.filter(name="sec.companyfacts").update(digest="other tags")
    tasks.sync_facts()
    assert (the_run().calls, the_run().inserted, the_run().changed) == (1, 0, 0)
    assert tables() == before
    # What passes by itself is tried again soon.
    at(NIGHT + timedelta(days=2))
    due_entries(now=clock.now())
    sandbox.fault("status", status=503, endpoint="sec.bulk_companyfacts")
    tasks.sync_facts()
    assert the_run().state == "failed"
    assert ScheduleEntry.objects.get(name="sync-facts").due_at == clock.now() + timedelta(hours=1)
    assert tables() == before


def test_what_was_killed_goes_on_and_what_is_broken_is_thrown_away(
    sandbox: RunningSandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_all_but("", sandbox)

    def killed(what: str, done: int, _total: int | None) -> None:
        if what == facts.STORE and done:
            raise SystemExit

    # Whoever was taken over keeps nothing more, and leaves the archive to who took over.
    others: list[leases.Held] = []

    def taken_over(what: str, done: int, _total: int | None) -> None:
        if what == facts.STORE and done and not others:
            Lock.objects.filter(name="facts").update(lease_until=clock.real_now() - timedelta(seconds=1))
            others.append(leases.claim(Lock, "facts"))

    with pytest.raises(leases.LeaseLost):
        sync(on_progress=taken_over)
    assert (the_run().state, FactImport.objects.count()) == ("abandoned", 25)
    leases.release(others[0])
    with pytest.raises(SystemExit):
        sync(on_progress=killed)
    assert (the_run().state, FactImport.objects.count()) == ("abandoned", 25)
    assert left_behind(settings) == ["companyfacts.zip", "companyfacts.zip.json"]
    assert not Publication.objects.exists()
    told = StringIO()
    call_command("import_facts", "--archive", stdout=told)
    assert "1 calls" in told.getvalue()
    assert (the_run().state, the_run().unchanged) == ("done", 25)
    assert Call.objects.filter(status=304).count() == 2  # it was there already
    assert left_behind(settings) == []
    at(NIGHT + timedelta(days=1))
    with pytest.raises(SystemExit):
        sync(on_progress=killed)
    # Of an archive that cannot be read nothing is believed, and it is not read again.
    before = tables()
    assert left_behind(settings) == ["companyfacts.zip", "companyfacts.zip.json"]
    with zipfile.ZipFile(settings.RUNTIME_DIR / "archives" / "companyfacts.zip", "w") as packed:
        for company in Company.objects.all():
            packed.writestr(f"CIK{company.cik}.json", b"<html>")
    with pytest.raises(MalformedPayload, match="cannot be read"):
        sync()
    assert left_behind(settings) == []
    # Without room nothing is left behind, and the words say what to do.
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=200 * 2**20))
    with pytest.raises(CommandError, match="200 MiB free: make room"):
        call_command("import_facts", "--archive")
    tasks.sync_facts()
    assert (the_run().state, the_run().error[:7]) == ("failed", "NoRoom:")
    assert left_behind(settings) == []
    monkeypatch.undo()
    tasks.sync_facts()
    assert (the_run().state, tables()[3][: len(before[3])]) == ("done", before[3])  # type: ignore[index,arg-type]


def test_one_company_is_asked_about_by_whoever_wants_to_see_it(sandbox: RunningSandbox) -> None:
    list_all_but("", sandbox)
    stock, other = Instrument.objects.filter(kind="common_stock", cik__isnull=False).order_by("symbol")[:2]
    browser = signed_in()
    address = f"/api/stocks/{stock.symbol}/refresh"
    price = browser.post(address, {"kinds": ["facts"]}, content_type="application/json").json()
    assert [(each["provider"], each["endpoint"], each["calls"]) for each in price["calls"]] == [
        ("sec", "companyfacts", 1)
    ]
    assert not Call.objects.exists()

    answer = browser.post(address, {"kinds": ["facts"], "confirm": True}, content_type="application/json")
    shown = get(browser, "/api/stocks/{symbol}/fundamentals", symbol=stock.symbol)

    assert (answer.json()["refreshed"], answer.json()["skipped"]) == (["facts"], [])
    assert shown["years"][0]["figures"]["revenue"]["value"] > 0
    assert set(FactReport.objects.values_list("company__cik", flat=True)) == {stock.cik}
    # What it told is what the archive tells of it, which then changes nothing of it.
    before = tables()[3]
    sync()
    assert the_run().unchanged == 1
    told = StringIO()
    call_command("import_facts", other.symbol.lower(), stock.symbol, stdout=told)
    lines = told.getvalue().splitlines()
    assert [line.split(":")[0] for line in lines] == [other.symbol, stock.symbol]
    assert f"{len(before):,} figures" in lines[1]  # type: ignore[arg-type]
    for symbols in (["NOSUCH"], []):
        with pytest.raises(CommandError):
            call_command("import_facts", *symbols)
