"""
The spending level: how much of its work the platform does at present.

The governor alone sets it. It lies here because every layer reads it: the planner, workers, the API.
"""

from enum import StrEnum
from typing import Any

from investment.lib import redis

_KEY = "level"


class Level(StrEnum):
    """From everything to nothing but reading; each leaves out what those before it do."""

    FULL = "full"
    THRIFT = "thrift"
    ESSENTIAL = "essential"
    HOLD = "hold"
    READ_ONLY = "read_only"

    @property
    def rank(self) -> int:
        """0 for the level that spends the most."""
        return list(Level).index(self)


def current() -> Level:
    """
    Return the level of this installation: ``full`` until somebody has set another.

    A word that we do not know was set by a newer release: then nothing is done that is not essential.
    """
    client: Any = redis.state()
    told = client.get(redis.key(_KEY))
    if told is None:
        return Level.FULL
    try:
        return Level(told.decode())
    except ValueError:
        return Level.ESSENTIAL


def set_level(level: Level) -> None:
    """Set the level for every process of this installation."""
    redis.state().set(redis.key(_KEY), level.value)
