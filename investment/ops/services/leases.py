"""
Leases on rows: who works on a row, and for how long we believe it.

A claim is a conditional UPDATE. A thread with its own connection renews it every few seconds, so
that a process that was killed is taken over at most ``LEASE`` later, while one that waits for the
network keeps its work. Leases use the machine's clock: a replayed day must not stretch them.

Fencing: a process that was paused for longer than its lease may wake up and go on. Therefore

- every claim begins a reign (:mod:`investment.quotas.services.epochs`), under whose number alone
  the work may spend calls;
- everything is written inside :meth:`Held.writing`, whose last statement locks the row and raises
  :class:`LeaseLost` where it is no longer ours, so that nothing of it is kept;
- the connection bears the owner's name in the database, and whoever takes over ends that of the
  one before: a process that was stopped in the middle of writing holds nobody up;
- what can be neither numbered nor undone (a message to the broker) is preceded by
  :meth:`Held.check_time`.

    DomainError
    ├── Busy             somebody else holds the lease
    └── LeaseLost        we held it, and do no more
        └── Superseded   we hold it, but a newer release keeps the ledger
"""

import logging
import math
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
import redis
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Q, QuerySet
from kombu.exceptions import OperationalError

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops.models import Lease, Lock
from investment.quotas.services import epochs

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
HEARTBEAT = 4.0  # seconds
# Stopped in the middle of claiming, a process has no name yet by which it could be ended.
_CLAIM_WITHIN = "5s"


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


class Superseded(LeaseLost):
    """A newer release keeps the ledger and this one may send nothing; its work is left to the newer."""

    code = "superseded"


@dataclass(slots=True)
class Held:
    """
    A lease that we hold.

    :ivar epoch: the number of this reign, for every call to a provider.
    :ivar until: how long nobody can have taken over (the machine's clock).
    :ivar took_over: whose lease had run out before it became ours, if one had.
    :ivar lost: set as soon as we know that it is ours no more.
    """

    model: type[Lease]
    key: object
    owner: str
    epoch: int
    until: datetime
    took_over: str = ""
    lost: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """
        Keep all that the block writes, or, where the lease is not ours at its end, nothing of it.

        The row is locked only at the end, so that the lease can be renewed however long it takes.

        :raises LeaseLost: if the row is no longer ours.
        """
        with transaction.atomic():
            self.check()
            yield
            self.guard()

    def guard(self) -> None:
        """
        Lock the row until the transaction ends, so that nobody takes over before it.

        :raises LeaseLost: if the row is no longer ours.
        """
        if not self._ours().select_for_update(no_key=True).values_list("pk", flat=True).exists():
            raise self.gone()

    def check(self) -> None:
        """
        Look whether the row is ours.

        :raises LeaseLost: if it is no longer.
        """
        _mend_connection()
        if not self._ours().exists():
            raise self.gone()

    def check_time(self) -> None:
        """
        Check that nobody can have taken over yet, asking nobody.

        :raises LeaseLost: if somebody may have.
        """
        if self.lost.is_set() or clock.real_now() >= self.until:
            raise self.gone()

    def update(self, **values: Any) -> None:
        """
        Write to the row while it is ours.

        :raises LeaseLost: if it is no longer.
        """
        if not self._ours().update(**values):
            raise self.gone()

    def renew(self) -> bool:
        """Prolong the lease; False if it is lost."""
        now = clock.real_now()
        renewed = self._ours().update(lease_until=now + LEASE, heartbeat_at=now) > 0
        if renewed:
            self.until = now + LEASE
        else:
            self.lost.set()
        return renewed

    def _ours(self) -> QuerySet[Lease]:
        return self.model._default_manager.filter(pk=self.key, lease_owner=self.owner)

    def gone(self) -> LeaseLost:
        """Note that the lease is lost, and return what says so."""
        self.lost.set()
        return LeaseLost(
            f"The lease on {self.model.__name__} {self.key} was taken over: nothing more is done or kept"
        )


