"""What was known of companies on a day, from what is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection

from investment.analysis.calculators.fundamentals.facts import Split, Told
from investment.analysis.calculators.fundamentals.snapshot import STALE, WINDOW, Price, Snapshot, snapshot
from investment.analysis.calculators.fundamentals.statements import Statements
from investment.market.calculators.adjustment import SPLIT
from investment.market.models import Company, Instrument
from investment.market.selectors.actions import load_actions
from investment.market.selectors.facts import StoredFact, facts_of

_NEVER = date.max  # an instrument whose splits nobody has read


@dataclass(frozen=True, slots=True)
class Known:
    """An instrument, the industry of its company (0 where unknown), and what was known of it on a day."""

    instrument: int
    symbol: str
    sic: int
    snapshot: Snapshot


def told_by(
    *, companies: Sequence[int], as_of: date, ended_from: date = date.min
) -> Iterator[tuple[int, list[Told]]]:
    """Yield, company by company, what its filings had told by a day, the day included."""
    for company, rows in facts_of(companies=companies, filed_by=as_of, ended_from=ended_from):
        yield company, [_told(row) for row in rows]


def statements_of(*, instrument: Instrument, as_of: date) -> Statements | None:
    """Return the books of an instrument's company as of a day; None where it told nothing by then."""
    company = Company.objects.filter(cik=instrument.cik).first() if instrument.cik else None
    if company is None:
        return None
    splits = splits_of([instrument.pk], as_of)
    for _, told in told_by(companies=[company.pk], as_of=as_of):
        return Statements.of(
            told,
            as_of=as_of,
            splits=splits.get(instrument.pk, ()),
            splits_from=instrument.actions_from or _NEVER,
        )
    return None


def known_of(
    *,
    kinds: Sequence[str],
    as_of: date,
    filed_by: date | None = None,
    instruments: Sequence[int] | None = None,
) -> Iterator[Known]:
    """
    Yield what was known on a day of every instrument of these kinds whose company told anything by then.

    Valued at the last raw close up to that day. Instruments of one company come one after another.

    :param filed_by: the last day whose filings count, where it is another than ``as_of``.
    """
    found = Instrument.objects.filter(kind__in=kinds, cik__isnull=False)
    if instruments is not None:
        found = found.filter(pk__in=instruments)
    by_cik: dict[str, list[Instrument]] = {}
    for instrument in found.order_by("pk"):
        by_cik.setdefault(str(instrument.cik), []).append(instrument)
    companies = {
        pk: (cik, int(sic) if sic.isdecimal() else 0)
        for pk, cik, sic in Company.objects.filter(cik__in=list(by_cik)).values_list("pk", "cik", "sic")
    }
    ids = sorted(each.pk for lines in by_cik.values() for each in lines)
    splits, prices = splits_of(ids, as_of), last_prices(ids, as_of)
    recent = as_of - WINDOW
    for company, told in told_by(companies=sorted(companies), as_of=filed_by or as_of, ended_from=recent):
        cik, sic = companies[company]
        for each in by_cik[cik]:
            session, close = prices.get(each.pk, (None, 0.0))
            price = None
            if session and each.currency and values_company(each.kind):
                price = Price(close, session, each.currency)
            yield Known(
                instrument=each.pk,
                symbol=each.symbol,
                sic=sic,
                snapshot=snapshot(
                    told,
                    as_of=as_of,
                    splits=splits.get(each.pk, ()),
                    splits_from=each.actions_from or _NEVER,
                    price=price,
                ),
            )


def _told(row: StoredFact) -> Told:
    return Told(
        tag=row.tag,
        unit=row.unit,
        value=row.value,
        start=row.end - timedelta(days=row.days - 1) if row.days else None,
        end=row.end,
        filed=row.filed,
        accession=row.accession,
        form=row.form,
        fiscal_year=row.fiscal_year,
        fiscal_period=row.fiscal_period,
    )


def splits_of(instruments: Sequence[int], as_of: date) -> dict[int, list[Split]]:
    """Return the splits of some instruments (ascending ids) up to a day."""
    ids = np.array(instruments, dtype=np.int64)
    actions = load_actions(instrument_ids=ids, start=date.min, end=as_of)
    actions = actions.where(actions.kind == SPLIT)
    found: dict[int, list[Split]] = {}
    for column, day, ratio in zip(actions.column, actions.ex_date.tolist(), actions.value, strict=True):
        found.setdefault(int(ids[column]), []).append(Split(day, float(ratio)))
    return found


def values_company(kind: str) -> bool:
    """
    Return whether the price of an instrument is that of one of the shares which its company counts.

    A depositary receipt stands for a number of shares, or for a part of one, that no filing of figures tells.
    """
    return kind != Instrument.Kind.ADR


def last_prices(
    instruments: Sequence[int], as_of: date, *, without_origins: Sequence[int] = ()
) -> dict[int, tuple[date, float]]:
    """Return the last session up to a day, and its raw close, of those that traded lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (instrument_id) instrument_id, session, close
              FROM market_dailybar
             WHERE session BETWEEN %s AND %s AND instrument_id = ANY(%s)
               AND origin_id <> ALL(%s)
             ORDER BY instrument_id, session DESC
            """,
            [as_of - timedelta(days=STALE), as_of, list(instruments), list(without_origins)],
        )
        return {instrument: (session, close) for instrument, session, close in cursor.fetchall()}
