"""What the keys include is found out a little each night, and how providers spell symbols every day."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from investment.lib import clock
from investment.market.models import Instrument
from investment.market.services.instruments import upsert_instruments
from investment.ops import tasks
from investment.ops.models import Run
from investment.ops.schedule import SCHEDULE
from investment.ops.selectors.forgetting import holdings
from investment.ops.services.forgetting import forget_provider
from investment.ops.services.idle_probing import SHARES, choose, probe_idle
from investment.ops.tests.stage import mode
from investment.providers import gateway, registry
from investment.providers.models import Entitlement, ListedSpelling
from investment.providers.probing import Probe
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.selectors.spellings import learned
from investment.providers.services.probing import plan_probes
from investment.quotas.contracts import Granted
from investment.quotas.models import Call
from investment.quotas.services import ledger, scopes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NIGHT = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)  # 01:30 in New York
TRIGGER = Run.Trigger.SCHEDULE
IDLE = {"lane": "planned", "purpose": "probe idle"}


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    scopes._declared.clear()
    with mode(settings, "sample-7-40"):
        clock.set_clock(origin=NIGHT, rate=20)
        with running_sandbox(symbols=40, clock=clock.now) as running:
            paths = {
                "MASSIVE": "", "FINNHUB": "/finnhub/api/v1", "ALPHAVANTAGE": "/alphavantage/query",
                "NEWSAPI": "/newsapi/v2", "ECB": "/ecb/stats/eurofxref", "SEC": "/sec",
            }  # fmt: skip
            for name, path in paths.items():
                setattr(settings, f"{name}_BASE_URL", running.url + path)
                if name not in ("ECB", "SEC"):
                    setattr(settings, f"{name}_API_KEY", running.key)
            settings.SEC_DATA_URL = f"{running.url}/sec/data"
            settings.SEC_CONTACT = "sample mode <nobody@example.com>"
            records = list(running.market.instruments(NIGHT.date()))
            upsert_instruments(records=records, source="sample", now=NIGHT)
            yield running


def spent() -> Counter[str]:
    return Counter(Call.objects.filter(**IDLE).exclude(state="not_sent").values_list("provider", flat=True))


def test_a_small_share_of_each_providers_day_finds_out_what_the_keys_include(
    sandbox: RunningSandbox, settings: Settings
) -> None:
    settings.NEWSAPI_API_KEY = "-"  # nobody has one
    tasks.probe_idle()

    first = spent()
    assert set(first) == set(SHARES) - {"newsapi"}
    assert all(calls <= SHARES[name] for name, calls in first.items())
    assert first["alphavantage"] == 2
    assert first["ecb"] + first["sec"] >= 4
    run = Run.objects.get(kind="probes")
    assert (run.state, run.calls) == ("done", first.total())
    assert run.changed == Entitlement.objects.count() > 8
    assert "alphavantage: 2 asked" in run.message

    tasks.probe_idle()  # the message was delivered twice
    assert spent() == first
    clock.set_clock(origin=NIGHT + timedelta(days=1), rate=20)
    before = {(row.scope, row.endpoint) for row in Entitlement.objects.all()}
    tasks.probe_idle()
    assert spent()["alphavantage"] == 4
    assert before < {(row.scope, row.endpoint) for row in Entitlement.objects.all()}, "others this night"
    assert all(sandbox.counts(name).over_limit == 0 for name in first)
    assert sandbox.key not in Run.objects.latest("pk").message


def test_what_was_refused_is_asked_again_when_its_week_is_over(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SHARES:
        monkeypatch.setitem(SHARES, name, 100 if name == "finnhub" else 0)
    assert probe_idle(now=clock.now(), trigger=TRIGGER) is not None
    refused = Entitlement.objects.filter(provider="finnhub", included=False)
    assert {row.endpoint for row in refused} == {"candles", "splits", "dividends"}
    calls = spent()["finnhub"]

    clock.set_clock(origin=NIGHT + timedelta(days=6), rate=0)
    (plan,) = plan_probes(names=["finnhub"], now=clock.now())
    assert plan.todo == []
    clock.set_clock(origin=NIGHT + timedelta(days=7, minutes=1), rate=0)
    probe_idle(now=clock.now(), trigger=TRIGGER)
    assert spent()["finnhub"] == calls + 3


def test_a_provider_that_is_in_use_is_left_alone(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SHARES:
        monkeypatch.setitem(SHARES, name, SHARES[name] if name == "massive" else 0)
    limits = registry.access("massive").limits
    scopes.declare(limits)
    for _ in range(3):
        answer = ledger.reserve(
            scope=limits.scope, lane="planned", purpose="a test", hold_seconds=5, record=True
        )
        assert isinstance(answer, Granted)

    done = probe_idle(now=clock.now(), trigger=TRIGGER)

    assert done is not None
    assert "massive: not asked, stocks is in use" in done.message
    assert spent()["massive"] == 0


def test_whom_to_ask_is_another_every_night_until_all_were_asked() -> None:
    todo = [Probe(f"e{number}", lambda *_: None, "Nothing.") for number in range(7)]

    nights = [choose(todo, most=2, now=NIGHT + timedelta(days=day)) for day in range(7)]

    assert all(len(night) == 2 for night in nights)
    assert {row.endpoint for night in nights for row in night} == {row.endpoint for row in todo}
    assert choose(todo, most=0, now=NIGHT) == choose(todo, most=-1, now=NIGHT) == []
    assert len(choose(todo, most=50, now=NIGHT)) == 7


def test_spellings_are_heard_and_a_preferred_is_then_asked_for_as_finnhub_calls_it(
    sandbox: RunningSandbox,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    preferred = Instrument.objects.filter(kind="preferred", active=True).earliest("symbol")
    tasks.sync_spellings()

    assert learned(provider="finnhub")[preferred.symbol] == preferred.symbol.replace("p", "-P")
    run = Run.objects.get(kind="spellings")
    assert (run.state, run.calls, run.inserted) == ("done", 1, ListedSpelling.objects.count())
    assert run.changed == len(learned(provider="finnhub"))
    with gateway.provider("finnhub", lane="planned", purpose="a test") as finnhub:
        assert finnhub.quote(symbol=preferred.symbol).price > 0

    sandbox.fault("status", endpoint="finnhub.symbols", status=502)
    tasks.sync_spellings()  # it failed: what was heard stays, and its run says so
    assert Run.objects.filter(kind="spellings").latest("pk").state == "failed"
    settings.FINNHUB_API_KEY = "-"
    tasks.sync_spellings()  # nobody to ask: what was heard stays
    assert preferred.symbol in learned(provider="finnhub")
    assert holdings(provider="sample").reference == ListedSpelling.objects.count() > 0
    with django_capture_on_commit_callbacks(execute=True):
        done = forget_provider(provider="sample", by="a test", now=clock.now())
    assert done.reference > 0
    assert learned(provider="finnhub") == {}
    settings.MODE = type(settings.MODE).parse("data-0123456789ab")
    tasks.sync_spellings()
    tasks.probe_idle()
    assert Run.objects.filter(kind="probes").count() == 0
    assert Run.objects.filter(kind="spellings").count() == 2


def test_both_are_in_the_schedule_at_night() -> None:
    hours = {entry.task: entry.at.hour for entry in SCHEDULE}
    assert hours["ops.probe_idle"] == 1
    assert hours["ops.sync_spellings"] == 23
