"""
Answers of providers, kept for whoever reads them interactively: one for each endpoint and its parameters.

    quote = answer("finnhub", "quote", {"symbol": "AAPL"}, max_age=15.0, purpose="page AAPL")
    quote.value, quote.age, quote.hit

Never served older than asked for: the age counts from before the question was sent, on the one clock.
Of those who ask for the same at once one calls, in the interactive lane; the others get its answer, or
its error. Where the cache server is away everybody calls, within the ledger.
"""

import functools
import hashlib
import json
import logging
import secrets
import time
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import msgspec
from redis import RedisError

from investment.acquisition.cached import BY_NAME, PREFIX, STATS, Endpoint
from investment.lib import clock, redis
from investment.providers import errors, gateway
from investment.quotas.contracts import Lane

logger = logging.getLogger(__name__)

Param = str | int | None

_HOLD = 120.0  # real seconds after which a call that was never answered is asked by somebody else
_ERROR_FOR = 5.0  # real seconds for which those who waited for a call are told that it failed
_LOOK = 0.02  # real seconds between looks at a call of somebody else's
_LARGEST = 2 * 2**20  # bytes; the whole market's list is read once, by nobody interactively

# Gives the lock back only where it is still ours.
_UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


@dataclass(frozen=True, slots=True)
class Cached:
    """
    An answer: the adapter's records. ``at`` is from before it was asked for, ``age`` in seconds since.

    ``hit``: it was there. ``shared``: somebody else's call, which was waited for.
    """

    value: Any
    at: datetime
    age: float
    hit: bool = False
    shared: bool = False


class _Entry(msgspec.Struct, array_like=True):
    at: float
    value: msgspec.Raw


class _Failure(msgspec.Struct, array_like=True):
    kind: str
    message: str
    provider: str
    words: str
    status: int | None
    retry_at: float | None


def answer(
    provider: str,
    method: str,
    params: Mapping[str, Param],
    *,
    purpose: str,
    max_age: float | None = None,
    lane: Lane = "interactive",
    patience: float = 0.0,
) -> Cached:
    """
    Return an answer that is not older than ``max_age`` seconds, asking for it where there is none.

    :param max_age: default: the endpoint's own. 0 asks, unless somebody else is asking already.
    :param patience: real seconds that the call may wait for a slot.
    :raises KeyError: for an endpoint that is not in :mod:`investment.acquisition.cached`.
    :raises ProviderError, QuotaExhausted: as the gateway does.
    """
    asked = _Question(BY_NAME[provider, method], params, max_age)
    try:
        found = asked.look()
        if found is not None:
            asked.count("hits")
            return found
        return _ask_or_wait(asked, purpose, lane, patience)
    except RedisError as error:
        logger.warning("Answers are not kept, the cache server is away: %s", type(error).__name__)
        return _call(asked, purpose, lane, patience)


def _ask_or_wait(asked: "_Question", purpose: str, lane: Lane, patience: float) -> Cached:
    client, token = redis.cache(), secrets.token_hex(8)
    began = clock.now().timestamp()
    give_up = time.monotonic() + _HOLD
    while not client.set(asked.lock, token, nx=True, px=int(_HOLD * 1000)):
        time.sleep(_LOOK)
        # What was answered while we waited is for us too, however young it had to be.
        if (found := asked.look(since=began)) is not None:
            asked.count("shared")
            return found
        if (failure := asked.failure(since=began)) is not None:
            asked.count("shared")
            raise failure
        if time.monotonic() > give_up:
            break
    try:
        # Somebody may have been answered between our look and our lock.
        if (found := asked.look()) is not None:
            asked.count("shared")
            return found
        asked.count("misses")
        return _call(asked, purpose, lane, patience)
    finally:
        client.eval(_UNLOCK, 1, asked.lock, token)


def _call(asked: "_Question", purpose: str, lane: Lane, patience: float) -> Cached:
    at = clock.now()
    try:
        with gateway.provider(
            asked.endpoint.provider, lane=lane, purpose=purpose, patience=patience
        ) as adapter:
            value = getattr(adapter, asked.endpoint.method)(**asked.params)
    except errors.ProviderError as error:
        asked.keep_failure(error, at)
        raise
    asked.keep(value, at)
    return Cached(value, at, max(0.0, (clock.now() - at).total_seconds()))


