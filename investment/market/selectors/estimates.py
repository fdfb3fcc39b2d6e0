"""Reads of what providers told of a company beside its filings."""

from datetime import UTC, date, datetime, time, timedelta

from investment.market.models import Instrument, ProviderMetrics


def metrics_on(*, instrument: Instrument, as_of: date) -> list[ProviderMetrics]:
    """Return the last figures that each provider had told of an instrument by a day (UTC), it included."""
    told_before = datetime.combine(as_of + timedelta(days=1), time(), UTC)
    return list(
        ProviderMetrics.objects.filter(instrument=instrument, fetched_at__lt=told_before)
        .order_by("provider", "-fetched_at")
        .distinct("provider")
    )
