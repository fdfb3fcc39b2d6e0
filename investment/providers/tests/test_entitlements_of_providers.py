"""What each provider's own refusals teach, through its adapter and the gateway; and no key in any of it."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from investment.lib import clock, redis
from investment.lib.errors import DomainError
from investment.providers import errors, gateway, registry
from investment.providers.models import Entitlement, HistoryFloor, UncoveredSymbol
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.models import Call
from investment.quotas.services import scopes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic"), pytest.mark.slow]

NOW = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
START, END = date(2026, 1, 5), date(2026, 2, 27)
ALL = ("massive", "finnhub", "alphavantage", "newsapi", "ecb", "sec")
DISTINCTIVE = "Zq7distinctivekey0123456789"
CONTACT = "operator@example.org"


@pytest.fixture
def sandbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    monkeypatch.setattr(registry, "NAMES", ALL)
    clock.set_clock(origin=NOW, rate=0)
    with running_sandbox(clock=clock.now, plan="unlimited") as running:
        settings.MASSIVE_BASE_URL = running.url
        settings.MASSIVE_PLAN = "unlimited"
        settings.FINNHUB_BASE_URL = f"{running.url}/finnhub/api/v1"
        settings.FINNHUB_PLAN = "free"
        settings.ALPHAVANTAGE_BASE_URL = f"{running.url}/alphavantage/query"
        settings.ALPHAVANTAGE_PLAN = "free"
        settings.NEWSAPI_BASE_URL = f"{running.url}/newsapi/v2"
        settings.NEWSAPI_PLAN = "developer"
        settings.ECB_BASE_URL = f"{running.url}/ecb/stats/eurofxref"
        settings.SEC_BASE_URL = f"{running.url}/sec"
        settings.SEC_DATA_URL = f"{running.url}/sec/data"
        settings.SEC_CONTACT = CONTACT
        use_key(settings, running.key)
        yield running
    scopes._declared.clear()


def use_key(settings: Settings, key: str) -> None:
    for name in ("MASSIVE", "FINNHUB", "ALPHAVANTAGE", "NEWSAPI"):
        setattr(settings, f"{name}_API_KEY", key)


def go_on(duration: timedelta) -> None:
    clock.set_clock(origin=clock.now() + duration, rate=0)


def a_symbol(sandbox: RunningSandbox) -> str:
    today = date(2026, 3, 3)
    return next(
        line.symbol_on(today)
        for line in sandbox.market.lines
        if line.type_code == "CS" and line.listed(today) and line.symbol_on(today).isalpha()
    )


def test_finnhubs_free_key_has_quotes_and_no_candles(sandbox: RunningSandbox) -> None:
    symbol = a_symbol(sandbox)
    with gateway.provider("finnhub", lane="planned", purpose="a test") as finnhub:
        for _ in range(3):
            with pytest.raises(errors.NotEntitled, match="access to this resource"):
                finnhub.daily_bars(symbol=symbol, start=START, end=END)
        assert finnhub.calls_spent == 1
        assert finnhub.quote(symbol=symbol).price
        for _ in range(2):  # this one is about the symbol, not about the endpoint
            with pytest.raises(errors.UnknownSymbol):
                finnhub.quote(symbol="NOSUCH")
        assert finnhub.calls_spent == 3
        finnhub.profile(symbol=symbol)

    assert {row.endpoint: row.included for row in Entitlement.objects.all()} == {
        "candles": False,
        "quote": True,
        "profile": True,
    }
    assert UncoveredSymbol.objects.get().symbol == "NOSUCH"
    scopes_of = {row.endpoint: row.scope.split(":")[1] for row in Entitlement.objects.all()}
    assert scopes_of == {"candles": "market_data", "quote": "market_data", "profile": "fundamentals"}


def test_alpha_vantages_refusals_inside_successes_teach_as_well(sandbox: RunningSandbox) -> None:
    with gateway.provider("alphavantage", lane="essential", purpose="a test") as alpha_vantage:
        for _ in range(2):
            with pytest.raises(errors.UnknownSymbol):
                alpha_vantage.quote(symbol="NOSUCH")
        assert alpha_vantage.calls_spent == 1
        go_on(timedelta(seconds=2))
        for _ in range(2):
            with pytest.raises(errors.NotEntitled):
                alpha_vantage.daily_bars(symbol=a_symbol(sandbox), full=True)
        assert alpha_vantage.calls_spent == 2

    row = Entitlement.objects.get(included=False)
    assert row.status == 200
    assert "premium" in row.words


def test_newsapis_floor_is_its_own_word(sandbox: RunningSandbox) -> None:
    with gateway.provider("newsapi", lane="planned", purpose="a test") as newsapi:
        with pytest.raises(errors.OutOfHistory) as theirs:
            newsapi.everything(query="x", start=date(2025, 6, 1), end=date(2026, 3, 1))
        assert theirs.value.floor is not None
        for start in (date(2025, 6, 1), theirs.value.floor - timedelta(days=1)):
            with pytest.raises(errors.OutOfHistory) as ours:
                newsapi.everything(query="x", start=start, end=date(2026, 3, 2))
            assert ours.value.floor == theirs.value.floor
        assert newsapi.calls_spent == 1
        newsapi.everything(query="market", start=theirs.value.floor + timedelta(days=1))

    assert HistoryFloor.objects.get().floor == theirs.value.floor


def test_a_company_without_figures_is_asked_for_once(sandbox: RunningSandbox) -> None:
    with gateway.provider("sec", lane="planned", purpose="a test") as sec:
        for _ in range(2):
            with pytest.raises(errors.UnknownSymbol):
                sec.company_facts(cik=1)
        assert sec.calls_spent == 1
        go_on(timedelta(seconds=2))
        with pytest.raises(errors.UnknownSymbol):  # of each endpoint by itself
            sec.filer(cik=1)
        assert sec.calls_spent == 2


def test_no_key_is_in_what_is_learned_told_or_logged(
    sandbox: RunningSandbox,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    use_key(settings, DISTINCTIVE)
    desks = sandbox.sandbox.desks
    for name in ("massive", "finnhub", "alphavantage", "newsapi"):
        desks[name].keys[DISTINCTIVE] = desks[name].keys[sandbox.key]
    said = []

    def hear(ask: str, name: str, **asked: object) -> None:
        for _ in range(2):  # from the provider, then from what was learned
            with gateway.provider(name, lane="essential", purpose="a test") as client:
                try:
                    getattr(client, ask)(**asked)
                except DomainError as error:
                    said.append(f"{error} {error.extra} {error!r} {error.__cause__!r} {error.__context__!r}")
            go_on(timedelta(seconds=2))

    symbol = a_symbol(sandbox)
    for attempt in range(2):
        hear("daily_bars", "finnhub", symbol=symbol, start=START, end=END)
        hear("quote", "finnhub", symbol="NOSUCH")
        hear("daily_bars", "alphavantage", symbol=symbol, full=True)
        hear("grouped_daily", "massive", session=date(2026, 3, 3))
        hear("everything", "newsapi", query="x", start=date(2025, 6, 1))
        if attempt == 0:  # refusals and pages that repeat the key, and no answer at all
            body = (
                f'{{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data, {DISTINCTIVE}."}}'
            )
            sandbox.fault(
                "status",
                endpoint="massive.grouped",
                status=403,
                body=body,
                content_type="application/json",
                times=9,
            )
            sandbox.fault("reset", endpoint="finnhub.*", times=9)
            desks["alphavantage"].keys.pop(DISTINCTIVE)
            desks["newsapi"].keys.pop(DISTINCTIVE)
            go_on(timedelta(days=22))
    for _ in range(30):  # until the day's calls are spent, in words that name the key
        hear("quote", "alphavantage", symbol=symbol)
    call_command("probe", "--yes", "--patience=0", f"--symbol={symbol}")

    assert "…" in Entitlement.objects.get(endpoint="grouped_daily").words, "it repeated the key"
    with connection.cursor() as cursor:
        rows = []
        for model in (Entitlement, HistoryFloor, UncoveredSymbol, Call):
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t")  # noqa: S608 - our own names
            rows += [row for (row,) in cursor.fetchall()]
    kept = [
        client.dump(key) or b""
        for client in (redis.state(), redis.cache())
        for key in client.scan_iter(match=f"{settings.MODE.name}:*", count=1000)
    ]
    printed = capsys.readouterr()
    assert len(said) > 20
    assert len(rows) > 20
    for text in (*said, *rows, caplog.text, printed.out, printed.err):
        assert DISTINCTIVE not in text
        assert CONTACT not in text
    assert all(DISTINCTIVE.encode() not in value for value in kept)
