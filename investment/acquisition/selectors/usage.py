"""What each provider allows, what was used of it, what its key includes, and what comes next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from investment.acquisition.levels import may_poll
from investment.acquisition.models import NewsPoll
from investment.acquisition.selectors.plan import Plan, PlannedCall, current_plan
from investment.acquisition.selectors.trust import TrustScore, trust_scores
from investment.lib import level
from investment.providers import breaker, registry
from investment.providers.access import Access
from investment.providers.breaker import CircuitStatus
from investment.providers.errors import ProviderError
from investment.providers.selectors.entitlements import EndpointStatus, entitlements
from investment.providers.titles import TITLES
from investment.quotas.contracts import LANES, Lane, ScopeLimits
from investment.quotas.selectors import LaneStatus, WindowStatus, calls_by, window_status

NEXT = 10  # planned calls of a provider that are shown
_HOUR = timedelta(hours=1)
_DAY = 24 * _HOUR
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewsRead:
    """
    How far a provider's news of the whole market were read.

    ``reached_at`` is the newest article's time; from ``gap_from`` to ``gap_until`` is still to be read, and
    ``lost`` says what cannot be. ``heard_at`` is when it answered last, ``error`` why it did not since;
    ``asked``: at the present spending level it is asked again and again.
    """

    reached_at: datetime | None
    heard_at: datetime | None
    polled_at: datetime
    gap_from: datetime | None
    gap_until: datetime | None
    lost: str
    error: str
    asked: bool


@dataclass(frozen=True, slots=True)
class ProviderUsage:
    """
    One provider under its present key.

    ``words`` say why it is not asked, where it is not. ``lanes`` counts the calls of this hour and
    the 24 before it by lane, ``states`` by what became of them. ``circuits`` are those that are not closed.
    ``planned`` is how many calls the plan of the next hour has, ``next_calls`` the first of them, and
    ``minutes`` how many of them each minute from now on has. ``plan`` is what is paid for, as the settings
    name it; empty where there is one way to ask only. ``news``: None where it was never asked for them.
    """

    provider: str
    title: str
    configured: bool
    words: str = ""
    plan: str = ""
    windows: Sequence[WindowStatus] = ()
    lanes: dict[Lane, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    circuits: Sequence[CircuitStatus] = ()
    entitlements: Sequence[EndpointStatus] = ()
    planned: int = 0
    next_calls: Sequence[PlannedCall] = ()
    trust: Sequence[TrustScore] = ()
    minutes: Sequence[int] = ()
    news: NewsRead | None = None


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """
    All providers at one moment. ``sentence`` says what the planner does, and what it leaves out;
    ``planned_at`` is when the plan was made that is shown, None where there is none.
    """

    at: datetime
    level: level.Level
    sentence: str
    planned_at: datetime | None
    providers: Sequence[ProviderUsage]


def api_usage(*, now: datetime) -> ApiUsage:
    """Return what every provider allows and what was used of it. Nobody is asked for it."""
    until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    calls = calls_by(since=until - _DAY - _HOUR, until=until, by=("provider", "lane", "state"))
    lanes: dict[str, Counter[Lane]] = {}
    states: dict[str, Counter[str]] = {}
    for usage in calls:
        provider, lane, state = (str(each) for each in usage.group)
        lanes.setdefault(provider, Counter())[_lane(lane)] += usage.calls
        states.setdefault(provider, Counter())[state] += usage.calls
    broken = [each for each in breaker.circuits(now=now) if each.state != "closed"]
    known = entitlements()
    plan, trust = current_plan(), trust_scores()
    if plan is not None and plan.is_late(now):
        plan = None
    windows: dict[str, list[WindowStatus]] = {}
    for row in window_status(now=now):
        windows.setdefault(row.scope, []).append(row)
    spending = level.current()
    read = _news_read(spending)
    found = []
    for name in registry.NAMES:
        access, words = _access(name)
        planned = [call for call in plan.calls_of(name) if call.at >= now] if plan else []
        found.append(
            ProviderUsage(
                provider=name,
                title=TITLES[name],
                configured=access is not None,
                words=words,
                plan=registry.plan_of(name),
                windows=_windows(access, windows) if access else (),
                lanes={lane: lanes.get(name, Counter())[lane] for lane in LANES},
                states=dict(states.get(name, {})),
                circuits=[each for each in broken if each.provider == name],
                entitlements=[each for each in known if each.provider == name],
                planned=len(planned),
                next_calls=planned[:NEXT],
                trust=trust.get(name, ()),
                minutes=_by_minute(planned, now),
                news=read.get((name, registry.source_of(name))),
            )
        )
    return ApiUsage(now, spending, _sentence(plan), plan.made_at if plan else None, found)


def _news_read(spending: level.Level) -> dict[tuple[str, str], NewsRead]:
    return {
        (row.provider, row.source): NewsRead(
            reached_at=row.reached_at,
            heard_at=row.heard_at,
            polled_at=row.polled_at,
            gap_from=row.gap_from,
            gap_until=row.gap_until,
            lost=row.lost,
            error=row.error,
            asked=may_poll(row.provider, spending),
        )
        for row in NewsPoll.objects.all()
    }


def _access(name: str) -> tuple[Access[object] | None, str]:
    try:
        return registry.access(name), ""
    except ProviderError as error:
        return None, error.message
    except ValueError as error:  # the settings name a plan that we do not know
        return None, str(error)


def _windows(access: Access[object], known: Mapping[str, list[WindowStatus]]) -> list[WindowStatus]:
    """Return the windows of a key; of what was never asked for yet all is free."""
    limits = {each.scope: each for each in (access.limits, *access.others.values())}
    return [row for scope, each in limits.items() for row in known.get(scope) or _unused(each)]


def _unused(limits: ScopeLimits) -> list[WindowStatus]:
    return [
        WindowStatus(
            scope=limits.scope,
            provider=limits.provider,
            window=window,
            lanes={
                lane: LaneStatus(0, 0, window.limit - (window.reserve if lane == "planned" else 0))
                for lane in LANES
            },
        )
        for window in sorted(limits.windows, key=lambda window: window.seconds)
    ]


def _by_minute(calls: Sequence[PlannedCall], now: datetime) -> list[int]:
    """Count the calls of each of the next 60 minutes."""
    counts = Counter((call.at - now) // _MINUTE for call in calls)
    return [counts[minute] for minute in range(60)]


def _lane(word: str) -> Lane:
    return next((lane for lane in LANES if lane == word), "planned")


def _sentence(plan: Plan | None) -> str:
    return plan.sentence if plan else "There is no plan at present: the planner is not running."
