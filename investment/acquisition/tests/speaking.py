"""An instrument, and a provider that answers without a wire, for tests of who asks whom."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from investment.lib import clock
from investment.market.models import Instrument, Ticker
from investment.providers.contracts import Quote


class Speaker:
    """Tells a price of one more dollar each time; ``calls`` are the lanes of who asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.takes = 0.0
        self.fails: Exception | None = None
        self.tells: Callable[[Quote], Quote] = lambda quote: quote
        self.meanwhile: Callable[[], object] = lambda: None
        self.calls_spent, self.last_call_id = 0, uuid4()
        self._lock = threading.Lock()

    @contextmanager
    def provider(self, name: str, *, lane: str, **_: Any) -> Iterator["Speaker"]:
        """Stand in for :func:`investment.providers.gateway.provider`."""
        assert name == "finnhub"
        self.lane = lane
        yield self

    def quote(self, *, symbol: str) -> Quote:
        with self._lock:
            self.calls.append(self.lane)
            number, self.last_call_id = len(self.calls), uuid4()
        self.meanwhile()
        time.sleep(self.takes)
        if self.fails is not None:
            raise self.fails
        return self.tells(Quote(symbol, 100.0 + number, clock.now(), previous_close=99.5))


def make_instrument(symbol: str = "AAPL", **fields: Any) -> Instrument:
    known = {"name": f"{symbol} Inc.", "kind": Instrument.Kind.COMMON_STOCK, "source": "sample"}
    at = clock.now()
    instrument = Instrument.objects.create(
        symbol=symbol, **(known | {"first_seen_at": at, "updated_at": at} | fields)
    )
    Ticker.objects.create(instrument=instrument, symbol=symbol)
    return instrument
