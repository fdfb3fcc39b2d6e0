"""Raw answers are kept: packed, once, without a key, and no longer than they may be."""

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from pytest_django import Settings

from investment.lib import clock
from investment.providers.access import ProviderSettings
from investment.providers.adapters.newsapi import access as newsapi
from investment.providers.gateway import market_data
from investment.providers.models import RawAnswer, RawBody
from investment.providers.registry import access
from investment.providers.selectors.archive import body_of
from investment.providers.services import archive
from investment.providers.tests.metered import KEY, SESSION, ask
from investment.providers.tests.wire import EMPTY, answer, http, provider

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)
GROUPED = f"/v2/aggs/grouped/locale/us/market/stocks/{SESSION}"


@pytest.fixture(autouse=True)
def _basic(basic: None) -> None:
    """A key of the free plan."""


def keep(body: bytes, *, endpoint: str = "grouped_daily", now: datetime = NOW, **other: object) -> UUID:
    id_ = uuid4()
    told = {"url": f"https://api.massive.com{GROUPED}?adjusted=false", "status": 200, "headers": {}}
    archive.keep(
        access=access("massive"),
        call_id=id_,
        endpoint=endpoint,
        body=body,
        now=now,
        **{**told, **other},  # type: ignore[arg-type]
    )
    return id_


def test_an_answer_that_feeds_a_table_is_kept_as_it_came(settings: Settings) -> None:
    call = ask(settings, answer(http()))

    kept = RawAnswer.objects.get()
    assert (kept.call_id, kept.provider, kept.scope) == (call.id, "massive", call.scope)
    assert (kept.endpoint, kept.status) == ("grouped_daily", 200)
    assert kept.asked == f"{GROUPED}?adjusted=false&include_otc=false"
    assert kept.content_type == "application/json"
    assert body_of(str(kept.body_id)) == EMPTY
    assert kept.body_id == hashlib.sha256(EMPTY).hexdigest()


def test_a_refusal_is_not_kept(settings: Settings) -> None:
    ask(settings, answer(http(b'{"status":"ERROR"}', "403 Forbidden")))

    assert not RawAnswer.objects.exists()


def test_what_feeds_no_table_is_not_kept(settings: Settings) -> None:
    now = b'{"market":"open","serverTime":"2026-03-02T10:00:00-05:00"}'
    with provider(answer(http(now))) as address:
        settings.MASSIVE_BASE_URL = address
        with market_data(lane="planned", purpose="a test") as massive:
            massive.market_status()

    assert not RawAnswer.objects.exists()


def test_the_same_body_is_kept_once_whatever_it_was_packed_with(settings: Settings) -> None:
    keep(EMPTY)
    packed = gzip.compress(EMPTY)
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(packed)}\r\nContent-Encoding: gzip\r\n\r\n"
    ask(settings, answer(head.encode() + packed))

    assert RawAnswer.objects.count() == 2
    assert RawBody.objects.get().size == len(EMPTY)


def test_an_answer_is_kept_packed() -> None:
    body = json.dumps([{"T": f"S{i}", "c": i / 7} for i in range(5_000)]).encode()

    keep(body)

    assert len(RawBody.objects.get().packed) < len(body) / 2


def test_a_body_that_repeats_the_key_is_kept_without_it() -> None:
    keep(f'{{"note":"your API key is {KEY}","next_url":"https://x/?apiKey={KEY}"}}'.encode())

    assert KEY.encode() not in body_of(RawBody.objects.get().digest)


def test_the_address_is_kept_without_its_key(settings: Settings) -> None:
    settings.MASSIVE_BASE_URL = "http://127.0.0.1:9/massive"
    keep(EMPTY, url=f"http://127.0.0.1:9/massive/v3/x?apiKey={KEY}&limit=5&token=other&q={KEY}")

    asked = RawAnswer.objects.get().asked
    assert KEY not in asked
    assert asked.startswith("/v3/x?limit=5")
    assert "other" not in asked


def test_what_is_too_long_to_be_kept_says_so() -> None:
    keep(b" " * (archive.MAX_KEPT + 1))

    kept = RawAnswer.objects.get()
    assert kept.not_kept == "It is longer than 24 MiB"
    assert kept.body_id is None


def test_answers_go_when_their_time_is_over_and_bodies_with_the_last_of_them() -> None:
    keep(EMPTY, endpoint="previous_close")
    keep(EMPTY, endpoint="previous_close", now=NOW + timedelta(days=1))
    keep(b"{}", now=NOW)

    after_one = archive.expire(now=NOW + timedelta(days=2))
    after_both = archive.expire(now=NOW + timedelta(days=3))

    assert after_one == (1, 0)
    assert after_both == (1, 1)
    assert archive.expire(now=NOW + timedelta(days=3)) == (0, 0)
    assert RawAnswer.objects.get().endpoint == "grouped_daily"


def test_nothing_is_kept_longer_than_the_terms_allow(settings: Settings) -> None:
    settings.NEWSAPI_PLAN = "developer"
    archive.keep(
        access=newsapi.access(ProviderSettings(key=KEY, plan="developer")), call_id=uuid4(),
        endpoint="everything", url="https://newsapi.org/v2/everything",
        status=200, headers={}, body=b"{}", now=NOW,
    )  # fmt: skip

    assert RawAnswer.objects.get().keep_until == NOW + timedelta(days=30)


def test_the_command_deletes_and_tells_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    keep(EMPTY, endpoint="previous_close")
    keep(b" " * (archive.MAX_KEPT + 1))
    clock.set_clock(origin=NOW + timedelta(days=3), rate=0)

    call_command("archive", expire=True)

    told = capsys.readouterr().out
    assert "Deleted 1 answers and 1 bodies" in told
    assert "massive: 1 answers from 2026-03-03 to 2026-03-03, 1 of them without their body" in told


def test_the_same_call_is_kept_once() -> None:
    id_ = keep(EMPTY)
    archive.keep(
        access=access("massive"), call_id=id_, endpoint="grouped_daily", url=f"https://api.massive.com{GROUPED}",
        status=200, headers={}, body=EMPTY, now=NOW,
    )  # fmt: skip

    assert RawAnswer.objects.count() == 1
