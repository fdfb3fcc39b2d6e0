"""
Work without a deadline: it takes what is left of the limits, oldest need first.

Nobody waits for the profile of a company that nobody looks at, and it grows wrong slowly. So it is asked
for only where its provider has room to spare, a few at a time; what somebody waits for goes before it.
"""

from datetime import datetime, timedelta

from django.db import connection

from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.levels import may_fill
from investment.acquisition.models import InFlight
from investment.acquisition.services import claims
from investment.acquisition.services.fetching import Order
from investment.lib import clock
from investment.lib.level import Level
from investment.providers import registry
from investment.providers.errors import ProviderError
from investment.quotas.contracts import Lane
from investment.quotas.selectors import window_status
from investment.quotas.services import scopes

LANE: Lane = "planned"
KEPT = timedelta(days=30)  # a profile that is younger is not asked for again
AT_ONCE = 2  # companies of one order
SPARE = 0.5  # of the planned lane's calls: with fewer left, others need them
HOLD = timedelta(seconds=60)  # real seconds until a call that nobody gave back counts as lost


def companies(*, now: datetime, spending: Level) -> list[Order]:
    """
    Return the companies to be asked about now, claimed: one order at a time, none where calls are scarce.

    First those that somebody wants to know of, then those never asked about, then the longest known.
    """
    source = RULES[Kind.COMPANY].sources[0]
    if not may_fill(spending):
        return []
    try:
        limits = registry.access(source.provider).limits_of(source.endpoint)
    except ProviderError:  # nobody to ask: the usage page says why
        return []
    if InFlight.objects.filter(kind=Kind.COMPANY, until__gt=now).exists():
        return []
    scopes.declare(limits)
    for row in window_status(now=now, scope=limits.scope):
        if row.window is not None and row.lanes[LANE].free < SPARE * (row.window.limit - row.window.reserve):
            return []
    token, ours = claims.claim(
        kind=Kind.COMPANY,
        instrument_ids=_oldest_needs(now),
        provider=source.provider,
        now=now,
        hold=HOLD * max(1.0, clock.rate()),
    )
    return [Order(Kind.COMPANY, source.provider, tuple(ours), token)] if ours else []


def _oldest_needs(now: datetime) -> list[int]:
    """Return one instrument of each company that is to be asked about first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(instrument.id)
            FROM market_instrument instrument
            LEFT JOIN market_company company ON company.cik = instrument.cik
            LEFT JOIN acquisition_interest interest ON interest.instrument_id = instrument.id
                  AND (interest.until IS NULL OR interest.until > %(now)s)
            LEFT JOIN acquisition_sighting sighting ON sighting.instrument_id = instrument.id
                  AND sighting.kind = %(kind)s
            WHERE instrument.cik IS NOT NULL AND instrument.active
              AND (company.fetched_at IS NULL OR company.fetched_at < %(old)s)
              AND (sighting.again_at IS NULL OR sighting.again_at <= %(now)s)
            GROUP BY instrument.cik
            ORDER BY bool_or(interest.id IS NOT NULL) DESC, min(company.fetched_at) NULLS FIRST, 1
            LIMIT %(count)s
            """,
            {"now": now, "kind": Kind.COMPANY.value, "old": now - KEPT, "count": AT_ONCE},
        )
        return [row[0] for row in cursor.fetchall()]
