from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import AT_NIGHT, make_figures, make_instrument, make_score, make_sessions
from investment.lib import clock
from investment.market.models import DataIssue
from investment.ops.models import Run
from investment.quotas.tests.factories import insert_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in()


def make_run(minutes: int = 0, **fields: object) -> Run:
    known = {"kind": "session", "subject": "2026-01-30", "trigger": "schedule", "state": "done"}
    return Run.objects.create(started_at=AT_NIGHT + timedelta(minutes=minutes), **(known | fields))


def test_runs_come_latest_first_a_page_at_a_time(client: Client) -> None:
    for minutes in range(5):
        make_run(minutes)

    page = get(client, "/api/runs", limit=2, offset=1)

    assert page["count"] == 5
    assert [run["started_at"] for run in page["results"]] == ["2026-01-31T05:08:00Z", "2026-01-31T05:07:00Z"]


def test_a_run_says_what_it_did_and_null_where_there_is_nothing_to_say(client: Client) -> None:
    make_run(inserted=7, calls=1, error="It broke", state="failed", seconds=1.5)

    (run,) = get(client, "/api/runs")["results"]

    assert run["rows"] == {"inserted": 7, "changed": 0, "unchanged": 0, "refused": 0}
    assert (run["error"], run["message"], run["finished_at"], run["progress"]["total"]) == (
        "It broke",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"offset": -1}, {"offset": 10**30}], ids=str
)
def test_a_page_that_is_none_is_a_400(client: Client, wrong: dict[str, object]) -> None:
    answer = get(client, "/api/runs", expect=400, **wrong)

    assert answer["code"] == "invalid"
    assert list(answer["extra"]["fields"]) == list(wrong)


def test_an_empty_installation_has_a_status(client: Client) -> None:
    status = get(client, "/api/status")

    assert status["mode"] == "sample"
    assert status["synthetic"] is True
    assert "fictional" in status["notice"]
    assert status["last_run"] is None
    assert status["latest_session"] is None
    assert status["providers"] == []


def test_status_says_how_far_everything_is(client: Client) -> None:
    days = make_sessions(10)
    for n in range(3):
        instrument = make_instrument(f"S{n}")
        make_figures(instrument, days[4])
        make_score(instrument, days[4], **({"unranked": "price"} if n == 0 else {}))
    make_run(state="running", progress_done=3, progress_total=4)
    DataIssue.objects.create(kind="partial", message="x", opened_at=AT_NIGHT, last_seen_at=AT_NIGHT)
    clock.set_clock(origin=AT_NIGHT - timedelta(days=20), rate=0)  # Sunday morning in New York

    try:
        status = get(client, "/api/status")
    finally:
        clock.clear_clock()

    assert status["now"] == "2026-01-11T05:05:00Z"
    assert status["clock_rate"] == 0
    assert (status["latest_session"], status["next_session"]) == ("2026-01-09", "2026-01-12")
    assert status["latest_ranked_session"] == "2026-01-09"
    assert (status["instruments"], status["analysed"], status["ranked"]) == (3, 3, 2)
    assert status["last_run"]["progress"] == {"done": 3, "total": 4}
    assert status["open_issues"] == 1


def test_status_costs_a_constant_number_of_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_sessions(3)
    make_run()

    with django_assert_max_num_queries(12):
        client.get("/api/status")


def test_status_tells_of_the_last_call_to_each_provider(client: Client) -> None:
    for minutes, error in ((0, ""), (1, "HTTP 503")):
        at = clock.now() - timedelta(minutes=5 - minutes)
        insert_call(at=at, provider="massive", status=503 if error else 200, error=error)

    (provider,) = get(client, "/api/status")["providers"]

    # The tests run in sample mode: nobody should think that the provider itself has answered.
    assert provider["provider"] == "massive (sandbox)"
    assert (provider["last_status"], provider["last_error"]) == (503, "HTTP 503")


def test_status_tells_what_must_be_shown_for_whom(client: Client) -> None:
    for provider in ("ecb", "massive"):
        insert_call(at=clock.now() - timedelta(minutes=5), provider=provider, status=200, error="")

    (shown,) = get(client, "/api/status")["attributions"]

    assert (shown["provider"], shown["text"]) == ("ecb", "Source: ECB")
    assert shown["where"] == "wherever a converted amount is shown"
