"""Storing the last prices that providers tell."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from investment.lib.errors import DomainError
from investment.market.models import Quote
from investment.market.selectors.sessions import NEW_YORK
from investment.providers.contracts import Quote as QuoteRecord

_COLUMNS = (
    "instrument_id", "provider", "source", "price", "at", "session",
    "open", "high", "low", "previous_close", "fetched_at", "call_id",
)  # fmt: skip


class ImpossibleQuote(DomainError):
    """A quote that cannot be true; nothing of it was stored."""

    code = "impossible_quote"


def store_quote(
    *,
    instrument_id: int,
    quote: QuoteRecord,
    provider: str,
    source: str,
    now: datetime,
    call_id: UUID | None = None,
) -> bool:
    """
    Keep the last price that a provider told of an instrument. Repeatable.

    An answer with an older price than the stored one, which came late, changes nothing.

    :return: whether it is the provider's latest.
    :raises ImpossibleQuote: for a price that is none, one outside of its own day's range, or of the future.
    """
    _check(quote, now)
    values = (
        instrument_id, provider, source, quote.price, quote.at, quote.at.astimezone(NEW_YORK).date(),
        quote.open, quote.high, quote.low, quote.previous_close, now, call_id,
    )  # fmt: skip
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    told = ", ".join(f'"{name}" = excluded."{name}"' for name in _COLUMNS[2:])
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Quote._meta.db_table}" AS known ({names}) '  # noqa: S608 - our own words
            f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) "
            f"ON CONFLICT (instrument_id, provider) DO UPDATE SET {told} "
            "WHERE known.at <= excluded.at AND known.fetched_at <= excluded.fetched_at",
            values,
        )
        return bool(cursor.rowcount)


def _check(quote: QuoteRecord, now: datetime) -> None:
    low, high = quote.low, quote.high
    if not quote.price > 0:
        raise ImpossibleQuote(f"{quote.symbol} cannot have traded at {quote.price}", symbol=quote.symbol)
    if low is not None and high is not None and not low <= quote.price <= high:
        raise ImpossibleQuote(
            f"{quote.symbol} at {quote.price} is outside of its own day, {low} to {high}", symbol=quote.symbol
        )
    if (quote.at - now).total_seconds() > _AHEAD:
        raise ImpossibleQuote(f"{quote.symbol} has a price of the future: {quote.at}", symbol=quote.symbol)


_AHEAD = 120.0  # seconds by which a provider's clock may be before ours
