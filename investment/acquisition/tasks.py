"""What workers do for the planner. An order is claimed: given twice, the second finds nothing to do."""

import logging
from uuid import UUID

from celery import shared_task

from investment.acquisition.kinds import Kind
from investment.acquisition.services import fetching
from investment.acquisition.services.fetching import Order

logger = logging.getLogger(__name__)

PATIENCE = 3.0  # real seconds that a call may wait for its slot; else the planner chooses again


@shared_task(name="acquisition.fetch")
def fetch(
    *, kind: str, provider: str, instrument_ids: list[int], token: str, epoch: int | None, **_unknown: object
) -> None:
    """Ask for the data of one order."""
    order = Order(Kind(kind), provider, tuple(instrument_ids), UUID(token))
    done = fetching.fetch(order=order, epoch=epoch, patience=PATIENCE)
    if done.stopped is not None:
        logger.info("%s of %s: %d seen; %s", kind, provider, done.seen, done.stopped)
