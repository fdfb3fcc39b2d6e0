"""The provider, as work under a lease asks it, and whose figures its answers hold."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from investment.ops.services.leases import Held, Superseded
from investment.providers import gateway
from investment.providers.registry import market_data_access, source_of
from investment.quotas.contracts import Lane
from investment.quotas.errors import QuotaExhausted


def source_name() -> str:
    """Return whose figures prices and actions are that are fetched now."""
    return source_of("massive")


@contextmanager
def provider_under(
    lease: Held,
    *,
    lane: Lane,
    purpose: str,
    patience: float,
    on_wait: Callable[[datetime], None] | None = None,
) -> Iterator[gateway.MeteredMarketData]:
    """Yield the provider of prices and actions; see :func:`asking_under`."""
    name = market_data_access().provider
    with asking_under(
        lease, name, lane=lane, purpose=purpose, patience=patience, on_wait=on_wait
    ) as provider:
        yield cast("gateway.MeteredMarketData", provider)


@contextmanager
def asking_under(
    lease: Held,
    name: str,
    *,
    lane: Lane,
    purpose: str,
    patience: float,
    on_wait: Callable[[datetime], None] | None = None,
    attempts: int = 1,
) -> Iterator[Any]:
    """
    Yield a provider for work that must be single: once another has taken over, it is asked no more.

    The arguments are the gateway's.

    :raises LeaseLost: from the block, instead of a refusal that no waiting can end.
    """
    with gateway.provider(
        name,
        lane=lane,
        purpose=purpose,
        patience=patience,
        epoch=lease.epoch,
        on_wait=on_wait,
        attempts=attempts,
    ) as provider:
        try:
            yield provider
        except QuotaExhausted as error:
            if error.reason == "old_release":
                raise Superseded(error.message) from error
            if error.reason == "old_epoch":
                raise lease.gone() from error
            raise
