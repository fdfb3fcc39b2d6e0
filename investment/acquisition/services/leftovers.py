"""
Work without a deadline: it takes what is left of the limits, the oldest need first.

Nobody waits for the books of a company that nobody looks at, and they grow old slowly. So they are asked
for only where a provider has room to spare, a few at a time; what somebody waits for goes before them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.levels import may_fill
from investment.acquisition.models import InFlight
from investment.acquisition.services import claims
from investment.acquisition.services.fetching import Order
from investment.lib import clock
from investment.lib.level import Level
from investment.market.selectors.latest import latest_session_with_bars
from investment.market.selectors.sessions import NEW_YORK
from investment.providers import registry
from investment.providers.errors import ProviderError
from investment.quotas.contracts import Lane, ScopeLimits
from investment.quotas.selectors import window_status
from investment.quotas.services import scopes

LANE: Lane = "planned"
HOLD = timedelta(seconds=60)  # real seconds until a call that nobody gave back counts as lost


@dataclass(frozen=True, slots=True)
class Leftover:
    """
    One kind of work without a deadline.

    What was told more recently than its rule's ``kept`` is not asked for again. ``spare``: the share of the
    planned calls of each window that must be free; with fewer left, others need them. ``at_once``: data of
    one order. ``of``: whose datum it is: a company's, whichever of its instruments is asked about, or a
    stock's. ``due`` is a further condition (SQL over the tables of ``_QUERIES``); what ``or_due`` holds for
    is asked for before its time is over.
    """

    spare: float
    at_once: int
    of: str
    due: str = ""
    or_due: str = ""


# A report that came out since the last import, and is in none: amendments, too.
_FILED_SINCE = """
    EXISTS (SELECT FROM market_filing filing
            WHERE filing.company_id = company.id AND filing.filed_on >= imported.imported_at::date - 1
              AND regexp_replace(filing.form, '/A$', '') IN ('10-K', '10-Q', '20-F', '40-F')
              AND NOT EXISTS (SELECT FROM market_factreport report
                              WHERE report.company_id = company.id AND report.accession = filing.accession))
    OR imported.company_id IS NULL AND interest.id IS NOT NULL
"""
# Its earnings came out since it was asked about.
_REPORTED_SINCE = """
    EXISTS (SELECT FROM market_earningsdate told
            WHERE told.instrument_id = instrument.id AND told.on < %(today)s
              AND told.on >= (sighting.seen_at AT TIME ZONE 'America/New_York')::date)
