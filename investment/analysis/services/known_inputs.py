"""
What the ratios of all stocks are made of at the close of a session: read from filings once, then kept.

Reading six years of a company's filings takes ten milliseconds, so a minute for the whole market. What they
come to changes only when something was filed or split; so it is kept by the day of the last such change
(:class:`KnownInputs`), and a session reads anew only those whose day is another. Prices are put in here.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from investment.analysis.calculators import fundamentals
from investment.analysis.calculators.fundamentals.facts import Split
from investment.analysis.calculators.fundamentals.snapshot import INPUTS, WINDOW, snapshot
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.models import KnownInputs
from investment.analysis.selectors.fundamentals import last_prices, splits_of, told_by, values_company

RENEWED = 100  # days after which they are worked out anew though nothing was filed: counts of shares age
_AT_ONCE = 100  # companies whose filings are read together, and kept before the next ones are
_NEVER = date.max  # an instrument whose splits nobody has read
_PRICE, _SHARES, _VALUE = (INPUTS.index(name) for name in ("price", "shares", "market_value"))


@dataclass(frozen=True, slots=True)
class MarketInputs:
    """
    A column of each input, one value per instrument, in the order of their ids; NaN is unknown.

    ``age_days`` since the end of the newest period told; ``sic`` is 0 where the industry is unknown.
    ``read`` says of how many the filings were read, rather than what was kept of them.
    """

    instrument_ids: npt.NDArray[np.int64]
    symbols: npt.NDArray[np.object_]
    sic: npt.NDArray[np.int64]
    age_days: Vector
    columns: dict[str, Vector]
    read: int


class _Company(NamedTuple):
    """An instrument whose company had told something, and what decides which kept inputs are its own."""

    instrument: int
    symbol: str
    currency: str | None
    values: bool
    company: int
    sic: int
    splits: Sequence[Split]
    splits_from: date
    day: date
    digest: str


class _Kept(NamedTuple):
    period_end: date | None
    currency: str | None
    inputs: Vector


def market_inputs(
    *,
    session: date,
    kinds: Sequence[str],
    without_origins: Sequence[int] = (),
    pause: Callable[[], None] | None = None,
) -> MarketInputs:
    """
    Return the inputs of all instruments of these kinds whose companies had told something by a session.

    What was filed on the session's own day is left to the next: most of it comes after the close. Inputs
    are those of the last change, at most :data:`RENEWED` days ago; prices the last raw closes by the session.

    :param without_origins: whose prices value nothing.
    :param pause: called between pieces of work; what it raises loses nothing of those before.
    """
    companies = _companies(session, kinds)
    kept = _kept(companies)
    lacking = [each for each in companies if each.instrument not in kept]
    ids = sorted({each.company for each in lacking})
    for start in range(0, len(ids), _AT_ONCE):
        if pause is not None:
            pause()
        chosen = set(ids[start : start + _AT_ONCE])
        kept |= _read([each for each in lacking if each.company in chosen], session)
    companies = [each for each in companies if each.instrument in kept]
    table = np.array([kept[each.instrument].inputs for each in companies], dtype=np.float64)
    table = table.reshape(len(companies), len(INPUTS))
    table[:, _PRICE] = _prices(companies, kept, session, without_origins)
    table[:, _VALUE] = table[:, _PRICE] * table[:, _SHARES]
    ends = [kept[each.instrument].period_end for each in companies]
    return MarketInputs(
        instrument_ids=np.array([each.instrument for each in companies], dtype=np.int64),
        symbols=np.array([*(each.symbol for each in companies), None], dtype=object)[:-1],
        sic=np.array([each.sic for each in companies], dtype=np.int64),
        age_days=np.array(
            [np.nan if end is None else (session - end).days for end in ends], dtype=np.float64
        ),
        columns={name: table[:, place] for place, name in enumerate(INPUTS)},
        read=len(lacking),
    )


@cache
def _formulas() -> str:
    """Return a digest of the code that works the inputs out."""
    folder = Path(fundamentals.__file__).parent
    return hashlib.md5(
        b"".join(path.read_bytes() for path in sorted(folder.glob("*.py"))), usedforsecurity=False
    ).hexdigest()


def _companies(session: date, kinds: Sequence[str]) -> list[_Company]:
    """Return the instruments by id, with the day of the last change up to the session."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT instrument.id, instrument.symbol, instrument.currency, instrument.kind,
                   instrument.actions_from, company.id, company.sic, coalesce(fetched.digest, ''),
                   told.reports, told.last, told.newest
              FROM market_instrument instrument
              JOIN market_company company ON company.cik = instrument.cik
              JOIN (SELECT company_id, count(*) AS reports, max(filed_on) AS last, max(id) AS newest
                      FROM market_factreport WHERE filed_on < %s GROUP BY company_id) told
                ON told.company_id = company.id
              LEFT JOIN market_factimport fetched ON fetched.company_id = company.id
             WHERE instrument.kind = ANY(%s)
             ORDER BY instrument.id
            """,
            [session, list(kinds)],
        )
        rows = cursor.fetchall()
    splits = splits_of([row[0] for row in rows], session)
    found = []
    for pk, symbol, currency, kind, actions_from, company, sic, stored, reports, last, newest in rows:
        own = splits.get(pk, [])
        changed = max([last, *(split.ex_date for split in own)])
        day = changed + timedelta(days=(session - changed).days // RENEWED * RENEWED)
        words = (_formulas(), stored, reports, newest, actions_from, [tuple(split) for split in own])
        found.append(
            _Company(
                instrument=pk,
                symbol=symbol,
                currency=currency,
                values=values_company(kind),
                company=company,
                sic=int(sic) if sic.isdecimal() else 0,
                splits=own,
                splits_from=actions_from or _NEVER,
                day=day,
                digest=hashlib.md5(repr(words).encode(), usedforsecurity=False).hexdigest(),
            )
        )
    return found


def _kept(companies: Sequence[_Company]) -> dict[int, _Kept]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kept.instrument_id, kept.period_end, kept.currency, kept.inputs
              FROM unnest(%s::bigint[], %s::date[], %s::text[]) AS asked (instrument_id, day, digest)
              JOIN analysis_knowninputs kept USING (instrument_id, day, digest)
            """,
            [
                [each.instrument for each in companies],
                [each.day for each in companies],
                [each.digest for each in companies],
            ],
        )
        return {
            pk: _Kept(end, currency, np.frombuffer(inputs, dtype=np.float64))
            for pk, end, currency, inputs in cursor.fetchall()
        }


