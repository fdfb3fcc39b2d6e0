"""Reads of the last prices that were told."""

from investment.market.models import Instrument, Quote


def newest_quote(*, instrument: Instrument, provider: str | None = None) -> Quote | None:
    """Return the quote with the latest price, or that of one provider; None where nobody has told one."""
    quotes = Quote.objects.filter(instrument=instrument)
    if provider is not None:
        quotes = quotes.filter(provider=provider)
    return quotes.order_by("-at", "-fetched_at", "provider").first()
