"""Keeping what another source says of a session, beside the bar that was chosen."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from investment.market.models import BarRevision
from investment.market.services.origins import NewOrigin, write_origin

# Open, high, low, close, volume.
Values = tuple[float, float, float, float, float]


@transaction.atomic
def keep_second_opinions(
    *, instrument_id: int, told: Mapping[date, Values], origin: NewOrigin, now: datetime
) -> int:
    """
    Keep bars of one instrument that were not chosen; return how many of them are new.

    No chosen bar is changed. What the same source has said before is not kept again.
    """
    rows = BarRevision.objects.filter(
        instrument_id=instrument_id,
        session__in=list(told),
        reason=BarRevision.Reason.NOT_CHOSEN,
        origin__provider=origin.provider,
        origin__endpoint=origin.endpoint,
    )
    known = {
        (row[0], row[1:]) for row in rows.values_list("session", "open", "high", "low", "close", "volume")
    }
    new = {session: values for session, values in told.items() if (session, tuple(values)) not in known}
    if not new:
        return 0
    origin_id = write_origin(origin=origin, now=now)
    BarRevision.objects.bulk_create(
        BarRevision(
            session=session,
            instrument_id=instrument_id,
            open=values[0],
            high=values[1],
            low=values[2],
            close=values[3],
            volume=values[4],
            origin_id=origin_id,
            reason=BarRevision.Reason.NOT_CHOSEN,
            recorded_at=now,
        )
        for session, values in sorted(new.items())
    )
    return len(new)
