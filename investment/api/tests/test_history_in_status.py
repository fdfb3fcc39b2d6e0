"""What the status tells of a live installation that is still being filled."""

from datetime import UTC, date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import make_sessions
from investment.lib import clock
from investment.lib.modes import Mode
from investment.ops.models import History, SessionJob
from investment.ops.services.job_rows import ensure_job

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def live(settings: Settings, *, key: str = "a-key") -> None:
    settings.MODE, settings.MASSIVE_API_KEY, settings.MASSIVE_PLAN = Mode.parse("live"), key, "basic"


def test_a_sample_has_no_history_to_bring_in() -> None:
    status = get(signed_in(), "/api/status")

    assert status["history"] is None
    assert status["prices"]["provider"] == "sample"


def test_without_a_key_it_says_what_to_do_and_nothing_is_wrong(settings: Settings) -> None:
    live(settings, key="-")
    History.objects.create(plan="basic", since="2024-03-04", until="2026-03-02", began_at=NOON)

    status = get(signed_in(), "/api/status")

    assert status["history"] is None
    assert status["prices"] == {
        "provider": None,
        "words": "No source of prices: put MASSIVE_API_KEY into .env and start again",
    }


def test_what_is_left_and_when_it_ends(
    settings: Settings, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    live(settings)
    days = make_sessions(30)
    row = History.objects.create(
        plan="basic", since=days[0], until=days[-1], began_at=NOON, next_try_at=clock.now()
    )
    ensure_job(session=days[-1], try_at=NOON)
    SessionJob.objects.update(attempts=1, error="Not published yet: no rows")
    client = signed_in()

    with django_assert_max_num_queries(40):
        status = get(client, "/api/status")
    told = status["history"]

    assert status["prices"]["provider"] == "massive"
    assert (told["state"], told["since"], told["until"]) == ("waiting", str(days[0]), str(days[-1]))
    assert [(step["name"], step["state"], step["total"]) for step in told["steps"]] == [
        ("prices", "running", 1),
        ("instruments", "running", None),
        ("actions", "pending", 4),
        ("sessions", "pending", 30),
        ("analysis", "pending", 4),
    ]
    # Two lists, twice a question for splits and one for dividends, 29 sessions: four a minute.
    assert told["calls_left"] == 2 + 4 + 29
    assert told["words"].startswith(f"History back to {days[0]} is being read: 0 of 30 sessions, about ")
    ends = datetime.fromisoformat(told["estimated_end_at"])
    assert 7 < (ends - clock.now()).total_seconds() / 60 < 9

    row.refused = {"actions": "You are not entitled to this data."}
    row.state, row.error = History.State.STOPPED, "Unknown API Key"
    row.save()
    told = get(client, "/api/status")["history"]
    assert (told["state"], told["words"]) == ("stopped", "Unknown API Key")
    assert (told["estimated_end_at"], told["next_try_at"]) == (None, None)
    assert told["steps"][2]["words"] == "You are not entitled to this data."
    assert told["steps"][2]["state"] == "refused"
    assert date.fromisoformat(told["until"]) == days[-1]
