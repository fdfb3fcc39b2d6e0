import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from investment.accounts.models import User
from investment.quotas.contracts import CallDetails, Granted, Window
from investment.quotas.models import Call
from investment.quotas.services import epochs, ledger
from investment.quotas.tests.conftest import Time
from investment.quotas.tests.factories import SCOPE, declare

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, settings: Settings) -> Client:
    client.force_login(User.objects.create_superuser(username="root", password="not a real one 42"))
    return client


def spend() -> Call:
    answer = ledger.reserve(
        scope=SCOPE,
        lane="planned",
        purpose="session 2026-01-05",
        hold_seconds=30,
        endpoint="grouped_daily",
        record=True,
    )
    assert isinstance(answer, Granted)
    ledger.settle(id=answer.id, outcome="sent", details=CallDetails(status=200, error="none at all"))
    return Call.objects.get(id=answer.id)


def test_calls_are_shown_and_cannot_be_changed(time: Time, admin: Client) -> None:
    declare((5, 60))
    call = spend()

    listed = admin.get(reverse("admin:quotas_call_changelist"))
    shown = admin.get(reverse("admin:quotas_call_change", args=[call.pk]))
    changed = admin.post(reverse("admin:quotas_call_change", args=[call.pk]), {"state": "not_sent"})

    assert "session 2026-01-05" in listed.content.decode()
    assert "none at all" in shown.content.decode()
    assert changed.status_code == 403
    assert admin.get(reverse("admin:quotas_call_add")).status_code == 403


def test_windows_are_shown_as_they_are_now(time: Time, admin: Client) -> None:
    declare((1, 60))
    declare(scope="other:stocks:1")
    spend()

    page = admin.get(reverse("admin:quotas_scope_changelist")).content.decode()

    assert "1 in 60 s: 1 used, 0 held, 0 free, next slot in 60 s" in page
    assert "no limit" in page


def test_reigns_are_shown(admin: Client) -> None:
    epochs.begin(name="planner", owner="a process")

    assert "a process" in admin.get(reverse("admin:quotas_epoch_changelist")).content.decode()


def test_a_window_keeps_a_share_rounded_down() -> None:
    assert Window(limit=4, seconds=1, source="a test", interactive_share=0.2).reserve == 0
