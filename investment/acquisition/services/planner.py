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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import numpy as np
import numpy.typing as npt

from investment.acquisition import importance
from investment.acquisition.calculators.open_time import OpenTime
from investment.acquisition.calculators.pace import Pace
from investment.acquisition.importance import IMPORTANCE, Tier
from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.levels import SENTENCES, asked_tiers
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.policy import Call, Policy
from investment.acquisition.selectors import plan as plans
from investment.acquisition.selectors.demand import wanted
from investment.acquisition.selectors.news_rates import NewsRates, news_rates
from investment.acquisition.selectors.universe import load_universe
from investment.acquisition.services import claims
from investment.acquisition.services.fetching import Order
from investment.acquisition.services.ways import AIM, Way, limits_of, room_of, stretch_of, ways_at
from investment.lib import clock, redis
from investment.lib.level import Level
from investment.market.models import Session
from investment.market.selectors.latest import latest_session_with_bars
from investment.market.selectors.sessions import CalendarMissing, latest_closed_session
from investment.quotas.services import scopes

logger = logging.getLogger(__name__)

HOLD = 60.0  # real seconds until a call that nobody gave back counts as lost
BATCH = 8  # data of one order: a worker's thread asks for them one after the other
PLAN_AHEAD = timedelta(hours=1)
_MOST_PLANNED = 4000
_OVERLAP = timedelta(seconds=5)  # a row may be committed a little after the time that it bears
_SESSIONS_BACK, _SESSIONS_AHEAD = timedelta(days=100), timedelta(days=60)

_Key = tuple[Kind, int]
Floats = npt.NDArray[np.float64]


