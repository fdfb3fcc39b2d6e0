"""Who traded under which ticker; tickers that nobody told us of become instruments of unknown class."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.db import connection, transaction

from investment.market.models import Instrument, Ticker
from investment.market.selectors.instruments import Ids, holders

_ONE_DAY = timedelta(days=1)


def resolve_symbols(*, symbols: Sequence[str], session: date, source: str, now: datetime) -> Ids:
    """
    Return the instrument id of each ticker in a session.

    A ticker that stood for nobody then becomes an instrument of unknown class, from the end of the
    ticker's previous holder to the beginning of its next.
    """
    known = holders(session=session)
    ids = [known.get(symbol, 0) for symbol in symbols]
    if 0 in ids:
        strangers = sorted({symbol for symbol, id_ in zip(symbols, ids, strict=True) if id_ == 0})
        known |= _add_strangers(symbols=strangers, session=session, source=source, now=now)
        ids = [known[symbol] for symbol in symbols]
    return np.array(ids, dtype=np.int64)


def resolve_symbol_over_time(*, symbol: str, sessions: Sequence[date], source: str, now: datetime) -> Ids:
    """Return the instrument id of one ticker in each of several sessions, oldest first."""
    ids = np.zeros(len(sessions), dtype=np.int64)
    days = np.array(sessions, dtype="datetime64[D]")
    while (missing := np.flatnonzero(ids == 0)).size:
        first = sessions[int(missing[0])]
        known = holders(session=first, symbols=[symbol])
        if symbol not in known:
            known = _add_strangers(symbols=[symbol], session=first, source=source, now=now)
        ticker = (
            Ticker.objects.filter(symbol=symbol, instrument_id=known[symbol])
            .exclude(first_session__gt=first)
            .exclude(last_session__lt=first)
            .order_by("-first_session")[0]
        )
        covered = ids == 0
        if ticker.first_session is not None:
            covered &= days >= np.datetime64(ticker.first_session)
        if ticker.last_session is not None:
            covered &= days <= np.datetime64(ticker.last_session)
        ids[covered] = known[symbol]
    return ids


def _add_strangers(*, symbols: Sequence[str], session: date, source: str, now: datetime) -> dict[str, int]:
    """Make an instrument of unknown class for each ticker, unless another process was quicker."""
    with transaction.atomic():
        lock_instruments()
        known = holders(session=session, symbols=symbols)
        new = [symbol for symbol in symbols if symbol not in known]
        spans = _free_spans(symbols=new, session=session)
        taken = set(Instrument.objects.filter(symbol__in=new, active=True).values_list("symbol", flat=True))
        instruments = Instrument.objects.bulk_create(
            [
                Instrument(
                    symbol=symbol,
                    # A ticker that was free until today, and is, is taken to be in use.
                    active=spans[symbol][1] is None and symbol not in taken,
                    source=source,
                    first_seen_at=now,
                    updated_at=now,
                )
                for symbol in new
            ],
            batch_size=2000,
        )
        Ticker.objects.bulk_create(
            [
                Ticker(
                    instrument=instrument,
                    symbol=instrument.symbol,
                    first_session=spans[instrument.symbol][0],
                    last_session=spans[instrument.symbol][1],
                )
                for instrument in instruments
            ],
            batch_size=5000,
        )
    return known | {instrument.symbol: instrument.pk for instrument in instruments}


def _free_spans(*, symbols: Sequence[str], session: date) -> dict[str, tuple[date | None, date | None]]:
    """Return, for each ticker, the time around ``session`` in which nobody held it (NULL is open)."""
    spans: dict[str, tuple[date | None, date | None]] = dict.fromkeys(symbols, (None, None))
    for ticker in Ticker.objects.filter(symbol__in=symbols):
        first, last = spans[ticker.symbol]
        if ticker.last_session is not None and ticker.last_session < session:
            after = ticker.last_session + _ONE_DAY
            first = max(first or after, after)
        elif ticker.first_session is not None and ticker.first_session > session:
            before = ticker.first_session - _ONE_DAY
            last = min(last or before, before)
        spans[ticker.symbol] = (first, last)
    return spans


def lock_instruments() -> None:
    """One writer of instruments at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('market_instrument'))")
