"""``manage.py probe`` asks what nobody has asked yet, says what it costs, and shows what there is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from investment.lib import clock
from investment.providers import registry
from investment.providers.errors import OutOfHistory
from investment.providers.gateway import market_data
from investment.providers.models import Entitlement
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.services.probing import plan_probes
from investment.providers.tests.metered import SESSION
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic"), pytest.mark.slow]

NOW = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)
PROVIDERS = ("massive", "finnhub", "alphavantage", "newsapi", "ecb", "sec")


@pytest.fixture
def sandbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    monkeypatch.setattr(registry, "NAMES", ("massive",))
    clock.set_clock(origin=NOW, rate=0)
    settings.MASSIVE_PLAN = "unlimited"
    with running_sandbox(clock=clock.now) as running:
        settings.MASSIVE_BASE_URL = running.url
        settings.MASSIVE_API_KEY = running.key
        running.sandbox.keys[running.key] = Plan(
            "a test's", years=2, end_of_day=True, without=frozenset({"splits_v1"})
        )
        yield running


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("probe", "--provider=massive", *arguments)
    return capsys.readouterr().out


def row_of(endpoint: str, printed: str) -> str:
    return next(line for line in printed.splitlines() if f" {endpoint} " in line and "│" in line)


def test_the_matrix_says_what_is_in_the_plan_in_the_providers_words(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = run(capsys)

    assert "included" in row_of("dividends", printed)
    assert "not in your plan («You are not entitled to this data." in row_of("splits", printed)
    assert "Prices cannot be adjusted for splits" in printed
    assert "Total returns are withheld" not in printed
    assert sandbox.counts().received == Call.objects.count()
    assert f"It cost {sandbox.counts().received} calls." in printed
    assert set(Call.objects.values_list("purpose", "lane")) == {("probe", "planned")}
    assert sandbox.key not in printed


def test_what_real_calls_have_told_is_not_asked_again(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    with market_data(lane="planned", purpose="a test") as massive:
        massive.grouped_daily(session=SESSION)

    printed = run(capsys)

    assert "massive: 14 calls of stocks (no limit); 1 more known from real calls" in printed
    assert row_of("grouped_daily", printed).rstrip(" │").endswith("known")
    assert Call.objects.filter(endpoint="grouped_daily").count() == 1

    received = sandbox.counts().received
    clock.set_clock(origin=NOW + timedelta(days=7), rate=0)
    run(capsys)
    asked = set(
        Call.objects.filter(reserved_at__gte=NOW + timedelta(days=6)).values_list("endpoint", flat=True)
    )
    assert "splits" in asked, "it is due"
    assert "dividends" not in asked
    assert sandbox.counts().received > received


def test_after_buying_a_plan_what_was_refused_is_asked_for_at_once(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "not in your plan" in row_of("splits", run(capsys))
    with market_data(lane="planned", purpose="a test") as massive, pytest.raises(OutOfHistory):
        massive.grouped_daily(session=date(2023, 3, 2))
    sandbox.sandbox.keys[sandbox.key] = Plan("another")
    assert "not in your plan" in row_of("splits", run(capsys))

    for again in (False, True):
        (plan,) = plan_probes(names=["massive"], now=clock.now(), again=again)
        assert ("splits" in {row.endpoint for row in plan.todo}) == again
    printed = run(capsys, "--again")

    assert "included" in row_of("splits", printed)
    assert "massive dividends" not in printed
    with market_data(lane="planned", purpose="a test") as massive:
        massive.grouped_daily(session=date(2023, 3, 2))


def test_a_dry_run_asks_nothing(sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(capsys, "--dry-run")

    assert "massive: 15 calls of stocks (no limit)" in printed
    assert sandbox.counts().received == 0
    assert not Call.objects.exists()


def test_more_than_what_is_free_needs_a_yes(
    sandbox: RunningSandbox, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MASSIVE_PLAN = "basic"
    with pytest.raises(CommandError, match="--yes"):
        run(capsys)
    assert "15 calls of stocks (4 of 5 in 60 s are free now)" in capsys.readouterr().out
    assert sandbox.counts().received == 0

    clock.set_clock(origin=NOW, rate=300)
    printed = run(capsys, "--yes", "--patience=30")

    assert "waiting for a free slot" in printed
    assert sandbox.counts().over_limit == 0
    assert Entitlement.objects.filter(included=True).count() > 8


def test_a_key_that_is_not_accepted_is_tried_once(
    sandbox: RunningSandbox, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MASSIVE_API_KEY = "a-key-that-nobody-knows"
    printed = run(capsys, "--symbol=AAPL")

    assert Call.objects.count() == 1
    assert "unknown (The key is not accepted: Unknown API Key)" in row_of("splits", printed)
    assert "a-key-that-nobody-knows" not in printed


def test_without_a_key_the_way_to_one_is_told(
    sandbox: RunningSandbox, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MASSIVE_API_KEY = "-"

    assert "put MASSIVE_API_KEY into .env" in run(capsys)


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_providers_probes_have_names_and_sentences(name: str) -> None:
    probes = import_module(f"investment.providers.adapters.{name}.probes").PROBES

    assert len({probe.endpoint for probe in probes}) == len(probes) > 0
    assert all(probe.without.endswith(".") and len(probe.endpoint) <= 64 for probe in probes)
