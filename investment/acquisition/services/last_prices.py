"""The last price of one instrument for a person who looks at it: a few seconds old at the most."""

import functools
from dataclasses import dataclass
from datetime import datetime

from investment.acquisition.cached import BY_NAME
from investment.acquisition.kinds import Kind, Source
from investment.acquisition.services.refreshing import NobodyToAsk, NotRefreshed, refresh, source_of_kind
from investment.acquisition.services.response_cache import answer
from investment.lib import clock
from investment.market.models import Instrument, Quote
from investment.market.selectors.quotes import newest_quote
from investment.providers import contracts
from investment.providers.errors import NotEntitled, ProviderUnavailable, UnknownSymbol
from investment.providers.registry import source_of


@dataclass(frozen=True, slots=True)
class LastPrice:
    """
    What an instrument trades at, raw, in its quote currency; ``price`` is None where nobody tells it.

    ``at`` is the instant of the price, ``fetched_at`` when we asked; ``reason`` says why there is none.
    """

    price: float | None = None
    at: datetime | None = None
    previous_close: float | None = None
    provider: str | None = None
    source: str | None = None
    fetched_at: datetime | None = None
    reason: str | None = None


def last_price(*, instrument: Instrument) -> LastPrice:
    """
    Return the last price, asking for it in the interactive lane where ours is older than fifteen seconds.

    What was asked is stored, so that the planner knows of it; what the planner has stored is not asked again.

    :raises NotRefreshed: if nothing is asked for at this spending level.
    :raises QuotaExhausted, ProviderError: where no call is free, or the provider has no answer.
    """
    if not instrument.active:
        return LastPrice(reason=f"{instrument.symbol} is not listed any more: nobody tells its price")
    try:
        source = source_of_kind(kind=Kind.QUOTE)
        told = answer(
            source.provider,
            source.method,
            {"symbol": instrument.symbol},
            purpose="quote refresh",
            ask=functools.partial(_ask, instrument, source),
        )
    except (NobodyToAsk, UnknownSymbol, NotEntitled) as error:
        return LastPrice(reason=error.message)
    stored = newest_quote(instrument=instrument, provider=source.provider)
    if stored is not None and stored.fetched_at > told.at:  # the planner, or a refresh, asked since
        return _of(stored)
    quote: contracts.Quote = told.value
    return LastPrice(
        price=quote.price,
        at=quote.at,
        previous_close=quote.previous_close,
        provider=source.provider,
        source=source_of(source.provider),
        fetched_at=told.at,
    )


def _ask(instrument: Instrument, source: Source) -> tuple[contracts.Quote, datetime]:
    """Return the stored quote if it is young enough, else ask for one and store it."""
    at = clock.now()
    stored = newest_quote(instrument=instrument, provider=source.provider)
    longest = BY_NAME[source.provider, source.method].max_age
    if stored is None or not 0 <= (at - stored.fetched_at).total_seconds() <= longest:
        try:
            refresh(instrument=instrument, kind=Kind.QUOTE)
        except NotRefreshed as error:  # which those who wait for us can be told as well
            raise ProviderUnavailable(error.message, provider=source.provider) from error
        stored = newest_quote(instrument=instrument, provider=source.provider)
        assert stored is not None  # noqa: S101  # for the type checker: a refresh stores one, or raises
    return _record(instrument, stored), min(at, stored.fetched_at)


def _record(instrument: Instrument, stored: Quote) -> contracts.Quote:
    return contracts.Quote(
        symbol=instrument.symbol,
        price=stored.price,
        at=stored.at,
        open=stored.open,
        high=stored.high,
        low=stored.low,
        previous_close=stored.previous_close,
    )


def _of(stored: Quote) -> LastPrice:
    return LastPrice(
        price=stored.price,
        at=stored.at,
        previous_close=stored.previous_close,
        provider=stored.provider,
        source=stored.source,
        fetched_at=stored.fetched_at,
    )