def new_owner() -> str:
    """Return a name for one claim: host, process, and something that is never used again."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def claim(model: type[Lease], key: object) -> Held:
    """
    Take the lease on an existing row, and begin a reign over what it stands for.

    :raises Busy: if somebody else holds it.
    """
    before = cut_off(model, key)
    now = clock.real_now()
    until = now + LEASE
    owner = new_owner()
    rows = model._default_manager.filter(pk=key)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [_CLAIM_WITHIN]
            )
        taken = rows.filter(free).update(lease_owner=owner, lease_until=until, heartbeat_at=now)
        number = epochs.enter(name=_name(model, key), owner=owner) if taken else 0
    if not taken:
        raise _busy(model, key)
    lease = Held(model=model, key=key, owner=owner, epoch=number, until=until, took_over=before)
    try:
        epochs.proclaim(name=_name(model, key), number=number)
    except epochs.Followed:
        raise _busy(model, key) from None
    except redis.RedisError:
        _free(lease)
        raise
    return lease


def cut_off(model: type[Lease], key: object) -> str:
    """
    Undo what one whose lease has run out is still writing, and free its locks; return who that is.

    Before the row is written to, by whomever: it may be locked, for as long as a process is stopped.
    Should its owner renew the lease in this very moment, it has lost an attempt.
    """
    rows = model._default_manager.filter(pk=key, lease_until__lt=clock.real_now())
    owner = rows.values_list("lease_owner", flat=True).first() or ""
    if owner:
        with connection.cursor() as cursor:
            # One that is idle has nothing to undo, and may have the row of a call to complete.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
                " AND datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()",
                [owner],
            )
    return owner


def release(held: Held) -> None:
    """Give the lease back, if it is still ours, and end its reign."""
    _mend_connection()
    _free(held)
    try:
        epochs.end(name=_name(held.model, held.key), number=held.epoch)
    except redis.RedisError:
        # The next reign ends this one; until then nobody uses its number.
        logger.warning("Could not end the reign over %s", held.key, exc_info=True)


def _busy(model: type[Lease], key: object) -> Busy:
    row = model._default_manager.filter(pk=key).values_list("lease_owner", "lease_until").first()
    owner, until = row or ("nobody", None)
    return Busy(f"{model.__name__} {key} is being worked on by {owner}", owner=owner, until=until)


def _free(held: Held) -> None:
    held.model._default_manager.filter(pk=held.key, lease_owner=held.owner).update(
        lease_owner="", lease_until=None
    )


def _name(model: type[Lease], key: object) -> str:
    return f"{model.__name__}:{key}"


@contextmanager
def _named(owner: str) -> Iterator[None]:
    """Let this thread's connection bear the name of a lease's owner in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('application_name')")
        (before,) = cursor.fetchone()
    _name_connection(owner)
    try:
        yield
    finally:
        _mend_connection()
        _name_connection(before)


def _mend_connection() -> None:
    """Connect anew after a failure: whoever took over may have ended our connection."""
    if connection.errors_occurred and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _name_connection(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)", [name])


@contextmanager
def held(model: type[Lease], key: object) -> Iterator[Held]:
    """
    Hold the lease on a row, renewed in the background, and give it back at the end.

    :raises Busy: if somebody else holds it.
    :raises LeaseLost: if somebody took over while we wrote.
    """
    lease = claim(model, key)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(lease, stop), name=f"lease-{key}", daemon=True)
    heart.start()
    try:
        with _named(lease.owner):
            yield lease
    except (DatabaseError, psycopg.Error):
        lease.check()
        raise
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


# Does its work once, and returns in how many (real) seconds to do it again.
Turn = Callable[[Held], float]


def lead(
    name: str, *, begin: Callable[[], Turn], stop: threading.Event, pause: float, until: float = math.inf
) -> None:
    """
    While the lock ``name`` is ours take turns, of one that ``begin`` makes for each reign.

    Returns when told to ``stop``, or at ``until`` (of the monotonic clock). Whatever happens meanwhile
    we try to lead again after ``pause`` seconds: a server that restarts must not end us, for what there
    is to do is in rows.
    """
    while not stop.is_set() and time.monotonic() < until:
        try:
            with lock(name) as lease:
                logger.info("Leading: %s", name)
                turn = begin()
                while not stop.is_set() and not lease.lost.is_set() and time.monotonic() < until:
                    stop.wait(turn(lease))
                if lease.lost.is_set():  # found out by the renewing, between two turns
                    raise lease.gone()
        except Busy:
            stop.wait(pause)
        except LeaseLost as error:
            logger.warning("Leading no more: %s", error)
        except (DatabaseError, redis.RedisError, OperationalError):
            logger.warning("A server is away; trying again", exc_info=True)
            connection.close()
            close_old_connections()
            stop.wait(pause)


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
