"""A thread for work that waits (for the database, the state server), beside an event loop that must not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
R = TypeVar("R")


class OneThread:
    """
    Does one thing after the other in the same thread, whose database connection is its own.

    What was begun is finished, also where whoever waits for it is cancelled.
    """

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def __call__(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.wrap_future(self._pool.submit(work, *args, **kwargs))

    def close(self) -> None:
        """Finish what was begun, and close the connection."""
        self._pool.submit(connections.close_all).result()
        self._pool.shutdown()
