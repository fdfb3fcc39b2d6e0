from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from investment.lib import clock, redis
from investment.quotas.contracts import EMERGENCY_KEY
from investment.quotas.services import ledger, scopes

MORNING = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)


class Time:
    """The one clock, standing still until a test lets it pass."""

    def __init__(self) -> None:
        self.now = MORNING
        clock.set_clock(origin=self.now, rate=0)

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        clock.set_clock(origin=self.now, rate=0)


@pytest.fixture
def time(_no_keys_left_behind: None) -> Time:
    return Time()


@pytest.fixture(autouse=True)
def _nothing_remembered(_no_keys_left_behind: None) -> Iterator[None]:
    """This process forgets what it declared, and the switches are off."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    scopes._declared.clear()
    ledger._emergency = None
    clock._forget()
    for client in (redis.state(), redis.cache()):
        client.delete(EMERGENCY_KEY)
