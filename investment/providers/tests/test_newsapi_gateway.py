"""NewsAPI through the gateway: its two windows, and off in production on the developer plan."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import errors, registry
from investment.providers.gateway import provider
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.errors import QuotaExhausted
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic")]

KEY = "0123456789abcdef0123456789abcdef"
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.fixture
def sandbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    if "newsapi" not in registry.NAMES:
        monkeypatch.setattr(registry, "NAMES", (*registry.NAMES, "newsapi"))
    with running_sandbox(clock=clock.now) as running:
        desk = running.sandbox.desk("newsapi")
        desk.keys[KEY] = desk.keys.pop(running.key)
        settings.NEWSAPI_BASE_URL = f"{running.url}/newsapi/v2"
        settings.NEWSAPI_API_KEY = KEY
        settings.NEWSAPI_PLAN = "developer"
        yield running


def ask_until_refused(newsapi: Any) -> None:
    while True:
        try:
            newsapi.sources()
        except QuotaExhausted:
            return


def test_a_day_of_asking_is_a_hundred_calls_and_no_refusal(sandbox: RunningSandbox) -> None:
    with provider("newsapi", lane="essential", purpose="a test") as newsapi:
        for half in (0, 12, 24):
            clock.set_clock(origin=NOON + timedelta(hours=half, seconds=half), rate=0)
            ask_until_refused(newsapi)
        assert newsapi.calls_spent == 150

    tally = sandbox.sandbox.tally(KEY, "newsapi")
    assert (tally.received, tally.refused) == (150, 0)


def test_a_refusal_shuts_the_half_day_and_no_row_holds_the_key(sandbox: RunningSandbox) -> None:
    clock.set_clock(origin=NOON, rate=0)
    with httpx.Client(trust_env=False, headers={"X-Api-Key": KEY}) as somebody_else:
        for _ in range(50):
            somebody_else.get(f"{sandbox.url}/newsapi/v2/sources")

    with provider("newsapi", lane="essential", purpose="a test") as newsapi:
        with pytest.raises(errors.ProviderThrottled, match="50 requests available every 12 hours"):
            newsapi.everything(query="anything")
        with pytest.raises(QuotaExhausted) as caught:
            newsapi.everything(query="anything")

    assert caught.value.retry_at is not None
    assert caught.value.retry_at >= NOON + timedelta(hours=12)
    rows = list(Call.objects.values())
    assert [row["status"] for row in rows] == [429]
    assert KEY not in repr(rows)


def test_it_is_off_in_production_on_the_developer_plan(sandbox: RunningSandbox, settings: Settings) -> None:
    settings.DEBUG = False
    settings.MODE = dataclasses.replace(settings.MODE, kind="live")

    with (
        pytest.raises(errors.NotEntitled, match="NEWSAPI_PLAN=business"),
        provider("newsapi", lane="planned", purpose="a test"),
    ):
        pytest.fail("the developer plan is for development only")

    settings.NEWSAPI_PLAN = "business"
    with provider("newsapi", lane="planned", purpose="a test") as newsapi:
        assert newsapi.sources()
    assert sandbox.sandbox.tally(KEY, "newsapi").received == 1
