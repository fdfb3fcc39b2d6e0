"""Rows that one process reads once, until any process has changed them."""

import secrets
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.conf import settings

from investment.lib import redis

T = TypeVar("T")


class ReadOnce(Generic[T]):
    """
    What ``read`` returned for a name, while the state server holds the same token for that name.

    One small read, or, after a change, the rows. Whoever changes them changes the token too, once that
    is committed, so what one process learns all others know at once.
    """

    def __init__(self, topic: str, read: Callable[[str], T]) -> None:
        self._topic = topic
        self._read = read
        self.kept: dict[tuple[str, str], tuple[bytes, T]] = {}

    def __call__(self, name: str) -> T:
        # Before the rows are read: what changes meanwhile changes the token too.
        token, place = self._token(name), (settings.MODE.name, name)
        found = self.kept.get(place)
        if found is None or found[0] != token:
            found = self.kept[place] = (token, self._read(name))
        return found[1]

    def changed(self, name: str) -> None:
        """Let every process read the rows anew."""
        redis.state().set(self.key(name), secrets.token_bytes(8))

    def key(self, name: str) -> str:
        """Return where the state server holds the token."""
        return redis.key(self._topic, name)

    def _token(self, name: str) -> bytes:
        client: Any = redis.state()
        found = client.get(self.key(name))
        if found is None:
            client.set(self.key(name), secrets.token_bytes(8), nx=True)
            found = client.get(self.key(name))
        return found or b""
