"""How old everything is, when it is asked for next, and why not sooner: every reason with its sentence."""

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries, Settings

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.selectors import plan as plans
from investment.acquisition.selectors.datum import DatumFreshness
from investment.acquisition.selectors.freshness import freshness
from investment.acquisition.selectors.plan import Plan, PlannedCall, current_plan
from investment.acquisition.services import claims
from investment.acquisition.services.demand import declare_interest
from investment.acquisition.tests.speaking import make_instrument
from investment.lib import clock, redis
from investment.lib.level import Level, set_level
from investment.lib.partitions import ensure_years
from investment.market.models import (
    Company,
    DailyBar,
    FactImport,
    FactReport,
    Filing,
    Instrument,
    Origin,
    Session,
)

EVERYTHING = [
    Kind.BARS, Kind.QUOTE, Kind.NEWS, Kind.COMPANY, Kind.FACTS, Kind.METRICS, Kind.OVERVIEW,
    Kind.RECOMMENDATIONS, Kind.EARNINGS,
]  # fmt: skip

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)  # a Tuesday; the exchange is open
MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


@pytest.fixture(autouse=True)
def now(settings: Settings) -> datetime:
    settings.FINNHUB_API_KEY, settings.FINNHUB_PLAN = "a-key-of-finnhub", "free"
    settings.MASSIVE_API_KEY, settings.SEC_CONTACT = "a-key-of-massive", "Jane Doe jane@example.com"
    stand(NOON, rate=1)
    Session.objects.bulk_create(
        Session(
            session=day,
            opens_at=datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC),
            closes_at=datetime(day.year, day.month, day.day, 21, 0, tzinfo=UTC),
        )
        for day in (MONDAY, TUESDAY, WEDNESDAY)
    )
    return NOON


@pytest.fixture
def apple() -> Instrument:
    return make_instrument("AAPL", cik="0000320193")


def stand(at: datetime, rate: float = 0.0) -> None:
    clock.set_clock(origin=at, rate=rate)


def datum(
    instrument: Instrument, kind: Kind = Kind.QUOTE, at: datetime = NOON, **more: Any
) -> DatumFreshness:
    found = freshness(instrument=instrument, now=at, **more)
    assert [each.kind for each in found.data] == EVERYTHING
    return next(each for each in found.data if each.kind is kind)


def why(instrument: Instrument, kind: Kind = Kind.QUOTE, at: datetime = NOON, **more: Any) -> str:
    sentence = datum(instrument, kind, at, **more).why_not_sooner
    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")
    assert not sentence.endswith("..")
    return sentence


def saw(instrument: Instrument, at: datetime = NOON, **more: Any) -> Sighting:
    known = {"provider": "finnhub", "source": "sample", "seen_at": at, "value_at": at, "tried_at": at}
    return Sighting.objects.create(instrument=instrument, **({"kind": Kind.QUOTE} | known | more))


def publish(*calls: tuple[float, int, bool], made_at: datetime = NOON) -> None:
    """Publish a plan of calls: seconds from noon, instrument, whether its age is promised."""
    planned = [
        PlannedCall(NOON + timedelta(seconds=at), "finnhub", Kind.QUOTE, pk, 7.5, promised)
        for at, pk, promised in calls
    ]
    plan = Plan(made_at, NOON + timedelta(hours=1), Level.FULL, "Everything is asked.", planned)
    redis.state().set(redis.key(plans.KEY), plans.pack(plan))


def hold(instrument: Instrument, tier: Tier = Tier.HELD) -> None:
    declare_interest(who="me", instrument_ids=[instrument.pk], kind=Kind.QUOTE, tier=tier, now=NOON)


def test_without_a_key_it_says_where_one_belongs(apple: Instrument, settings: Settings) -> None:
    settings.FINNHUB_API_KEY = settings.MASSIVE_API_KEY = settings.SEC_CONTACT = "-"

    assert "put FINNHUB_API_KEY into .env" in why(apple)
    assert "MASSIVE_API_KEY" in why(apple, Kind.BARS)
    assert "SEC_CONTACT" in why(apple, Kind.COMPANY)


