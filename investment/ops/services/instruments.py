"""Keeping the list of instruments: who is listed, under which ticker, as what."""

from dataclasses import dataclass
from datetime import datetime

from investment.market.services.instruments import upsert_instruments
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.sources import provider_under, source_name
from investment.ops.services.work import OnProgress, silent

LOCK = "instruments"


@dataclass(frozen=True, slots=True)
class Synced:
    """How many instruments were read, and how many calls and real seconds that took."""

    read: int
    calls: int
    seconds: float


def sync_instruments(
    *,
    now: datetime,
    trigger: Run.Trigger,
    patience: float,
    delisted: bool = True,
    on_progress: OnProgress = silent,
) -> Synced:
    """
    Read the provider's list page by page, and store each page.

    :param patience: seconds that may be spent on waiting for a free slot, for each page.
    :param delisted: also read those that are no longer listed.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile.
    :raises ProviderError, QuotaExhausted: the pages read before it are stored.
    """
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.INSTRUMENTS, subject="US stocks", trigger=trigger, lease=lease, now=now
        ) as tally,
        provider_under(lease, lane="planned", purpose="instruments", patience=patience) as provider,
    ):
        read = 0
        for active in (True, False) if delisted else (True,):
            for page in provider.instruments(active=active):
                with lease.writing():
                    upsert_instruments(records=page, source=source_name(), now=tally.now)
                read += len(page)
                tally.calls = provider.calls_spent
                tally.message = f"{read} instruments read"
                on_progress("Instruments", read, None)
                tally.progress(read, None)
        tally.calls = provider.calls_spent
    return Synced(read=read, calls=tally.calls, seconds=tally.seconds)
