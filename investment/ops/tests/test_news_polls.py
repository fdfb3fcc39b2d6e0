"""News of the whole market, from the sandbox's four providers to stories: nothing twice, nothing missing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from investment.acquisition.models import NewsPoll
from investment.lib import clock, level
from investment.lib.level import Level
from investment.market.models import Instrument
from investment.market.services.instruments import upsert_instruments
from investment.news.models import Story, StoryCopy, StoryTie
from investment.ops import schedule, tasks
from investment.ops.models import Run, ScheduleEntry
from investment.ops.services import news
from investment.ops.services.news import FEEDS, Feed, Polled, sync_news
from investment.ops.tests.stage import at
from investment.providers.contracts import Article
from investment.providers.errors import ProviderUnavailable
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

EVENING = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
SYMBOLS = 60


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    at(EVENING)
    with running_sandbox(symbols=SYMBOLS, clock=clock.now) as running:
        bases = {
            "MASSIVE": "", "FINNHUB": "/finnhub/api/v1", "ALPHAVANTAGE": "/alphavantage/query",
            "NEWSAPI": "/newsapi/v2",
        }  # fmt: skip
        for name, path in bases.items():
            setattr(settings, f"{name}_API_KEY", running.key)
            setattr(settings, f"{name}_BASE_URL", running.url + path)
        settings.MASSIVE_PLAN, settings.FINNHUB_PLAN = "basic", "free"
        settings.ALPHAVANTAGE_PLAN, settings.NEWSAPI_PLAN = "free", "developer"
        records = running.market.instruments(EVENING.date())
        upsert_instruments(records=records, source="sample", now=EVENING)
        yield running


def poll(provider: str) -> Polled:
    done = sync_news(provider=provider, now=clock.now(), trigger=Run.Trigger.SCHEDULE, patience=2.0)
    assert done is not None
    return done


def written(sandbox: RunningSandbox, since: datetime, until: datetime) -> set[str]:
    """Return the addresses of what the papers wrote between two instants, both included."""
    invented = sandbox.sandbox.source.invented
    assert invented is not None
    told = invented.headlines.everything(since.date() - timedelta(days=1), until.date() + timedelta(days=1))
    return {each.url for each in told if since <= each.at <= until}


def kept(provider: str) -> set[str]:
    return set(StoryCopy.objects.filter(provider=provider).values_list("url", flat=True))


def test_each_provider_is_read_to_where_it_was_left_and_each_story_is_kept_once(
    sandbox: RunningSandbox,
) -> None:
    month = written(sandbox, EVENING - timedelta(days=30), EVENING)

    done = {provider: poll(provider) for provider in FEEDS}
    stories = Story.objects.count()
    at(EVENING + timedelta(seconds=2))
    again = {provider: poll(provider) for provider in FEEDS}

    assert all(each.copies > 0 and each.refused == 0 for each in done.values())
    assert all(each.copies == each.stories == 0 for each in again.values())
    assert kept("massive") == month
    assert set().union(*(kept(provider) for provider in FEEDS)) == month  # nobody tells what others do not
    assert stories == Story.objects.count() <= len(month)
    assert StoryTie.objects.filter(instrument__in=Instrument.objects.filter(active=True)).exists()
    polls = {row.provider: row for row in NewsPoll.objects.all()}
    assert {row.source for row in polls.values()} == {"sample"}
    assert all(row.heard_at == clock.now() for row in polls.values())
    assert not any(row.gap_from or row.lost for row in polls.values())
    assert Run.objects.filter(kind=Run.Kind.NEWS, state=Run.State.DONE).count() == len(
        FEEDS
    )  # the first ones
    for provider in FEEDS:
        assert sandbox.counts(provider).over_limit == 0


def test_a_time_without_us_is_read_afterwards_though_one_poll_does_not_suffice(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of ten articles, two a poll: what is new comes first, and a poll that is killed loses nothing."""
    asked: list[tuple[datetime, datetime]] = []

    def small(adapter: Any, since: datetime, before: datetime) -> news.Page:
        asked.append((since, before))
        if len(asked) == 4:
            raise ProviderUnavailable("It is away", provider="massive")
        articles: list[Article] = next(adapter.news(since=since, before=before, page_size=10), [])
        return news.Page(articles, len(articles) == 10)

    feed = Feed(timedelta(minutes=5), timedelta(days=60), pages=2, page=small)
    monkeypatch.setitem(FEEDS, "massive", feed)
    expected = written(sandbox, EVENING - timedelta(days=60), EVENING)
    assert len(expected) > 40

    first = poll("massive")
    assert first.gap is not None
    assert "still to be read" in first.message
    at(EVENING + timedelta(minutes=5))
    with pytest.raises(ProviderUnavailable):
        poll("massive")
    failed = NewsPoll.objects.get(provider="massive")
    assert failed.gap_from is not None
    assert failed.error == "It is away"
    at(EVENING + timedelta(days=2))  # two days without anybody asking
    expected |= written(sandbox, EVENING, clock.now())
    for _ in range(40):
        at(clock.now() + timedelta(minutes=5))
        if poll("massive").gap is None:
            break

    assert kept("massive") == expected
    row = NewsPoll.objects.get(provider="massive")
    assert (row.gap_from, row.error, row.lost) == (None, "", "")
    # The newest come first, whatever is missing of the time before.
    assert asked[4][1] > asked[5][1] - timedelta(minutes=10)
    assert Run.objects.filter(kind=Run.Kind.NEWS, state=Run.State.FAILED).count() == 1