def test_what_is_being_asked_for_says_so_until_the_claim_is_void(apple: Instrument) -> None:
    claims.claim(
        kind=Kind.QUOTE, instrument_ids=[apple.pk], provider="finnhub", now=NOON, hold=timedelta(seconds=60)
    )

    assert why(apple) == "It is being asked for now, of Finnhub."
    assert "planner is not running" in why(apple, at=NOON + timedelta(seconds=60))
    InFlight.objects.update(kind=Kind.COMPANY)
    assert why(apple, Kind.COMPANY) == "It is being asked for now, of SEC."


def test_what_is_listed_no_more_is_asked_by_nobody(apple: Instrument) -> None:
    apple.active = False
    assert why(apple) == "AAPL is not listed any more: nobody tells its price."


@pytest.mark.parametrize(
    ("spending", "tier", "words"),
    [
        (Level.THRIFT, None, "it is not asked for: nobody holds it, watches it or looks at it"),
        (Level.THRIFT, Tier.WATCHED, None),
        (Level.ESSENTIAL, Tier.PAGE, "it is not asked for: nobody holds it or waits for an alert"),
        (Level.ESSENTIAL, Tier.ALERTING, None),
        (Level.HOLD, Tier.HELD, "no price is asked for one by one"),
        (Level.READ_ONLY, Tier.HELD, "nothing is asked of anybody"),
    ],
)
def test_each_level_says_what_it_leaves_out(
    apple: Instrument, spending: Level, tier: Tier | None, words: str | None
) -> None:
    set_level(spending)
    if tier is not None:
        hold(apple, tier)

    sentence = why(apple)

    if words is None:
        assert "planner is not running" in sentence
    else:
        assert sentence == f"At the spending level «{spending.value.replace('_', ' ')}» {words}."


def test_after_a_failure_it_waits_and_says_in_whose_words(apple: Instrument) -> None:
    saw(apple, error="Finnhub: HTTP 500.", again_at=NOON + timedelta(minutes=1), seen_at=None, value_at=None)

    told = datum(apple)

    assert told.why_not_sooner == (
        "Finnhub had no answer, and is asked again at 2026-03-03 17:01 UTC: Finnhub: HTTP 500."
    )
    assert (told.asked_at, told.age_seconds, told.provider, told.error) == (
        None, None, None, "Finnhub: HTTP 500.",
    )  # fmt: skip
    assert "planner is not running" in why(apple, at=NOON + timedelta(minutes=1))


def test_while_the_exchange_is_closed_there_is_no_newer_price(apple: Instrument) -> None:
    evening = NOON + timedelta(hours=5)
    assert why(apple, at=evening) == (
        "The exchange is closed until 2026-03-04 14:30 UTC: its close comes with the whole market's file."
    )
    seen = saw(apple, at=NOON + timedelta(hours=4))
    assert why(apple, at=evening).endswith("14:30 UTC: there is no newer price.")
    seen.seen_at = NOON  # an hour before the close
    seen.save()
    assert why(apple, at=evening).endswith("its close comes with the whole market's file.")
    assert why(apple, at=NOON + timedelta(days=7)).startswith("The exchange is closed: ")  # the calendar ends


def test_a_plan_that_is_not_there_or_old_or_of_another_release_is_none(apple: Instrument) -> None:
    running = "Nothing is planned at present: the planner is not running."
    assert why(apple) == running
    publish((5.0, apple.pk, False))
    later = NOON + timedelta(minutes=5, seconds=1)
    assert why(apple, at=later) == running
    assert datum(apple, at=later).next_call_at is None
    stand(NOON, rate=60)
    assert why(apple, at=later) != running  # of a fast clock five minutes are five seconds
    for told in (
        b"",
        b"nothing",
        zlib.compress(b"{}"),
        zlib.compress(b'{"calls": [[1]]}'),
        zlib.compress(b"[]"),
    ):
        redis.state().set(redis.key(plans.KEY), told)
        assert current_plan() is None
        assert why(apple) == running