class Planner:
    """Everything that is asked one by one in the planned lane. Not safe for use by several threads."""

    def __init__(self) -> None:
        self._policy: Policy | None = None
        self._spending = Level.FULL
        self._ways: dict[Kind, Way] = {}
        self._built_for: object = None
        self._hours = OpenTime.of([])
        self._closed: dict[int, datetime] = {}  # the instant of the last close that is stored
        self._looked_at: datetime | None = None
        self._inside: set[_Key] = set()  # what the policy knows
        self._tiers: dict[_Key, Tier] = {}
        self._base: dict[int, tuple[float, float]] = {}  # importance in the universe, volatility
        self._rates: NewsRates | None = None
        self._stretch: dict[Kind, float] = {}
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
        sentence, tiers, ways, policy = self._sentence(spending), self._tiers, self._ways, None
        pace, slower, made = self._pace, self._pace.at(now), self._pace.calls
        if self._policy is not None:
            self._hear(now)
            policy = self._policy.copy()
            policy.saw(list(self._flying), now)  # their answers are a matter of moments

        def publish() -> plans.Plan:
            coming = policy.coming(now, PLAN_AHEAD.total_seconds() / slower) if policy else ()
            calls = [_planned(call, tiers, ways) for call in islice(coming, _MOST_PLANNED)]
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
        ways = {way.kind: way for way in ways_at(spending)}
        bars, scoped = latest_session_with_bars(), frozenset(way.scope for way in ways.values())
        state = (spending, _closed_session(now), bars, scoped)
        went_back = self._looked_at is not None and now < self._looked_at - _OVERLAP
        if state == self._built_for and not went_back:
            return
        self._built_for, self._ways, self._policy, self._spending = state, ways, None, spending
        self._tiers, self._base, self._tried, self._flying, self._inside = {}, {}, {}, {}, set()
        self._stretch, self._looked_at, self._closed, self._rates = {}, None, {}, None
        if not ways:
            return
        universe = load_universe(now=now)
        if not len(universe.instrument_ids):
            self._built_for = None  # look again: somebody is about to bring them
            return
        sessions = _sessions(now)
        self._hours = OpenTime.of(sessions)
        # The whole market's file brings every close, after the session: no price is asked for in the night.
        policy = Policy(limits=limits_of(ways.values()), sessions=sessions, covered=True)
        weights = importance.of_universe(universe.dollar_volume)
        self._closed = universe.last_close
        ids = universe.instrument_ids.tolist()
        told = zip(weights.tolist(), universe.volatility.tolist(), strict=True)
        self._base = dict(zip(ids, told, strict=True))
        if any(RULES[kind].staleness == "event" for kind in ways):
            self._rates = news_rates(now=now, instruments=len(ids))
        for way in ways.values():
            scopes.declare(way.limits)
            if Tier.UNIVERSE in asked_tiers(way.kind, spending):
                keys = [(way.kind, pk) for pk in ids]
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
                if want.tier in allowed and pk in self._base
            }
            before = {key: tier for key, tier in self._tiers.items() if key[0] is way.kind}
            stretch = stretch_of(way, tiers.values())
            changed = {key for key in before.keys() | tiers.keys() if before.get(key) != tiers.get(key)}
            if stretch != self._stretch.get(way.kind, 1.0):
                changed |= tiers.keys()
            self._stretch[way.kind] = stretch
            if changed:
                self._want(way, changed, tiers, in_universe=Tier.UNIVERSE in allowed)
            self._tiers = {key: tier for key, tier in self._tiers.items() if key[0] is not way.kind} | tiers

    def _want(self, way: Way, changed: set[_Key], tiers: dict[_Key, Tier], *, in_universe: bool) -> None:
        policy, keys = self._asked_of, sorted(changed, key=lambda key: key[1])
        known = [key for key in keys if self._known(key)]
        policy.remove(known)
        self._inside.difference_update(known)
        wanted_now = [key for key in keys if key in tiers or in_universe]
        self._add(
            policy,
            way,
            wanted_now,
            np.array([self._base[key[1]][0] + self._weight(tiers.get(key)) for key in wanted_now]),
            np.array([self._target(way, tiers.get(key)) for key in wanted_now]),
        )

    def _add(self, policy: Policy, way: Way, keys: Sequence[_Key], weights: Floats, targets: Floats) -> None:
        """Let the policy know data, when each was last seen, and which of them rest after a failure."""
        rows = Sighting.objects.filter(kind=way.kind, instrument_id__in=[pk for _, pk in keys])
        told = {pk: times for pk, *times in rows.values_list("instrument_id", "seen_at", "again_at")}
        pks = [pk for _, pk in keys]
        volatility = np.array([self._base[pk][1] for pk in pks])
        if self._rates is not None and RULES[way.kind].staleness == "event":
            rates = self._rates.of(pks)
            policy.add_events(
                keys,
                weights,
                rates.moves(volatility),
                rates.per_day,
                seen=[told.get(pk, (None,))[0] for pk in pks],
                targets=targets,
                providers=(way.scope,),
            )
            policy.rest(keys, RULES[way.kind].rest)
        else:
            looks = [(told.get(pk, (None,))[0], self._closed.get(pk)) for pk in pks]
            policy.add_prices(
                keys,
                weights,
                volatility,
                seen=[max((at for at in both if at is not None), default=None) for both in looks],
                targets=targets,
                providers=(way.scope,),
            )
        self._inside.update(keys)
        for key in keys:
            again_at = told.get(key[1], (None, None))[1]
            if again_at is not None:
                policy.failed(key, again_at)

    @staticmethod
    def _weight(tier: Tier | None) -> float:
        return 0.0 if tier is None else IMPORTANCE[tier]

    def _target(self, way: Way, tier: Tier | None) -> float:
        target = math.inf if tier is None else RULES[way.kind].targets.get(tier, math.inf)
        return target * self._stretch.get(way.kind, 1.0) * AIM

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
        for scope in dict.fromkeys(way.scope for way in self._ways.values()):
            ways = [way for way in self._ways.values() if way.scope == scope]
            kinds = {way.kind for way in ways}
            room = room_of(ways, now, sum(1 for kind, _ in self._flying if kind in kinds))
            chosen = self._choose(scope, now, room)
            for way in ways:
                mine = [call for call in chosen if _key(call)[0] is way.kind]
                batches = (mine[start : start + BATCH] for start in range(0, len(mine), BATCH))
                orders += [self._claimed(way, batch, now) for batch in batches]
        return [order for order in orders if order.instrument_ids]

    def _choose(self, scope: str, now: datetime, room: int | None) -> list[Call]:
        chosen: list[Call] = []
        while room is None or len(chosen) < room:
            call = self._asked_of.choose_call(now, providers=(scope,))
            if call is None:
                break
            chosen.append(call)
        return chosen

    def _claimed(self, way: Way, calls: Sequence[Call], now: datetime) -> Order:
        """Claim what was chosen; what somebody else is asking for already is left to that one."""
        keys = [_key(call) for call in calls]
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
        longer = {kind: by for kind, by in self._stretch.items() if by > 1.0}
        if longer:
            words += " More is promised than the limits allow: " + ", ".join(
                f"all promised ages of {RULES[kind].label.lower()} are {by:.1f} times as long"
                for kind, by in longer.items()
            )
            words += "."
        return words


def _key(call: Call) -> _Key:
    """Return the one datum of a call of ours."""
    return call.data[0]  # type: ignore[return-value]  # our own keys


def _planned(call: Call, tiers: Mapping[_Key, Tier], ways: Mapping[Kind, Way]) -> plans.PlannedCall:
    kind, pk = _key(call)
    tier = tiers.get((kind, pk))
    promised = tier is not None and tier in RULES[kind].targets
    return plans.PlannedCall(
        at=_instant(call.at), provider=ways[kind].source.provider, kind=kind, instrument_id=pk,
        gain=call.error, promised=promised,
    )  # fmt: skip


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
