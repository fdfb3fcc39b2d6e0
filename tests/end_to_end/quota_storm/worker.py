"""
One process of the storm: it asks each provider as often as the ledger lets it, through the product's gateway.

Run as ``python -m tests.end_to_end.quota_storm.worker ORDER``. Begins when it reads a line, ends when
its standard input does; each half second it writes what it did, as a line of JSON.
"""

import contextlib
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

import django
import httpx

if TYPE_CHECKING:
    from investment.providers.access import Access
    from investment.quotas.contracts import Lane, LimitFacts
    from investment.quotas.errors import QuotaExhausted

PATH = "/v1/marketstatus/now"
LOOK = 0.5  # real seconds that a thread sleeps at most
AGAIN = 0.05  # real seconds after a failure
HTTP = {"connect": 2.0, "read": 3.0, "write": 2.0, "pool": 2.0}  # real seconds
HOLD = 10.0  # real seconds; longer than all of these together


class Timed(httpx.BaseTransport):
    """Measures how long calls take on the wire, in real seconds, and how they end."""

    def __init__(self) -> None:
        self.inner = httpx.HTTPTransport(retries=0)
        self.answered = 0
        self.seconds = 0.0
        self.statuses: Counter[int] = Counter()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began = time.monotonic()
        response = self.inner.handle_request(request)
        self.seconds += time.monotonic() - began
        self.answered += 1
        self.statuses[response.status_code] += 1
        return response

    def close(self) -> None:
        self.inner.close()


class Asking(threading.Thread):
    """Asks one provider, over and over."""

    def __init__(self, order: Mapping[str, Any], ended: threading.Event) -> None:
        super().__init__(name=order["name"], daemon=True)
        self.order = order
        self.ended = ended
        self.wire = Timed()
        self.troubles: Counter[str] = Counter()

    def prepare(self) -> None:
        """Do what takes time before anyone begins: imports, and the scope's row if that can be had now."""
        import investment.providers.gateway  # noqa: F401
        from investment.quotas.services import scopes

        with contextlib.suppress(*failures()):
            scopes.declare(make_access(self.order).limits)

    def run(self) -> None:
        from django.db import connection

        from investment.providers.gateway import MeteredTransport
        from investment.quotas.errors import QuotaExhausted
        from investment.quotas.services import scopes

        access = make_access(self.order)
        meter = MeteredTransport(
            self.wire,
            access=access,
            lane=self.lane,
            purpose=f"storm {self.order['name']}",
            patience=LOOK,
            hold=HOLD,
        )
        with httpx.Client(
            base_url=access.base_url, transport=meter, timeout=httpx.Timeout(**HTTP), trust_env=False
        ) as http:
            while not self.ended.is_set():
                try:
                    scopes.declare(access.limits)
                    http.get(
                        PATH,
                        headers={"Authorization": f"Bearer {self.order['key']}"},
                        extensions={"endpoint": "status"},
                    )
                except QuotaExhausted as refusal:
                    self.wait(refusal)
                except failures() as error:
                    self.trouble(error)
                    connection.close()
                    time.sleep(AGAIN)
        connection.close()

    def trouble(self, error: Exception) -> None:
        """Count it; the first of its kind is told in full."""
        name = type(error).__name__
        if not self.troubles[name]:
            sys.stderr.write(f"{self.name} {name}: {error}\n")
        self.troubles[name] += 1

    @property
    def lane(self) -> "Lane":
        return cast("Lane", self.order["lane"])

    def wait(self, refusal: "QuotaExhausted") -> None:
        """Sleep until a slot may be free, half a second at most."""
        from investment.lib import clock

        if refusal.reason != "window":
            self.troubles[refusal.reason] += 1
        ahead = LOOK
        if refusal.retry_at is not None and (rate := clock.rate()):
            ahead = (refusal.retry_at - clock.now()).total_seconds() / rate
        time.sleep(min(LOOK, max(0.001, ahead)))


def failures() -> tuple[type[Exception], ...]:
    """What may happen to a call in a storm."""
    from django.db import Error as DatabaseError
    from redis import RedisError

    from investment.providers.errors import TransientProviderError

    # Transient: an endpoint that failed several times in a row is left alone for a while.
    return httpx.TransportError, RedisError, DatabaseError, TransientProviderError


def make_access(order: Mapping[str, Any]) -> "Access[Any]":
    """Return the access of an imagined adapter that has no more to say than its limits."""
    from investment.lib import clock
    from investment.providers.access import Access, Hider
    from investment.quotas.contracts import LimitFacts, ScopeLimits, Window

    windows = tuple(
        Window(limit, seconds, source="the storm", interactive_share=order["interactive_share"])
        for limit, seconds in order["windows"]
    )

    def facts(status: int, headers: Mapping[str, str], _body: bytes) -> "list[LimitFacts]":
        if "x-ratelimit-remaining" in headers:
            # The provider's clock may be another than ours; how far it is until the reset is the same.
            ahead = int(headers["x-ratelimit-reset"]) - parsedate_to_datetime(headers["date"]).timestamp()
            return [
                LimitFacts(
                    seconds=max(window.seconds for window in windows),
                    remaining=int(headers["x-ratelimit-remaining"]),
                    full=status == 429,
                    until=clock.now() + timedelta(seconds=max(0.0, ahead)),
                )
            ]
        return [LimitFacts(seconds=window.seconds, full=True) for window in windows if status == 429]

    return Access(
        provider=order["name"],
        base_url=order["url"],
        limits=ScopeLimits(scope=order["scope"], provider=order["name"], windows=windows),
        make=lambda http: cast("Any", http),
        limit_facts=facts,
        redact=Hider(order["key"]),
    )


def fail(trouble: threading.ExceptHookArgs) -> None:
    """End the process when one of its threads fails: a storm that dies down in silence proves nothing."""
    threading.__excepthook__(trouble)
    os._exit(3)


def end_with_input(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def main() -> None:
    django.setup()
    threading.excepthook = fail
    orders = json.loads(sys.argv[1])
    ended = threading.Event()
    threads = [Asking(order, ended) for order in orders]
    for thread in threads:
        thread.prepare()
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    if not sys.stdin.readline():
        return
    for thread in threads:
        thread.start()
    threading.Thread(target=end_with_input, args=(ended,), daemon=True).start()
    while True:
        over = ended.wait(LOOK)
        if over:
            for thread in threads:
                thread.join(HTTP["read"] + 2)
        document = {
            thread.name: {
                "answered": thread.wire.answered,
                "seconds": thread.wire.seconds,
                "statuses": dict(thread.wire.statuses),
                "troubles": dict(thread.troubles),
            }
            for thread in threads
        }
        sys.stdout.write(json.dumps(document) + "\n")
        sys.stdout.flush()
        if over:
            return


if __name__ == "__main__":
    main()
