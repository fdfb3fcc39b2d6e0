"""What a second source is to be asked about next, and what has been compared already."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max, Q

from investment.acquisition.calculators.comparison import worth
from investment.acquisition.importance import IMPORTANCE, Tier
from investment.acquisition.kinds import RULES, Kind, Source
from investment.acquisition.models import CrossCheck
from investment.acquisition.selectors.demand import wanted
from investment.acquisition.selectors.universe import load_universe
from investment.market.models import DailyBar, Instrument, Origin, Session
from investment.market.selectors.sessions import NEW_YORK, sessions_between
from investment.providers import registry

# A session that has just closed is still corrected, by one source before the other.
SETTLED_AFTER = timedelta(days=1)
RECENT = 64  # sessions in which a bar was traded that anybody is asked about
USD = "USD"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instrument, its first and last session that nobody has checked, and what checking it is worth."""

    instrument_id: int
    symbol: str
    since: date
    until: date
    worth: float


@dataclass(frozen=True, slots=True)
class _Past:
    """Up to which session a source was compared, and the last day that was settled when it was asked last."""

    until: date | None
    asked: date


def settled_until(now: datetime) -> date | None:
    """Return the last session that sources no longer correct as a matter of course; None before the first."""
    closed = Session.objects.filter(closes_at__lte=now - SETTLED_AFTER).order_by("-session")
    return closed.values_list("session", flat=True).first()


def served_by(origin: Origin) -> str:
    """
    Return which provider's answer an origin is; of an imported file whose figures it holds.

    Behind the sandbox all figures are the sample's or the folder's, whoever was asked; the endpoint tells.
    """
    if origin.provider in registry.NAMES or origin.channel != Origin.Channel.FETCHED:
        return origin.provider
    return next(
        (each.provider for each in RULES[Kind.BARS].sources if each.endpoint == origin.endpoint),
        origin.provider,
    )


def comparable(source: Source, origin: Origin) -> bool:
    """
    Return whether a source can say something about a stored bar: another's, and on the same basis.

    What was adjusted and made raw again by us is not: that would test our splits.
    """
    first = served_by(origin)
    if first == source.provider or not origin.basis == source.basis.adjustment == Origin.Basis.RAW:
        return False
    known = [each.basis for each in RULES[Kind.BARS].sources if each.provider == first]
    return not known or source.basis in known


def candidates(*, source: Source, now: datetime, symbols: Collection[str] | None = None) -> list[Candidate]:
    """
    Return what to ask a source about, what is worth most first.

    :param symbols: only these, whether or not they were checked before; by default all that has recent bars
        and sessions that were not checked.
    """
    last = settled_until(now)
    first = DailyBar.objects.order_by("session").values_list("session", flat=True).first()
    if last is None or first is None:
        return []
    sessions = sessions_between(first, last)
    comparable_ids = _comparable(source, sessions)
    # What is worth most is of no interest where somebody has chosen.
    money = _dollar_volumes(now) if symbols is None else {}
    least = min((value for value in money.values() if value > 0), default=1.0)
    tiers, past = wanted(kind=Kind.BARS, now=now), _past(source.provider)
    prices = wanted(kind=Kind.QUOTE, now=now)
    found = []
    for pk, symbol in _instruments(symbols):
        before = past.get(pk)
        since = before.until if before and before.until and symbols is None else first
        unchecked = len(sessions) - (bisect_right(sessions, before.asked) if before else 0)
        volume = money.get(pk)
        if pk not in comparable_ids or (symbols is None and (volume is None or not unchecked)):
            continue
        tier = min(
            (each[pk].tier for each in (tiers, prices) if pk in each),
            key=list(Tier).index,
            default=Tier.UNIVERSE,
        )
        found.append(
            Candidate(
                pk, symbol, since, last,
                worth(importance=IMPORTANCE[tier], dollar_volume=volume or least, unchecked=unchecked),
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: (-each.worth, each.instrument_id))


def spans(*, kind: Kind, instrument_id: int) -> list[CrossCheck]:
    """Return all looks at an instrument that compared something."""
    return list(CrossCheck.objects.filter(kind=kind, instrument_id=instrument_id, error="").order_by("pk"))


def _instruments(symbols: Collection[str] | None) -> list[tuple[int, str]]:
    rows = Instrument.objects.filter(Q(currency=USD) | Q(currency=None), active=True)
    if symbols is not None:
        rows = rows.filter(symbol__in=symbols)
    return list(rows.order_by("pk").values_list("pk", "symbol"))


def _dollar_volumes(now: datetime) -> dict[int, float]:
    """Return what is traded in a usual session, by instrument, where that is known."""
    universe = load_universe(now=now)
    known = np.isfinite(universe.dollar_volume)
    return dict(
        zip(universe.instrument_ids[known].tolist(), universe.dollar_volume[known].tolist(), strict=True)
    )


def _comparable(source: Source, sessions: Sequence[date]) -> set[int]:
    """Return the instruments whose newest bar a source can say something about."""
    if not sessions:
        return set()
    rows = (
        DailyBar.objects.filter(session__gte=sessions[-RECENT:][0])
        .order_by("instrument_id", "-session")
        .distinct("instrument_id")
        .values_list("instrument_id", "origin_id")
    )
    newest = dict(rows)
    able = {
        origin.pk
        for origin in Origin.objects.filter(pk__in=set(newest.values()))
        if comparable(source, origin)
    }
    return {pk for pk, origin_id in newest.items() if origin_id in able}


def _past(provider: str) -> dict[int, _Past]:
    rows = (
        CrossCheck.objects.filter(kind=Kind.BARS, provider=provider)
        .values("instrument_id")
        .annotate(until=Max("until", filter=Q(error="")), asked=Max("checked_at"))
        .order_by()
    )
    return {
        row["instrument_id"]: _Past(row["until"], (row["asked"] - SETTLED_AFTER).astimezone(NEW_YORK).date())
        for row in rows
    }
