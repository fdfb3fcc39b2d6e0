"""Admin, data issues, and the check for orphans."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from investment.market.models import Company, DailyBar, DataIssue, Filing, FxRate, Instrument
from investment.market.services.bars import ingest_market_day
from investment.market.services.issues import close_issue, open_issue
from investment.market.services.origins import NewOrigin
from investment.market.tests.days import MONDAY, NOW, bar, dividend, market_day, split, weekdays

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser(username="root", password="-"))
    return client


@pytest.fixture
def one() -> Instrument:
    days = weekdays(MONDAY, 2)
    for close in (10, 11):
        day = market_day(days[0], {"AAA": bar(close), "BAD": (1, 0, 2, 1, 1)}, filler=120)
        ingest_market_day(day=day, origin=NewOrigin(provider="massive"), now=NOW)
    found = Instrument.objects.get(symbol="AAA")
    split(found, days[1], 2.0)
    dividend(found, days[1], "0.5")
    return found


@pytest.mark.parametrize(
    "model",
    [
        "instrument",
        "corporateaction",
        "session",
        "origin",
        "barrevision",
        "quarantinedrow",
        "dataissue",
        "fxrate",
        "publication",
        "company",
    ],
)
def test_every_model_with_a_use_is_listed_and_cannot_be_typed_in(
    admin: Client, one: Instrument, model: str
) -> None:
    assert admin.get(reverse(f"admin:market_{model}_changelist")).status_code == 200
    assert admin.get(reverse(f"admin:market_{model}_add")).status_code == 403


def test_an_instrument_shows_its_tickers_actions_and_bars(admin: Client, one: Instrument) -> None:
    page = admin.get(reverse("admin:market_instrument_change", args=[one.pk])).content.decode()

    assert "<td>11.0</td>" in page
    assert "massive, fetched, raw" in page
    assert "0.5" in page
    assert "AAA" in page


def test_a_company_shows_its_filings_and_a_rate_what_it_was_before(admin: Client) -> None:
    company = Company.objects.create(
        cik="0000320193", name="Apple Inc.", source="sec", first_seen_at=NOW, updated_at=NOW
    )
    Filing.objects.create(company=company, accession="1", form="DEF 14A", filed_on=MONDAY, fetched_at=NOW)
    for rate, superseded_at in (("1.0832", NOW), ("1.0833", None)):
        FxRate.objects.create(
            day=MONDAY, base="EUR", quote="USD", rate=rate, source="ecb", first_seen_at=NOW, fetched_at=NOW,
            superseded_at=superseded_at,
        )  # fmt: skip

    page = admin.get(reverse("admin:market_company_change", args=[company.pk])).content.decode()
    rates = admin.get(reverse("admin:market_fxrate_changelist")).content.decode()

    assert "DEF 14A" in page
    assert "1.0832" in rates
    assert "1.0833" in rates


def test_an_issue_can_be_closed(admin: Client, one: Instrument) -> None:
    issue = DataIssue.objects.get()

    admin.post(
        reverse("admin:market_dataissue_changelist"), {"action": "close", "_selected_action": [issue.pk]}
    )

    issue.refresh_from_db()
    assert issue.closed_at is not None


def test_an_issue_said_twice_counts_and_shows_the_latest_words() -> None:
    for words in ("first", "second " + "x" * 600):
        issue = open_issue(kind="partial", session=MONDAY, message=words, detail={"rows": 1}, now=NOW)

    assert (issue.times, issue.message[:6], len(issue.message)) == (2, "second", 500)
    assert close_issue(kind="partial", session=MONDAY, now=NOW) == 1
    assert close_issue(kind="partial", session=MONDAY, now=NOW) == 0
    assert open_issue(kind="partial", session=MONDAY, message="again", now=NOW).times == 1


def test_the_check_finds_bars_that_belong_to_nobody(one: Instrument) -> None:
    out = StringIO()
    call_command("check_bars", stdout=out)
    assert "Every bar has" in out.getvalue()
    DailyBar.objects.filter(instrument=one).update(instrument_id=987_654)

    with pytest.raises(CommandError, match="1 sessions"):
        call_command("check_bars", stdout=out)
    assert DataIssue.objects.filter(kind="orphan", session=MONDAY, closed_at=None).exists()

    DailyBar.objects.filter(instrument_id=987_654).delete()
    call_command("check_bars", stdout=out)
    assert not DataIssue.objects.filter(kind="orphan", closed_at=None).exists()


def test_one_instruments_history_needs_no_scan_of_the_market() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        day = market_day(weekdays(MONDAY, 1)[0], {"AAA": bar(10)})
        ingest_market_day(day=day, origin=NewOrigin(provider="massive"), now=NOW)
        cursor.execute(
            "EXPLAIN SELECT close FROM market_dailybar"
            " WHERE instrument_id = 1 AND session BETWEEN '2025-01-01' AND '2025-12-31'"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "market_dailybar_2025_pkey" in plan
    assert "instrument_id = 1" in plan.split("Index Cond")[1]
