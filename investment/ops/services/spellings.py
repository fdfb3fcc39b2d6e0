"""Keeping what providers call our instruments, where that is not what we call them."""

from datetime import datetime

from investment.market.models import Instrument
from investment.ops.models import Run
from investment.ops.services import leases, runs
from investment.ops.services.runs import Tally
from investment.ops.services.sources import asking_under
from investment.providers import registry
from investment.providers.errors import CredentialsRejected
from investment.providers.services import spellings

LOCK = "spellings"
# Those whose symbols cannot be told from ours by a rule, and that list them with their FIGI.
PROVIDERS = ("finnhub",)


def sync_spellings(*, now: datetime, trigger: Run.Trigger, patience: float) -> Tally | None:
    """
    Read each provider's list of symbols, one call each, and keep how it spells ours.

    First the list that was read last is compared with what ours are called now, which needs no call.
    None where there is no key for any of them.

    :param patience: seconds that a request may wait for a slot.
    :raises Busy: if this is being done already.
    :raises LeaseLost: if somebody took over meanwhile.
    :raises ProviderError, QuotaExhausted: what was heard before stays.
    """
    names = [name for name in PROVIDERS if has_key(name)]
    if not names:
        return None
    with (
        leases.lock(LOCK) as lease,
        runs.recorded(
            kind=Run.Kind.SPELLINGS, subject="Symbols", trigger=trigger, lease=lease, now=now
        ) as tally,
    ):
        for name in names:
            with lease.writing():
                spellings.place(provider=name, figis=_figis())
            with asking_under(
                lease, name, lane="planned", purpose="spellings", patience=patience
            ) as provider:
                listed = provider.symbols()
                tally.calls += provider.calls_spent
            with lease.writing():
                done = spellings.hear(provider=name, listed=listed, figis=_figis(), now=tally.now)
            tally.inserted += done.listed
            tally.changed += done.differ
            tally.message = f"{name} lists {done.listed}, and spells {done.differ} of ours in another way"
    return tally


def has_key(name: str) -> bool:
    """Return whether a provider can be asked."""
    try:
        registry.access(name)
    except CredentialsRejected:
        return False
    return True


def _figis() -> dict[str, str]:
    rows = Instrument.objects.filter(active=True).values_list("symbol", "composite_figi")
    return {symbol: figi for symbol, figi in rows if figi}
