"""
The schedule: what is done when, in New York time. The admin shows it and can pause it.

The retries of a session's job are not here: they are in ``calculators/timetable.py``, and each
job's row says when it is due.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.conf import settings

from investment.ops.calculators import timetable
from investment.ops.models import ScheduleEntry
from investment.ops.selectors.prices import prices_to_come
from investment.ops.services.companies import companies_due
from investment.ops.services.earnings import earnings_due
from investment.ops.services.facts import facts_due
from investment.ops.services.news import FEEDS
from investment.providers.titles import TITLES


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One line: at ``at`` in New York, on ``weekdays`` (0 is Monday; None: daily), send ``task``.

    ``at_once``: also as soon as the line is new, as on a fresh installation; there prices come first.
    ``long``: it takes minutes, so that at once is a minute later.
    ``every``: instead of once a day, again so long after it was sent. ``about``: what the task is told.
    ``asks``: a line of asking for what a folder of bars has nobody to ask for.
    """

    name: str
    at: time
    task: str
    what: str
    weekdays: frozenset[int] | None = None
    at_once: bool = False
    every: timedelta | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    asks: bool = False
    long: bool = False

    def next_after(self, now: datetime) -> datetime:
        if self.every is not None:
            return now + self.every
        return timetable.next_occurrence(at=self.at, now=now, weekdays=self.weekdays)


MONDAY_TO_FRIDAY = frozenset(range(5))
FX, COMPANIES, FACTS, EARNINGS = "sync-fx", "sync-companies", "sync-facts", "sync-earnings"
SCORES = "score-past"
SOON = timedelta(hours=1)
NEWS = "news-{}"  # of a provider
AGAIN = timedelta(seconds=30)  # at first, and each time twice as long
AFTER_PRICES = timedelta(minutes=1)  # in which a first start has its first prices, and what is quick

SCHEDULE = (
    #     name                  New York      task                       what
    Entry(
        "sync-instruments", time(23, 30), "ops.sync_instruments", "Who is listed, as what", MONDAY_TO_FRIDAY
    ),
    # After the list of our own: what was renamed or is new is found in theirs by its FIGI.
    Entry("sync-spellings", time(23, 50), "ops.sync_spellings", "What providers call it", MONDAY_TO_FRIDAY),
    # Of a window of 24 hours, what the day has left; the probes of the night come after it.
    Entry("cross-check", time(22, 30), "ops.cross_check", "Ask second sources", MONDAY_TO_FRIDAY),
    Entry("open-sessions", timetable.FIRST_TRY, "ops.open_sessions", "Make the day's session due"),
    # Put out about 16:00 in Frankfurt: 10:00 in New York, 11:00 while only one of them has summer time.
    Entry(FX, time(11, 15), "ops.sync_fx", "Reference rates of the ECB", MONDAY_TO_FRIDAY, at_once=True),
    Entry("sync-fx-late", time(14, 15), "ops.sync_fx", "Those that came out late", MONDAY_TO_FRIDAY),
    Entry(COMPANIES, time(6, 30), "ops.sync_companies", "Who files with the SEC, weekly", at_once=True),
    # Before the first reports of the morning; those of the evening before have their figures by then.
    Entry(EARNINGS, time(4, 45), "ops.sync_earnings", "Who reports when", at_once=True),
    # After the filings of the night, and before anybody looks.
    Entry("check-figures", time(7, 15), "ops.check_figures", "Filings beside providers' figures"),
    # After the filings of the night, for what is left of it; a session's job comes first.
    Entry(SCORES, time(6, 0), "ops.score_past", "Past scores, and how all scores did"),
    Entry("probe-idle", time(1, 30), "ops.probe_idle", "What the keys include, a little each night"),
    Entry("fold-calls", time(2, 30), "ops.fold_calls", "Old calls become hourly totals"),
    Entry("expire-answers", time(3, 30), "ops.expire_answers", "Raw answers go when their time is over"),
    Entry("expire-news", time(3, 40), "ops.expire_news", "So do news whose provider sets them a time"),
    # Of what a poll could not reach the next one goes on: how often each may be read is in its table.
    *(
        Entry(
            NEWS.format(provider), time(0), "ops.sync_news", f"What is written of all: {TITLES[provider]}",
            at_once=True, every=feed.every, about={"provider": provider}, asks=True,
        )
        for provider, feed in FEEDS.items()
    ),
    # The SEC rebuilds the archive about 03:00. It keeps a worker for minutes: all that is quick goes first.
    Entry(
        FACTS, time(5, 15), "ops.sync_facts", "What companies told in their filings", at_once=True, long=True,
        asks=True,
    ),
)  # fmt: skip


def due_entries(*, now: datetime) -> list[Entry]:
    """
    Return the entries that are due, and set when each is due next. Call this as the leader.

    An entry that was missed while nothing ran is due once, not once for each time. A paused one
    moves on without being due. The rows of new entries are made, those of removed ones deleted.
    """
    rows = {row.name: row for row in ScheduleEntry.objects.all()}
    due = []
    for entry in SCHEDULE:
        if entry.asks and settings.MODE.kind == "data":
            continue
        row = rows.pop(entry.name, None)
        if row is None:
            if _create(entry, now):
                due.append(entry)
            continue
        upcoming = entry.next_after(now)
        if row.due_at <= now:
            sent = ScheduleEntry.objects.filter(name=entry.name, due_at=row.due_at)
            if row.paused:
                sent.update(due_at=upcoming)
            elif sent.update(due_at=upcoming, last_sent_at=now):
                due.append(entry)
        elif row.due_at > upcoming:
            # The table or the clock was changed: what it said is further away than it should be.
            ScheduleEntry.objects.filter(name=entry.name).update(due_at=upcoming)
    ScheduleEntry.objects.filter(name__in=rows).delete()
    return due


def _create(entry: Entry, now: datetime) -> bool:
    """Make the row of a new line; return whether it is due at once."""
    due_at, at_once = entry.next_after(now), entry.at_once
    if at_once and (entry.long or prices_to_come()):
        due_at, at_once = min(due_at, now + AFTER_PRICES), False
    ScheduleEntry.objects.create(name=entry.name, due_at=due_at, last_sent_at=now if at_once else None)
    return at_once


def try_again_soon(*, name: str, now: datetime, failures: int = 0) -> None:
    """
    Let an entry be due soon, if it is not before that anyway: what it does failed for the moment.

    :param failures: how often it did where it never succeeded: on a first start what it asks may be starting
        itself, and nobody wants to wait an hour for it.
    """
    _bring_forward(name, to=now + (min(SOON, AGAIN * 2 ** min(failures - 1, 10)) if failures else SOON))


def look_again_at_start(*, now: datetime) -> None:
    """Let be due at once what a start may have made possible: the SEC can be asked since it has a contact."""
    if companies_due(now=now):
        _bring_forward(COMPANIES, to=now)
    if earnings_due(now=now):
        _bring_forward(EARNINGS, to=now)
    if facts_due():
        _bring_forward(FACTS, to=now)


def let_be_due(*, name: str, now: datetime) -> None:
    """Let an entry be due at once: what it waits for has come."""
    _bring_forward(name, to=now)


def _bring_forward(name: str, *, to: datetime) -> None:
    ScheduleEntry.objects.filter(name=name, due_at__gt=to).update(due_at=to)
