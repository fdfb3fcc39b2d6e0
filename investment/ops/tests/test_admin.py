"""The daily job in the admin."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from investment.accounts.models import User
from investment.ops.models import SessionJob
from investment.ops.services import leases
from investment.ops.tests.stage import MONDAY, NIGHT, job, night_after, run, stages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def browser(settings: Settings) -> Iterator[Client]:
    """Somebody who administers, the night after the session's job was done."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    with night_after(settings):
        run()
        yield client


def run_now(browser: Client) -> str:
    data = {"action": "run_now", "_selected_action": "2026-03-02"}
    response = browser.post("/admin/ops/sessionjob/", data, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_run_now_makes_a_job_due(browser: Client) -> None:
    assert "is due now" in run_now(browser)

    assert job().reread_due_at == NIGHT
    assert set(stages().values()) == {"done"}


def test_run_now_leaves_alone_what_is_being_worked_on(browser: Client) -> None:
    with leases.held(SessionJob, MONDAY) as lease:
        assert f"is being worked on by {lease.owner}" in run_now(browser)

    assert job().reread_due_at != NIGHT


@pytest.mark.parametrize(
    "page", ["sessionjob", "run", "scheduleentry", "backfillstep", "installation", "lock"]
)
def test_every_list_can_be_looked_at(browser: Client, page: str) -> None:
    assert browser.get(f"/admin/ops/{page}/").status_code == 200


def test_a_job_shows_its_stages(browser: Client) -> None:
    page = browser.get("/admin/ops/sessionjob/2026-03-02/change/")

    assert page.status_code == 200
    assert "Fetch due corporate actions" in page.content.decode()
