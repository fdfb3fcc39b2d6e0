from datetime import date, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.api.tests.market import AT_NIGHT, make_instrument
from investment.market.models import DataIssue

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 1, 30)


@pytest.fixture
def client() -> Client:
    return signed_in()


def make_issue(minutes: int = 0, **fields: object) -> DataIssue:
    at = AT_NIGHT + timedelta(minutes=minutes)
    known = {"kind": "partial", "message": f"Seen {minutes}", "opened_at": at, "last_seen_at": at}
    return DataIssue.objects.create(**(known | fields))


def test_an_issue_says_what_is_wrong_with_what_since_when_and_how_often(client: Client) -> None:
    issue = make_issue(
        kind="rows_quarantined",
        message="2 rows were put in quarantine.",
        session=FRIDAY,
        instrument=make_instrument("AAPL"),
        times=3,
        last_seen_at=AT_NIGHT + timedelta(hours=1),
        closed_at=AT_NIGHT + timedelta(hours=2),
    )

    assert get(client, "/api/issues") == {
        "count": 1,
        "results": [
            {
                "id": issue.pk,
                "kind": "rows_quarantined",
                "kind_label": "Rows were put in quarantine",
                "session": "2026-01-30",
                "symbol": "AAPL",
                "message": "2 rows were put in quarantine.",
                "times": 3,
                "opened_at": "2026-01-31T05:05:00Z",
                "last_seen_at": "2026-01-31T06:05:00Z",
                "closed_at": "2026-01-31T07:05:00Z",
            }
        ],
    }


def test_an_issue_of_no_session_and_no_instrument_says_null(client: Client) -> None:
    make_issue()

    (issue,) = get(client, "/api/issues")["results"]

    assert (issue["session"], issue["symbol"], issue["closed_at"]) == (None, None, None)


def test_issues_come_newest_first_a_page_at_a_time(client: Client) -> None:
    for minutes in range(5):
        make_issue(minutes, session=FRIDAY - timedelta(days=minutes))

    page = get(client, "/api/issues", limit=2, offset=1)

    assert page["count"] == 5
    assert [issue["message"] for issue in page["results"]] == ["Seen 3", "Seen 2"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, ["Seen 1", "Seen 0"]),
        ({"open": "true"}, ["Seen 1"]),
        ({"open": "false"}, ["Seen 0"]),
        ({"open": ""}, ["Seen 1", "Seen 0"]),
    ],
    ids=str,
)
def test_open_and_closed_issues_can_be_asked_for_apart(
    client: Client, asked: dict[str, str], told: list[str]
) -> None:
    make_issue(0, closed_at=AT_NIGHT)
    make_issue(1)

    page = get(client, "/api/issues", expect=200, **asked)

    assert page["count"] == len(told)
    assert [issue["message"] for issue in page["results"]] == told


def test_where_nothing_is_wrong_the_list_is_empty(client: Client) -> None:
    assert get(client, "/api/issues", open="true") == {"count": 0, "results": []}


@pytest.mark.parametrize(
    "wrong", [{"open": "perhaps"}, {"limit": 0}, {"limit": 1001}, {"offset": -1}, {"offset": 10**30}], ids=str
)
def test_a_bad_parameter_is_a_400_that_names_it(client: Client, wrong: dict[str, object]) -> None:
    answer = get(client, "/api/issues", expect=400, **wrong)

    assert answer["code"] == "invalid"
    assert list(answer["extra"]["fields"]) == list(wrong)


def test_one_issue_and_many_cost_the_same_number_of_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(20):
        make_issue(n, instrument=make_instrument(f"S{n}"))

    with django_assert_max_num_queries(4):  # who asks, and the two of the list
        assert len(client.get("/api/issues").json()["results"]) == 20
