"""Keeping the SEC's list of companies and their tickers."""

from datetime import datetime, timedelta

from investment.market.models import Publication
from investment.market.selectors.companies import TICKERS
from investment.market.services.company_list import store_tickers
from investment.market.services.publications import remember
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.company import can_ask_sec
from investment.ops.services.runs import Tally
from investment.ops.services.sources import asking_under
from investment.providers.registry import source_of

LOCK = "companies"
EVERY = timedelta(days=6, hours=12)  # weekly, whatever time of the day it was asked for the last time


def companies_due(*, now: datetime) -> bool:
    """Return whether the list is to be asked for: there is a contact, and ours is a week old."""
    row = Publication.objects.filter(source=source_of("sec"), name=TICKERS).first()
    return can_ask_sec() and (row is None or now - row.fetched_at >= EVERY)


def sync_companies(*, now: datetime, trigger: Run.Trigger, patience: float) -> Tally:
    """
    Ask the SEC who files under which ticker, and store it. One call.

    :param patience: seconds that the request may wait for a slot.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile.
    :raises CredentialsRejected: without a contact; other errors as the gateway raises them.
    """
    source = source_of("sec")
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.COMPANIES, subject="Companies that file", trigger=trigger, lease=lease, now=now
        ) as tally,
        asking_under(lease, "sec", lane="planned", purpose="companies", patience=patience) as sec,
    ):
        # All of it, changed or not: instruments that have come since lack what it tells.
        answer = sec.tickers()
        found = answer.value
        tally.calls = sec.calls_spent
        with lease.writing():
            stored = store_tickers(tickers=found.tickers, source=source, now=tally.now)
            remember(
                name=TICKERS,
                source=source,
                now=tally.now,
                etag=answer.validators.etag,
                last_modified=answer.validators.last_modified,
                digest=found.digest,
                rows=len(found.tickers),
            )
        tally.inserted, tally.changed = stored.inserted, stored.filled
        tally.unchanged, tally.refused = stored.unchanged, len(found.malformed)
        tally.message = f"{len(found.tickers)} tickers, {stored.companies} new companies"
    return tally