def test_the_plan_says_what_comes_before_it(apple: Instrument) -> None:
    other = make_instrument("MSFT")

    def planned(*calls: tuple[float, int, bool]) -> str:
        publish(*calls)
        return why(apple)

    before = [(1.0, other.pk, False), (2.0, other.pk, False)]
    assert planned((5.0, apple.pk, False)) == "It is the next call of Finnhub."
    assert planned(*before[:1], (5.0, apple.pk, False)) == (
        "1 call of Finnhub that buys more comes before it."
    )
    assert planned(*before, (5.0, apple.pk, False)) == "2 calls of Finnhub that buy more come before it."
    assert planned((-3.0, other.pk, False), *before[:1], (5.0, apple.pk, True)) == (
        "Its age is promised and kept: 1 call of Finnhub comes before it."
    )
    assert planned((5.0, apple.pk, True)) == "Its age is promised and kept: it is the next call of Finnhub."
    assert (
        planned((-3.0, apple.pk, False))
        == "It is due now: it is asked for as soon as Finnhub has a call free."
    )
    assert planned(*before) == (
        "It is not among the 2 calls of Finnhub until 18:00 UTC: each of those takes away more error "
        "(7.5 weighted basis points or more)."
    )
    assert planned((1.0, other.pk, True)) == "It is not among the 1 call of Finnhub until 18:00 UTC."


def test_while_the_clock_stands_still_it_says_that_nothing_comes_due(apple: Instrument) -> None:
    stand(NOON)
    publish((5.0, apple.pk, False))
    saw(apple, at=NOON - timedelta(seconds=30))

    told = datum(apple, at=clock.now())

    assert told.why_not_sooner == (
        "It is the next call of Finnhub. The clock stands still: nothing comes due before it goes on."
    )
    assert (told.age_seconds, told.next_call_at) == (30.0, NOON + timedelta(seconds=5))
    assert datum(apple, at=clock.now()) == told


def test_a_datum_says_how_old_it_is_and_whether_that_is_what_was_promised(apple: Instrument) -> None:
    publish((-3.0, apple.pk, True), (200.0, apple.pk, True))
    saw(apple, at=NOON - timedelta(seconds=125), value_at=NOON - timedelta(seconds=130))
    told = datum(apple)
    assert (told.tier, told.target_age_seconds, told.within_target) == (Tier.UNIVERSE, None, None)
    hold(apple)

    told = datum(apple)

    assert (told.tier, told.target_age_seconds, told.within_target) == (Tier.HELD, 120.0, False)
    assert (told.age_seconds, told.open_age_seconds) == (125.0, 125.0)
    assert (told.asked_at, told.value_at) == (NOON - timedelta(seconds=125), NOON - timedelta(seconds=130))
    assert (told.provider, told.source, told.gain) == ("finnhub", "sample", 7.5)
    assert (told.next_call_at, told.next_provider) == (NOON, "finnhub")  # overdue: never of the past
    Sighting.objects.update(seen_at=NOON - timedelta(hours=3), tried_at=NOON - timedelta(hours=3))
    told = datum(apple)
    assert (told.age_seconds, told.open_age_seconds, told.within_target) == (10_800.0, 9_000.0, False)
    Sighting.objects.update(
        seen_at=NOON, tried_at=NOON
    )  # asked since the plan was made: its next call is next
    told = datum(apple)
    assert (told.within_target, told.next_call_at) == (True, NOON + timedelta(seconds=200))