"""

# The one table: who first within a kind is the same for all of them (``_QUERIES``).
LEFTOVERS: Final[Mapping[Kind, Leftover]] = {
    Kind.COMPANY: Leftover(spare=0.5, at_once=2, of="company"),
    # The nightly archive brings the figures of all; this is what was filed after it.
    Kind.FACTS: Leftover(
        spare=0.5, at_once=1, of="company", due=_FILED_SINCE
    ),
    # News may take 0.6 of the same bucket.
    Kind.METRICS: Leftover(spare=0.3, at_once=2, of="stock"),
    Kind.RECOMMENDATIONS: Leftover(spare=0.3, at_once=2, of="stock"),
    Kind.EARNINGS: Leftover(
        spare=0.3, at_once=2, of="stock", or_due=_REPORTED_SINCE
    ),
    # Of 25 calls a day a few, in rotation: news and second sources need the others.
    Kind.OVERVIEW: Leftover(spare=0.6, at_once=1, of="stock"),
}  # fmt: skip

_QUERIES: Final[Mapping[str, str]] = {
    "company": """
        SELECT min(instrument.id)
        FROM market_instrument instrument
        LEFT JOIN market_company company ON company.cik = instrument.cik
        LEFT JOIN market_factimport imported ON imported.company_id = company.id
        LEFT JOIN acquisition_interest interest ON interest.instrument_id = instrument.id
              AND (interest.until IS NULL OR interest.until > %(now)s)
        LEFT JOIN acquisition_sighting sighting ON sighting.instrument_id = instrument.id
              AND sighting.kind = %(kind)s
        WHERE instrument.cik IS NOT NULL AND instrument.active
        GROUP BY instrument.cik
        HAVING (max(greatest({told}, sighting.seen_at)) IS NULL
                OR max(greatest({told}, sighting.seen_at)) < %(old)s)
           AND bool_and(sighting.again_at IS NULL OR sighting.again_at <= %(now)s)
           AND bool_or({due})
        ORDER BY bool_or(interest.id IS NOT NULL) DESC, max(greatest({told}, sighting.seen_at)) NULLS FIRST, 1
        LIMIT %(count)s
    """,
    # Of those that nobody was ever asked about, first what most money is traded in.
    "stock": """
        SELECT instrument.id
        FROM market_instrument instrument
        LEFT JOIN acquisition_sighting sighting ON sighting.instrument_id = instrument.id
              AND sighting.kind = %(kind)s
        LEFT JOIN market_dailybar bar ON bar.instrument_id = instrument.id AND bar.session = %(session)s
        WHERE instrument.active AND instrument.kind IN ('common_stock', 'adr')
          AND (sighting.seen_at IS NULL OR sighting.seen_at < %(old)s OR {or_due})
          AND (sighting.again_at IS NULL OR sighting.again_at <= %(now)s)
          AND ({due})
        ORDER BY EXISTS (SELECT FROM acquisition_interest interest
                         WHERE interest.instrument_id = instrument.id
                           AND (interest.until IS NULL OR interest.until > %(now)s)) DESC,
                 sighting.seen_at NULLS FIRST, bar.close * bar.volume DESC NULLS LAST, instrument.id
        LIMIT %(count)s
    """,
}


def orders(*, now: datetime, spending: Level, kinds: Collection[Kind] = tuple(LEFTOVERS)) -> list[Order]:
    """
    Return what is to be asked about now, claimed: one order of a kind at a time, none where calls are scarce.

    First what somebody wants to know of, then what was never asked about, then the longest known.
    """
    if not may_fill(spending):
        return []
    busy = set(InFlight.objects.filter(kind__in=kinds, until__gt=now).values_list("kind", flat=True))
    found: list[Order] = []
    promised: dict[str, int] = {}
    for kind in (kind for kind in kinds if kind.value not in busy):
        source, rule = RULES[kind].sources[0], LEFTOVERS[kind]
        try:
            limits = registry.access(source.provider).limits_of(source.endpoint)
        except (ProviderError, ValueError):  # nobody to ask: the usage page says why
            continue
        if not _is_spare(limits, rule, now, promised.get(limits.scope, 0)):
            continue
        token, ours = claims.claim(
            kind=kind,
            instrument_ids=_needs(kind, now),
            provider=source.provider,
            now=now,
            hold=HOLD * max(1.0, clock.rate()),
        )
        if ours:
            promised[limits.scope] = promised.get(limits.scope, 0) + len(ours)
            found.append(Order(kind, source.provider, tuple(ours), token))
    return found


def _is_spare(limits: ScopeLimits, rule: Leftover, now: datetime, promised: int) -> bool:
    scopes.declare(limits)
    return all(
        row.lanes[LANE].free - promised >= rule.spare * (row.window.limit - row.window.reserve)
        for row in window_status(now=now, scope=limits.scope)
        if row.window is not None
    )


def _needs(kind: Kind, now: datetime) -> list[int]:
    """Return one instrument of each that is to be asked about first."""
    rule = LEFTOVERS[kind]
    query = _QUERIES[rule.of].format(
        told="company.fetched_at" if kind is Kind.COMPANY else "NULL::timestamptz",
        due=rule.due or "true",
        or_due=rule.or_due or "false",
    )
    known: dict[str, Any] = {
        "now": now,
        "kind": kind.value,
        "old": now - (RULES[kind].kept or timedelta(0)),
        "count": rule.at_once,
        "today": _today(now),
        "session": latest_session_with_bars() if rule.of == "stock" else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, known)
        return [row[0] for row in cursor.fetchall()]


def _today(now: datetime) -> date:
    return now.astimezone(NEW_YORK).date()