def test_what_a_provider_tells_no_more_is_said(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        FEEDS, "massive", Feed(timedelta(minutes=5), timedelta(days=3), pages=3, page=FEEDS["massive"].page)
    )
    poll("finnhub")
    poll("massive")
    # A page of Finnhub's is full of what is newer, and older pages cannot be asked for.
    monkeypatch.setattr(news, "FULL", 0.01)
    at(EVENING + timedelta(days=14))

    told = {provider: " ".join(poll(provider).lost) for provider in ("finnhub", "massive")}

    assert "Finnhub shows its newest only: not read was 2026-03-0" in told["finnhub"]
    assert (
        "is read 3 days back at most: not read was 2026-03-03 22:00 to 2026-03-14 23:00 UTC"
        in told["massive"]
    )
    assert NewsPoll.objects.get(provider="massive").lost == told["massive"]


def test_polls_come_again_and_again_but_not_at_every_level_nor_for_a_folder_of_bars(
    sandbox: RunningSandbox, settings: Settings
) -> None:
    def due(after: timedelta) -> set[str]:
        found = schedule.due_entries(now=EVENING + after)
        return {entry.name for entry in found if entry.every is not None}

    due(timedelta(0))
    polls = {entry.name: entry for entry in schedule.SCHEDULE if entry.every}
    assert set(polls) == {f"news-{provider}" for provider in FEEDS}
    ScheduleEntry.objects.filter(name__in=polls).update(due_at=EVENING)
    assert due(timedelta(0)) == set(polls)
    assert due(timedelta(minutes=4)) == set()
    assert due(timedelta(minutes=5)) == {"news-massive", "news-finnhub"}
    assert due(timedelta(minutes=61)) == {"news-massive", "news-finnhub", "news-newsapi"}

    sandbox.fault("status", endpoint="alphavantage.news_sentiment", times=1)
    tasks.sync_news(provider="alphavantage")  # it has just been started, perhaps
    assert ScheduleEntry.objects.get(name="news-alphavantage").due_at == EVENING + timedelta(minutes=2)
    NewsPoll.objects.all().delete()

    level.set_level(Level.THRIFT)
    for provider in FEEDS:
        tasks.sync_news(provider=provider)
    assert set(NewsPoll.objects.values_list("provider", flat=True)) == {"massive", "finnhub"}
    level.set_level(Level.ESSENTIAL)
    assert sync_news(provider="massive", now=EVENING, trigger=Run.Trigger.COMMAND, patience=0.0) is None
    level.set_level(Level.FULL)
    settings.NEWSAPI_API_KEY = "-"
    assert sync_news(provider="newsapi", now=EVENING, trigger=Run.Trigger.COMMAND, patience=0.0) is None

    settings.MODE = type(settings.MODE).parse("data-0123456789ab")
    tasks.sync_news(provider="alphavantage")
    assert not NewsPoll.objects.filter(provider="alphavantage").exists()
    schedule.due_entries(now=EVENING + timedelta(days=1))
    assert not ScheduleEntry.objects.filter(name__startswith="news-").exists()
