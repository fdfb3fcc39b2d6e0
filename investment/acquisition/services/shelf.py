"""
Where answers lie in the cache server: one place for each endpoint and its parameters.

A place has the last answer, how the last call failed, and the lock of whoever calls. What is there may
be of another release, or be gone at any moment: what cannot be read is not there.
"""

import functools
import hashlib
import json
import logging
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Any, Final

import msgspec
from redis import RedisError

from investment.acquisition.cached import PREFIX, STATS, Endpoint
from investment.lib import clock, redis
from investment.providers import errors
from investment.providers.errors import ProviderError
from investment.quotas.contracts import LANES, Lane, Refused, Window
from investment.quotas.errors import QuotaExhausted

logger = logging.getLogger(__name__)

Param = str | int | None

_FAILED_FOR: Final = 10_000  # real milliseconds for which those who wait for a call can read how it failed
_KINDS: Final = {
    kind.__name__: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ProviderError)
}


@dataclass(frozen=True, slots=True)
class Answer:
    """
    An answer as it was kept, asked for ``at`` (unix seconds of the one clock).

    ``age`` is in seconds of the one clock; below 0 the clock was set back, and it is not known.
    ``ended`` is when it came, by :func:`clock.awake`.
    """

    value: Any
    at: float
    age: float
    ended: float


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call failed that was made in a ``lane``, with ``patience``; ``ended`` as of an answer."""

    error: ProviderError | QuotaExhausted
    lane: Lane
    patience: float
    ended: float


@dataclass(frozen=True, slots=True)
class Place:
    """What there is at one moment; ``taken``: somebody is calling."""

    answer: Answer | None
    failure: Failure | None
    taken: bool


class _AnswerTold(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    at: float
    ended: float
    value: msgspec.Raw


class _FailureTold(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    ended: float
    lane: str
    patience: float
    kind: str
    message: str
    more: dict[str, Any]


class Shelf:
    """
    The place of one question.

    Its name holds digests of the parameters and of the type of the answer: what a release with other
    records has kept lies elsewhere.
    """

    def __init__(self, endpoint: Endpoint, params: Mapping[str, Param]) -> None:
        self.endpoint = endpoint
        self.params = {name: value for name, value in params.items() if value is not None}
        self._type, shape = _type_of(endpoint)
        told = json.dumps(self.params, sort_keys=True, ensure_ascii=True).encode()
        digest = hashlib.sha256(told).hexdigest()[:24]
        self._answer = redis.key(PREFIX, endpoint.provider, endpoint.method, shape, digest)
        self._failure, self.lock = f"{self._answer}:failed", f"{self._answer}:lock"

    def look(self) -> Place:
        """Return what there is; one question to the cache server. :raises RedisError: if it is away."""
        client: Any = redis.cache()
        answer, failure, lock = client.mget(self._answer, self._failure, self.lock)
        return Place(self._read(answer), _failure_in(failure), lock is not None)

    def keep(self, value: object, *, at: datetime) -> None:
        """Keep an answer for as long as its endpoint says. :raises RedisError: if that cannot be."""
        told = msgspec.Raw(msgspec.msgpack.encode(value))
        kept = msgspec.msgpack.encode(_AnswerTold(at.timestamp(), clock.awake(), told))
        redis.cache().set(self._answer, kept, px=max(1, int(self.endpoint.max_age * 1000)))

    def keep_failure(self, error: ProviderError | QuotaExhausted, *, lane: Lane, patience: float) -> None:
        """Tell those who wait how the call failed. :raises RedisError: if that cannot be."""
        more = _facts_of(error)
        told = _FailureTold(clock.awake(), lane, patience, type(error).__name__, error.message, more)
        redis.cache().set(self._failure, msgspec.msgpack.encode(told), px=_FAILED_FOR)

    def count(self, what: typing.Literal["hits", "misses", "shared"]) -> None:
        """Count a question by what became of it; where the cache server is away, it is not counted."""
        try:
            pipe = redis.cache().pipeline(transaction=False)
            pipe.hincrby(
                redis.key(PREFIX, STATS), f"{self.endpoint.provider} {self.endpoint.method} {what}", 1
            )
            pipe.hsetnx(redis.key(PREFIX, STATS), "since", str(int(clock.now().timestamp())))
            pipe.execute()
        except RedisError as error:
            logger.warning("A question could not be counted: %s", type(error).__name__)

    def _read(self, kept: bytes | None) -> Answer | None:
        if kept is None:
            return None
        try:
            told = msgspec.msgpack.decode(kept, type=_AnswerTold)
            value = msgspec.msgpack.decode(told.value, type=self._type)
        except msgspec.MsgspecError:
            return None
        age = clock.now().timestamp() - told.at
        if not clock.is_set() and age >= 0:
            # The machine's clock may be put right: what has passed by another one has passed.
            passed = clock.awake() - told.ended
            age = max(age, passed) if passed >= 0 else -1.0
        return Answer(value, told.at, age, told.ended)


def _failure_in(kept: bytes | None) -> Failure | None:
    if kept is None:
        return None
    try:
        told = msgspec.msgpack.decode(kept, type=_FailureTold)
        error = _error_of(told)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
        return None
    lane = next((lane for lane in LANES if lane == told.lane), None)
    return None if lane is None else Failure(error, lane, told.patience, told.ended)


def _facts_of(error: ProviderError | QuotaExhausted) -> dict[str, Any]:
    """Return what an error was made with besides its message."""
    if isinstance(error, QuotaExhausted):
        window = error.window and [getattr(error.window, name) for name in _WINDOW]
        return {"scope": error.scope, "reason": error.reason, "window": window, "retry_at": error.retry_at}
    facts = {name: getattr(error, name) for name in ("provider", "words", "status")}
    return facts | {name: getattr(error, name) for name in _MORE if hasattr(error, name)}


def _error_of(told: _FailureTold) -> ProviderError | QuotaExhausted:
    facts = dict(told.more)
    if told.kind == QuotaExhausted.__name__:
        window = facts["window"] and Window(*facts["window"])
        refused = Refused(facts["reason"], window, facts["retry_at"])
        return QuotaExhausted(scope=facts["scope"], refused=refused)
    if facts.get("floor") is not None:
        facts["floor"] = date.fromisoformat(facts["floor"])
    return _KINDS[told.kind](told.message, **facts)


_WINDOW = ("limit", "seconds", "source", "interactive_share")
_MORE = ("retry_at", "perhaps_symbol", "floor")


@functools.cache
def _type_of(endpoint: Endpoint) -> tuple[Any, str]:
    """Return the type that an adapter's method says it returns, and a digest of its shape."""
    module = import_module(f"investment.providers.adapters.{endpoint.provider}.client")
    client = next(
        each
        for each in vars(module).values()
        if isinstance(each, type) and each.__module__ == module.__name__ and hasattr(each, endpoint.method)
    )
    kind = typing.get_type_hints(getattr(client, endpoint.method))["return"]
    shape = repr(msgspec.inspect.type_info(kind))
    return kind, hashlib.sha256(shape.encode()).hexdigest()[:8]