def _read(companies: Sequence[_Company], session: date) -> dict[int, _Kept]:
    """Work out what filings came to, and keep it."""
    by_company: dict[int, list[_Company]] = {}
    for each in companies:
        by_company.setdefault(each.company, []).append(each)
    found: dict[int, _Kept] = {}
    rows = []
    told_by_then = told_by(
        companies=sorted(by_company),
        as_of=session - timedelta(days=1),
        ended_from=min(each.day for each in companies) - WINDOW,
    )
    for company, told in told_by_then:
        for each in by_company[company]:
            known = snapshot(told, as_of=each.day, splits=each.splits, splits_from=each.splits_from)
            inputs = np.array([known.inputs[name] for name in INPUTS], dtype=np.float64)
            found[each.instrument] = _Kept(known.period_end, known.currency, inputs)
            rows.append(
                KnownInputs(
                    instrument_id=each.instrument,
                    day=each.day,
                    digest=each.digest,
                    period_end=known.period_end,
                    currency=known.currency,
                    inputs=inputs.tobytes(),
                )
            )
    with transaction.atomic():
        KnownInputs.objects.bulk_create(
            sorted(rows, key=lambda row: row.instrument_id),
            update_conflicts=True,
            unique_fields=["instrument_id", "day"],
            update_fields=["digest", "period_end", "currency", "inputs"],
        )
    return found


def _prices(
    companies: Sequence[_Company], kept: dict[int, _Kept], session: date, without_origins: Sequence[int]
) -> Vector:
    """Return the last closes, in the shares of the session; NaN where they value nothing that was filed."""
    told = last_prices([each.instrument for each in companies], session, without_origins=without_origins)
    prices = np.full(len(companies), np.nan)
    for place, each in enumerate(companies):
        comparable = each.values and each.currency == kept[each.instrument].currency
        if each.instrument not in told or not comparable:
            continue
        day, close = told[each.instrument]
        for split in each.splits:
            if day < split.ex_date <= session:
                close /= split.ratio
        prices[place] = close
    return prices
