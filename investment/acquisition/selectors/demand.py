"""What is wanted at present, and how much."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.models import Interest

_ORDER = {tier: place for place, tier in enumerate(Tier)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The most pressing reason for which a datum is wanted, and by how many."""

    tier: Tier
    by: int


def wanted(*, kind: Kind, now: datetime, instrument_ids: Collection[int] | None = None) -> dict[int, Wanted]:
    """
    Return by instrument who wants to know something of it at ``now``; the universe is not among them.

    :param instrument_ids: of which; by default of all.
    """
    rows = Interest.objects.filter(Q(until__isnull=True) | Q(until__gt=now), kind=kind)
    if instrument_ids is not None:
        rows = rows.filter(instrument_id__in=instrument_ids)
    found: dict[int, Wanted] = {}
    for pk, word in rows.values_list("instrument_id", "tier").order_by():
        tier, known = Tier(word), found.get(pk)
        if known is None:
            found[pk] = Wanted(tier, 1)
        else:
            found[pk] = Wanted(min(tier, known.tier, key=_ORDER.__getitem__), known.by + 1)
    return found
