"""The two Redis servers: state, which must not be lost, and cache, which may be emptied at any time."""

from functools import lru_cache

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
