"""The ECB through the gateway: without a key, without a limit, and only what has changed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from pytest_django import Settings

from investment.lib import clock
from investment.providers import registry
from investment.providers.contracts.fx import FxHistory, Unchanged, Validators
from investment.providers.gateway import provider
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.quotas.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic"), pytest.mark.slow]


@pytest.fixture
def sandbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    if "ecb" not in registry.NAMES:
        monkeypatch.setattr(registry, "NAMES", (*registry.NAMES, "ecb"))
    clock.set_clock(origin=datetime(2026, 4, 7, 12, tzinfo=UTC), rate=0)
    with running_sandbox(clock=clock.now) as running:
        settings.ECB_BASE_URL = f"{running.url}/ecb/stats/eurofxref"
        yield running


def test_the_history_comes_once_and_is_not_sent_again(sandbox: RunningSandbox) -> None:
    with provider("ecb", lane="planned", purpose="a test") as ecb:
        history = ecb.history()
        again = ecb.history(unless=history.validators)
        # The documents share their instant, but an ETag is one document's.
        daily = ecb.daily(unless=Validators(last_modified=history.validators.last_modified))
        other = ecb.daily(unless=history.validators)

    assert isinstance(history, FxHistory)
    assert history.last == date(2026, 4, 2)
    assert again == Unchanged(history.validators)
    assert isinstance(daily, Unchanged)
    assert isinstance(other, FxHistory)
    rows = Call.objects.values_list("endpoint", "status")
    assert sorted(rows) == [("daily", 200), ("daily", 304), ("history", 200), ("history", 304)]
