"""Reference data from the sandbox's ECB and SEC to what people see, as the schedule brings it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.lib import clock
from investment.market.models import Filing, FxRate, Instrument
from investment.market.services.instruments import upsert_instruments
from investment.ops import tasks
from investment.ops.models import Run, ScheduleEntry
from investment.ops.schedule import due_entries
from investment.ops.tests.stage import at
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

IN_2000 = datetime(2000, 4, 20, 20, 0, tzinfo=UTC)  # a year and a third of rates, and holidays ahead
THURSDAY = datetime(2026, 4, 2, 20, 0, tzinfo=UTC)  # the day before Good Friday
COMPANY = "/api/stocks/{symbol}/company"


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    at(THURSDAY)
    with running_sandbox(symbols=60, clock=clock.now) as sandbox:
        settings.ECB_BASE_URL = f"{sandbox.url}/ecb/stats/eurofxref"
        settings.SEC_BASE_URL = f"{sandbox.url}/sec"
        settings.SEC_DATA_URL = f"{sandbox.url}/sec/data"
        settings.SEC_CONTACT = "sample mode <nobody@example.com>"
        yield sandbox


@pytest.fixture
def client() -> Client:
    return signed_in()


def the_run(kind: str) -> Run:
    return Run.objects.filter(kind=kind).latest("pk")


def test_rates_are_there_at_once_and_then_kept(sandbox: RunningSandbox, client: Client) -> None:
    at(IN_2000)
    tasks.sync_fx()

    first = the_run("fx")
    assert (first.state, first.calls, first.changed, first.refused) == ("done", 2, 0, 0)
    assert first.inserted == FxRate.objects.count() > 3000
    assert get(client, "/api/status")["last_run"] is None  # nothing was done about prices
    answer = get(client, "/api/fx/rates")
    assert (answer["day"], answer["history_from"], answer["source"]["provider"]) == (
        "2000-04-20", "1999-01-04", "sample",
    )  # fmt: skip
    # Nothing new: one question, answered without a document.
    at(IN_2000 + timedelta(days=3))
    tasks.sync_fx()
    assert (the_run("fx").calls, the_run("fx").inserted, the_run("fx").message) == (1, 0, "Nothing new")
    # Twelve days of which nothing was asked, with three holidays in them: the 90 days tell.
    at(IN_2000 + timedelta(days=12))
    tasks.sync_fx()
    assert (the_run("fx").calls, FxRate.objects.filter(quote="USD", day__gt="2000-04-20").count()) == (2, 5)
    assert Call.objects.filter(endpoint="last_90_days").count() == 1
    assert get(client, "/api/fx/rates", on="2000-04-24")["day"] == "2000-04-20"
    # What passes by itself is tried again soon.
    at(IN_2000 + timedelta(days=13))
    due_entries(now=clock.now())
    sandbox.fault("status", status=503, endpoint="ecb.daily")
    tasks.sync_fx()
    assert the_run("fx").state == "failed"
    assert ScheduleEntry.objects.get(name="sync-fx").due_at == clock.now() + timedelta(hours=1)


def test_with_a_contact_alone_there_are_companies_without_prices(
    sandbox: RunningSandbox, client: Client, settings: Settings
) -> None:
    tasks.sync_companies()
    tasks.sync_companies()

    run = Run.objects.get(kind="companies")
    assert (run.state, run.calls, run.refused) == ("done", 1, 0)
    assert run.inserted == Instrument.objects.count() > 30
    some = Instrument.objects.filter(exchange="XNYS").earliest("symbol")
    page = get(client, "/api/stocks", search=some.symbol)
    row = next(row for row in page["results"] if row["symbol"] == some.symbol)
    assert (row["name"], row["kind"], row["close"], row["rank"]) == (some.name, "unknown", None, None)
    assert get(client, "/api/stocks/{symbol}", symbol=some.symbol)["name"] == some.name
    # A week later the list is asked for again; the prices' provider knows better and keeps its word.
    upsert_instruments(records=sandbox.market.instruments(THURSDAY.date()), source="sample", now=THURSDAY)
    told = dict(Instrument.objects.values_list("symbol", "kind"))
    at(THURSDAY + timedelta(days=7))
    tasks.sync_companies()
    assert the_run("companies").inserted == 0
    assert dict(Instrument.objects.values_list("symbol", "kind")) == told
    # Nobody to ask, nothing asked.
    settings.SEC_CONTACT = "-"
    at(THURSDAY + timedelta(days=21))
    tasks.sync_companies()
    assert Run.objects.filter(kind="companies").count() == 2
    refused = client.post(COMPANY.format(symbol=some.symbol))
    assert refused.status_code == 409
    assert "SEC_CONTACT=" in refused.json()["message"]


def test_a_company_is_asked_about_once_however_many_want_to_see_it(
    sandbox: RunningSandbox, client: Client
) -> None:
    tasks.sync_companies()
    first, twin = Instrument.objects.order_by("pk")[:2]
    # Two classes of its shares, that are listed no more.
    Instrument.objects.filter(pk__in=[first.pk, twin.pk]).update(cik=first.cik, active=False)
    symbol = first.symbol
    assert get(client, COMPANY, symbol=symbol)["status"] == "not_asked"
    sandbox.fault("latency", endpoint="sec.submissions", seconds=0.6)
    answers: list[int] = []

    def ask(symbol: str) -> None:
        answers.append(client.post(COMPANY.format(symbol=symbol)).status_code)
        connection.close()

    threads = [threading.Thread(target=ask, args=[each.symbol]) for each in (first, twin, first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200, 200, 200]
    assert Call.objects.filter(endpoint="submissions").count() == 1
    found = get(client, COMPANY, symbol=symbol)
    assert (found["status"], found["source"]["provider"]) == ("known", "sample")
    assert {filing["form"] for filing in found["filings"]} <= {"10-K", "10-Q", "8-K"}
    assert len(found["filings"]) == Filing.objects.count() > 3
    assert {filing["url"] for filing in found["filings"]} == {None}  # invented: not to be read at sec.gov
    # The SEC fails; then we have asked as often as we may.
    sandbox.fault("status", status=503, endpoint="sec.submissions")
    assert client.post(COMPANY.format(symbol=symbol)).status_code == 502
    for _ in range(20):
        refused = client.post(COMPANY.format(symbol=symbol))
        if refused.status_code == 429:
            break
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1
    assert refused.json()["extra"]["retry_at"]
