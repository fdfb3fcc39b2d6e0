"""
Asking for what was chosen, one datum after the other, and storing what comes.

Every datum that was claimed is given back in the end, with a word on what became of it: the planner
reads these words and asks again at the right time. What one source cannot tell is asked of the next
one of the same basis; of another basis never.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from investment.acquisition.kinds import RULES, Kind, Source
from investment.acquisition.models import InFlight, Sighting
from investment.acquisition.services import claims
from investment.acquisition.services.storing import STORES, question
from investment.lib import clock
from investment.lib.errors import DomainError
from investment.market.models import Instrument
from investment.market.services.quotes import ImpossibleQuote
from investment.providers import errors, gateway
from investment.providers.registry import source_of
from investment.quotas.contracts import Lane
from investment.quotas.errors import QuotaExhausted

logger = logging.getLogger(__name__)

# When to ask again where nobody said when.
_A_LITTLE_LATER = timedelta(minutes=1)
_NOT_AT_ONCE = timedelta(minutes=15)
_NOT_TODAY = timedelta(hours=18)
_NEXT_WEEK = timedelta(days=7)
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be asked: data of one kind, of one source, claimed under one token."""

    kind: Kind
    provider: str
    instrument_ids: tuple[int, ...]
    token: UUID


@dataclass(slots=True)
class Fetched:
    """
    How many data were seen, and how many could not be had.

    ``stopped`` is what kept the rest from being tried: the ledger, a circuit that is open, a key;
    ``error`` is why the last of those could not be had that were tried.
    """

    seen: int = 0
    failed: int = 0
    calls: int = 0
    stopped: QuotaExhausted | errors.ProviderError | None = None
    error: DomainError | None = None


def fetch(
    *,
    order: Order,
    lane: Lane = "planned",
    why: str = "planned",
    epoch: int | None = None,
    patience: float = 0.0,
) -> Fetched:
    """
    Ask for each datum of an order and store what comes; every claim is given back.

    :param why: a word for the calls' rows.
    :param patience: real seconds that a call may wait for a slot.
    :raises Exception: what is a fault of ours, once every claim is given back.
    """
    done = Fetched()
    # Delivered twice, an order finds its claims gone: nothing is asked twice.
    held = InFlight.objects.filter(token=order.token, kind=order.kind, until__gt=clock.now())
    mine = set(held.values_list("instrument_id", flat=True))
    left = [pk for pk in order.instrument_ids if pk in mine]
    instruments = Instrument.objects.only("symbol", "cik").in_bulk(left)
    source = next(each for each in RULES[order.kind].sources if each.provider == order.provider)
    try:
        with gateway.provider(
            order.provider, lane=lane, purpose=f"{order.kind} {why}", epoch=epoch, patience=patience
        ) as adapter:
            while left:
                if (instrument := instruments.get(left[0])) is not None:  # else it was deleted meanwhile
                    _one(order, source, adapter, instrument, done)
                claims.release(token=order.token, kind=order.kind, instrument_ids=[left.pop(0)])
            done.calls = adapter.calls_spent
    except (QuotaExhausted, errors.CircuitOpen, errors.CredentialsRejected) as error:
        done.stopped = error
    finally:
        claims.release(token=order.token, kind=order.kind, instrument_ids=left)
    return done


def _one(order: Order, source: Source, adapter: Any, instrument: Instrument, done: Fetched) -> None:
    """:raises QuotaExhausted, CircuitOpen, CredentialsRejected: where the others need not be tried either."""
    pk = instrument.pk
    try:
        asked = question(kind=order.kind, instrument=instrument, now=clock.now())
        record = getattr(adapter, source.method)(**asked)
        now = clock.now()
        value_at = STORES[order.kind](pk, record, source, now, adapter.last_call_id)
    except (errors.CircuitOpen, errors.CredentialsRejected):
        raise
    except errors.TransientProviderError as error:
        _failed(done, order, pk, error, error.retry_at or clock.now() + _A_LITTLE_LATER)
    except (errors.UnknownSymbol, errors.NotEntitled, errors.OutOfHistory) as error:
        _failed(done, order, pk, error, clock.now() + _NEXT_WEEK)
    except (errors.MalformedPayload, ImpossibleQuote) as error:  # a proxy's page, a slip: it may pass
        _failed(done, order, pk, error, clock.now() + _NOT_AT_ONCE)
    except errors.PermanentProviderError as error:
        _failed(done, order, pk, error, clock.now() + _NOT_TODAY)
    else:
        done.seen += 1
        _note(
            order, pk, now, seen_at=now, value_at=value_at,
            source=source_of(source.provider), call_id=adapter.last_call_id,
        )  # fmt: skip
        return
    done.failed += 1


def _failed(done: Fetched, order: Order, pk: int, error: DomainError, again_at: datetime) -> None:
    done.error = error
    _note(order, pk, clock.now(), error=error.message[:_LONGEST], again_at=again_at)


def _note(
    order: Order,
    pk: int,
    now: datetime,
    *,
    seen_at: datetime | None = None,
    value_at: datetime | None = None,
    source: str = "",
    call_id: UUID | None = None,
    error: str = "",
    again_at: datetime | None = None,
) -> None:
    """Write what became of a datum; a failure leaves what was seen before."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {Sighting._meta.db_table} AS known
                   (kind, instrument_id, provider, source, seen_at, value_at, tried_at, call_id,
                    error, again_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (kind, instrument_id) DO UPDATE
               SET provider = excluded.provider, tried_at = excluded.tried_at, error = excluded.error,
                   again_at = excluded.again_at,
                   seen_at = coalesce(excluded.seen_at, known.seen_at),
                   value_at = coalesce(excluded.value_at, known.value_at),
                   source = CASE WHEN excluded.seen_at IS NULL THEN known.source ELSE excluded.source END,
                   call_id = coalesce(excluded.call_id, known.call_id)
             WHERE known.tried_at <= excluded.tried_at
            """,  # noqa: S608 - our own words
            [
                order.kind.value, pk, order.provider, source, seen_at, value_at, now, call_id,
                error, again_at,
            ],
        )  # fmt: skip
