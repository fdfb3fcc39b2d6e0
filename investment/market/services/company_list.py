"""The SEC's list of tickers: companies, and instruments that nobody else has told us of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from investment.market.models import Ticker
from investment.market.services.instruments import upsert_instruments
from investment.market.services.tickers import lock_instruments
from investment.providers.contracts import InstrumentRecord, SecTicker

# The SEC's names of venues, and their market identifier codes (ISO 10383). It does not tell NYSE Arca and
# NYSE American from the New York Stock Exchange: who knows better overwrites it.
MICS = {"Nasdaq": "XNAS", "NYSE": "XNYS", "CBOE": "BATS", "OTC": "OTCM"}
_NAME = 255  # characters


@dataclass(frozen=True, slots=True)
class StoredTickers:
    """How many instruments are new, got what was missing of them, and were known; ``companies`` are new."""

    inserted: int
    filled: int
    unchanged: int
    companies: int


def store_tickers(*, tickers: Sequence[SecTicker], source: str, now: datetime) -> StoredTickers:
    """
    Store who files under which ticker. Repeatable.

    Of a listed instrument only what is missing is filled in (CIK, name, exchange): others know better. A
    ticker that nobody had becomes an instrument of unknown class; not so one that belonged to the same
    company before it was renamed or delisted. A ticker that is not in the list says nothing.
    """
    listed: dict[str, SecTicker] = {}
    for ticker in tickers:  # the largest company comes first, should a ticker be there twice
        listed.setdefault(ticker.symbol, ticker)
    with transaction.atomic():
        companies = _store_companies(listed.values(), source=source, now=now)
        lock_instruments()
        filled = _fill(listed.values(), now=now)
        strangers = _strangers(listed)
        upsert_instruments(records=[_record(ticker) for ticker in strangers], source=source, now=now)
    unchanged = len(listed) - len(strangers) - filled
    return StoredTickers(len(strangers), filled, unchanged, companies)


def _store_companies(tickers: Collection[SecTicker], *, source: str, now: datetime) -> int:
    """Store the names of companies, but of those that were asked about; return how many are new."""
    names: dict[str, str] = {}
    for ticker in tickers:
        names.setdefault(ticker.cik, ticker.name[:_NAME])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO market_company
                (cik, name, sic, sic_description, state, fiscal_year_end, website, source,
                 first_seen_at, updated_at)
            SELECT cik, name, '', '', '', '', '', %(source)s, %(now)s, %(now)s
            FROM unnest(%(ciks)s::text[], %(names)s::text[]) AS told (cik, name)
            ON CONFLICT (cik) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at
            WHERE market_company.fetched_at IS NULL AND market_company.name <> excluded.name
            RETURNING xmax = 0
            """,
            {"source": source, "now": now, "ciks": list(names), "names": list(names.values())},
        )
        return sum(new for (new,) in cursor.fetchall())


def _fill(tickers: Collection[SecTicker], *, now: datetime) -> int:
    """Fill in what is missing of listed instruments; return of how many something was."""
    rows = [(each.symbol, each.cik, each.name[:_NAME], _mic(each)) for each in tickers]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        # The name and the venue of another company that has the ticker, too, are not its own.
        cursor.execute(
            """
            UPDATE market_instrument AS known SET
                cik = coalesce(known.cik, told.cik),
                name = coalesce(nullif(known.name, ''), told.name),
                exchange = coalesce(known.exchange, told.exchange),
                updated_at = %s
            FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS told (symbol, cik, name, exchange)
            WHERE known.symbol = told.symbol AND known.active
              AND coalesce(known.cik, told.cik) = told.cik
              AND (known.cik IS NULL OR known.name = '' AND told.name <> ''
                   OR known.exchange IS NULL AND told.exchange IS NOT NULL)
            """,
            [now, *(list(column) for column in zip(*rows, strict=True))],
        )
        return int(cursor.rowcount)


def _strangers(listed: Mapping[str, SecTicker]) -> list[SecTicker]:
    """Return the tickers that belong to nobody now, and did not belong to the same company before."""
    taken: set[str] = set()
    held = Ticker.objects.filter(symbol__in=list(listed)).values_list(
        "symbol", "instrument__symbol", "instrument__active", "instrument__cik"
    )
    for symbol, present, active, cik in held:
        # Without a CIK it may be the same company, and two instruments of one are worse than none.
        if (active and present == symbol) or cik in (None, listed[symbol].cik):
            taken.add(symbol)
    return [ticker for symbol, ticker in listed.items() if symbol not in taken]


def _record(ticker: SecTicker) -> InstrumentRecord:
    return InstrumentRecord(
        symbol=ticker.symbol,
        name=ticker.name[:_NAME],
        kind="unknown",
        exchange=_mic(ticker),
        currency=None,
        active=True,
        cik=ticker.cik,
    )


def _mic(ticker: SecTicker) -> str | None:
    return MICS.get(ticker.exchange or "")
