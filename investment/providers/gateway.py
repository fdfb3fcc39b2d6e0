"""
The way to the outside: every request is reserved in the quota ledger, has its row, and is settled.

    with market_data(lane="planned", purpose="session 2026-01-05") as massive:
        day = massive.grouped_daily(session=date(2026, 1, 5))
    massive.calls_spent

What a plan does not include is learned from refusals, and not asked for again before it is due
(:mod:`investment.providers.services.entitlements`). Nothing is asked twice but where the caller says
so with ``attempts``: who asks knows what else is waiting.
"""

import logging
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, Protocol, cast
from uuid import UUID

import httpx

from investment.lib import clock
from investment.providers import answers, breaker, errors
from investment.providers.access import Access
from investment.providers.contracts import MarketDataProvider
from investment.providers.learning import Learner
from investment.providers.questions import Question
from investment.providers.registry import access as access_of
from investment.providers.services import admission, archive
from investment.providers.services.unwritten import quietly
from investment.quotas.contracts import CallDetails, Granted, Lane, LimitFacts, Outcome
from investment.quotas.errors import QuotaExhausted
from investment.quotas.services import epochs, ledger
from investment.quotas.services.calls import refuse_open_transaction

# Connecting is quick or hopeless; an answer of the whole market can take long to begin. Seconds.
TIMEOUT = httpx.Timeout(20.0, connect=5.0, pool=5.0)
BODY_WITHIN = 60.0  # seconds from sending to the last byte, however steadily they trickle
MAX_BODY = 64 * 2**20  # bytes, as sent and unpacked; ten times the largest answer there is
# The longest that a call can take, all told: what is not settled by then was killed.
HOLD = 5.0 + 20.0 + BODY_WITHIN + 20.0  # seconds
_PAUSE = 2.0  # real seconds until another attempt, where nobody said when
_LOOK_AGAIN = 1.0  # real seconds; the clock may be set while we wait
_BREATH = 0.001  # real seconds
_MAX_REFUSAL = 64 * 2**10  # bytes; no provider says «too many» in more

# The request never left this machine. Whatever else goes wrong may have been counted.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_OUR_OWN = (httpx.PoolTimeout, httpx.UnsupportedProtocol)  # the provider has no part in it

# At DEBUG it tells all headers of an answer, which may repeat our key.
for _name in ("connection", "http11", "http2", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_name}").addFilter(lambda _: False)


class MeteredMarketData(MarketDataProvider, Protocol):
    """A provider of market data that knows what it has spent."""

    @property
    def calls_spent(self) -> int:
        """Requests that were sent, or may have been."""

    @property
    def last_call_id(self) -> UUID | None:
        """The ledger's id of the last request that was sent, or may have been."""


@contextmanager
def market_data(
    *,
    lane: Lane,
    purpose: str,
    epoch: int | None = None,
    patience: float = 0.0,
    on_wait: Callable[[datetime], None] | None = None,
    attempts: int = 1,
) -> Iterator[MeteredMarketData]:
    """Yield the provider of US prices and actions; see :func:`provider`."""
    with provider(
        "massive",
        lane=lane,
        purpose=purpose,
        epoch=epoch,
        patience=patience,
        on_wait=on_wait,
        attempts=attempts,
    ) as found:
        yield cast("MeteredMarketData", found)


@contextmanager
def provider(
    name: str,
    *,
    lane: Lane,
    purpose: str,
    epoch: int | None = None,
    patience: float = 0.0,
    on_wait: Callable[[datetime], None] | None = None,
    attempts: int = 1,
) -> Iterator[Any]:
    """
    Yield the adapter of a provider, whose every request goes through the ledger.

    ``purpose`` (up to 120 characters; its first word is its kind) says in the call's row what it was
    for. ``patience`` is how long a request may wait for a slot, in real seconds; ``on_wait`` is told
    each time until when (the one clock's). ``epoch``: see
    :func:`investment.quotas.services.ledger.reserve`. ``attempts`` is how often a question is asked
    where its failure may pass by itself: again when the provider says, or a little later, while the
    patience lasts. Lists that come page by page are asked for once.

    The adapter's methods raise :class:`QuotaExhausted` where no slot is free in time, and the
    errors of :mod:`investment.providers.errors`. Beside them it has ``calls_spent`` and
    ``last_call_id`` as :class:`MeteredMarketData` says.

    :raises CredentialsRejected: if there is no key.
    :raises RuntimeError: from the adapter's methods, if a transaction is open.
    """
    access = access_of(name)
    meter = MeteredTransport(
        httpx.HTTPTransport(verify=_certificates(), trust_env=False, retries=0),
        access=access,
        lane=lane,
        purpose=purpose,
        epoch=epoch,
        patience=patience,
        on_wait=on_wait,
    )
    with httpx.Client(
        base_url=access.base_url,
        transport=meter,
        timeout=TIMEOUT,
        headers={"Accept-Encoding": answers.PACKED_AS},
        trust_env=False,
    ) as http:
        yield _Metered(access.make(http), meter, attempts)


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Return whom we believe to be who they say; reading that takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)