def test_bars_come_in_a_file_when_its_job_is_due(apple: Instrument) -> None:
    due = NOON + timedelta(hours=12)
    told = datum(apple, Kind.BARS, publications={Kind.BARS: due})
    assert (told.value_at, told.age_seconds, told.next_call_at, told.next_provider) == (
        None, None, due, "massive",
    )  # fmt: skip
    assert told.why_not_sooner.endswith("it is asked for at 2026-03-04 05:00 UTC.")
    ensure_years(table="market_dailybar", first=MONDAY, last=MONDAY)
    fetched = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)
    origin = Origin.objects.create(provider="sample", channel="fetched", basis="raw", fetched_at=fetched)
    values = dict.fromkeys(("open", "high", "low", "close", "volume"), 10.0)
    DailyBar.objects.create(session=MONDAY, instrument=apple, origin=origin, **values)

    told = datum(apple, Kind.BARS, publications={Kind.BARS: NOON})

    closed = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
    assert (told.value_at, told.asked_at, told.source) == (closed, fetched, "sample")
    assert (told.age_seconds, told.open_age_seconds) == (20 * 3600.0, 2.5 * 3600)
    assert "as soon as a worker is free" in told.why_not_sooner
    assert why(apple, Kind.BARS) == (
        "Nothing is due: the whole market's day comes in one file after the session's end."
    )


def test_a_company_is_asked_for_with_what_is_left(apple: Instrument) -> None:
    told = datum(apple, Kind.COMPANY)
    assert (told.asked_at, told.value_at, told.source) == (None, None, None)
    assert "oldest need first; a refresh asks for it now." in told.why_not_sooner
    company = Company.objects.create(
        cik=apple.cik or "", name="Apple", source="sec", first_seen_at=NOON, updated_at=NOON,
        fetched_at=NOON - timedelta(days=1),
    )  # fmt: skip
    Filing.objects.create(company=company, accession="1", form="10-K", filed_on=MONDAY, fetched_at=NOON)

    told = datum(apple, Kind.COMPANY)

    assert (told.source, told.provider, told.age_seconds) == ("sec", "sec", 86_400.0)
    assert told.value_at == datetime(2026, 3, 2, tzinfo=UTC)
    set_level(Level.ESSENTIAL)
    assert "asked for only by a refresh" in why(apple, Kind.COMPANY)
    set_level(Level.HOLD)
    assert why(apple, Kind.COMPANY) == "At the spending level «hold» it is not asked for."
    assert "SPY has no CIK" in why(make_instrument("SPY"), Kind.COMPANY)


