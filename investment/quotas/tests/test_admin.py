import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from investment.accounts.models import User
from investment.lib import redis
from investment.quotas import ids, scripts
from investment.quotas.contracts import EMERGENCY_KEY, CallDetails, Granted, LimitFacts, Window
from investment.quotas.models import Call
from investment.quotas.services import epochs, ledger, totals
from investment.quotas.tests.conftest import Time
from investment.quotas.tests.factories import SCOPE, declare, grant, insert_call, send

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


def test_a_call_of_the_first_release_is_found_by_its_id_alone(time: Time, admin: Client) -> None:
    call = insert_call(at=time.now, error="of old")

    assert call.id.version == 4
    assert "of old" in admin.get(reverse("admin:quotas_call_change", args=[call.pk])).content.decode()
    for unknown in (UUID(int=0), "no-id-at-all"):
        assert admin.get(reverse("admin:quotas_call_change", args=[unknown])).status_code == 302


def test_calls_are_listed_day_by_day_and_no_other_day_is_read(
    time: Time, admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    insert_call(at=time.now, purpose="today", endpoint="quote")
    insert_call(at=time.now - timedelta(days=1), purpose="yesterday", endpoint="news", status=503)
    insert_call(at=time.now + timedelta(days=9), purpose="under another setting of the clock")
    url = reverse("admin:quotas_call_changelist")

    with django_assert_max_num_queries(16) as queries:
        today = admin.get(url).content.decode()
    of_calls = [query["sql"] for query in queries.captured_queries if 'FROM "quotas_call"' in query["sql"]]
    yesterday = admin.get(url, {"day": "2026-01-04", "endpoint": "news", "status": "503"}).content.decode()

    assert "today" in today
    assert "yesterday" not in today
    assert "another setting" not in today
    assert "?endpoint=news" not in today
    assert "yesterday" in yesterday
    assert "1 call" in yesterday
    assert of_calls
    assert all("reserved_at" in sql.partition("WHERE")[2] for sql in of_calls)


def test_where_no_call_was_made_the_list_is_empty(time: Time, admin: Client) -> None:
    assert "0 calls" in admin.get(reverse("admin:quotas_call_changelist")).content.decode()


def test_totals_are_shown_and_filtered(time: Time, admin: Client) -> None:
    insert_call(at=time.now, endpoint="quote", duration_seconds=0.25)
    insert_call(at=time.now, endpoint="news")
    totals.fold(now=time.now + timedelta(days=40))
    url = reverse("admin:quotas_hourlytotal_changelist")

    page = admin.get(url, {"endpoint": "quote"}).content.decode()

    assert "0.250" in page
    assert "1 hourly total" in page
    assert admin.get(reverse("admin:quotas_hourlytotal_add")).status_code == 403


def test_windows_are_shown_as_they_are_now(time: Time, admin: Client) -> None:
    declare((1, 60))
    declare(scope="other:stocks:1")
    spend()

    page = words(admin.get(reverse("admin:quotas_scope_changelist")))

    assert "1 in 60 s 1 used, 0 held, 0 free next slot in 60 s (14:31:00 UTC); all free in 60 s" in page
    assert "no limit" in page


def test_a_scope_shows_what_is_held_lent_kept_and_someone_elses(time: Time, admin: Client) -> None:
    declare((20, 7200), share=0.5)
    for _ in range(10):
        send()
    time.passes(3600)
    grant()
    told = LimitFacts(seconds=7200, remaining=6)
    ledger.settle(id=grant("essential").id, outcome="sent", limit_facts=[told])
    client = redis.state()
    client.set(EMERGENCY_KEY, "1")

    response = admin.get(reverse("admin:quotas_scope_change", args=[SCOPE]))

    page, source = words(response), response.content.decode()
    assert "20 in 2 h" in page
    assert "11 used" in page
    assert "1 held, 2 of them lent by the interactive lane, 2 used by someone else, 6 free" in page
    assert "Only essential" in page or "only essential" in page
    assert "quotas/windows.css" in source
    for name in ("used", "held", "lent", "foreign"):
        assert f'<rect class="quota-{name}"' in source


def test_a_scope_says_why_nothing_is_granted(time: Time, admin: Client) -> None:
    declare((5, 60))
    ledger.settle(id=grant().id, outcome="sent", limit_facts=[LimitFacts(seconds=60, full=True)])
    url = reverse("admin:quotas_scope_change", args=[SCOPE])

    assert "used up until 2026-01-05 14:31:00, as the provider said" in words(admin.get(url))

    until = ids.microseconds(time.now + timedelta(seconds=90))
    redis.state().hset(redis.key("quota", SCOPE), "closed", until)
    assert "closed until 14:31:30, because calls without rows were forgotten" in words(admin.get(url))

    redis.state().delete(redis.key(*scripts.EPOCH))
    assert "does not know what was spent" in words(admin.get(url))


def words(response: object) -> str:
    """Return the text of a page, its tags left out."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", text).replace(" ,", ",")


def test_reigns_are_shown(admin: Client) -> None:
    epochs.begin(name="planner", owner="a process")

    assert "a process" in admin.get(reverse("admin:quotas_epoch_changelist")).content.decode()


def test_a_window_keeps_a_share_rounded_down() -> None:
    assert Window(limit=4, seconds=1, source="a test", interactive_share=0.2).reserve == 0
