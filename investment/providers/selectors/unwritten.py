"""How often something could not be written down beside an answer, see :mod:`.services.unwritten`."""

from typing import NamedTuple, cast

from investment.lib import redis

KEY = ("unwritten",)


class Unwritten(NamedTuple):
    provider: str
    what: str
    times: int


def unwritten() -> list[Unwritten]:
    """Return what could not be done, and how often since this installation began, by provider."""
    told = cast("dict[bytes, bytes]", redis.state().hgetall(redis.key(*KEY)))
    split = ((name.decode().partition(": "), int(times)) for name, times in told.items())
    return sorted(Unwritten(provider, what, times) for (provider, _, what), times in split)
