"""How well the kept answers serve."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import RedisError

from investment.acquisition.cached import ENDPOINTS, PREFIX, STATS, Endpoint
from investment.lib import redis

_COUNTED = ("hits", "misses", "shared")


@dataclass(frozen=True, slots=True)
class EndpointCache:
    """
    Questions of one endpoint.

    ``hits`` were there, ``shared`` came from the call of another who asked at the same time, ``misses``
    cost a call. ``hit_rate`` is the share that cost none; None before the first question.
    """

    provider: str
    endpoint: str
    hits: int
    misses: int
    shared: int
    hit_rate: float | None
    max_age_seconds: float


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """All endpoints together; ``since`` is when counting began, None where nothing was counted."""

    hit_rate: float | None
    hits: int
    misses: int
    shared: int
    since: datetime | None
    endpoints: list[EndpointCache]


def cache_usage() -> CacheUsage:
    """Return how often an answer was there. Counting begins anew when the cache server is emptied."""
    client: Any = redis.cache()
    try:
        told = {name.decode(): int(value) for name, value in client.hgetall(redis.key(PREFIX, STATS)).items()}
    except RedisError:  # it may be away at any time, and its counts with it
        told = {}
    endpoints = [
        _usage(each, *(told.get(f"{each.provider} {each.method} {what}", 0) for what in _COUNTED))
        for each in ENDPOINTS
    ]
    hits, misses, shared = (sum(getattr(each, name) for each in endpoints) for name in _COUNTED)
    since = told.get("since")
    return CacheUsage(
        hit_rate=_rate(hits, misses, shared),
        hits=hits,
        misses=misses,
        shared=shared,
        since=datetime.fromtimestamp(since, UTC) if since else None,
        endpoints=endpoints,
    )


def _usage(of: Endpoint, hits: int, misses: int, shared: int) -> EndpointCache:
    return EndpointCache(
        of.provider, of.method, hits, misses, shared, _rate(hits, misses, shared), of.max_age
    )


def _rate(hits: int, misses: int, shared: int) -> float | None:
    asked = hits + misses + shared
    return (hits + shared) / asked if asked else None
