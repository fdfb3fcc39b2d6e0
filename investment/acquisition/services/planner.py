"""
The planner: what is asked next, of whom, and why.

    planner = Planner()
    for order in planner.tick(now=clock.now(), spending=level.current()):
        …send it to a worker…

It may die at any moment: what is wanted, seen and in flight is in rows, what was spent is in the
ledger, and it is built from these. One of them plans at a time, under a lease of its owner's. What it
chooses by is :mod:`investment.acquisition.policy`; what may be spent the ledger decides in the end.
"""

import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import numpy as np
import numpy.typing as npt

from investment.acquisition import importance
from investment.acquisition.calculators.open_time import OpenTime
from investment.acquisition.calculators.pace import Pace
from investment.acquisition.importance import IMPORTANCE, Tier
from investment.acquisition.kinds import RULES, Kind, Source
from investment.acquisition.levels import SENTENCES, asked_tiers
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.policy import Call, Policy
from investment.acquisition.selectors import plan as plans
from investment.acquisition.selectors.demand import wanted
from investment.acquisition.selectors.universe import load_universe
from investment.acquisition.services import claims
from investment.acquisition.services.fetching import Order
from investment.lib import clock, redis
from investment.lib.level import Level
from investment.market.models import Session
from investment.market.selectors.latest import latest_session_with_bars
from investment.market.selectors.sessions import CalendarMissing, latest_closed_session
from investment.providers import registry
from investment.providers.access import Access
from investment.providers.errors import ProviderError
from investment.quotas.contracts import Lane, ScopeLimits
from investment.quotas.selectors import window_status
from investment.quotas.services import scopes

logger = logging.getLogger(__name__)

LANE: Lane = "planned"
# What is promised is aimed at a little earlier: slots come when they come, and a call takes a moment.
AIM = 0.8
# Of the calls that the limits allow, those that promises may take: the policy has the rest.
SHARE = 0.9
HOLD = 60.0  # real seconds until a call that nobody gave back counts as lost
ON_THE_WAY = 0.25  # real seconds from choosing to the ledger; a slot that is free by then need not wait
BATCH = 8  # data of one order: a worker's thread asks for them one after the other
PLAN_AHEAD = timedelta(hours=1)
_MOST_PLANNED = 4000
_OVERLAP = timedelta(seconds=5)  # a row may be committed a little after the time that it bears
_SESSIONS_BACK, _SESSIONS_AHEAD = timedelta(days=100), timedelta(days=60)

_Key = tuple[Kind, int]
Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class _Way:
    """How data of one kind are had: the source, and what it may be asked for in the planned lane."""

    kind: Kind
    source: Source
    limits: ScopeLimits

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """Calls and seconds of each window, without what is kept for people who wait."""
        return tuple((window.limit - window.reserve, window.seconds) for window in self.limits.windows)

    @property
    def rate(self) -> float:
        """Calls a second in the long run; infinite without limits."""
        return min((calls / seconds for calls, seconds in self.windows), default=math.inf)


