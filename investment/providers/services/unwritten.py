"""
What could not be written down beside an answer: the answer has been paid for, and is not lost for it.

It is logged when it begins and when it is over, not each time; how often it happened is counted in the
state server, for ``manage.py archive`` and whoever else shows it.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Literal

from django.db import Error as DatabaseError
from django.db import connection
from redis import RedisError

from investment.lib import redis
from investment.providers.selectors.unwritten import KEY

logger = logging.getLogger(__name__)

What = Literal[
    "keep an answer",
    "note how a call ended",
    "tell the breaker",
    "learn from an answer",
    "learn from a refusal",
    "look up what is known",
    "let another call pass",
]

_lock = Lock()
_pending: Counter[str] = Counter()  # not told to the state server yet
_failing: Counter[str] = Counter()  # since it last succeeded


@contextmanager
def quietly(what: What, *, provider: str) -> Iterator[None]:
    """
    Let the block fail where a server of ours is away, full, or does not take what it is given.

    Nothing of what was to be written is told, for it may hold what nobody else may see.
    """
    name = f"{provider}: {what}"
    try:
        yield
    except (DatabaseError, RedisError) as error:
        _failed(name, type(error).__name__)
    else:
        if _failing or _pending:
            _succeeded(name)


def _failed(name: str, why: str) -> None:
    with _lock:
        _pending[name] += 1
        _failing[name] += 1
        first = _failing[name] == 1
    if first:
        logger.error(
            "It was not possible to %s (%s): answers are used all the same; this is counted, see "
            "manage.py archive", _spelled(name), why,
        )  # fmt: skip
    if connection.connection is not None and not connection.in_atomic_block and not connection.is_usable():
        connection.close()  # the next write finds a fresh one
    _tell()


def _succeeded(name: str) -> None:
    with _lock:
        times = _failing.pop(name, 0)
    if times:
        logger.warning("It is possible again to %s, after %d failures", _spelled(name), times)
    _tell()


def _tell() -> None:
    """Add what is pending to the state server's counts; if that is away, next time."""
    with _lock:
        told = dict(_pending)
        _pending.clear()
    try:
        pipeline = redis.state().pipeline()
        for name, times in told.items():
            pipeline.hincrby(redis.key(*KEY), name, times)
        pipeline.execute()
    except RedisError:
        with _lock:
            _pending.update(told)


def _spelled(name: str) -> str:
    provider, _, what = name.partition(": ")
    return f"{what} of {provider}"
