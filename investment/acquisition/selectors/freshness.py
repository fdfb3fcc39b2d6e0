"""How old each thing is that we know of an instrument, who told it, and why it is not fresher."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from investment.acquisition.calculators.open_time import OpenTime
from investment.acquisition.importance import Tier
from investment.acquisition.kinds import PLANNED, RULES, Kind
from investment.acquisition.levels import asked_tiers
from investment.acquisition.selectors.calendar import open_time
from investment.acquisition.selectors.datum import (
    Asked,
    DatumFreshness,
    asked_about,
    at_level,
    in_the_way,
    missing,
)
from investment.acquisition.selectors.demand import wanted
from investment.acquisition.selectors.plan import Plan, PlannedCall, current_plan
from investment.acquisition.selectors.seldom import seldom
from investment.lib import clock, level
from investment.market.models import Instrument
from investment.market.selectors.latest import latest_bars
from investment.providers.titles import TITLES


@dataclass(frozen=True, slots=True)
class Freshness:
    """All that is known of one instrument, at one moment."""

    symbol: str
    at: datetime
    level: level.Level
    data: list[DatumFreshness]


def freshness(
    *, instrument: Instrument, now: datetime, publications: Mapping[Kind, datetime | None] | None = None
) -> Freshness:
    """
    Return how fresh everything is that we know of an instrument. Nobody is asked for it.

    :param publications: when jobs that bring the whole market are due next, by kind; who plans those
        jobs knows.
    """
    due = dict(publications or {})
    spending, plan = level.current(), current_plan()
    hours, asked = open_time(now=now), asked_about(instrument, now)
    if plan is not None and plan.is_late(now):
        plan = None
    data = [_bars(instrument, now, hours, due.get(Kind.BARS))]
    data += [
        _datum(instrument, kind, now, hours, plan, asked, spending)
        for kind, rule in RULES.items()
        if rule.staleness in PLANNED
    ]
    data += [
        seldom(instrument, kind, now, hours, asked, spending)
        for kind, rule in RULES.items()
        if rule.staleness == "seldom"
    ]
    return Freshness(instrument.symbol, now, spending, data)


def _bars(instrument: Instrument, now: datetime, hours: OpenTime, due: datetime | None) -> DatumFreshness:
    rule = RULES[Kind.BARS]
    bar = latest_bars(instrument_ids=[instrument.pk]).get(instrument.pk)
    why = _why_no_file(rule.sources[0].provider, due, now)
    provider = rule.sources[0].provider if due else None
    if bar is None:
        return DatumFreshness(
            Kind.BARS, rule.label, next_call_at=due, next_provider=provider, why_not_sooner=why
        )
    known_at = bar.closed_at or bar.source.fetched_at
    return DatumFreshness(
        kind=Kind.BARS,
        label=rule.label,
        value_at=bar.closed_at,
        asked_at=bar.source.fetched_at,
        age_seconds=(now - known_at).total_seconds(),
        open_age_seconds=hours.at(now) - hours.at(known_at),
        source=bar.source.provider,
        provider=bar.source.provider,
        next_call_at=due,
        next_provider=provider,
        why_not_sooner=why,
    )


def _why_no_file(provider: str, due: datetime | None, now: datetime) -> str:
    if due is None:
        return (
            missing(provider)
            or "Nothing is due: the whole market's day comes in one file after the session's end."
        )
    if due <= now:
        return "The whole market's file is due now, and is asked for as soon as a worker is free."
    return (
        "The whole market's day comes in one file, once it is published after the session's end: it is asked "
        f"for at {due:%Y-%m-%d %H:%M} UTC."
    )


def _datum(
    instrument: Instrument,
    kind: Kind,
    now: datetime,
    hours: OpenTime,
    plan: Plan | None,
    asked: Asked,
    spending: level.Level,
) -> DatumFreshness:
    rule = RULES[kind]
    want = wanted(kind=kind, now=now, instrument_ids=[instrument.pk]).get(instrument.pk)
    tier = want.tier if want else Tier.UNIVERSE
    seen = asked.sightings.get(kind)
    call = plan.next_of(instrument.pk, kind, asked_at=seen.tried_at if seen else None) if plan else None
    asked_at = seen.seen_at if seen else None
    age = (now - asked_at).total_seconds() if asked_at else None
    open_age = hours.at(now) - hours.at(asked_at) if asked_at else None
    target = rule.targets.get(tier) if want else None
    within = None
    if target is not None:
        counted = age if rule.staleness == "event" else open_age
        within = counted is not None and counted <= target
    return DatumFreshness(
        kind=kind,
        label=rule.label,
        value_at=seen.value_at if seen else None,
        asked_at=asked_at,
        age_seconds=age,
        open_age_seconds=open_age,
        source=(seen.source or None) if seen else None,
        provider=seen.provider if seen and asked_at else None,
        tier=tier,
        target_age_seconds=target,
        within_target=within,
        next_call_at=max(call.at, now) if call else None,
        next_provider=call.provider if call else None,
        gain=call.gain if call else None,
        why_not_sooner=_why(instrument, kind, tier, now, hours, plan, call, asked, spending),
        error=seen.error if seen else "",
    )


def _why(
    instrument: Instrument,
    kind: Kind,
    tier: Tier,
    now: datetime,
    hours: OpenTime,
    plan: Plan | None,
    call: PlannedCall | None,
    asked: Asked,
    spending: level.Level,
) -> str:
    """Say in one sentence why the datum is not asked for at once: the first reason that holds."""
    provider = RULES[kind].sources[0].provider
    of_news, seen = RULES[kind].staleness == "event", asked.sightings.get(kind)
    if not instrument.active:
        what = "news" if of_news else "price"
        return f"{instrument.symbol} is not listed any more: nobody tells its {what}."
    if obstacle := in_the_way(kind, now, asked):
        return obstacle
    if tier not in asked_tiers(kind, spending):
        if of_news and spending is level.Level.FULL:
            return "Nobody holds it, watches it or looks at it: its news come with those of the whole market."
        if of_news and spending is level.Level.HOLD:
            return at_level(spending, "no news are asked for")
        return at_level(spending, _NOT_ASKED[spending])
    if not of_news and not hours.is_open(now):
        opening = hours.next_opening(now)
        when = f" until {opening:%Y-%m-%d %H:%M} UTC" if opening else ""
        if seen is not None and seen.seen_at is not None and hours.at(seen.seen_at) == hours.at(now):
            return f"The exchange is closed{when}: there is no newer price."
        return f"The exchange is closed{when}: its close comes with the whole market's file."
    if plan is None:
        return "Nothing is planned at present: the planner is not running."
    coming = [each for each in plan.calls_of(provider) if each.at >= now]
    still = " The clock stands still: nothing comes due before it goes on." if clock.rate() == 0 else ""
    return _why_in_plan(TITLES[provider], plan, coming, call, now) + still


def _why_in_plan(
    name: str, plan: Plan, calls: list[PlannedCall], call: PlannedCall | None, now: datetime
) -> str:
    if call is None:
        among = f"It is not among the {_count(len(calls), name)} until {plan.until:%H:%M} UTC"
        gains = [each.gain for each in calls if not each.promised]
        if not gains:
            return f"{among}."
        return (
            f"{among}: each of those takes away more error ({min(gains):.2g} weighted basis points or more)."
        )
    if call.at <= now:
        return f"It is due now: it is asked for as soon as {name} has a call free."
    before = sum(1 for each in calls if each.at < call.at)
    if call.promised:
        if not before:
            return f"Its age is promised and kept: it is the next call of {name}."
        return f"Its age is promised and kept: {_count(before, name)} {_come(before)} before it."
    if not before:
        return f"It is the next call of {name}."
    return f"{_count(before, name)} that {'buys' if before == 1 else 'buy'} more {_come(before)} before it."


# Why what nobody wants enough is not asked for; at the level «full» everything is.
_NOT_ASKED = {
    level.Level.FULL: "it is not asked for",
    level.Level.THRIFT: "it is not asked for: nobody holds it, watches it or looks at it",
    level.Level.ESSENTIAL: "it is not asked for: nobody holds it or waits for an alert",
    level.Level.HOLD: "no price is asked for one by one",
    level.Level.READ_ONLY: "nothing is asked of anybody",
}


def _count(calls: int, name: str) -> str:
    return f"{calls} call{'' if calls == 1 else 's'} of {name}"


def _come(calls: int) -> str:
    return "comes" if calls == 1 else "come"
