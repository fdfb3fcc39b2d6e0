"""Live trades: the one stream of the key, under its lease and the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from investment.lib.one_thread import OneThread
from investment.ops.services.stream_lease import StreamLease
from investment.providers import registry
from investment.providers.services.connecting import MeteredConnects
from investment.quotas.contracts import Lane

if TYPE_CHECKING:
    from investment.providers.adapters.finnhub.stream import TradeStream

PROVIDER, ENDPOINT = "finnhub", "trades"


@contextmanager
def trade_stream(*, lane: Lane, purpose: str, **options: Any) -> Iterator["TradeStream"]:
    """
    Yield the stream of live trades; ``options`` are the adapter's: ``on_event``, ``silence`` and so on.

    :raises CredentialsRejected: without a key. :raises ValueError: for an unknown plan.
    """
    access = registry.access(PROVIDER)
    thread = OneThread("stream")
    try:
        lease = StreamLease(access.limits_of(ENDPOINT).scope, thread=thread)
        admission = MeteredConnects(
            access,
            endpoint=ENDPOINT,
            lane=lane,
            purpose=purpose,
            epoch=lambda: lease.epoch,
            thread=thread,
        )
        yield registry.trade_stream(lease=lease, admission=admission, **options)
    finally:
        thread.close()
