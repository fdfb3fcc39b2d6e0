"""What a key may ask for is learned from refusals, and asked for again when it is due."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from investment.lib import clock, redis
from investment.providers import errors, gateway, registry
from investment.providers.gateway import market_data
from investment.providers.models import Entitlement, HistoryFloor, UncoveredSymbol
from investment.providers.questions import Question
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.selectors import entitlements as selectors
from investment.providers.services import entitlements
from investment.quotas.errors import QuotaExhausted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic"), pytest.mark.slow]

NOW = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)
START, END = date(2026, 1, 5), date(2026, 2, 27)
WEEK = timedelta(days=7)


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    clock.set_clock(origin=NOW, rate=0)
    settings.MASSIVE_PLAN = "unlimited"
    with running_sandbox(clock=clock.now) as running:
        settings.MASSIVE_BASE_URL = running.url
        settings.MASSIVE_API_KEY = running.key
        sells(running)
        yield running


def sells(sandbox: RunningSandbox, *, key: str = "", without: tuple[str, ...] = ()) -> None:
    """Give the key a plan with two years of history, and without some endpoints."""
    sandbox.sandbox.keys[key or sandbox.key] = Plan(
        "a test's", years=2, end_of_day=True, without=frozenset(without)
    )


def go_on(duration: timedelta) -> datetime:
    now = clock.now() + duration
    clock.set_clock(origin=now, rate=0)
    return now


def splits() -> object:
    with market_data(lane="planned", purpose="a test") as massive:
        return massive.splits(start=START, end=END)


def day(session: date) -> object:
    with market_data(lane="planned", purpose="a test") as massive:
        return massive.grouped_daily(session=session)


def refused_splits() -> errors.NotEntitled:
    with pytest.raises(errors.NotEntitled) as caught:
        splits()
    return caught.value


def test_what_the_plan_does_not_include_is_asked_once_a_week(sandbox: RunningSandbox) -> None:
    sells(sandbox, without=("splits_v1",))
    theirs = refused_splits()
    go_on(timedelta(days=2))

    ours = refused_splits()

    assert sandbox.counts().received == 1
    assert (ours.words, ours.status) == (theirs.words, 403)
    assert str(ours) == (
        "massive was not asked for splits: since 2026-03-03 massive says «You are not entitled to this data."
        " Please upgrade your plan at https://massive.com/pricing»; it is asked again from"
        " 2026-03-10 05:30 UTC"
    )
    assert ours.extra["ask_again_at"] == (NOW + WEEK).isoformat()

    go_on(timedelta(days=5))
    refused_splits()
    assert sandbox.counts().received == 2, "a week later one call passed"
    refused_splits()
    assert sandbox.counts().received == 2
    row = Entitlement.objects.get()
    assert (row.since, row.heard_at, row.ask_again_at) == (NOW, NOW + WEEK, NOW + 2 * WEEK)


def test_only_the_endpoint_that_was_refused_is_not_asked(sandbox: RunningSandbox) -> None:
    sells(sandbox, without=("splits_v1",))
    refused_splits()

    with market_data(lane="planned", purpose="a test") as massive:
        assert massive.dividends(start=START, end=END)

    assert {row.endpoint: row.included for row in Entitlement.objects.all()} == {
        "splits": False,
        "dividends": True,
    }


def test_a_plan_that_was_bought_is_seen_at_the_next_check(sandbox: RunningSandbox) -> None:
    sells(sandbox, without=("splits_v1",))
    refused_splits()
    sells(sandbox)
    now = go_on(WEEK)

    splits()
    splits()

    row = Entitlement.objects.get()
    assert (row.included, row.since, row.words, row.ask_again_at) == (True, now, "", None)
    assert sandbox.counts().received == 3


def test_a_new_key_knows_nothing_of_the_old_ones_marks(sandbox: RunningSandbox, settings: Settings) -> None:
    sells(sandbox, without=("splits_v1",))
    refused_splits()
    sells(sandbox, key="another-key")

    settings.MASSIVE_API_KEY = "another-key"
    splits()

    shown = selectors.entitlements()
    assert [(each.endpoint, each.state) for each in shown] == [("splits", "included")]
    settings.MASSIVE_API_KEY = sandbox.key
    refused_splits()
    assert sandbox.counts().received == 1


def test_the_call_that_checks_may_fail_and_another_passes_within_the_hour(sandbox: RunningSandbox) -> None:
    sells(sandbox, without=("splits_v1",))
    refused_splits()
    go_on(WEEK)
    sells(sandbox)
    sandbox.fault("status", endpoint="splits_v1", status=503, times=1)
    with pytest.raises(errors.ProviderUnavailable):
        splits()
    sells(sandbox, without=("splits_v1",))

    refused_splits()
    assert sandbox.counts().received == 2

    go_on(entitlements.PASSAGE)
    refused_splits()
    assert sandbox.counts().received == 3
    assert Entitlement.objects.get().ask_again_at == clock.now() + WEEK


def test_a_check_that_was_not_sent_lets_the_next_call_pass(
    sandbox: RunningSandbox, settings: Settings
) -> None:
    sells(sandbox, without=("splits_v1",))
    refused_splits()
    go_on(WEEK)
    redis.state().set("emergency_rate_limit", 1, ex=60)
    try:
        with pytest.raises(QuotaExhausted):
            splits()
    finally:
        redis.state().delete("emergency_rate_limit")

    refused_splits()

    assert sandbox.counts().received == 2


def test_of_several_processes_one_checks(sandbox: RunningSandbox) -> None:
    sells(sandbox, without=("splits_v1",))
    refused_splits()
    now = go_on(WEEK)
    scope = registry.market_data_access().limits.scope

    def admit() -> list[entitlements.Passage]:
        return entitlements.admit(scope=scope, endpoint="splits", question=Question(), now=now)

    assert len(admit()) == 1
    with pytest.raises(errors.NotEntitled):
        admit()


def test_what_another_process_learns_is_known_here_at_once(sandbox: RunningSandbox) -> None:
    splits()
    scope = registry.market_data_access().limits.scope
    here = dict(selectors.rows.kept)
    entitlements.refused(
        provider="massive",
        scope=scope,
        endpoint="splits",
        question=Question(),
        error=errors.NotEntitled("no", provider="massive", words="not yours"),
        now=clock.now(),
    )
    selectors.rows.kept.update(here)  # what this process knew before

    assert "«not yours»" in str(refused_splits())
    assert sandbox.counts().received == 1


def test_a_key_that_an_adapter_lets_through_is_not_kept(sandbox: RunningSandbox) -> None:
    access = registry.market_data_access()
    entitlements.refused(
        provider="massive",
        scope=access.limits.scope,
        endpoint="splits",
        question=Question(),
        error=errors.NotEntitled("no", provider="massive", words=f"{sandbox.key} has no splits"),
        now=clock.now(),
        redact=access.redact,
    )

    assert Entitlement.objects.get().words == "… has no splits"
    assert sandbox.key not in str(refused_splits())


def test_the_admin_shows_what_was_learned(sandbox: RunningSandbox, admin_client: Client) -> None:
    sells(sandbox, without=("splits_v1",))
    refused_splits()
    with pytest.raises(errors.OutOfHistory):
        day(date(2020, 6, 5))

    for model, words in (
        ("entitlement", "not entitled"),
        ("historyfloor", "June 6, 2020"),
        ("uncoveredsymbol", "0 uncovered symbols"),
    ):
        page = admin_client.get(f"/admin/providers/{model}/").content.decode()
        assert words in page
        assert admin_client.get(f"/admin/providers/{model}/add/").status_code == 403


def test_days_before_the_floor_are_not_asked_for(sandbox: RunningSandbox) -> None:
    old = date(2023, 6, 5)
    with pytest.raises(errors.OutOfHistory) as theirs:
        day(old)

    for session in (old, date(2021, 6, 7)):
        with pytest.raises(errors.OutOfHistory) as ours:
            day(session)
        assert ours.value.words == theirs.value.words
        assert ours.value.floor == date(2023, 6, 6)
    assert sandbox.counts().received == 1

    day(date(2025, 6, 2))  # inside
    with pytest.raises(errors.OutOfHistory):
        day(date(2024, 2, 1))  # not known to be outside until it is asked for
    assert sandbox.counts().received == 3
    assert HistoryFloor.objects.get().floor == date(2024, 2, 2)


def test_a_longer_history_is_seen_at_the_next_check(sandbox: RunningSandbox) -> None:
    old = date(2024, 2, 1)
    with pytest.raises(errors.OutOfHistory):
        day(old)
    sandbox.sandbox.keys[sandbox.key] = Plan("five years", years=5)

    with pytest.raises(errors.OutOfHistory):
        day(old)
    go_on(WEEK)
    day(old)

    assert not HistoryFloor.objects.exists()
    day(date(2023, 2, 1))
    assert sandbox.counts().received == 3


def test_a_range_that_was_refused_does_not_stop_a_longer_one(sandbox: RunningSandbox) -> None:
    symbol = _a_symbol(sandbox)
    with market_data(lane="planned", purpose="a test") as massive:
        for _ in range(2):
            with pytest.raises(errors.OutOfHistory):
                massive.daily_bars(symbol=symbol, start=date(2020, 1, 2), end=date(2021, 1, 4))
        with pytest.raises(errors.OutOfHistory):
            massive.daily_bars(symbol=symbol, start=date(2020, 1, 2), end=date(2020, 6, 1))
        assert sandbox.counts().received == 1
        assert massive.daily_bars(symbol=symbol, start=date(2020, 1, 2), end=date(2026, 2, 27)).sessions


def test_a_symbol_that_is_not_covered_is_asked_for_after_weeks(sandbox: RunningSandbox) -> None:
    def ask() -> None:
        with market_data(lane="planned", purpose="a test") as massive, pytest.raises(errors.UnknownSymbol):
            massive.instrument(symbol="NOSUCH")

    ask()
    ask()
    assert sandbox.counts().received == 1
    row = UncoveredSymbol.objects.get()
    assert (row.provider, row.endpoint, row.symbol, row.status) == ("massive", "ticker", "NOSUCH", 404)
    with market_data(lane="planned", purpose="a test") as massive:
        massive.instrument(symbol=_a_symbol(sandbox))
        assert massive.daily_bars(symbol="NOSUCH", start=START, end=END).sessions == []
        with pytest.raises(errors.UnknownSymbol):  # on a day it may have been known
            massive.instrument(symbol="NOSUCH", on=date(2025, 1, 6))
    asked = sandbox.counts().received
    assert asked == 4

    go_on(entitlements.RECHECK_SYMBOL)
    ask()
    assert sandbox.counts().received == asked + 1
    (shown,) = [each for each in selectors.entitlements() if each.endpoint == "ticker"]
    assert (shown.state, shown.uncovered_symbols) == ("included", 1)


def test_a_symbol_that_is_covered_now_is_marked_no_more(sandbox: RunningSandbox) -> None:
    symbol = _a_symbol(sandbox)
    entitlements.refused(
        provider="massive",
        scope=registry.market_data_access().limits.scope,
        endpoint="ticker",
        question=Question(symbol=symbol),
        error=errors.UnknownSymbol("no", provider="massive", words="Ticker not found."),
        now=clock.now(),
    )
    with market_data(lane="planned", purpose="a test") as massive:
        with pytest.raises(errors.UnknownSymbol):
            massive.instrument(symbol=symbol)
        go_on(entitlements.RECHECK_SYMBOL)
        massive.instrument(symbol=symbol)

    assert not UncoveredSymbol.objects.exists()


def test_what_is_not_published_yet_marks_nothing_and_says_when_to_ask(sandbox: RunningSandbox) -> None:
    for _ in range(2):
        with pytest.raises(errors.NotPublishedYet) as caught:
            day(date(2026, 3, 3))
        assert caught.value.retry_at == datetime(2026, 3, 4, 5, tzinfo=UTC), "midnight in New York"

    assert sandbox.counts().received == 2
    assert selectors.entitlements() == []


def test_a_providers_clock_that_is_behind_costs_no_day() -> None:
    midnight = datetime(2026, 3, 4, 5, tzinfo=UTC)  # in New York
    session = Question(first=date(2026, 3, 3), last=date(2026, 3, 3))
    ahead = Question(first=date(2026, 3, 3), last=date(2026, 3, 20))
    second = timedelta(seconds=1)

    assert entitlements.next_day(now=midnight - second, question=session) == midnight
    assert entitlements.next_day(now=midnight + second, question=session) is None
    assert entitlements.next_day(now=midnight - second, question=ahead) == midnight
    assert entitlements.next_day(now=midnight - second, question=Question()) == midnight


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 418, 451, 500])
def test_words_that_nobody_knows_mark_nothing(sandbox: RunningSandbox, status: int) -> None:
    sandbox.fault("status", endpoint="splits_v1", status=status, times=2)
    for _ in range(2):
        with pytest.raises(errors.ProviderError):
            splits()

    assert sandbox.counts().received == 2
    assert selectors.entitlements() == []


def test_pages_teach_as_they_come(sandbox: RunningSandbox) -> None:
    with market_data(lane="planned", purpose="a test") as massive:
        pages = massive.instruments()
        assert not Entitlement.objects.exists(), "nothing was asked yet"
        next(pages)
        assert Entitlement.objects.get().endpoint == "tickers"

    sells(sandbox, without=("tickers",))
    for _ in range(2):
        with (
            market_data(lane="planned", purpose="a test") as massive,
            pytest.raises(errors.NotEntitled),
        ):
            next(massive.instruments())
    assert sandbox.counts().received == 2


def test_an_answer_is_not_lost_where_nothing_can_be_learned(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(entitlements, "answered", fail)
    monkeypatch.setattr(entitlements, "refused", fail)

    splits()
    sells(sandbox, without=("splits_v1",))
    assert "not entitled" in refused_splits().words


def test_asking_again_is_for_who_says_so(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "_PAUSE", 0.02)
    clock.set_clock(origin=NOW, rate=60)
    sandbox.fault("status", endpoint="splits_v1", status=503, times=2)
    with market_data(lane="planned", purpose="a test", patience=10, attempts=3) as massive:
        massive.splits(start=START, end=END)
        assert massive.calls_spent == 3

    sandbox.fault("status", endpoint="splits_v1", status=503, times=1)
    with market_data(lane="planned", purpose="a test", patience=10) as massive:
        with pytest.raises(errors.ProviderUnavailable):
            massive.splits(start=START, end=END)
        assert massive.calls_spent == 1

    sandbox.fault("status", endpoint="splits_v1", status=503, times=1)
    with market_data(lane="planned", purpose="a test", attempts=3) as massive:
        with pytest.raises(errors.ProviderUnavailable):  # without patience there is no time for it
            massive.splits(start=START, end=END)
        assert massive.calls_spent == 1


def _a_symbol(sandbox: RunningSandbox) -> str:
    with market_data(lane="planned", purpose="a test") as massive:
        found = massive.grouped_daily(session=date(2026, 3, 2)).bars.symbols[0]
    sandbox.sandbox.tally(sandbox.key).received -= 1
    return found