def test_many_instruments_and_a_long_plan_cost_no_query_more(
    apple: Instrument, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def ask(queries: int) -> None:
        with django_assert_num_queries(queries):
            freshness(instrument=apple, now=NOON)

    ask(8)
    hold(apple)
    saw(apple)
    for number in range(5):
        hold(make_instrument(f"X{number}"))
    publish(*[(float(n), apple.pk + n % 5, False) for n in range(500)])
    ask(8)


# manage.py plan


def show(*options: str) -> list[str]:
    out = StringIO()
    call_command("plan", *options, stdout=out)
    return out.getvalue().splitlines()


def columns(lines: Sequence[str]) -> set[int]:
    return {line.index("finnhub") for line in lines if "finnhub" in line}


def test_the_command_shows_the_plan_as_a_table(apple: Instrument) -> None:
    brk = make_instrument("BRK.B.LONGER")
    assert show() == ["There is no plan: the planner is not running (./scripts/run.sh starts it)."]
    publish((-1.0, brk.pk, False), *[(5.0 + n, (apple.pk, brk.pk)[n % 2], n % 2 == 0) for n in range(50)])
    stand(NOON)

    lines = show("--limit", "3")

    assert lines[0] == "Spending level «full». Everything is asked."
    assert lines[1] == "50 calls until 13:00 in New York, as planned 0 s ago."
    assert lines[3].split() == ["New", "York", "provider", "what", "symbol", "what", "it", "buys"]
    assert lines[4].split()[:4] == ["12:00:05", "finnhub", "quote", "AAPL"]
    assert lines[4].endswith("7.5 weighted basis points, and keeps a promised age")
    assert lines[5].endswith("7.5 weighted basis points")
    assert len(columns(lines)) == 1
    assert lines[-1] == "… and 47 more: --limit N shows more of them"


def test_the_command_shows_one_symbol_however_it_is_typed(apple: Instrument) -> None:
    other = make_instrument("MSFT")
    publish((5.0, apple.pk, False), (6.0, other.pk, False))
    stand(NOON)

    assert [line.split()[3] for line in show("--symbol", "aapl")[4:]] == ["AAPL"]
    assert show("--symbol", "GHOST")[-1] == "Nothing of GHOST is planned until then."


def test_the_command_says_when_a_plan_is_old(apple: Instrument) -> None:
    publish((5.0, apple.pk, False))
    stand(NOON + timedelta(minutes=6))

    lines = show()

    assert lines[-1] == (
        "It is 360 s old: the planner that made it is not running any more (./scripts/run.sh starts one)."
    )


# News, and what changes seldom


def test_news_grow_old_by_night_too_and_come_with_the_whole_market_where_nobody_looks(
    apple: Instrument,
) -> None:
    night = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)

    unwanted = why(apple, Kind.NEWS)
    declare_interest(who="me", instrument_ids=[apple.pk], kind=Kind.NEWS, tier=Tier.HELD, now=NOON)
    saw(apple, night - timedelta(minutes=20), kind=Kind.NEWS, value_at=NOON)
    publish((50_000.0, apple.pk, True), made_at=night)
    told = datum(apple, Kind.NEWS, night)

    assert unwanted.startswith("Nobody holds it, watches it or looks at it: its news come with those of the")
    assert (told.age_seconds, told.open_age_seconds) == (1200.0, 0.0)
    assert (told.target_age_seconds, told.within_target) == (900.0, False)
    assert (told.value_at, told.tier) == (NOON, Tier.HELD)
    assert "exchange" not in told.why_not_sooner
    assert "The exchange is closed" in why(apple, Kind.QUOTE, night)
    set_level(Level.HOLD)
    assert why(apple, Kind.NEWS) == "At the spending level «hold» no news are asked for."


def test_what_changes_seldom_says_from_when_on_it_takes_calls(apple: Instrument) -> None:
    Instrument.objects.filter(pk=apple.pk).update(kind=Instrument.Kind.COMMON_STOCK)
    apple.refresh_from_db()
    left = "It takes the calls that nothing else needs"

    assert why(apple, Kind.METRICS).startswith(left)
    saw(apple, kind=Kind.METRICS)
    assert datum(apple, Kind.METRICS).asked_at == NOON
    assert "from 2026-03-10 on it takes calls that nothing else needs" in why(apple, Kind.METRICS)
    assert why(apple, Kind.METRICS, NOON + timedelta(days=8)).startswith(left)

    assert why(apple, Kind.FACTS).startswith(left)
    row = Company.objects.create(cik="0000320193", source="sec", first_seen_at=NOON, updated_at=NOON)
    FactImport.objects.create(company=row, digest="x", source="sec", imported_at=NOON)
    FactReport.objects.create(company=row, accession="1", form="10-K", filed_on=MONDAY)
    facts = datum(apple, Kind.FACTS)
    assert (facts.asked_at, facts.source) == (NOON, "sec")
    assert facts.value_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert facts.why_not_sooner.startswith("All figures come each night")

    Instrument.objects.filter(pk=apple.pk).update(kind=Instrument.Kind.ETF)
    apple.refresh_from_db()
    assert why(apple, Kind.EARNINGS) == "AAPL is no company's share: nobody tells such figures of it."
    set_level(Level.ESSENTIAL)
    assert "it is asked for only by a refresh" in why(apple, Kind.FACTS)
