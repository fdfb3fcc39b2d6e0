"""Declaring what is wanted, and taking it back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from investment.acquisition.importance import Tier
from investment.acquisition.kinds import Kind
from investment.acquisition.models import Interest
from investment.lib import clock

VIEWED = (Kind.QUOTE, Kind.NEWS)  # what a page shows that the planner asks for
VIEWED_FOR = timedelta(minutes=2)  # real; whose page does not say so again does not look any more


def declare_interest(
    *,
    who: str,
    instrument_ids: Iterable[int],
    kind: Kind,
    tier: Tier,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """
    Say that somebody wants to know something of some instruments. Repeatable: the latest word stands.

    :param until: on the one clock; None is until it is taken back.
    """
    rows = [
        Interest(who=who, instrument_id=pk, kind=kind, tier=tier, until=until, declared_at=now)
        for pk in sorted(set(instrument_ids))
    ]
    Interest.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["who", "instrument", "kind"],
        update_fields=["tier", "until", "declared_at"],
        batch_size=2000,
    )


def declare_viewing(*, user_id: int, instrument_id: int, now: datetime) -> None:
    """Say that a person has an instrument's page open: two minutes long, unless it is said again."""
    who = f"page:{user_id}"
    Interest.objects.filter(who=who, until__lte=now).delete()
    for kind in VIEWED:
        declare_interest(
            who=who,
            instrument_ids=[instrument_id],
            kind=kind,
            tier=Tier.PAGE,
            now=now,
            # Pages are looked at in real time, however fast our clock runs.
            until=now + VIEWED_FOR * max(1.0, clock.rate()),
        )


def withdraw_interest(*, who: str, kind: Kind | None = None, keep: Iterable[int] = ()) -> int:
    """Take back what somebody has declared, but for the instruments to ``keep``; return how many rows."""
    rows = Interest.objects.filter(who=who).exclude(instrument_id__in=list(keep))
    if kind is not None:
        rows = rows.filter(kind=kind)
    return rows.delete()[0]


def forget_past_interest(*, now: datetime) -> int:
    """Delete what nobody wants any more; return how many rows."""
    return Interest.objects.filter(until__lte=now).delete()[0]
