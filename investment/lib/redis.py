"""The two Redis servers: state, which must not be lost, and cache, which may be emptied at any time."""

import os
import threading
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings


@lru_cache(maxsize=1)
def state() -> "redis.Redis":
    """Return the client of the state server: ledger, broker, clock. Answers are bytes."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=10, socket_connect_timeout=5)


@lru_cache(maxsize=1)
def cache() -> "redis.Redis":
    """Return the client of the cache server. Answers are bytes; any key may be gone."""
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=5, socket_connect_timeout=2)


def key(*parts: str) -> str:
    """Return the name of a key of this installation's mode."""
    return ":".join((settings.MODE.name, *parts))


class _Own(threading.local):
    """A thread's own connection to the state server: whose pool made it, and in which process."""

    connection: Any = None
    of: tuple[int, int] = (0, 0)


_own = _Own()


def ask(command: bytes) -> Any:
    """
    Send a packed command (:func:`pack`) to the state server over this thread's own connection.

    For what is asked so often that finding a connection and packing cost as much as the answer. It is
    sent once more where the connection turns out to be broken, so it must be harmless when repeated.

    :raises redis.RedisError: as the server's answer, or where it cannot be reached.
    """
    pool = state().connection_pool
    of = (id(pool), os.getpid())
    if _own.of != of:
        # A connection that came with a fork belongs to the parent: it is left alone.
        _own.connection, _own.of = pool.connection_class(**pool.connection_kwargs), of
    connection = _own.connection
    try:
        connection.send_packed_command((command,), check_health=False)
        return connection.read_response()
    except (redis.ConnectionError, redis.TimeoutError):
        connection.disconnect()
        connection.send_packed_command((command,), check_health=False)
        return connection.read_response()


def pack(*parts: bytes | str | int, more: int = 0) -> bytes:
    """Return a command in the server's protocol, or its beginning where ``more`` parts follow."""
    return b"*%d\r\n" % (len(parts) + more) + b"".join(
        part(value if isinstance(value, bytes) else str(value).encode()) for value in parts
    )


def part(value: bytes) -> bytes:
    """Return one part of a packed command."""
    return b"$%d\r\n%b\r\n" % (len(value), value)
