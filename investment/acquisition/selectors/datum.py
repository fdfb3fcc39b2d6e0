"""One thing that we know of an instrument, and what keeps anybody from asking for it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.models import InFlight, Sighting
from investment.lib import level
from investment.market.models import Instrument
from investment.providers import registry
from investment.providers.errors import ProviderError
from investment.providers.titles import TITLES


@dataclass(frozen=True, slots=True)
class DatumFreshness:
    """
    One thing we know of an instrument; ``None`` is unknown.

    ``value_at`` is the instant that the value is of, ``asked_at`` when we last had an answer.
    ``age_seconds`` and ``open_age_seconds`` count from ``asked_at``, those of a session's bar from the
    session's end; the latter while the exchange was open.
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
class Asked:
    """What became of the last question of each kind about an instrument, and which are being asked now."""

    sightings: Mapping[Kind, Sighting]
    flying: frozenset[Kind]


def asked_about(instrument: Instrument, now: datetime) -> Asked:
    """Return what was asked, and is being asked, of everything about an instrument. Two queries."""
    flying = InFlight.objects.filter(instrument=instrument, until__gt=now).values_list("kind", flat=True)
    rows = Sighting.objects.filter(instrument=instrument)
    return Asked({Kind(row.kind): row for row in rows}, frozenset(Kind(kind) for kind in flying))


def in_the_way(kind: Kind, now: datetime, asked: Asked) -> str:
    """Say what keeps anybody from asking now, whoever they are; empty if nothing does."""
    provider = RULES[kind].sources[0].provider
    if words := missing(provider):
        return words
    seen = asked.sightings.get(kind)
    if kind in asked.flying:
        return f"It is being asked for now, of {TITLES[provider]}."
    if seen is not None and seen.error and seen.again_at and seen.again_at > now:
        again = f"{seen.again_at:%Y-%m-%d %H:%M} UTC"
        words = seen.error.rstrip(".")
        return f"{TITLES[seen.provider]} had no answer, and is asked again at {again}: {words}."
    return ""


def at_level(spending: level.Level, words: str) -> str:
    return f"At the spending level «{spending.value.replace('_', ' ')}» {words}."


def missing(provider: str) -> str:
    """Return why a provider cannot be asked here, in words; empty if it can."""
    try:
        registry.access(provider)
    except ProviderError as error:
        return f"{error.message.rstrip('.')}."
    except ValueError as error:  # the settings name a plan that we do not know
        return f"{error}."
    return ""
