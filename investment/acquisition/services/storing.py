"""What is asked of a source for each kind, and what stores the answer: the one table."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from investment.acquisition.kinds import Kind, Source
from investment.acquisition.models import Sighting
from investment.market.models import Instrument
from investment.market.services.companies import store_filer
from investment.market.services.estimates import (
    store_earnings,
    store_metrics,
    store_overview,
    store_recommendations,
)
from investment.market.services.facts import store_company_facts
from investment.market.services.quotes import store_quote
from investment.news.services.ingest import store_articles
from investment.providers.registry import source_of

# It stores what came and returns the instant that the value is of; None where there is nothing newer.
Store = Callable[[int, Any, Source, datetime, UUID | None], datetime | None]

_DAY: Final = timedelta(days=1)
FIRST_NEWS: Final = timedelta(days=30)  # of whom nobody has asked yet, or not for longer than that


def question(*, kind: Kind, instrument: Instrument, now: datetime) -> dict[str, Any]:
    """
    Return what a source is asked: companies file under a number, all else is told by ticker.

    News are asked for from the day before they were last heard on, so that a time in which nobody asked
    leaves no gap, whichever zone a provider counts its days in.
    """
    if kind in (Kind.COMPANY, Kind.FACTS):
        return {"cik": instrument.cik}
    if kind is Kind.NEWS:
        seen = Sighting.objects.filter(kind=kind, instrument=instrument).values_list("seen_at", flat=True)
        heard = next((at for at in seen if at is not None), now - FIRST_NEWS)
        return {
            "symbol": instrument.symbol,
            "start": (max(heard, now - FIRST_NEWS) - _DAY).date(),
            "end": (now + _DAY).date(),
        }
    return {"symbol": instrument.symbol}


def _quote(pk: int, record: Any, source: Source, now: datetime, call_id: UUID | None) -> datetime:
    store_quote(
        instrument_id=pk,
        quote=record,
        provider=source.provider,
        source=source_of(source.provider),
        now=now,
        call_id=call_id,
    )
    at: datetime = record.at
    return at


def _company(_pk: int, record: Any, source: Source, now: datetime, _call_id: UUID | None) -> datetime:
    store_filer(filer=record.value, source=source_of(source.provider), now=now)
    return now


def _facts(pk: int, record: Any, source: Source, now: datetime, call_id: UUID | None) -> datetime:
    return store_company_facts(
        instrument_id=pk,
        record=record.value,
        source=source_of(source.provider),
        now=now,
        call_id=call_id,
    )


def _news(pk: int, record: Any, source: Source, now: datetime, call_id: UUID | None) -> datetime | None:
    store_articles(
        articles=record,
        provider=source.provider,
        source=source_of(source.provider),
        now=now,
        call_id=call_id,
        about=pk,
    )
    # One that is dated tomorrow is known today.
    newest = max((article.published_at for article in record), default=None)
    return newest and min(now, newest)


def _by(store: Callable[..., datetime]) -> Store:
    """Return how ``store`` of another layer is called."""

    def stored(pk: int, record: Any, source: Source, now: datetime, call_id: UUID | None) -> datetime:
        whose = source_of(source.provider)
        return store(instrument_id=pk, record=record, source=whose, now=now, call_id=call_id)

    return stored


STORES: Final[dict[Kind, Store]] = {
    Kind.QUOTE: _quote,
    Kind.COMPANY: _company,
    Kind.FACTS: _facts,
    Kind.METRICS: _by(store_metrics),
    Kind.OVERVIEW: _by(store_overview),
    Kind.RECOMMENDATIONS: _by(store_recommendations),
    Kind.EARNINGS: _by(store_earnings),
    Kind.NEWS: _news,
}