class Planner:
    """Everything that is asked one by one in the planned lane. Not safe for use by several threads."""

    def __init__(self) -> None:
        self._policy: Policy | None = None
        self._spending = Level.FULL
        self._ways: dict[str, _Way] = {}
        self._built_for: object = None
        self._hours = OpenTime.of([])
        self._closed: dict[int, datetime] = {}  # the instant of the last close that is stored
        self._looked_at: datetime | None = None
        self._inside: set[_Key] = set()  # what the policy knows
        self._tiers: dict[_Key, Tier] = {}
        self._base: dict[_Key, tuple[float, float]] = {}  # importance in the universe, volatility
        self._stretch = 1.0
        self._pace = Pace()
        self._flying: dict[_Key, datetime] = {}
        self._tried: dict[_Key, datetime] = {}

    def tick(self, *, now: datetime, spending: Level) -> list[Order]:
        """
        Return what is to be asked now; every datum of it is claimed and waits for its worker.

        To be called as often as slots come free. What was learned from rows since the last tick is taken
        in first: what was seen, what failed, what is wanted.
        """
        self._build(now, spending)
        if self._policy is None:
            return []
        self._hear(now)
        self._follow(now)
        self._looked_at = now
        return self._orders(now)

    def closed_for(self, now: datetime) -> timedelta:
        """Return how long it is until the exchange opens; zero while it is open, or nobody knows."""
        opening = None if self._hours.is_open(now) else self._hours.next_opening(now)
        return timedelta(0) if opening is None else opening - now

    def publish(self, *, now: datetime, spending: Level) -> plans.Plan:
        """Let everybody see what is going to be asked within the next hour, and return it."""
        return self.draft(now=now, spending=spending)()

    def draft(self, *, now: datetime, spending: Level) -> Callable[[], plans.Plan]:
        """
        Return what makes the plan of the next hour as things stand now, publishes and returns it.

        It reads no rows and leaves the planner as it is: it may run in another thread while that goes on.
        """
        sentence, tiers, policy = self._sentence(spending), self._tiers, None
        pace, slower, made = self._pace, self._pace.at(now), self._pace.calls
        if self._policy is not None:
            self._hear(now)
            policy = self._policy.copy()
            policy.saw(list(self._flying), now)  # their answers are a matter of moments

        def publish() -> plans.Plan:
            coming = policy.coming(now, PLAN_AHEAD.total_seconds() / slower) if policy else ()
            calls = [_planned(call, tiers) for call in islice(coming, _MOST_PLANNED)]
            pace.plan(now, [call.at for call in calls], made=made)
            calls = [replace(call, at=now + (call.at - now) * slower) for call in calls]
            until = calls[-1].at if len(calls) == _MOST_PLANNED else now + PLAN_AHEAD
            plan = plans.Plan(made_at=now, until=until, level=spending, sentence=sentence, calls=calls)
            redis.state().set(redis.key(plans.KEY), plans.pack(plan))
            return plan

        return publish

    # Building it from rows

    def _build(self, now: datetime, spending: Level) -> None:
        """Make the policy anew where the level, the day's bars or the keys are others, or time went back."""
        ways = {way.source.provider: way for way in _ways(spending)}
        bars, scoped = latest_session_with_bars(), frozenset(way.limits.scope for way in ways.values())
        state = (spending, _closed_session(now), bars, scoped)
        went_back = self._looked_at is not None and now < self._looked_at - _OVERLAP
        if state == self._built_for and not went_back:
            return
        self._built_for, self._ways, self._policy, self._spending = state, ways, None, spending
        self._tiers, self._base, self._tried, self._flying, self._inside = {}, {}, {}, {}, set()
        self._stretch, self._looked_at, self._closed = 1.0, None, {}
        if not ways:
            return
        universe = load_universe(now=now)
        if not len(universe.instrument_ids):
            self._built_for = None  # look again: somebody is about to bring them
            return
        sessions = _sessions(now)
        self._hours = OpenTime.of(sessions)
        # The whole market's file brings every close, after the session: no price is asked for in the night.
        limits = {name: way.windows for name, way in ways.items()}
        policy = Policy(limits=limits, sessions=sessions, covered=True)
        weights = importance.of_universe(universe.dollar_volume)
        self._closed = universe.last_close
        for way in ways.values():
            scopes.declare(way.limits)
            keys = [(way.kind, pk) for pk in universe.instrument_ids.tolist()]
            told = zip(weights.tolist(), universe.volatility.tolist(), strict=True)
            self._base |= dict(zip(keys, told, strict=True))
            if Tier.UNIVERSE in asked_tiers(way.kind, spending):
                self._add(policy, way, keys, weights, np.full(len(keys), math.inf))
        self._policy = policy

    # Taking in what has happened

    def _hear(self, now: datetime) -> None:
        """Learn from the rows what was seen and what failed, and which calls were lost."""
        since = (self._looked_at or now) - _OVERLAP
        for way in self._ways.values():
            rows = Sighting.objects.filter(kind=way.kind, tried_at__gte=since).order_by("tried_at")
            for pk, seen_at, tried_at, again_at in rows.values_list(
                "instrument_id", "seen_at", "tried_at", "again_at"
            ):
                self._heard((way.kind, pk), seen_at, tried_at, again_at, now)
            held = set(
                InFlight.objects.filter(kind=way.kind, until__gt=now).values_list("instrument_id", flat=True)
            )
            for key in [key for key in self._flying if key[0] is way.kind and key[1] not in held]:
                # Given back without a word: it was not sent. The worker knows why, and so will the next.
                del self._flying[key]
                if self._known(key):
                    self._asked_of.failed(key, now)

    def _heard(
        self,
        key: _Key,
        seen_at: datetime | None,
        tried_at: datetime,
        again_at: datetime | None,
        now: datetime,
    ) -> None:
        if self._tried.get(key) == tried_at or not self._known(key):
            return
        self._tried[key] = tried_at
        self._flying.pop(key, None)
        if again_at is not None:
            self._asked_of.failed(key, now, retry_at=max(again_at, now))
        elif seen_at is not None:
            self._asked_of.seen(key, seen_at)

    def _follow(self, now: datetime) -> None:
        """Take in what is wanted by whom; what nobody wants any more counts as one of the universe."""
        for way in self._ways.values():
            allowed = asked_tiers(way.kind, self._spending)
            tiers = {
                (way.kind, pk): want.tier
                for pk, want in wanted(kind=way.kind, now=now).items()
                if want.tier in allowed and (way.kind, pk) in self._base
            }
            before = {key: tier for key, tier in self._tiers.items() if key[0] is way.kind}
            stretch = _stretch(way, tiers.values())
            changed = {key for key in before.keys() | tiers.keys() if before.get(key) != tiers.get(key)}
            if stretch != self._stretch:
                changed |= tiers.keys()
            self._stretch = stretch
            if changed:
                self._want(way, changed, tiers, in_universe=Tier.UNIVERSE in allowed)
            self._tiers = {key: tier for key, tier in self._tiers.items() if key[0] is not way.kind} | tiers

    def _want(self, way: _Way, changed: set[_Key], tiers: dict[_Key, Tier], *, in_universe: bool) -> None:
        policy, keys = self._asked_of, sorted(changed, key=lambda key: key[1])
        known = [key for key in keys if self._known(key)]
        policy.remove(known)
        self._inside.difference_update(known)
        wanted_now = [key for key in keys if key in tiers or in_universe]
        self._add(
            policy,
            way,
            wanted_now,
            np.array([self._base[key][0] + self._weight(tiers.get(key)) for key in wanted_now]),
            np.array([self._target(way, tiers.get(key)) for key in wanted_now]),
        )

    def _add(self, policy: Policy, way: _Way, keys: Sequence[_Key], weights: Floats, targets: Floats) -> None:
        """Let the policy know data, when each was last seen, and which of them rest after a failure."""
        rows = Sighting.objects.filter(kind=way.kind, instrument_id__in=[pk for _, pk in keys])
        told = {pk: times for pk, *times in rows.values_list("instrument_id", "seen_at", "again_at")}
        looks = [(told.get(pk, (None,))[0], self._closed.get(pk)) for _, pk in keys]
        policy.add_prices(
            keys,
            weights,
            np.array([self._base[key][1] for key in keys]),
            seen=[max((at for at in both if at is not None), default=None) for both in looks],
            targets=targets,
            providers=(way.source.provider,),
        )
        self._inside.update(keys)
        for key in keys:
            again_at = told.get(key[1], (None, None))[1]
            if again_at is not None:
                policy.failed(key, again_at)

    @staticmethod
    def _weight(tier: Tier | None) -> float:
        return 0.0 if tier is None else IMPORTANCE[tier]

    def _target(self, way: _Way, tier: Tier | None) -> float:
        target = math.inf if tier is None else RULES[way.kind].targets.get(tier, math.inf)
        return target * self._stretch * AIM

    @property
    def _asked_of(self) -> Policy:
        if self._policy is None:
            raise RuntimeError("There is no policy yet: build it first")
        return self._policy

    def _known(self, key: _Key) -> bool:
        return key in self._inside

    # Choosing

    def _orders(self, now: datetime) -> list[Order]:
        orders: list[Order] = []
        for way in self._ways.values():
            room = _room(way, now, sum(1 for kind, _ in self._flying if kind is way.kind))
            chosen = self._choose(way, now, room)
            batches = (chosen[start : start + BATCH] for start in range(0, len(chosen), BATCH))
            orders += [self._claimed(way, batch, now) for batch in batches]
        return [order for order in orders if order.instrument_ids]

    def _choose(self, way: _Way, now: datetime, room: int | None) -> list[Call]:
        chosen: list[Call] = []
        while room is None or len(chosen) < room:
            call = self._asked_of.choose_call(now, providers=(way.source.provider,))
            if call is None:
                break
            chosen.append(call)
        return chosen

    def _claimed(self, way: _Way, calls: Sequence[Call], now: datetime) -> Order:
        """Claim what was chosen; what somebody else is asking for already is left to that one."""
        keys: list[_Key] = [key for call in calls for key in call.data]  # type: ignore[misc]  # our own keys
        hold = timedelta(seconds=HOLD * max(1.0, clock.rate()))
        token, ours = claims.claim(
            kind=way.kind,
            instrument_ids=[pk for _, pk in keys],
            provider=way.source.provider,
            now=now,
            hold=hold,
        )
        self._flying |= dict.fromkeys(keys, now)
        self._pace.made(len(keys))
        mine = set(ours)
        return Order(way.kind, way.source.provider, tuple(pk for _, pk in keys if pk in mine), token)

    # Explaining

    def _sentence(self, spending: Level) -> str:
        words = SENTENCES[spending]
        if self._stretch > 1.0:
            words += (
                " More is promised than the limits allow: "
                f"all promised ages are {self._stretch:.1f} times as long."
            )
        return words