class _Metered:
    """An adapter, with what its transport has counted; every question's end teaches something."""

    def __init__(self, adapter: object, meter: "MeteredTransport", attempts: int) -> None:
        self._adapter = adapter
        self._meter = meter
        self._attempts = attempts

    def __getattr__(self, name: str) -> object:
        found = getattr(self._adapter, name)
        return self._asking(found) if callable(found) else found

    def _asking(self, method: Callable[..., object]) -> Callable[..., object]:
        @wraps(method)
        def ask(*args: Any, **kwargs: Any) -> object:
            question = Question.of(method, args, kwargs)
            give_up = self._meter.give_up_at()
            for left in reversed(range(self._attempts)):
                try:
                    with self._meter.learner.asking(question):
                        found = method(*args, **kwargs)
                    break
                except errors.TransientProviderError as error:
                    # What is not published yet is the next day's business.
                    if isinstance(error, errors.NotPublishedYet) or not left:
                        raise
                    if not self._meter.wait_after(error, give_up):
                        raise
            return self._pages(found, question) if isinstance(found, Iterator) else found

        return ask

    def _pages(self, pages: Iterator[object], question: Question) -> Iterator[object]:
        try:
            while True:
                with self._meter.learner.asking(question):
                    page = next(pages, _NO_MORE)
                if page is _NO_MORE:
                    return
                yield page
        finally:
            if isinstance(pages, Generator):
                pages.close()

    @property
    def calls_spent(self) -> int:
        return self._meter.calls_spent

    @property
    def last_call_id(self) -> UUID | None:
        return self._meter.last_call_id


_NO_MORE = object()


class _StaleGrant(Exception):
    """The request was not sent in time for its grant, which may be worth nothing any more."""


@dataclass
class _Sending:
    """One request on its way, for its row."""

    granted: Granted
    passage: breaker.Passage | None
    stale_at: float
    started: float = field(default_factory=time.monotonic)
    sent_at: datetime = field(default_factory=clock.now)
    outcome: Outcome = "unknown"
    status: int | None = None
    size: int | None = None
    facts: list[LimitFacts] = field(default_factory=list)
    error: str = ""
    health: breaker.Outcome = "not_sent"
    come_back: datetime | None = None

    def count(self, size: int) -> None:
        self.size = (self.size or 0) + size

    def why(self) -> str:
        """Say for the breaker how it went."""
        many = "too many calls, " if self.health == "throttled" else ""
        return self.error or (f"{many}HTTP {self.status}" if self.status else "")

    def trace(self, event: str, _info: object) -> None:
        """
        Called by the transport at every step: the first byte is the last moment to give up.

        A process that was stopped, or slept, between its grant and here would otherwise send under a
        grant that has been forgotten, or in the place of a leader that has followed it.
        """
        if event.endswith(".send_request_headers.started"):
            if clock.awake() > self.stale_at:
                raise _StaleGrant
            self.sent_at = clock.now()