class _Question:
    """One endpoint with its parameters: where its answer, its lock and its last failure are kept."""

    def __init__(self, endpoint: Endpoint, params: Mapping[str, Param], max_age: float | None) -> None:
        self.endpoint = endpoint
        self.params = {name: value for name, value in params.items() if value is not None}
        self.max_age = endpoint.max_age if max_age is None else max_age
        told = json.dumps(self.params, sort_keys=True, ensure_ascii=False).encode()
        digest = hashlib.sha256(told).hexdigest()[:24]
        self._key = redis.key(PREFIX, endpoint.provider, endpoint.method, digest)
        self.lock = f"{self._key}:lock"

    def look(self, *, since: float | None = None) -> Cached | None:
        """Return the kept answer if it is young enough, or was asked for after ``since`` (unix seconds)."""
        kept = _cache().get(self._key)
        if kept is None:
            return None
        entry = msgspec.msgpack.decode(kept, type=_Entry)
        now = clock.now().timestamp()
        age = now - entry.at
        young = 0 <= age <= self.max_age or (since is not None and entry.at >= since and age >= 0)
        if not young:
            return None
        value = msgspec.msgpack.decode(entry.value, type=_type_of(self.endpoint))
        return Cached(value, datetime.fromtimestamp(entry.at, UTC), age, hit=True, shared=since is not None)

    def keep(self, value: object, at: datetime) -> None:
        told = msgspec.msgpack.encode(value)
        if len(told) > _LARGEST:
            return
        entry = msgspec.msgpack.encode(_Entry(at.timestamp(), msgspec.Raw(told)))
        _quietly(lambda: redis.cache().set(self._key, entry, ex=max(1, int(self.endpoint.max_age))))

    def failure(self, *, since: float) -> errors.ProviderError | None:
        """Return what the call that we waited for has failed with."""
        kept = _cache().get(f"{self._key}:failed")
        if kept is None:
            return None
        at, failure = msgspec.msgpack.decode(kept, type=tuple[float, _Failure])
        return _error_of(failure) if at >= since else None

    def keep_failure(self, error: errors.ProviderError, at: datetime) -> None:
        retry_at = getattr(error, "retry_at", None)
        told = _Failure(
            type(error).__name__, error.message, error.provider, error.words, error.status,
            retry_at.timestamp() if retry_at else None,
        )  # fmt: skip
        kept = msgspec.msgpack.encode((at.timestamp(), told))
        _quietly(lambda: redis.cache().set(f"{self._key}:failed", kept, px=int(_ERROR_FOR * 1000)))

    def count(self, what: str) -> None:
        field = f"{self.endpoint.provider} {self.endpoint.method} {what}"
        key = redis.key(PREFIX, STATS)
        pipe = redis.cache().pipeline(transaction=False)
        pipe.hincrby(key, field, 1)
        pipe.hsetnx(key, "since", int(clock.now().timestamp()))
        pipe.execute()


def _cache() -> Any:
    return redis.cache()


def _quietly(write: Callable[[], object]) -> None:
    """The answer was paid for: it is handed on, whether it can be kept or not."""
    try:
        write()
    except RedisError as error:
        logger.warning("An answer could not be kept: %s", type(error).__name__)


def _error_of(told: _Failure) -> errors.ProviderError:
    kind: type[errors.ProviderError] = getattr(errors, told.kind, errors.ProviderUnavailable)
    more: dict[str, Any] = {"provider": told.provider, "words": told.words, "status": told.status}
    if issubclass(kind, errors.TransientProviderError) and told.retry_at is not None:
        more["retry_at"] = datetime.fromtimestamp(told.retry_at, UTC)
    return kind(told.message, **more)


@functools.cache
def _type_of(endpoint: Endpoint) -> Any:
    """Return the type that an adapter's method says it returns."""
    module = import_module(f"investment.providers.adapters.{endpoint.provider}.client")
    client = next(
        each
        for each in vars(module).values()
        if isinstance(each, type) and each.__module__ == module.__name__ and hasattr(each, endpoint.method)
    )
    return typing.get_type_hints(getattr(client, endpoint.method))["return"]
