"""Exchange rates and companies for the dashboard to show."""

from datetime import timedelta
from decimal import Decimal

from investment.lib import clock
from investment.market.models import Company, Filing, FxRate, Instrument, Publication

RATES = {"USD": ("1.25", "1.2"), "JPY": ("181.34", "180"), "GBP": ("0.88071", None)}
DOCUMENT = "https://www.sec.gov/Archives/edgar/data/1/a.htm"


def make_rates() -> None:
    """Store two fixings, the pound in the second alone."""
    now = clock.now()
    day = now.date()
    for quote, rates in RATES.items():
        for rate, on in zip(rates, (day, day - timedelta(days=1)), strict=True):
            if rate is not None:
                told = {"source": "ecb", "first_seen_at": now, "fetched_at": now}
                FxRate.objects.create(day=on, base="EUR", quote=quote, rate=Decimal(rate), **told)
    Publication.objects.create(
        source="ecb", name="fx.daily", first_day=day, last_day=day, fetched_at=now, checked_at=now
    )


def make_companies(*, known: str, not_asked: str) -> None:
    """Store the company of one symbol, and of the other who files and no more."""
    now = clock.now()
    Instrument.objects.filter(symbol=not_asked).update(cik="0000000002")
    Instrument.objects.filter(symbol=known).update(cik="0000000001")
    company = Company.objects.create(
        cik="0000000001", name="Known Inc", fiscal_year_end="09-28", source="sec",
        website="javascript:alert(1)", first_seen_at=now, updated_at=now, fetched_at=now,
    )  # fmt: skip
    Filing.objects.create(
        company=company, accession="1-26-1", form="10-K", filed_on=now.date(), url=DOCUMENT, fetched_at=now
    )
