"""The exchange's hours around a moment, for ages that count only while it is open."""

from datetime import datetime, timedelta

from investment.acquisition.calculators.open_time import OpenTime
from investment.market.models import Session

BACK, AHEAD = timedelta(days=40), timedelta(days=20)


def open_time(*, now: datetime, back: timedelta = BACK, ahead: timedelta = AHEAD) -> OpenTime:
    """Return the sessions around ``now`` as a clock."""
    rows = Session.objects.filter(closes_at__gt=now - back, opens_at__lt=now + ahead).order_by("session")
    return OpenTime.of(list(rows.values_list("opens_at", "closes_at")))
