"""When the history's turn comes, and what it asks for: without asking anybody."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from unittest.mock import Mock

import pytest
from pytest_django import Settings

from investment.lib.modes import Mode
from investment.ops.management.commands.beat import Beat
from investment.ops.models import BackfillStep, History, SessionJob
from investment.ops.selectors.history import (
    action_pieces,
    actions_known_from,
    brings_actions,
    missing_actions,
)
from investment.ops.services import leases
from investment.ops.services.stage_bars import passing_failure
from investment.providers.adapters.massive.limits import FIRST_DAY, PLANS, first_day
from investment.providers.errors import ProviderThrottled

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)  # Tuesday 00:05 in New York
SINCE, UNTIL = date(2024, 3, 4), date(2026, 3, 2)


@pytest.fixture
def row(settings: Settings) -> History:
    """A history of two years of which nothing is done, in a live installation."""
    settings.MODE, settings.MASSIVE_API_KEY = Mode.parse("live"), "a-key"
    return History.objects.create(
        plan="basic", since=SINCE, until=UNTIL, began_at=NOON, next_try_at=NOON, scope="massive:stocks:1"
    )


def finish(row: History, **fields: str) -> None:
    for piece in action_pieces(row):
        BackfillStep.objects.create(
            kind=piece.kind, first=piece.first, last=piece.last, done_at=NOON, **fields
        )


def test_beat_lets_it_go_on_where_no_job_is_due(row: History) -> None:
    SessionJob.objects.create(session="2026-03-02", next_try_at=NOON, attempts=1)
    app = Mock()
    beat = Beat(app)

    def tick(now: datetime) -> list[str]:
        app.reset_mock()
        beat.tick(now=now)
        return [call.args[0] for call in app.send_task.call_args_list]

    assert "ops.advance_session" in tick(NOON)
    SessionJob.objects.update(next_try_at=None)
    assert "ops.bring_history" not in tick(NOON - timedelta(seconds=1))
    with leases.lock("backfill"):
        assert "ops.bring_history" not in tick(NOON)
    assert "ops.bring_history" in tick(NOON)
    assert "ops.bring_history" not in tick(NOON)  # once in a while
    assert all(call.kwargs["expires"] for call in app.send_task.call_args_list)


def test_before_the_newest_session_was_asked_for_its_turn_has_not_come(row: History) -> None:
    app = Mock()

    Beat(app).tick(now=NOON)

    assert "ops.bring_history" not in [call.args[0] for call in app.send_task.call_args_list]


def test_its_questions_for_actions_leave_no_day_out(row: History) -> None:
    pieces = list(action_pieces(row))

    for kind in ("splits", "dividends"):
        spans = [(piece.first, piece.last) for piece in pieces if piece.kind == kind]
        assert spans[0][1] == UNTIL + timedelta(days=14)
        assert spans[-1][0] == SINCE
        assert all(newer[0] - older[1] == timedelta(days=1) for newer, older in pairwise(spans))


def test_a_gap_in_the_actions_is_not_said_to_be_known(row: History) -> None:
    assert actions_known_from(row, "") is None
    assert brings_actions(UNTIL)
    finish(row)
    assert actions_known_from(row, "") == SINCE
    assert not missing_actions(row)
    assert not brings_actions(UNTIL)

    refused = BackfillStep.objects.filter(kind="dividends").order_by("-last")[3]
    BackfillStep.objects.filter(pk=refused.pk).update(note="not in the plan's history")

    assert actions_known_from(row, "") == refused.last + timedelta(days=1)
    assert missing_actions(row)


def test_a_session_after_it_asks_for_its_own_actions(row: History) -> None:
    assert not brings_actions(UNTIL + timedelta(days=1))


def test_every_plan_says_how_far_back_it_goes() -> None:
    assert first_day("basic", date(2026, 3, 2)) == date(2024, 3, 2)
    assert first_day("starter", date(2028, 2, 29)) == date(2023, 3, 1)
    assert {plan: first_day(plan, date(2026, 3, 2)) for plan in PLANS} == {
        "basic": date(2024, 3, 2),
        "unlimited": FIRST_DAY,
        "starter": date(2021, 3, 2),
        "developer": date(2016, 3, 2),
        "advanced": FIRST_DAY,
    }


@pytest.mark.parametrize(
    ("told", "again"),
    [
        pytest.param(timedelta(seconds=40), timedelta(seconds=40), id="it-said-when"),
        pytest.param(None, timedelta(minutes=5), id="it-did-not-say"),
        pytest.param(timedelta(seconds=-1), timedelta(minutes=5), id="that-is-past"),
        pytest.param(timedelta(days=400), timedelta(days=1), id="for-ever"),
    ],
)
def test_a_stage_that_failed_in_passing_comes_back_when_the_provider_said(
    told: timedelta | None, again: timedelta
) -> None:
    retry_at = None if told is None else NIGHT + told
    error = ProviderThrottled("too many", provider="massive", retry_at=retry_at)

    pause = passing_failure(Mock(session=UNTIL, now=NIGHT, asked_for_a_day=False), error)

    assert pause.passing
    assert pause.next_try_at == NIGHT + again
    assert pause.come_back == (retry_at if told and told > timedelta() else None)
