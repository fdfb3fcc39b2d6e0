"""Reads of instruments and of who traded under which ticker."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from investment.lib import pgcopy
from investment.lib.errors import DomainError
from investment.market.models import Instrument, Ticker

Ids = npt.NDArray[np.int64]

_SEPARATOR = "\x1f"  # no ticker holds it: only printable ones are stored


class InstrumentNotFound(DomainError):
    code = "instrument_not_found"


def get_instrument(*, symbol: str) -> Instrument:
    """
    Return who trades under ``symbol`` now; else whoever did last.

    :raises InstrumentNotFound: if nobody ever did.
    """
    now = Instrument.objects.filter(symbol=symbol).order_by("-active", "-delisted_on", "-id").first()
    if now is not None:
        return now
    ticker = (
        Ticker.objects.filter(symbol=symbol).select_related("instrument").order_by("-first_session").first()
    )
    if ticker is None:
        raise InstrumentNotFound(f"No instrument has or had the ticker {symbol!r}", symbol=symbol)
    return ticker.instrument


def strangers() -> QuerySet[Instrument]:
    """Return the instruments of which nobody has told us more than that somebody traded them."""
    return Instrument.objects.filter(kind=Instrument.Kind.UNKNOWN, composite_figi=None, active=True)


def holders(*, session: date, symbols: Sequence[str] | None = None) -> dict[str, int]:
    """
    Return the id of the instrument that each ticker stood for in a session.

    One row of the answer holds the whole market: twelve thousand rows would cost three times as much.

    :param symbols: only these; None is all.
    """
    wanted = "" if symbols is None else "AND symbol = ANY(%s)"
    row = pgcopy.fetch_row(
        f"""
        SELECT string_agg(symbol, '{_SEPARATOR}'), string_agg(int8send(instrument_id), '')
        FROM (
            SELECT symbol, instrument_id FROM market_ticker
            WHERE (first_session IS NULL OR first_session <= %s)
              AND (last_session IS NULL OR last_session >= %s) {wanted}
            ORDER BY first_session NULLS FIRST, id
        ) AS ticker
        """,  # noqa: S608 - only our own words
        [session, session] if symbols is None else [session, session, list(symbols)],
    )
    if row is None or row[0] is None:
        return {}
    ids = np.frombuffer(row[1], dtype=">i8").tolist()
    return dict(zip(row[0].split(_SEPARATOR), ids, strict=True))
