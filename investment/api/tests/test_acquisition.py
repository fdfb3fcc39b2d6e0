"""What was asked of whom, how fresh everything is, what a refresh costs, and who may have one."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from investment.acquisition.kinds import Kind
from investment.acquisition.models import Interest, NewsPoll, Sighting, Trust
from investment.acquisition.selectors import plan as plans
from investment.acquisition.selectors.plan import Plan, PlannedCall
from investment.acquisition.tests.speaking import Speaker
from investment.api.tests.contract import get
from investment.api.tests.factories import make_user, program, signed_in
from investment.api.tests.market import make_bars, make_instrument, make_sessions
from investment.lib import clock, redis
from investment.lib.level import Level, set_level
from investment.market.models import Instrument, Quote
from investment.providers import breaker, errors, gateway, registry
from investment.providers.models import Entitlement
from investment.quotas.contracts import Refused, Window
from investment.quotas.errors import QuotaExhausted
from investment.quotas.services import ledger, scopes
from investment.quotas.tests.factories import insert_call

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 13, 17, 0, tzinfo=UTC)  # a Tuesday; the exchange is open
USAGE, CACHE = "/api/metrics/api-usage", "/api/metrics/cache"
FRESHNESS, QUOTE, STOCK = (
    "/api/stocks/{symbol}/freshness",
    "/api/stocks/{symbol}/quote",
    "/api/stocks/{symbol}",
)
KEY = "a-key-of-finnhub-that-nobody-may-see"


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    scopes._declared.clear()  # rows of another test's database
    ledger._emergency = None
    settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = KEY, "free"
    settings.SEC_CONTACT = "Jane Doe jane@example.com"
    stand(NOON)
    yield signed_in()
    clock.clear_clock()


@pytest.fixture
def finnhub(client: Client, monkeypatch: pytest.MonkeyPatch) -> Speaker:
    speaker = Speaker()
    monkeypatch.setattr(gateway, "provider", speaker.provider)
    return speaker


@pytest.fixture
def apple(client: Client) -> Instrument:
    return make_instrument("AAPL", cik="0000320193")


def stand(at: datetime, rate: float = 0.0) -> None:
    clock.set_clock(origin=at, rate=rate)


def post(client: Client, path: str, expect: int = 200, **body: Any) -> Any:
    answer = client.post(f"/api/stocks/AAPL/{path}", body, content_type="application/json")
    assert answer.status_code == expect, answer.content
    return answer.json() if answer.content else None


def scope() -> str:
    return str(registry.access("finnhub").limits_of("quote").scope)


def publish(*instruments: Instrument, calls: int = 30) -> None:
    planned = [
        PlannedCall(
            NOON + timedelta(seconds=n), "finnhub", Kind.QUOTE, instruments[n % len(instruments)].pk, 7.5
        )
        for n in range(calls)
    ]
    plan = Plan(NOON, NOON + timedelta(hours=1), Level.FULL, "Everything is asked.", planned)
    redis.state().set(redis.key(plans.KEY), plans.pack(plan))


def of(answer: Any, provider: str = "finnhub") -> Any:
    return next(each for each in answer["providers"] if each["provider"] == provider)


# Usage


def test_before_anything_was_asked_the_limits_are_there_and_all_is_free(
    client: Client, settings: Settings
) -> None:
    settings.NEWSAPI_API_KEY = "-"

    answer = get(client, USAGE)

    assert [each["provider"] for each in answer["providers"]] == list(registry.NAMES)
    assert (answer["at"], answer["level"], answer["planned_at"]) == ("2026-01-13T17:00:00Z", "full", None)
    assert "the planner is not running" in answer["sentence"]
    finnhub, newsapi = of(answer), of(answer, "newsapi")
    assert (finnhub["configured"], finnhub["words"], finnhub["next_calls"], finnhub["planned"]) == (
        True, "", [], 0,
    )  # fmt: skip
    assert finnhub["lanes"] == {"essential": 0, "interactive": 0, "planned": 0}
    assert finnhub["windows"]
    for window in finnhub["windows"]:
        assert (window["used"], window["held"], window["free"]) == (0, 0, window["limit"])
        assert window["free_planned"] == window["limit"] - window["reserve"]
        assert (window["next_free_at"], window["resets_at"], window["full_until"]) == (None, None, None)
        assert window["source"]
    assert (newsapi["configured"], newsapi["windows"]) == (False, [])
    assert "NEWSAPI_API_KEY" in newsapi["words"]


def test_what_was_used_says_when_it_is_free_again_and_what_became_of_it(
    client: Client, apple: Instrument, settings: Settings
) -> None:
    limits = registry.access("finnhub").limits_of("quote")
    scopes.declare(limits)
    for lane, seconds in (("planned", 0), ("interactive", 10)):
        stand(NOON + timedelta(seconds=seconds))
        granted = ledger.reserve(scope=limits.scope, lane=lane, purpose="a test", hold_seconds=5)  # type: ignore[arg-type]
        ledger.settle(id=granted.id, outcome="sent")  # type: ignore[union-attr]
    ledger.reserve(scope=limits.scope, lane="planned", purpose="a test", hold_seconds=5)
    for ago, lane, state in ((0, "planned", "sent"), (23, "interactive", "unknown"), (26, "planned", "sent")):
        at = NOON - timedelta(hours=ago)
        insert_call(at=at, provider="finnhub", scope=limits.scope, lane=lane, state=state)
    publish(apple)

    answer = get(client, USAGE)
    found = of(answer)

    minute = next(each for each in found["windows"] if each["seconds"] == 60)
    assert (minute["used"], minute["held"], minute["free"]) == (2, 1, minute["limit"] - 3)
    assert minute["next_free_at"] == "2026-01-13T17:01:00Z"
    assert minute["resets_at"] == "2026-01-13T17:01:15Z"  # that on its way may take its five seconds
    assert found["lanes"] == {"essential": 0, "interactive": 1, "planned": 1}
    assert found["states"] == {"sent": 1, "unknown": 1}
    assert (answer["planned_at"], answer["sentence"]) == ("2026-01-13T17:00:00Z", "Everything is asked.")
    assert (found["planned"], len(found["next_calls"])) == (20, 10)  # ten of thirty are past
    assert found["next_calls"][0] == {
        "at": "2026-01-13T17:00:10Z", "kind": "quote", "symbol": "AAPL", "gain": 7.5, "promised": False,
    }  # fmt: skip
    stand(NOON + timedelta(minutes=6))
    assert of(get(client, USAGE))["next_calls"] == []  # nobody plans any more


def test_how_far_news_were_read_is_told_with_what_is_missing(client: Client) -> None:
    for source, until in (("finnhub", NOON), (registry.source_of("finnhub"), NOON - timedelta(hours=1))):
        NewsPoll.objects.create(
            provider="finnhub", source=source, reached_at=until, polled_at=NOON, heard_at=NOON,
            gap_from=until - timedelta(hours=2), gap_until=until - timedelta(hours=1), lost="Some of it",
        )  # fmt: skip

    answer = get(client, USAGE)

    assert of(answer, "massive")["news"] is None
    assert of(answer)["news"] == {
        "reached_at": "2026-01-13T16:00:00Z", "heard_at": "2026-01-13T17:00:00Z", "asked": True,
        "polled_at": "2026-01-13T17:00:00Z", "gap_from": "2026-01-13T14:00:00Z",
        "gap_until": "2026-01-13T15:00:00Z", "lost": "Some of it", "error": "",
    }  # fmt: skip


def test_refusals_and_broken_circuits_are_told_in_the_providers_words(client: Client) -> None:
    Entitlement.objects.create(
        provider="finnhub", scope=scope(), endpoint="candles", included=False, since=NOON, heard_at=NOON,
        words="You don't have access to this resource.", ask_again_at=NOON + timedelta(days=7),
    )  # fmt: skip
    Entitlement.objects.create(
        provider="finnhub", scope="finnhub:market_data:anoldkey00", endpoint="old", included=True,
        since=NOON, heard_at=NOON,
    )  # fmt: skip
    for _ in range(breaker.RULES.failures):
        passage = breaker.admit(provider="finnhub", endpoint="quote")
        breaker.report(passage, outcome="failed", why="HTTP 503")

    found = of(get(client, USAGE))

    assert [(each["endpoint"], each["state"], each["words"]) for each in found["entitlements"]] == [
        ("candles", "not_included", "You don't have access to this resource.")
    ]
    assert found["circuits"] == [
        {"endpoint": "quote", "state": "open", "why": "HTTP 503", "retry_at": "2026-01-13T17:00:30Z"}
    ]


def test_a_plan_that_nobody_knows_is_told_in_words(
    client: Client, apple: Instrument, settings: Settings
) -> None:
    settings.FINNHUB_PLAN = "nonsense"

    found = of(get(client, USAGE))

    assert (found["configured"], found["windows"]) == (False, [])
    assert "FINNHUB_PLAN must be one of" in found["words"]
    quote = get(client, FRESHNESS, symbol="AAPL")["data"][1]
    assert "FINNHUB_PLAN must be one of" in quote["why_not_sooner"]
    assert "FINNHUB_PLAN must be one of" in get(client, QUOTE, symbol="AAPL")["reason"]
    assert "FINNHUB_PLAN must be one of" in post(client, "refresh", kinds=["quote"])["skipped"][0]["words"]


def test_no_key_and_no_digest_of_one_is_told(client: Client, apple: Instrument) -> None:
    insert_call(at=NOON, provider="finnhub", scope=scope())
    Entitlement.objects.create(
        provider="finnhub", scope=scope(), endpoint="quote", included=True, since=NOON, heard_at=NOON
    )
    Trust.objects.create(provider="finnhub", kind="bars", agreed=8, disagreed=1, updated_at=NOON)
    digest = scope().rpartition(":")[2]
    assert len(digest) == 10

    for address in (USAGE, CACHE):
        told = json.dumps(get(client, address))
        assert KEY not in told
        assert digest not in told
    assert digest not in json.dumps(get(client, FRESHNESS, symbol="AAPL"))


def test_usage_costs_as_many_queries_however_much_there_was(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, apple: Instrument
) -> None:
    get(client, USAGE)
    with django_assert_num_queries(QUERIES_OF_USAGE):
        client.get(USAGE)
    others = [make_instrument(f"X{number}") for number in range(10)]
    for number in range(30):
        insert_call(at=NOON - timedelta(hours=number % 3), provider="finnhub", scope=scope())
        Entitlement.objects.create(
            provider="finnhub", scope=scope(), endpoint=f"e{number}", included=True, since=NOON, heard_at=NOON
        )
    publish(apple, *others)
    with django_assert_num_queries(QUERIES_OF_USAGE + 1):  # the symbols of the plan
        client.get(USAGE)


QUERIES_OF_USAGE = 9


def test_the_cache_tells_how_often_an_answer_was_there(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    empty = get(client, CACHE)
    assert (empty["hit_rate"], empty["since"]) == (None, None)
    for _ in range(4):
        get(client, QUOTE, symbol="AAPL")

    answer = get(client, CACHE)

    assert (answer["hit_rate"], answer["hits"], answer["misses"], answer["shared"]) == (0.75, 3, 1, 0)
    quote = next(each for each in answer["endpoints"] if each["endpoint"] == "quote")
    assert (quote["hits"], quote["max_age_seconds"]) == (3, 15.0)


# The last price


def test_a_quote_is_asked_for_once_and_stands_beside_the_close(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    days = make_sessions()
    make_bars(apple, {days[0]: 90.0, days[1]: 91.0})
    assert get(client, STOCK, symbol="AAPL")["quote"] is None

    told = get(client, QUOTE, symbol="aapl")
    stand(NOON + timedelta(seconds=10))
    again, stock = get(client, QUOTE, symbol="AAPL"), get(client, STOCK, symbol="AAPL")

    known = {"price": 101.0, "at": "2026-01-13T17:00:00Z", "previous_close": 99.5, "provider": "finnhub",
             "source": "sample", "fetched_at": "2026-01-13T17:00:00Z"}  # fmt: skip
    assert told == known | {"symbol": "AAPL", "currency": "USD", "age_seconds": 0.0, "reason": None}
    assert again == told | {"age_seconds": 10.0}
    assert stock["quote"] == known | {"age_seconds": 10.0}
    assert (stock["latest"]["close"], stock["previous_close"]) == (91.0, 90.0)
    assert stock["latest"]["session"] == str(days[1])
    assert finnhub.calls == ["interactive"]
    assert Sighting.objects.get().seen_at == NOON  # so that the planner knows
    Quote.objects.create(
        instrument=apple, provider="other", source="other", price=5.0, at=NOON - timedelta(hours=1),
        session=date(2026, 1, 13), fetched_at=NOON + timedelta(minutes=1),
    )  # fmt: skip
    assert get(client, STOCK, symbol="AAPL")["quote"]["price"] == 101.0  # the newest price, not the last word


def test_where_nobody_can_tell_a_price_there_is_a_reason(
    client: Client, finnhub: Speaker, apple: Instrument, settings: Settings
) -> None:
    finnhub.fails = errors.UnknownSymbol("Finnhub has no AAPL", provider="finnhub")
    answer = get(client, QUOTE, symbol="AAPL")
    assert (answer["price"], answer["at"], answer["age_seconds"]) == (None, None, None)
    assert answer["reason"] == "Finnhub has no AAPL"
    settings.FINNHUB_API_KEY = "-"
    assert "FINNHUB_API_KEY" in get(client, QUOTE, symbol="AAPL")["reason"]
    assert get(client, QUOTE, symbol="GHOST", expect=404)["code"] == "instrument_not_found"


def test_a_quote_that_cannot_be_had_now_says_why_and_until_when(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    finnhub.fails = QuotaExhausted(
        scope="finnhub:market_data",
        refused=Refused("window", Window(60, 60, "a test"), NOON + timedelta(seconds=42)),
    )
    refused = client.get("/api/stocks/AAPL/quote")
    assert (refused.status_code, refused["Retry-After"]) == (429, "42")
    assert refused.json()["extra"]["retry_at"] == "2026-01-13T17:00:42+00:00"
    finnhub.fails = errors.ProviderUnavailable("Finnhub did not answer", provider="finnhub")
    assert get(client, QUOTE, symbol="AAPL", expect=502)["message"] == "Finnhub did not answer"
    set_level(Level.HOLD)
    held = get(client, QUOTE, symbol="AAPL", expect=409)
    assert (held["code"], "«hold»" in held["message"]) == ("not_refreshed", True)


# Refresh


def test_a_refresh_says_its_price_first_and_asks_nobody(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    answer = post(client, "refresh", kinds=["quote", "company", "quote"])

    assert [(each["kind"], each["provider"], each["calls"]) for each in answer["calls"]] == [
        ("quote", "finnhub", 1), ("company", "sec", 1),
    ]  # fmt: skip
    assert (answer["total"], answer["refreshed"], answer["skipped"]) == (2, [], [])
    assert all(0 < each["free"] <= each["limit"] for each in answer["calls"])
    assert finnhub.calls == []


def test_a_confirmed_refresh_asks_in_the_lane_of_people_who_wait(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    answer = post(client, "refresh", kinds=["quote"], confirm=True)

    assert (answer["symbol"], answer["refreshed"], answer["total"]) == ("AAPL", ["quote"], 1)
    assert finnhub.calls == ["interactive"]
    assert get(client, STOCK, symbol="AAPL")["quote"]["price"] == 101.0


def test_what_cannot_be_refreshed_is_skipped_in_words(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    finnhub.fails = errors.ProviderUnavailable("Finnhub did not answer", provider="finnhub")
    Instrument.objects.update(cik=None)

    answer = post(client, "refresh", kinds=["quote", "company"], confirm=True)

    words = {each["kind"]: each["words"] for each in answer["skipped"]}
    assert words["quote"] == "Finnhub did not answer"
    assert "AAPL has no CIK" in words["company"]
    assert (answer["refreshed"], answer["total"]) == ([], 1)
    Instrument.objects.update(active=False)
    answer = post(client, "refresh", kinds=["quote"])
    assert answer["skipped"] == [
        {"kind": "quote", "words": "AAPL is not listed any more: nobody tells its price"}
    ]
    Instrument.objects.update(active=True)
    set_level(Level.READ_ONLY)
    answer = post(client, "refresh", kinds=["quote"], confirm=True)
    assert "«read only»" in answer["skipped"][0]["words"]
    assert len(finnhub.calls) == 1


def test_a_refresh_that_the_ledger_refuses_says_when_it_would_not(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    finnhub.fails = QuotaExhausted(
        scope="finnhub:market_data",
        refused=Refused("window", Window(60, 60, "a test"), NOON + timedelta(seconds=7)),
    )

    answer = client.post(
        "/api/stocks/AAPL/refresh", {"kinds": ["quote"], "confirm": True}, content_type="application/json"
    )

    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert answer.json()["extra"]["retry_at"] == "2026-01-13T17:00:07+00:00"


@pytest.mark.parametrize(
    "wrong", [{}, {"kinds": []}, {"kinds": ["bars"]}, {"kinds": ["quote"] * 9}, {"kinds": "quote"}]
)
def test_a_refresh_of_what_cannot_be_is_a_400(
    client: Client, apple: Instrument, wrong: dict[str, Any]
) -> None:
    assert post(client, "refresh", 400, **wrong)["code"] == "invalid"


def test_only_who_may_write_refreshes_and_only_people_look(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    ada, bob = program("read", user=make_user("bob")), program("write", user=make_user("eve"))
    assert post(ada, "refresh", 403, kinds=["quote"])["code"] == "scope_missing"
    assert post(bob, "refresh", kinds=["quote"], confirm=True)["refreshed"] == ["quote"]
    assert get(ada, QUOTE, symbol="AAPL")["price"] == 101.0
    assert post(bob, "viewing", 403)["code"] == "people_only"
    assert not Interest.objects.exists()


def test_who_looks_is_known_for_two_minutes_and_by_nobody_else(client: Client, apple: Instrument) -> None:
    other = signed_in(make_user("bob"))
    assert post(other, "viewing", 204) is None
    stand(NOON + timedelta(minutes=1))
    post(client, "viewing", 204)
    stand(NOON + timedelta(minutes=1, seconds=30))
    post(client, "viewing", 204)

    rows = Interest.objects.order_by("until", "-kind").values_list("kind", "tier", "until")
    assert list(rows) == [
        (kind, "page", NOON + until)
        for until in (timedelta(minutes=2), timedelta(minutes=3, seconds=30))
        for kind in ("quote", "news")
    ]
    assert client.post("/api/stocks/GHOST/viewing").status_code == 404


# Freshness


def test_freshness_of_everything_known_and_of_nothing(
    client: Client, finnhub: Speaker, apple: Instrument
) -> None:
    days = make_sessions()
    nothing = get(client, FRESHNESS, symbol="AAPL")
    assert [each["kind"] for each in nothing["data"]] == [
        "bars", "quote", "news", "company", "facts", "metrics", "overview", "recommendations", "earnings",
    ]  # fmt: skip
    assert {each["asked_at"] for each in nothing["data"]} == {None}
    make_bars(apple, {days[5]: 91.0})
    get(client, QUOTE, symbol="AAPL")
    post(client, "viewing", 204)
    publish(apple)

    answer = get(client, FRESHNESS, symbol="AAPL")

    assert (answer["symbol"], answer["at"], answer["level"]) == ("AAPL", "2026-01-13T17:00:00Z", "full")
    bars, quote, news = answer["data"][:3]
    assert (news["tier"], news["target_age_seconds"], news["within_target"]) == ("page", 300.0, False)
    assert (bars["value_at"], bars["source"]) == ("2026-01-12T21:00:00Z", "sample")
    assert bars["next_call_at"] == "2026-01-14T05:05:00Z"  # five past midnight in New York, after today
    assert (quote["tier"], quote["target_age_seconds"], quote["within_target"]) == ("page", 60.0, True)
    assert quote["age_seconds"] == 0.0
    assert quote["next_provider"] == "finnhub"
    assert get(client, FRESHNESS, symbol="GHOST", expect=404)["code"] == "instrument_not_found"