class MeteredTransport(httpx.BaseTransport):
    """
    Send each request only after it was reserved and its row committed; read the whole answer; settle.

    ``hold`` (real seconds) is the longest that a call can take with the client's timeouts.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        *,
        access: Access[Any],
        lane: Lane,
        purpose: str,
        epoch: int | None = None,
        patience: float = 0.0,
        on_wait: Callable[[datetime], None] | None = None,
        hold: float = HOLD,
    ) -> None:
        self._inner = inner
        self._access = access
        self._lane = lane
        self._purpose = purpose
        self._epoch = epoch
        self._patience = patience
        self._on_wait = on_wait
        self._hold = hold
        self.learner = Learner(access)
        self.calls_spent = 0
        self.last_call_id: UUID | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        refuse_open_transaction()
        endpoint = str(request.extensions.get("endpoint", ""))
        passages = self.learner.may_ask(endpoint)
        spent = self.calls_spent
        try:
            response = self._metered(request, endpoint)
        finally:
            if passages and self.calls_spent == spent:
                self.learner.give_back(passages)
        self.learner.was_answered(endpoint, response.status_code)
        return response

    def _metered(self, request: httpx.Request, endpoint: str) -> httpx.Response:
        give_up = self.give_up_at()
        while True:
            sending = self._admit(endpoint, give_up)
            failure: httpx.TransportError | httpx.DecodingError | None = None
            try:
                head, body = self._send(request, sending)
            except _StaleGrant:
                sending.outcome, sending.error = "not_sent", "it could not be sent in time"
                continue
            except (httpx.TransportError, httpx.DecodingError) as e:
                # A new one: what it came from may repeat the answer, and that our key.
                failure = type(e)(self._access.redact(str(e)))
                sending.error = f"{type(e).__name__}: {failure}"
                sending.health = "not_sent" if isinstance(e, _OUR_OWN) else "failed"
                if isinstance(e, _NOT_SENT):
                    sending.outcome = "not_sent"
            except BaseException as e:  # a task's time limit, Ctrl-C: the request may be under way
                sending.error = type(e).__name__
                raise
            finally:
                self._finish(sending)
            if failure is not None:
                raise failure
            self._keep(sending, endpoint, request, head, body)
            return answers.plain(head, body, request, redact=self._access.redact)

    def close(self) -> None:
        self._inner.close()

    def give_up_at(self) -> float:
        """Return until when who begins to ask now may wait, by the machine's monotonic clock."""
        return time.monotonic() + self._patience

    def wait_after(self, error: errors.TransientProviderError, give_up: float) -> bool:
        """Wait until a failure may have passed; return False if that is later than we may wait."""
        retry_at = error.retry_at or clock.now() + timedelta(seconds=_PAUSE * (clock.rate() or 1.0))
        while clock.now() < retry_at:
            if not self._wait(retry_at, give_up):
                return False
        return True

    def _admit(self, endpoint: str, give_up: float) -> _Sending:
        """
        Reserve, waiting if we may until ``give_up``. What is returned has its row and may be sent now.

        :raises QuotaExhausted: if the ledger refuses for longer than we may wait.
        :raises CircuitOpen: if the endpoint is left alone for a while, because it failed.
        """
        while True:
            # Anew after each wait, the breaker as well.
            answer = admission.admit(
                self._access,
                endpoint,
                lane=self._lane,
                purpose=self._purpose,
                hold=self._hold,
                epoch=self._epoch,
            )
            if isinstance(answer, admission.Admitted):
                return _Sending(answer.granted, answer.passage, stale_at=answer.stale_at)
            refusal = QuotaExhausted(scope=self._access.limits_of(endpoint).scope, refused=answer)
            if answer.retry_at is None or not self._wait(answer.retry_at, give_up):
                raise refusal

    def _wait(self, retry_at: datetime, give_up: float) -> bool:
        """Wait until ``retry_at``, a second at most; return False if that is later than we may wait."""
        rate = clock.rate()
        ahead = (retry_at - clock.now()).total_seconds()
        if ahead > 0 and (rate == 0 or ahead / rate > give_up - time.monotonic()):
            return False
        if time.monotonic() >= give_up:
            return False
        if self._on_wait is not None:
            self._on_wait(retry_at)
        # A little is always waited: a slot whose call is still on its way is promised for at best now.
        time.sleep(min(_LOOK_AGAIN, max(_BREATH, ahead / rate if rate else 0.0)))
        return True

    def _send(self, request: httpx.Request, sending: _Sending) -> tuple[httpx.Response, bytes]:
        request.extensions = {**request.extensions, "trace": sending.trace}
        response = self._inner.handle_request(request)
        sending.outcome, sending.status = "sent", response.status_code
        sending.health = breaker.outcome_of(response.status_code)
        sending.come_back = breaker.retry_after(response.headers, now=clock.now())
        sending.size, body = 0, b""
        try:
            packed = answers.read(
                response, most=MAX_BODY, within=BODY_WITHIN, started=sending.started, count=sending.count
            )
            body = self._access.redact.body(answers.unpacked(packed, response, most=MAX_BODY))
        finally:
            told = body if len(body) <= _MAX_REFUSAL else b""
            sending.facts = list(self._access.limit_facts(response.status_code, response.headers, told))
            if any(fact.full for fact in sending.facts):
                sending.health = "throttled"  # whatever its status
        return response, body

    def _keep(
        self, sending: _Sending, endpoint: str, request: httpx.Request, head: httpx.Response, body: bytes
    ) -> None:
        """Keep an answer, unless it came after the end of the reign under which it was asked for."""
        with quietly("keep an answer", provider=self._access.provider):
            if self._epoch is None or epochs.reigns(self._epoch):
                archive.keep(
                    access=self._access,
                    call_id=sending.granted.id,
                    endpoint=endpoint,
                    url=str(request.url),
                    status=head.status_code,
                    headers=head.headers,
                    body=body,
                    now=clock.now(),
                )

    def _finish(self, sending: _Sending) -> None:
        if sending.outcome != "not_sent":
            self.calls_spent += 1
            self.last_call_id = sending.granted.id
        left = [fact.remaining for fact in sending.facts if fact.remaining is not None]
        # A call that is not settled counts as under way until its hold ends, and nobody spends too much.
        with quietly("note how a call ended", provider=self._access.provider):
            ledger.settle(
                id=sending.granted.id,
                outcome=sending.outcome,
                limit_facts=sending.facts,
                details=CallDetails(
                    sent_at=sending.sent_at if sending.outcome != "not_sent" else None,
                    status=sending.status,
                    size=sending.size,
                    duration_seconds=time.monotonic() - sending.started,
                    quota_left=min(left) if left else None,
                    error=sending.error,
                ),
            )
        if sending.passage is not None:
            with quietly("tell the breaker", provider=self._access.provider):
                breaker.report(
                    sending.passage,
                    outcome=sending.health,
                    retry_at=sending.come_back if sending.health != "answered" else None,
                    why=sending.why(),
                )
