"""What a backfill still lacks, and which way to it costs fewer calls."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Literal

from django.conf import settings
from django.db.models import Max

from investment.market.models import DailyBar, Instrument
from investment.market.selectors.sessions import latest_closed_session, sessions_between
from investment.ops.models import BackfillStep, SessionStage
from investment.providers.registry import market_data_access

Strategy = Literal["session", "symbol"]

LOCK = "backfill"  # one at a time brings in history, by whichever way
AHEAD = timedelta(days=14)  # actions are announced before they happen
CALLS_PER_SYMBOL = 3  # bars, splits, dividends
# Pages of a thousand rows: the US market has some 1,500 splits and 14,000 dividends a year.
ACTION_CALLS_PER_YEAR = 16
QUICK_CALL = 0.1  # seconds, where nothing limits us


@dataclass(frozen=True, slots=True)
class BackfillPlan:
    """
    What to ask for, and how.

    ``sessions`` are newest first, ``symbols`` in alphabetical order; the strategy says which of
    them is asked for. ``seconds`` is how long the quota makes it take, in time of the one clock.
    """

    since: date
    until: date
    strategy: Strategy
    sessions: list[date]
    symbols: list[str]
    actions: bool
    calls: int
    seconds: float

    @property
    def empty(self) -> bool:
        return self.calls == 0


def plan_backfill(*, since: date, now: datetime) -> BackfillPlan:
    """Return the cheaper way to what is not stored yet since ``since``; empty if nothing is missing."""
    until = latest_closed_session(now)
    sessions = missing_sessions(since, until)
    actions = bool(sessions) and not _steps(BackfillStep.Kind.ACTIONS, since, until)
    by_session = len(sessions) + (_action_calls(since, until) if actions else 0)
    symbols = _missing_symbols(since, until)
    by_symbol = CALLS_PER_SYMBOL * len(symbols)
    # Without a list of instruments nobody knows whom to ask for one by one.
    one_by_one = settings.MODE.kind != "sample" and Instrument.objects.exists()
    strategy: Strategy = "symbol" if one_by_one and by_symbol < by_session else "session"
    calls = by_symbol if strategy == "symbol" else by_session
    return BackfillPlan(
        since=since,
        until=until,
        strategy=strategy,
        sessions=sessions[::-1] if strategy == "session" else [],
        symbols=symbols if strategy == "symbol" else [],
        actions=actions and strategy == "session",
        calls=calls,
        seconds=seconds_of(calls),
    )


def last_bar_sessions() -> list[date]:
    """Return the sessions in which some instrument has its last bar, oldest first."""
    last = DailyBar.objects.order_by().values("instrument_id").annotate(last=Max("session"))
    return sorted({row["last"] for row in last})


def missing_sessions(since: date, until: date) -> list[date]:
    """Return the sessions between two dates that are not stored whole, oldest first."""
    wanted = sessions_between(since, until)
    stored = set(
        BackfillStep.objects.filter(
            kind=BackfillStep.Kind.SESSION, first__gte=since, last__lte=until
        ).values_list("first", flat=True)
    )
    stored.update(
        SessionStage.objects.filter(
            name=SessionStage.Name.BARS, state=SessionStage.State.DONE, job__session__range=(since, until)
        ).values_list("job_id", flat=True)
    )
    if settings.MODE.kind == "sample":  # its past was imported whole
        bars = DailyBar.objects.filter(session__range=(since, until)).order_by()
        stored.update(bars.values_list("session", flat=True).distinct())
    return [session for session in wanted if session not in stored]


def _missing_symbols(since: date, until: date) -> list[str]:
    done = set(_steps(BackfillStep.Kind.SYMBOL, since, until))
    traded = Instrument.objects.exclude(active=False, delisted_on__lt=since)
    symbols = traded.order_by("symbol").values_list("symbol", flat=True).distinct()
    return [symbol for symbol in symbols if symbol not in done]


def _steps(kind: BackfillStep.Kind, since: date, until: date) -> list[str]:
    steps = BackfillStep.objects.filter(kind=kind, first__lte=since, last__gte=until)
    return list(steps.values_list("key", flat=True))


def _action_calls(since: date, until: date) -> int:
    return max(2, ceil((until - since).days / 365 * ACTION_CALLS_PER_YEAR))


def seconds_of(calls: int) -> float:
    """Return how long the tightest window makes planned calls take; a full window goes at once."""
    waits = [
        max(0, ceil(calls / (window.limit - window.reserve)) - 1) * window.seconds
        for window in market_data_access().limits.windows
    ]
    return max([calls * QUICK_CALL, *waits])
