"""
Leases on rows: who works on a row, and for how long we believe it.

A claim is a conditional UPDATE. A thread with its own connection renews it every few seconds, so
that a process that was killed is taken over at most ``LEASE`` later, while one that waits for the
network keeps its work. Leases use the machine's clock: a replayed day must not stretch them.

Fencing: a process that was paused for longer than its lease may wake up and go on. So whatever
ends a piece of work calls :meth:`Held.guard` inside its last transaction: it locks the row and
raises :class:`LeaseLost` where the row is no longer ours.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Q

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops.models import Lease, Lock

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
HEARTBEAT = 4.0  # seconds


class Busy(DomainError):
    """Somebody else works on it; ``owner`` and ``until`` say who and at least how long."""

    code = "busy"

    def __init__(self, message: str, *, owner: str, until: datetime | None) -> None:
        super().__init__(message, owner=owner, until=until.isoformat() if until else None)
        self.owner = owner
        self.until = until


class LeaseLost(DomainError):
    """We were away for too long and somebody else has taken over; nothing of ours was kept."""

    code = "lease_lost"


@dataclass(slots=True)
class Held:
    """A lease that we hold. ``lost`` is set as soon as we know that it is ours no more."""

    model: type[Lease]
    key: object
    owner: str
    took_over: str = ""
    lost: threading.Event = field(default_factory=threading.Event)

    def guard(self) -> None:
        """
        Lock the row until the transaction ends, so that nobody takes over before it.

        :raises LeaseLost: if the row is no longer ours.
        """
        ours = self.model._default_manager.filter(pk=self.key, lease_owner=self.owner)
        if not ours.select_for_update(no_key=True).values_list("pk", flat=True).exists():
            self.lost.set()
            raise LeaseLost(f"The lease on {self.model.__name__} {self.key} was taken over")

    def update(self, **values: Any) -> None:
        """
        Write to the row while it is ours.

        :raises LeaseLost: if it is no longer.
        """
        ours = self.model._default_manager.filter(pk=self.key, lease_owner=self.owner)
        if not ours.update(**values):
            self.lost.set()
            raise LeaseLost(f"The lease on {self.model.__name__} {self.key} was taken over")

    def renew(self) -> bool:
        """Prolong the lease; False if it is lost."""
        now = clock.real_now()
        ours = self.model._default_manager.filter(pk=self.key, lease_owner=self.owner)
        renewed = ours.update(lease_until=now + LEASE, heartbeat_at=now) > 0
        if not renewed:
            self.lost.set()
        return renewed


def new_owner() -> str:
    """Return a name for one claim: host, process, and something that is never used again."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def claim(model: type[Lease], key: object) -> Held:
    """
    Take the lease on an existing row.

    ``took_over`` of the result is whose lease had run out, if one had.

    :raises Busy: if somebody else holds it.
    """
    now = clock.real_now()
    owner = new_owner()
    rows = model._default_manager.filter(pk=key)
    before = rows.values_list("lease_owner", "lease_until").first()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    if not rows.filter(free).update(lease_owner=owner, lease_until=now + LEASE, heartbeat_at=now):
        held_by, until = rows.values_list("lease_owner", "lease_until").first() or ("nobody", None)
        raise Busy(f"{model.__name__} {key} is being worked on by {held_by}", owner=held_by, until=until)
    return Held(model=model, key=key, owner=owner, took_over=before[0] if before else "")


def release(held: Held) -> None:
    """Give the lease back, if it is still ours."""
    held.model._default_manager.filter(pk=held.key, lease_owner=held.owner).update(
        lease_owner="", lease_until=None
    )


@contextmanager
def held(model: type[Lease], key: object) -> Iterator[Held]:
    """
    Hold the lease on a row, renewed in the background, and give it back at the end.

    :raises Busy: if somebody else holds it.
    """
    lease = claim(model, key)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(lease, stop), name=f"lease-{key}", daemon=True)
    heart.start()
    try:
        yield lease
    finally:
        stop.set()
        heart.join()
        release(lease)


@contextmanager
def lock(name: str) -> Iterator[Held]:
    """
    Hold the lock ``name``: for what must be single and is no row of work.

    :raises Busy: if somebody else holds it.
    """
    Lock.objects.get_or_create(name=name)
    with held(Lock, name) as lease:
        yield lease


def is_held(row: Lease) -> bool:
    """True while somebody holds the lease of a row that was read just now."""
    return row.lease_until is not None and row.lease_until >= clock.real_now()


def _beat(lease: Held, stop: threading.Event) -> None:
    """Renew until told to stop. A database that fails for a moment is asked again."""
    try:
        while not stop.wait(HEARTBEAT):
            try:
                if not lease.renew():
                    return
            except DatabaseError:
                logger.warning("Could not renew the lease on %s", lease.key, exc_info=True)
                connection.close()
    finally:
        connection.close()
