"""How old each thing is that we know of an instrument, who told it, and why it is not fresher."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from investment.acquisition.calculators.open_time import OpenTime
from investment.acquisition.importance import Tier
from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.levels import asked_tiers
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.selectors.calendar import open_time
from investment.acquisition.selectors.demand import wanted
from investment.acquisition.selectors.plan import Plan, PlannedCall, current_plan
from investment.lib import level
from investment.market.models import Instrument
from investment.market.selectors.latest import latest_bars
from investment.providers import registry
from investment.providers.errors import ProviderError

_LATE = timedelta(minutes=5)  # real; a plan that was made before is that of a planner which ended


@dataclass(frozen=True, slots=True)
class DatumFreshness:
    """
    One thing we know of an instrument; ``None`` is unknown.

    ``value_at`` is the instant that the value is of, ``asked_at`` when we last had an answer.
    ``age_seconds`` and ``open_age_seconds`` count from ``asked_at``, the latter while the exchange was open.
    ``next_call_at`` is when it is expected to be asked for; ``why_not_sooner`` says what comes first.
    """

    kind: Kind
    label: str
    value_at: datetime | None = None
    asked_at: datetime | None = None
    age_seconds: float | None = None
    open_age_seconds: float | None = None
    source: str | None = None
    provider: str | None = None
    tier: Tier = Tier.UNIVERSE
    target_age_seconds: float | None = None
    within_target: bool | None = None
    next_call_at: datetime | None = None
    next_provider: str | None = None
    gain: float | None = None
    why_not_sooner: str = ""
    error: str = ""


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
    hours = open_time(now=now)
    data = [_bars(instrument, now, hours, due.get(Kind.BARS))]
    for kind, rule in RULES.items():
        if kind is Kind.BARS or rule.staleness == "publication":
            continue
        data.append(_datum(instrument, kind, now, hours, plan, spending))
    return Freshness(instrument.symbol, now, spending, data)


def _bars(instrument: Instrument, now: datetime, hours: OpenTime, due: datetime | None) -> DatumFreshness:
    rule = RULES[Kind.BARS]
    bar = latest_bars(instrument_ids=[instrument.pk]).get(instrument.pk)
    why = "The whole market's day comes in one file, once it is published after the session's end."
    if bar is None:
        return DatumFreshness(Kind.BARS, rule.label, next_call_at=due, why_not_sooner=why)
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
        next_provider=rule.sources[0].provider if due else None,
        why_not_sooner=why,
    )


def _datum(
    instrument: Instrument,
    kind: Kind,
    now: datetime,
    hours: OpenTime,
    plan: Plan | None,
    spending: level.Level,
) -> DatumFreshness:
    rule = RULES[kind]
    want = wanted(kind=kind, now=now).get(instrument.pk)
    tier = want.tier if want else Tier.UNIVERSE
    seen = Sighting.objects.filter(kind=kind, instrument=instrument).first()
    call = plan.next_of(instrument.pk, kind) if plan else None
    asked_at = seen.seen_at if seen else None
    open_age = hours.at(now) - hours.at(asked_at) if asked_at else None
    target = rule.targets.get(tier) if want else None
    within = None
    if target is not None:
        within = open_age is not None and open_age <= target
    return DatumFreshness(
        kind=kind,
        label=rule.label,
        value_at=seen.value_at if seen else None,
        asked_at=asked_at,
        age_seconds=(now - asked_at).total_seconds() if asked_at else None,
        open_age_seconds=open_age,
        source=(seen.source or None) if seen else None,
        provider=seen.provider if seen and asked_at else None,
        tier=tier,
        target_age_seconds=target,
        within_target=within,
        next_call_at=max(call.at, now) if call else None,
        next_provider=call.provider if call else None,
        gain=call.gain if call else None,
        why_not_sooner=_why(instrument, kind, tier, now, hours, plan, call, seen, spending),
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
    seen: Sighting | None,
    spending: level.Level,
) -> str:
    """Say in one sentence why the datum is not asked for at once: the first reason that holds."""
    rule = RULES[kind]
    source = rule.sources[0]
    try:
        registry.access(source.provider)
    except ProviderError as error:
        return error.message
    if InFlight.objects.filter(kind=kind, instrument=instrument, until__gt=now).exists():
        return f"It is being asked for now, of {source.provider}."
    if tier not in asked_tiers(kind, spending):
        return (
            f"At the spending level «{spending}» it is not asked for: nobody holds it or waits for an alert."
        )
    if seen is not None and seen.error and seen.again_at and seen.again_at > now:
        return (
            f"{seen.provider} refused: {seen.error}. It is asked again at {seen.again_at:%Y-%m-%d %H:%M} UTC."
        )
    if rule.staleness == "price" and not hours.is_open(now):
        opening = hours.next_opening(now)
        when = f" until {opening:%Y-%m-%d %H:%M} UTC" if opening else ""
        return f"The exchange is closed{when}: there is no newer price."
    if plan is None or now - plan.made_at > _LATE:
        return "Nothing is planned at present: the planner is not running."
    calls = plan.calls_of(source.provider)
    if call is not None:
        before = sum(1 for each in calls if each.at < call.at)
        if call.promised:
            return f"Its age is promised and kept: {before} calls of {source.provider} come before it."
        return f"{before} calls of {source.provider} that buy more come before it."
    gains = [each.gain for each in calls if not each.promised]
    if gains:
        return (
            f"It is not among the {len(calls)} calls of {source.provider} until {plan.until:%H:%M} UTC: "
            f"each of those takes away more error ({min(gains):.2g} weighted basis points or more)."
        )
    return f"It is not among the {len(calls)} calls of {source.provider} until {plan.until:%H:%M} UTC."
