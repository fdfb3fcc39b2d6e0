"""
Reading each provider's news of the whole market: what is new, and what a time without us has left out.

A poll reads from the newest article down to where the last one ended, a page a call. What its share of calls
does not suffice for is a gap, whose edges are kept and which the next polls fill, the newest first; what a
provider does not tell any more is said in words. So nothing is missing that nobody knows of. News of single
instruments are the planner's, by the day on which they were heard last.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from investment.acquisition.levels import may_poll
from investment.acquisition.models import NewsPoll
from investment.lib import level
from investment.lib.errors import DomainError
from investment.news.services.ingest import Stored, store_articles
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.leases import Held
from investment.ops.services.sources import asking_under
from investment.providers import registry
from investment.providers.contracts import Article
from investment.providers.errors import ProviderError
from investment.providers.registry import source_of
from investment.providers.titles import TITLES

# An article may be listed a while after the time that it bears: the last hour is read once more.
OVERLAP: Final = timedelta(hours=1)
FULL: Final = 0.95  # of a page: fewer are all there are, but for some that could not be read
_LONGEST: Final = 300  # characters
# Words of business news: NewsAPI searches for some, and has no list of what is new.
_QUERY: Final = "shares OR stock OR earnings OR dividend OR merger OR acquisition OR guidance"

Span = tuple[datetime, datetime]  # from, until (left out)


@dataclass(frozen=True, slots=True)
class Page:
    """What one call told; ``full``: there may be more, older ones."""

    articles: Sequence[Article]
    full: bool
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """
    How a provider's news are read: ``every`` so often, at most ``pages`` calls a time, at first, and after a
    time without us, as far as ``back``; a gap is given up when it is that much older again.

    ``page`` asks for a span, newest first; ``step`` is how finely the provider tells time, and ``delay`` how
    late it tells of an article at most. ``front`` asks for what is on a page at the moment; where there is no
    other way to ask, what fell off that page is lost.
    """

    every: timedelta
    back: timedelta
    pages: int
    page: Callable[[Any, datetime, datetime], Page] | None = None
    step: timedelta = timedelta(seconds=1)
    delay: timedelta = timedelta(0)
    front: Callable[[Any, NewsPoll], Page] | None = None


def _massive(adapter: Any, since: datetime, before: datetime) -> Page:
    with closing(adapter.news(since=since, before=before, page_size=1000)) as pages:
        articles: Sequence[Article] = next(pages, [])
    return Page(articles, len(articles) >= FULL * 1000)


def _alpha_vantage(adapter: Any, since: datetime, before: datetime) -> Page:
    articles = adapter.news(since=since, until=before, limit=1000)
    return Page(articles, len(articles) >= FULL * 1000)


def _newsapi(adapter: Any, since: datetime, before: datetime) -> Page:
    found = adapter.everything(
        query=_QUERY, search_in=("title", "description"), start=since, end=before, language="en"
    )
    refused = found.untitled + found.undated + len(found.malformed)
    return Page(found.articles, len(found.articles) + found.removed + refused >= FULL * 100, refused)


def _headlines(adapter: Any, _state: NewsPoll) -> Page:
    found = adapter.top_headlines(country="us", category="business")
    return Page(found.articles, full=False, refused=found.untitled + found.undated + len(found.malformed))


def _finnhub(adapter: Any, state: NewsPoll) -> Page:
    articles = adapter.market_news(after_id=state.last_id)
    return Page(articles, len(articles) >= FULL * 100)


# The one table. Alpha Vantage grants 25 calls a day and NewsAPI 100, of which others need some, too.
FEEDS: Final = {
    "massive": Feed(timedelta(minutes=5), timedelta(days=30), pages=2, page=_massive),
    "finnhub": Feed(timedelta(minutes=5), timedelta(days=7), pages=1, front=_finnhub),
    "alphavantage": Feed(
        timedelta(hours=4), timedelta(days=2), pages=1, page=_alpha_vantage, step=timedelta(minutes=1)
    ),
    # The free plan tells of an article a day after it appeared.
    "newsapi": Feed(
        timedelta(hours=1),
        timedelta(days=3),
        pages=2,
        page=_newsapi,
        delay=timedelta(days=1),
        front=_headlines,
    ),
}  # fmt: skip


@dataclass(slots=True)
class Polled:
    """What one poll brought; ``gap`` is what is still to be read, ``lost`` what cannot be had, in words."""

    provider: str
    calls: int = 0
    stories: int = 0
    copies: int = 0
    ties: int = 0
    refused: int = 0
    unchanged: int = 0
    gap: Span | None = None
    lost: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        words = [f"{self.stories:,} new stories, {self.copies:,} new articles"]
        if self.gap:
            words.append(f"still to be read: {_between(*self.gap)}")
        return "; ".join(words + self.lost)


def sync_news(*, provider: str, now: datetime, trigger: Run.Trigger, patience: float) -> Polled | None:
    """
    Read what a provider wrote since it was last heard. None where nobody is to be asked.

    A run is recorded where it is more than the usual look: the first, one after a gap, a person's.

    :param patience: real seconds that a request may wait for a slot.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile.
    :raises ProviderError, QuotaExhausted: what was read before is stored, and the rest is a gap.
    """
    if not has_news(provider) or not may_poll(provider, level.current()):
        return None
    with leases.lock(f"news-{provider}") as lease:
        state, began = _state(provider, now), time.monotonic()
        usual = trigger is Run.Trigger.SCHEDULE and _is_usual(state, now)
        failed_before, failure = bool(state.error), "It was interrupted"
        with asking_under(lease, provider, lane="planned", purpose="news poll", patience=patience) as adapter:
            work = _Work(lease, state, adapter, Polled(provider), now)
            try:
                work.read()
                failure = ""
            except Exception as error:
                failure = error.message if isinstance(error, DomainError) else type(error).__name__
                raise
            finally:
                work.close(failure)
                if not (failed_before if failure else usual):
                    _record(work.done, failure, trigger, lease, now, began)
    return work.done


def has_news(provider: str) -> bool:
    """Return whether a provider can be asked for news here."""
    try:
        registry.access(provider)
    except (
        ProviderError,
        ValueError,
    ):  # no key, not here, or a plan that we do not know: the usage page says
        return False
    return True


def was_heard(provider: str) -> bool:
    """Return whether a provider has ever told us news, in this mode."""
    return NewsPoll.objects.filter(
        provider=provider, source=source_of(provider), heard_at__isnull=False
    ).exists()


def _state(provider: str, now: datetime) -> NewsPoll:
    """Return how far we are; a clock that was set back begins anew from where it stands."""
    source = source_of(provider)
    found = NewsPoll.objects.filter(provider=provider, source=source).first()
    state = found or NewsPoll(provider=provider, source=source, polled_at=now)
    if state.reached_at is not None and state.reached_at > now:
        state.reached_at, state.gap_from, state.gap_until = now, None, None
    return state


def _is_usual(state: NewsPoll, now: datetime) -> bool:
    """Return whether the last poll was a moment ago, succeeded, and left nothing to be read."""
    on_time = state.heard_at is not None and now - state.heard_at <= 2 * FEEDS[state.provider].every
    return on_time and state.gap_from is None


def _record(
    done: Polled, failure: str, trigger: Run.Trigger, lease: Held, now: datetime, began: float
) -> None:
    """Write a row for a poll that was out of the usual; of failures in a row the first alone."""
    subject = f"News of {TITLES[done.provider]}"
    tally = runs.open_run(kind=Run.Kind.NEWS, subject=subject, trigger=trigger, lease=lease, now=now)
    tally.started, tally.calls, tally.message = began, done.calls, done.message
    tally.inserted, tally.unchanged, tally.refused = done.copies, done.unchanged, done.refused
    runs.close_run(tally, state=Run.State.FAILED if failure else Run.State.DONE, error=failure)


@dataclass(slots=True)
class _Work:
    lease: Held
    state: NewsPoll
    adapter: Any
    done: Polled
    now: datetime

    @property
    def feed(self) -> Feed:
        return FEEDS[self.state.provider]

    def read(self) -> None:
        """Read what is new, and then what is missing, as far as the pages of a poll go."""
        if self.feed.front is not None:
            self._keep(self._front(self.feed.front), reaches=self.feed.page is None)
        if self.feed.page is None:
            return
        spans, left = self._spans(), self.feed.pages
        while spans and left:
            since, before = spans[0]
            page, left = self.feed.page(self.adapter, since, before), left - 1
            self._keep(page, reaches=True)
            rest = self._rest(page, since, before)
            spans = ([rest] if rest else []) + spans[1:]
            self._save(spans)

    def close(self, failure: str) -> None:
        """Write how the poll ended, whatever came of it."""
        state, done = self.state, self.done
        done.calls = self.adapter.calls_spent
        state.polled_at, state.calls, state.error = self.now, done.calls, failure[:_LONGEST]
        if not failure:
            state.heard_at = self.now
        state.stories, state.copies, state.refused = done.stories, done.copies, done.refused
        if done.lost:
            state.lost = "; ".join(done.lost)[:_LONGEST]
        with self.lease.writing():
            state.save()

    def _front(self, ask: Callable[[Any, NewsPoll], Page]) -> Page:
        """Ask for what is on a page at the moment; where that has a mark, what fell off it is told."""
        state = self.state
        page = ask(self.adapter, state)
        marks = [int(each.provider_id) for each in page.articles if each.provider_id.isdecimal()]
        if page.full and state.last_id and state.reached_at is not None:
            oldest = min(each.published_at for each in page.articles)
            if oldest > state.reached_at:
                self._lose(state.reached_at, oldest, "shows its newest only")
        state.last_id = max([state.last_id, *marks])
        return page

    def _spans(self) -> list[Span]:
        """Return what is to be read, newest first; what is too long ago is told as lost."""
        state, back = self.state, self.now - self.feed.back
        end = self.now + self.feed.step
        if state.reached_at is None:
            return [(back, end)]
        heard = state.heard_at - self.feed.delay if state.heard_at else state.reached_at
        since = max(state.reached_at, heard) - OVERLAP
        if since < back:
            self._lose(since, back, f"is read {self.feed.back.days} days back at most")
        spans = [(max(since, back), end)]
        if state.gap_from is not None and state.gap_until is not None:
            given_up = back - self.feed.back
            if state.gap_from < given_up:
                until = min(given_up, state.gap_until)
                self._lose(state.gap_from, until, f"could not be read within {self.feed.back.days} days")
            if state.gap_until > given_up:
                spans.append((max(state.gap_from, given_up), state.gap_until))
        return spans

    def _rest(self, page: Page, since: datetime, before: datetime) -> Span | None:
        """Return what of a span is still to be read after a page of it: what is older than all on it."""
        told = [each.published_at for each in page.articles if since <= each.published_at <= before]
        if not page.full or not told:
            return None
        # More may bear the time of the oldest, which is read once more, unless that would never end.
        until = min(told) + self.feed.step
        if until >= before:
            until = before - self.feed.step
        return (since, until) if until > since else None

    def _keep(self, page: Page, *, reaches: bool) -> None:
        """Store a page; ``reaches``: all that is older was read, or is in the gap that is kept with it."""
        self.lease.check()
        stored: Stored = store_articles(
            articles=page.articles,
            provider=self.state.provider,
            source=self.state.source,
            now=self.now,
            call_id=self.adapter.last_call_id,
        )
        done, state = self.done, self.state
        done.stories += stored.stories
        done.copies += stored.copies
        done.ties += stored.ties
        done.unchanged += stored.unchanged
        done.refused += stored.refused + page.refused
        known = [each.published_at for each in page.articles if each.published_at <= self.now]
        if reaches and known:
            state.reached_at = max(known) if state.reached_at is None else max(*known, state.reached_at)

    def _save(self, spans: Sequence[Span]) -> None:
        """Keep how far we are before anything else is asked: whoever comes after a kill goes on from here."""
        state = self.state
        gap = (min(since for since, _ in spans), max(until for _, until in spans)) if spans else None
        state.gap_from, state.gap_until = gap or (None, None)
        self.done.gap = gap
        with self.lease.writing():
            state.save()

    def _lose(self, since: datetime, until: datetime, why: str) -> None:
        self.done.lost.append(f"{TITLES[self.state.provider]} {why}: not read was {_between(since, until)}")


def _between(since: datetime, until: datetime) -> str:
    return f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
