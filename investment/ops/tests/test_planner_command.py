"""What the leader of the plan does at each look, and how long it rests after it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from investment.acquisition.kinds import Kind
from investment.acquisition.services import leftovers
from investment.acquisition.services.fetching import Order
from investment.lib import clock
from investment.ops.management.commands import planner

ORDER = Order(Kind.QUOTE, "finnhub", (1, 2), uuid4())
MORNING = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


class Chosen:
    """A planner that always has one order; the exchange opens ``opens_in``."""

    opens_in = timedelta(0)

    def __init__(self) -> None:
        self.drafts = 0

    def tick(self, **_: object) -> list[Order]:
        return [ORDER]

    def closed_for(self, _: datetime) -> timedelta:
        return self.opens_in

    def draft(self, **_: object) -> Callable[[], None]:
        self.drafts += 1
        return lambda: None


class Queue:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_task(self, name: str, **options: Any) -> None:
        self.sent.append({"name": name, **options})


class Reign:
    epoch = 7

    def check_time(self) -> None:
        pass


@pytest.fixture
def leader(monkeypatch: pytest.MonkeyPatch) -> planner.Leader:
    monkeypatch.setattr(planner, "Planner", Chosen)
    monkeypatch.setattr(planner, "REST", 5.0)
    return planner.Leader(Queue())  # type: ignore[arg-type]


def look(leader: planner.Leader) -> tuple[float, list[dict[str, Any]]]:
    pause = leader.tick(Reign())  # type: ignore[arg-type]
    return pause, leader._app.sent  # type: ignore[attr-defined]


def test_an_order_goes_to_the_fetchers_under_the_leaders_reign(leader: planner.Leader) -> None:
    clock.set_clock(origin=MORNING, rate=1)

    pause, sent = look(leader)

    assert pause == planner.TICK
    assert (sent[0]["name"], sent[0]["queue"]) == ("acquisition.fetch", planner.QUEUE)
    assert sent[0]["kwargs"]["epoch"] == 7
    assert sent[0]["kwargs"]["instrument_ids"] == [1, 2]
    assert leader._planner.drafts == 1  # type: ignore[attr-defined]


def test_reports_are_looked_for_once_a_minute_unless_there_are_some(
    leader: planner.Leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set_clock(origin=MORNING, rate=1)
    looks: list[set[Kind]] = []
    found: list[Order] = []

    def orders(*, kinds: list[Kind], **_: object) -> list[Order]:
        looks.append(set(kinds))
        return found

    monkeypatch.setattr(leftovers, "orders", orders)
    at = leader._filled
    monkeypatch.setattr(time, "monotonic", lambda: at)

    def fill(after: float) -> bool:
        nonlocal at
        at += after
        look(leader)
        assert Kind.METRICS in looks[-1]
        return Kind.FACTS in looks[-1]

    assert [fill(after) for after in (5, 5, 50, 6)] == [True, False, False, True]
    found.append(Order(Kind.FACTS, "sec", (3,), uuid4()))
    assert [fill(after) for after in (61, 5, 5)] == [True, True, True]


def test_by_a_clock_that_stands_still_nothing_is_planned(leader: planner.Leader) -> None:
    clock.set_clock(origin=MORNING, rate=0)

    assert look(leader) == (5.0, [])
    assert leader._planner.drafts == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rate", "opens_in", "expected"),
    [
        pytest.param(1, 3600, 5.0, id="long before the open"),
        pytest.param(1, 2, 2.0, id="just before it"),
        pytest.param(60, 60, 1.0, id="by a fast clock"),
        pytest.param(60, 0, planner.QUICKEST_TICK, id="open, by a fast clock"),
    ],
)
def test_while_the_exchange_is_closed_it_rests_until_the_open(
    leader: planner.Leader, monkeypatch: pytest.MonkeyPatch, rate: float, opens_in: float, expected: float
) -> None:
    clock.set_clock(origin=MORNING, rate=rate)
    monkeypatch.setattr(Chosen, "opens_in", timedelta(seconds=opens_in))

    assert look(leader)[0] == pytest.approx(expected)