def _planned(call: Call, tiers: Mapping[_Key, Tier]) -> plans.PlannedCall:
    key: _Key = call.data[0]  # type: ignore[assignment]  # our own keys
    tier = tiers.get(key)
    promised = tier is not None and tier in RULES[key[0]].targets
    return plans.PlannedCall(
        at=_instant(call.at), provider=call.provider, kind=key[0], instrument_id=key[1],
        gain=call.error, promised=promised,
    )  # fmt: skip


def _ways(spending: Level) -> Iterator[_Way]:
    """Yield how prices can be had: by the first source of a kind that has a key."""
    for kind, rule in RULES.items():
        if rule.staleness != "price" or not asked_tiers(kind, spending):
            continue
        for source in rule.sources:
            access = _access(source.provider)
            if access is not None:
                yield _Way(kind, source, access.limits_of(source.endpoint))
                break


def _access(provider: str) -> Access[object] | None:
    try:
        return registry.access(provider)
    except ProviderError:  # no key, or a plan that may not be used here: the usage page says which
        return None


def _room(way: _Way, now: datetime, flying: int) -> int | None:
    """
    Return how many calls the ledger would grant when they have got there; None without limits.

    :param flying: calls that were handed out; those that the ledger does not hold yet will take a slot each.
    """
    rooms = []
    for row in window_status(now=now, scope=way.limits.scope):
        if row.window is not None:
            lane = row.lanes[LANE]
            stopped = row.full_until or row.closed_until
            soon = 0 if stopped else int(way.rate * ON_THE_WAY * clock.rate())
            rooms.append(lane.free + soon - max(0, flying - lane.held))
    return min(rooms, default=None)


def _stretch(way: _Way, tiers: Iterable[Tier]) -> float:
    """Return by how much promised ages have to be longer, so that the limits can keep them all."""
    targets = [RULES[way.kind].targets.get(tier) for tier in tiers]
    demand = sum(1.0 / (target * AIM) for target in targets if target is not None)
    return 1.0 if math.isinf(way.rate) else max(1.0, demand / (way.rate * SHARE))


def _closed_session(now: datetime) -> date | None:
    try:
        return latest_closed_session(now)
    except CalendarMissing:
        return None


def _sessions(now: datetime) -> list[tuple[datetime, datetime]]:
    rows = Session.objects.filter(closes_at__gt=now - _SESSIONS_BACK, opens_at__lt=now + _SESSIONS_AHEAD)
    return list(rows.order_by("session").values_list("opens_at", "closes_at"))


def _instant(at: float | datetime) -> datetime:
    return at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
