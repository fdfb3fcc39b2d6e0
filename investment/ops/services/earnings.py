"""Keeping the calendar of who reports when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from investment.lib import level
from investment.market.models import Publication
from investment.market.selectors.calendars import EARNINGS
from investment.market.selectors.sessions import NEW_YORK
from investment.market.services.earnings_calendar import StoredDates, store_earnings_calendar
from investment.market.services.publications import remember
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.runs import Tally
from investment.ops.services.sources import asking_under
from investment.ops.services.spellings import has_key
from investment.providers.contracts import EarningsDate
from investment.providers.registry import source_of

LOCK = "earnings"
PROVIDER = "finnhub"
# A free key is told of about a month that is past; what our own calendar shows lies ahead.
BACK, AHEAD = timedelta(days=28), timedelta(days=62)
EVERY = timedelta(days=1)
FEWEST_CUT, ROUND = 500, 100


def earnings_due(*, now: datetime) -> bool:
    """Return whether the calendar is to be asked for: there is a key, and ours is a day old."""
    row = Publication.objects.filter(source=source_of(PROVIDER), name=EARNINGS).first()
    return has_key(PROVIDER) and (row is None or now - row.fetched_at >= EVERY)


def sync_earnings_calendar(*, now: datetime, trigger: Run.Trigger, patience: float) -> Tally | None:
    """
    Ask who reports in the weeks around ``now``, and store it; None where nobody is to be asked.

    Mostly one call. An answer that may be cut short is asked again in two halves, down to single days.

    :param patience: seconds that a request may wait for a slot.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile.
    :raises ProviderError, QuotaExhausted: what was told before is stored.
    """
    if not has_key(PROVIDER) or level.current() is level.Level.READ_ONLY:
        return None
    today = now.astimezone(NEW_YORK).date()
    first, last = today - BACK, today + AHEAD
    source = source_of(PROVIDER)
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.EARNINGS, subject="Who reports when", trigger=trigger, lease=lease, now=now
        ) as tally,
        asking_under(
            lease, PROVIDER, lane="planned", purpose="earnings calendar", patience=patience
        ) as finnhub,
    ):
        done, told, cut = StoredDates(), 0, 0
        left = [(first, last)]
        while left:
            start, end = left.pop(0)
            dates, whole = _ask(finnhub, start, end)
            tally.calls = finnhub.calls_spent
            if not whole and start < end:
                middle = start + (end - start) // 2
                left[:0] = [(start, middle), (middle + timedelta(days=1), end)]
                continue
            with lease.writing():
                done += store_earnings_calendar(
                    dates=dates, source=source, now=tally.now, asked=(start, end) if whole else None
                )
            told += len(dates)
            cut += not whole
            tally.inserted, tally.changed, tally.unchanged = done.inserted, done.changed, done.unchanged
            tally.message = _words(told, done, cut)
            tally.progress((end - first).days + 1, (last - first).days + 1)
        with lease.writing():
            remember(
                name=EARNINGS, source=source, now=tally.now, etag=None, last_modified=None, digest="",
                rows=told, first_day=first, last_day=last,
            )  # fmt: skip
    return tally


def _ask(finnhub: Any, start: date, end: date) -> tuple[Sequence[EarningsDate], bool]:
    """Return who reports between two days, and whether that is surely everybody."""
    dates: Sequence[EarningsDate] = finnhub.earnings_calendar(start=start, end=end)
    return dates, not may_be_cut(len(dates))


def may_be_cut(rows: int) -> bool:
    """
    Return whether an answer of so many rows may be cut short.

    How many Finnhub tells at most is documented nowhere; 500 has been seen (Finnhub-API, issue 92). So a
    long answer of a round number is not believed.
    """
    return rows >= FEWEST_CUT and rows % ROUND == 0


def _words(told: int, done: StoredDates, cut: int) -> str:
    words = f"{told} reports"
    if done.strangers:
        words += f", {done.strangers} of symbols that we do not know"
    if done.withdrawn:
        words += f", {done.withdrawn} told of no more"
    if cut:
        words += f"; of {cut} days perhaps not all"
    return words
