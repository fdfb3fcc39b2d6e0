"""Asking for one datum now: once for all who ask, in the provider's words, and never from a dead claim."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.models import InFlight, Interest, Sighting
from investment.acquisition.selectors.demand import wanted
from investment.acquisition.services import claims, refreshing
from investment.acquisition.services.demand import (
    declare_interest,
    declare_viewing,
    forget_past_interest,
    withdraw_interest,
)
from investment.acquisition.services.last_prices import last_price
from investment.acquisition.services.refreshing import NobodyToAsk, NotRefreshed, price_of, refresh
from investment.acquisition.tests.speaking import Speaker, make_instrument
from investment.lib import clock, redis
from investment.lib.level import Level, set_level
from investment.market.models import Instrument, Quote
from investment.providers import errors, gateway
from investment.providers.contracts import Quote as QuoteRecord
from investment.quotas.contracts import EMERGENCY_KEY, Refused
from investment.quotas.errors import QuotaExhausted
from investment.quotas.services import scopes

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


@pytest.fixture
def finnhub(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Speaker]:
    settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = "a-key-of-finnhub", "free"
    speaker = Speaker()
    monkeypatch.setattr(gateway, "provider", speaker.provider)
    clock.set_clock(origin=NOON, rate=0)
    scopes._declared.clear()  # rows of another test's database
    yield speaker
    clock.clear_clock()


@pytest.fixture
def apple(db: None) -> Instrument:
    return make_instrument("AAPL")


def at_once(askers: int, ask: Callable[[], Any]) -> list[Any]:
    """Let some threads ask at the same time; return what each got, or its error."""
    told: list[Any] = []
    ready = threading.Barrier(askers)

    def run() -> None:
        try:
            ready.wait()
            told.append(ask())
        except Exception as error:  # noqa: BLE001  # whatever it is, it is looked at
            told.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return told


def claim(instrument: Instrument, *, seconds: float = 60.0) -> Any:
    return claims.claim(
        kind=Kind.QUOTE, instrument_ids=[instrument.pk], provider="finnhub",
        now=clock.now(), hold=timedelta(seconds=seconds),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_those_who_refresh_at_once_share_a_call(finnhub: Speaker, apple: Instrument) -> None:
    finnhub.takes = 0.15

    told = at_once(8, lambda: refresh(instrument=apple, kind=Kind.QUOTE))

    assert finnhub.calls == ["interactive"]
    assert {(seen.seen_at, seen.error) for seen in told} == {(NOON, "")}
    quote = Quote.objects.get()
    assert (quote.price, quote.previous_close, quote.source) == (101.0, 99.5, "sample")
    assert not InFlight.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_those_who_wait_for_a_call_that_was_refused_are_refused_themselves(
    finnhub: Speaker, apple: Instrument
) -> None:
    finnhub.takes = 0.1
    finnhub.fails = QuotaExhausted(scope="finnhub:market_data:x", refused=Refused("window", None, NOON))

    told = at_once(3, lambda: refresh(instrument=apple, kind=Kind.QUOTE))

    assert [type(each) for each in told] == [QuotaExhausted] * 3
    assert not InFlight.objects.exists()
    assert not Sighting.objects.exists()


def test_an_old_answer_is_not_taken_for_that_of_the_call_that_was_waited_for(
    finnhub: Speaker, apple: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(instrument=apple, kind=Kind.QUOTE)
    claim(apple)
    monkeypatch.setattr(refreshing, "_WAIT", 0.1)

    with pytest.raises(NotRefreshed, match="Somebody else is asking Finnhub for AAPL"):
        refresh(instrument=apple, kind=Kind.QUOTE)

    assert len(finnhub.calls) == 1
    clock.set_clock(origin=NOON + timedelta(seconds=60), rate=0)  # it was killed: its claim is void
    assert refresh(instrument=apple, kind=Kind.QUOTE).seen_at == NOON + timedelta(seconds=60)
    assert len(finnhub.calls) == 2


def test_a_claim_lasts_a_minute_of_real_time_on_a_fast_clock(finnhub: Speaker, apple: Instrument) -> None:
    clock.set_clock(origin=NOON, rate=60)
    held: list[timedelta] = []
    finnhub.meanwhile = lambda: held.extend(row.until - row.claimed_at for row in InFlight.objects.all())

    refresh(instrument=apple, kind=Kind.QUOTE)

    assert held == [timedelta(hours=1)]


@pytest.mark.parametrize(
    "failure",
    [
        errors.ProviderUnavailable("Finnhub did not answer", provider="finnhub", retry_at=NOON),
        errors.UnknownSymbol("Finnhub has no AAPL", provider="finnhub"),
        errors.CircuitOpen("left alone", provider="finnhub"),
    ],
)
def test_a_failure_is_told_as_the_providers_and_gives_the_claim_back(
    finnhub: Speaker, apple: Instrument, failure: errors.ProviderError
) -> None:
    finnhub.fails = failure

    with pytest.raises(type(failure)) as caught:
        refresh(instrument=apple, kind=Kind.QUOTE)

    assert caught.value is failure
    assert not InFlight.objects.exists()


def test_a_price_that_cannot_be_true_is_the_providers_failure(finnhub: Speaker, apple: Instrument) -> None:
    finnhub.tells = lambda quote: QuoteRecord(quote.symbol, 100.0, quote.at, low=1.0, high=2.0)

    with pytest.raises(errors.MalformedPayload, match="Finnhub: AAPL at 100"):
        refresh(instrument=apple, kind=Kind.QUOTE)

    assert not Quote.objects.exists()


def test_a_fault_of_ours_gives_the_claim_back(finnhub: Speaker, apple: Instrument) -> None:
    finnhub.fails = ZeroDivisionError()

    with pytest.raises(ZeroDivisionError):
        refresh(instrument=apple, kind=Kind.QUOTE)

    assert not InFlight.objects.exists()


@pytest.mark.parametrize("spending", [Level.HOLD, Level.READ_ONLY])
def test_below_essential_nobody_is_asked(finnhub: Speaker, apple: Instrument, spending: Level) -> None:
    for level, ask in ((Level.ESSENTIAL, None), (spending, NotRefreshed)):
        set_level(level)
        if ask is None:
            assert refresh(instrument=apple, kind=Kind.QUOTE).seen_at == NOON
            assert price_of(kind=Kind.QUOTE, now=NOON).calls == 1
        else:
            words = spending.value.replace("_", " ")
            with pytest.raises(ask, match=f"At the spending level «{words}» nothing is asked for"):
                refresh(instrument=apple, kind=Kind.QUOTE)
            with pytest.raises(ask):
                price_of(kind=Kind.QUOTE, now=NOON)
            with pytest.raises(ask):
                last_price(instrument=apple)
    assert len(finnhub.calls) == 1


def test_its_price_says_what_is_free_and_asks_nobody(finnhub: Speaker, apple: Instrument) -> None:
    price = price_of(kind=Kind.QUOTE, now=NOON)

    assert (price.provider, price.endpoint, price.calls) == ("finnhub", "quote", 1)
    assert price.free is not None
    assert price.limit is not None
    assert 0 < price.free <= price.limit
    assert price.resets_at is None
    redis.state().set(EMERGENCY_KEY, "1")
    try:
        assert price_of(kind=Kind.QUOTE, now=NOON).free == 0
    finally:
        redis.state().delete(EMERGENCY_KEY)
    assert finnhub.calls == []


def test_without_a_key_nobody_can_be_asked(finnhub: Speaker, apple: Instrument, settings: Settings) -> None:
    settings.FINNHUB_API_KEY = "-"

    with pytest.raises(NobodyToAsk, match="put FINNHUB_API_KEY into"):
        price_of(kind=Kind.QUOTE, now=NOON)
    with pytest.raises(NobodyToAsk, match="whole market's file"):
        price_of(kind=Kind.ACTIONS, now=NOON)


# The last price


def test_a_last_price_is_asked_for_once_in_fifteen_seconds_and_stored(
    finnhub: Speaker, apple: Instrument
) -> None:
    told = []
    for seconds in (0, 15, 15.1, 16):
        clock.set_clock(origin=NOON + timedelta(seconds=seconds), rate=0)
        found = last_price(instrument=apple)
        told.append((found.price, found.fetched_at))

    later = NOON + timedelta(seconds=15.1)
    assert told == [(101.0, NOON), (101.0, NOON), (102.0, later), (102.0, later)]
    assert finnhub.calls == ["interactive"] * 2
    assert Sighting.objects.get(kind=Kind.QUOTE).seen_at == later
    assert (found.provider, found.source, found.previous_close, found.reason) == (
        "finnhub", "sample", 99.5, None,
    )  # fmt: skip


def test_what_the_planner_has_seen_just_now_is_not_asked_again(finnhub: Speaker, apple: Instrument) -> None:
    refresh(instrument=apple, kind=Kind.QUOTE)
    clock.set_clock(origin=NOON + timedelta(seconds=10), rate=0)
    assert last_price(instrument=apple).price == 101.0
    refresh(instrument=apple, kind=Kind.QUOTE)

    assert last_price(instrument=apple).price == 102.0  # the newer one, though the other is kept still
    assert len(finnhub.calls) == 2


@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_cost_one_call(finnhub: Speaker, apple: Instrument) -> None:
    finnhub.takes = 0.1

    told = at_once(12, lambda: last_price(instrument=apple))

    assert [found.price for found in told] == [101.0] * 12
    assert len(finnhub.calls) == 1


@pytest.mark.parametrize(
    "failure",
    [
        errors.UnknownSymbol("Finnhub has no AAPL", provider="finnhub"),
        errors.NotEntitled("not in the plan", provider="finnhub"),
    ],
)
def test_where_nobody_can_tell_there_is_no_price_but_a_reason(
    finnhub: Speaker, apple: Instrument, failure: errors.ProviderError, settings: Settings
) -> None:
    finnhub.fails = failure
    assert last_price(instrument=apple).price is None
    assert last_price(instrument=apple).reason == failure.message
    settings.FINNHUB_API_KEY = "-"
    assert "FINNHUB_API_KEY" in (last_price(instrument=apple).reason or "")
    apple.active = False
    assert last_price(instrument=apple).reason == "AAPL is not listed any more: nobody tells its price"


def test_who_looks_while_another_has_no_answer_is_told_so(
    finnhub: Speaker, apple: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(apple)
    monkeypatch.setattr(refreshing, "_WAIT", 0.05)

    with pytest.raises(errors.ProviderUnavailable, match="Somebody else is asking Finnhub"):
        last_price(instrument=apple)


# Claims and demand


def test_only_one_has_a_claim_and_only_its_holder_gives_it_back(apple: Instrument) -> None:
    clock.set_clock(origin=NOON, rate=0)
    other = make_instrument("MSFT")
    first, ours = claim(apple)
    second, theirs = claims.claim(
        kind=Kind.QUOTE, instrument_ids=[other.pk, apple.pk, other.pk], provider="finnhub",
        now=NOON + timedelta(seconds=59), hold=timedelta(seconds=60),
    )  # fmt: skip
    assert (ours, theirs) == ([apple.pk], [other.pk])

    assert claims.release(token=second, kind=Kind.QUOTE, instrument_ids=[apple.pk]) == 0
    third, taken = claims.claim(
        kind=Kind.QUOTE, instrument_ids=[apple.pk], provider="finnhub",
        now=NOON + timedelta(seconds=60), hold=timedelta(seconds=60),
    )  # fmt: skip
    assert taken == [apple.pk]
    assert claims.release(token=first, kind=Kind.QUOTE, instrument_ids=[apple.pk]) == 0  # it came late
    assert claims.release(token=third, kind=Kind.COMPANY, instrument_ids=[apple.pk]) == 0
    assert claims.release(token=third, kind=Kind.QUOTE, instrument_ids=[apple.pk]) == 1


@pytest.mark.django_db(transaction=True)
def test_of_those_who_claim_a_void_claim_at_once_one_has_it(apple: Instrument) -> None:
    clock.set_clock(origin=NOON, rate=0)
    claim(apple, seconds=0)

    told = at_once(8, lambda: claim(apple)[1])

    assert sorted(told) == [[]] * 7 + [[apple.pk]]


def test_what_is_wanted_most_counts_and_each_takes_back_only_its_own(apple: Instrument) -> None:
    def want(who: str, tier: Tier, until: datetime | None = None) -> None:
        declare_interest(
            who=who, instrument_ids=[apple.pk], kind=Kind.QUOTE, tier=tier, now=NOON, until=until
        )

    want("list", Tier.WATCHED)
    want("page:1", Tier.PAGE, NOON + timedelta(minutes=2))
    want("portfolio", Tier.HELD)
    want("portfolio", Tier.ALERTING)  # its latest word stands

    def found(at: datetime = NOON) -> tuple[Tier, int] | None:
        want = wanted(kind=Kind.QUOTE, now=at, instrument_ids=[apple.pk]).get(apple.pk)
        return (want.tier, want.by) if want else None

    assert found() == (Tier.ALERTING, 3)
    assert withdraw_interest(who="portfolio", kind=Kind.COMPANY) == 0
    assert withdraw_interest(who="portfolio", keep=[apple.pk]) == 0
    assert withdraw_interest(who="portfolio") == 1
    assert found() == (Tier.PAGE, 2)
    assert found(NOON + timedelta(minutes=2)) == (Tier.WATCHED, 1)
    assert forget_past_interest(now=NOON + timedelta(minutes=2)) == 1
    assert wanted(kind=Kind.QUOTE, now=NOON, instrument_ids=[]) == {}


def test_a_page_is_looked_at_for_two_real_minutes(apple: Instrument) -> None:
    other = make_instrument("MSFT")
    clock.set_clock(origin=NOON, rate=0)
    declare_viewing(user_id=1, instrument_id=apple.pk, now=NOON)
    declare_viewing(user_id=2, instrument_id=apple.pk, now=NOON)
    later = NOON + timedelta(minutes=2)

    clock.set_clock(origin=later, rate=60)
    declare_viewing(user_id=1, instrument_id=other.pk, now=later)

    rows = (
        Interest.objects.filter(kind=Kind.QUOTE)
        .order_by("who")
        .values_list("who", "instrument__symbol", "tier", "until")
    )
    assert list(rows) == [
        ("page:1", "MSFT", "page", later + timedelta(hours=2)),  # its own row that was past is gone
        ("page:2", "AAPL", "page", later),
    ]
