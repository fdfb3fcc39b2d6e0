"""
Answers of providers, kept for whoever reads them interactively: one for each endpoint and its parameters.

    quote = answer("finnhub", "quote", {"symbol": "AAPL"}, max_age=15.0, purpose="page AAPL")
    quote.value, quote.age, quote.hit

Never served older than asked for: the age counts from before the question was sent, on the one clock.
Of those who ask for the same at once one calls; the others get its answer, or its error. Whoever calls
says so again and again while it lives, so that the others do not wait for one that was killed. Where
the cache server is away everybody calls, within the ledger.
"""

import functools
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import RedisError

from investment.acquisition.cached import BY_NAME
from investment.acquisition.services.shelf import Answer, Failure, Param, Shelf
from investment.lib import clock, redis
from investment.providers import gateway
from investment.providers.errors import ProviderError, ProviderUnavailable
from investment.providers.titles import TITLES
from investment.quotas.contracts import Lane
from investment.quotas.errors import QuotaExhausted

logger = logging.getLogger(__name__)

# Real seconds. Whoever calls holds a lock, and renews it while it lives: once it is killed, the next one
# calls when the lock has run out.
LOCKED = 5.0
_RENEWED = 1.0
_LONGEST = 2 * gateway.HOLD  # after which a call of somebody else's is waited for no more
_JOIN = 2.0  # who asks so soon after a call was sent shares it, however young the answer has to be
_LOOK, _LOOK_MOST = 0.01, 0.1  # between looks at a call of somebody else's, which slow down

# Only where the lock is still ours.
_UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
_RENEW = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end "
    "return 0"
)

# What asks: it returns the answer, and from when it is. It raises as the gateway does.
Ask = Callable[[], tuple[object, datetime]]


@dataclass(frozen=True, slots=True)
class Cached:
    """
    An answer: the adapter's records. ``at`` is from before it was asked for, ``age`` in seconds since.

    ``hit``: it cost no call. ``shared``: it came of somebody else's call, which was waited for.
    """

    value: Any
    at: datetime
    age: float
    hit: bool = False
    shared: bool = False


def answer(
    provider: str,
    method: str,
    params: Mapping[str, Param],
    *,
    purpose: str,
    max_age: float | None = None,
    lane: Lane = "interactive",
    patience: float = 0.0,
    ask: Ask | None = None,
) -> Cached:
    """
    Return an answer that is not older than ``max_age`` seconds, asking for it where there is none.

    How old it is counts at the moment of asking: whoever waits for a call does not ask anew for that alone.

    :param max_age: default: the endpoint's own; answers are not kept for longer than that. With 0 nothing
        is shared but a call that is on its way, and was sent just now.
    :param patience: real seconds that the call may wait for a slot.
    :param ask: asks in another way than by the adapter's ``method``, for an answer of the same type.
    :raises KeyError: for an endpoint that is not in :mod:`investment.acquisition.cached`.
    :raises ProviderError, QuotaExhausted: as the gateway does.
    """
    endpoint = BY_NAME[provider, method]
    asker = _Asker(
        shelf=Shelf(endpoint, params),
        max_age=endpoint.max_age if max_age is None else max_age,
        purpose=purpose,
        lane=lane,
        patience=patience,
        ask=ask,
        began=clock.now(),
        awake=clock.awake(),
    )
    try:
        found = asker.find_or_take_turn()
    except RedisError as error:
        # Nothing was asked yet. If it is the state server that is away, the ledger will say so.
        logger.warning("Answers are not kept, the cache server is away: %s", type(error).__name__)
        return asker.call()
    return found if isinstance(found, Cached) else asker.take_turn(found)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Somebody who wants an answer that is not older than ``max_age``, and when they began to ask."""

    shelf: Shelf
    max_age: float
    purpose: str
    lane: Lane
    patience: float
    ask: Ask | None
    began: datetime
    awake: float  # when they began, by the clock that nobody sets

    def find_or_take_turn(self) -> Cached | str:
        """
        Return an answer, or the token of the lock under which it is our turn to call.

        :raises ProviderError, QuotaExhausted: what the call has failed with that we waited for.
        """
        client, token = redis.cache(), secrets.token_hex(8)
        give_up, pause = time.monotonic() + _LONGEST, _LOOK
        while True:
            found, taken = self.find()
            if found is not None:
                return found
            late = time.monotonic() > give_up
            if late or (not taken and client.set(self.shelf.lock, token, nx=True, px=int(LOCKED * 1000))):
                return token
            time.sleep(pause)
            pause = min(_LOOK_MOST, pause * 1.3)

    def find(self) -> tuple[Cached | None, bool]:
        """Return an answer for us, if there is one, and whether somebody is calling; raises as above."""
        place = self.shelf.look()
        if place.answer is not None and self._is_for_us(place.answer):
            shared = self._was_on_its_way(place.answer)
            self.shelf.count("shared" if shared else "hits")
            at = datetime.fromtimestamp(place.answer.at, UTC)
            return Cached(place.answer.value, at, place.answer.age, hit=True, shared=shared), place.taken
        if place.failure is not None and self._concerns_us(place.failure):
            self.shelf.count("shared")
            raise place.failure.error
        return None, place.taken

    def take_turn(self, token: str) -> Cached:
        """Call, and let the others know what comes of it."""
        with _locked(self.shelf.lock, token):
            # Somebody may have been answered between our look and our lock.
            found = self._found_after_all()
            if found is not None:
                return found
            self.shelf.count("misses")
            try:
                told = self.call()
            except (ProviderError, QuotaExhausted) as error:
                self._tell_failure(error)
                raise
            except Exception:
                # A fault of ours: it is raised here, with its traceback, and need not cost the others a call.
                name = TITLES[self.shelf.endpoint.provider]
                words = f"The call to {name} that was waited for broke off: try again in a moment"
                self._tell_failure(ProviderUnavailable(words, provider=self.shelf.endpoint.provider))
                raise
            _quietly(functools.partial(self.shelf.keep, told.value, at=told.at))
            return told

    def call(self) -> Cached:
        at = clock.now()
        if self.ask is not None:
            value, at = self.ask()
        else:
            endpoint = self.shelf.endpoint
            with gateway.provider(
                endpoint.provider, lane=self.lane, purpose=self.purpose, patience=self.patience
            ) as adapter:
                value = getattr(adapter, endpoint.method)(**self.shelf.params)
        return Cached(value, at, max(0.0, (clock.now() - at).total_seconds()))

    def _tell_failure(self, error: ProviderError | QuotaExhausted) -> None:
        _quietly(functools.partial(self.shelf.keep_failure, error, lane=self.lane, patience=self.patience))

    def _found_after_all(self) -> Cached | None:
        try:
            return self.find()[0]
        except RedisError:
            return None

    def _is_for_us(self, found: Answer) -> bool:
        if found.age < 0:  # the clock was set back: nobody knows how old it is
            return False
        waited = max(0.0, (clock.now() - self.began).total_seconds())
        allowed = self.max_age
        if self._was_on_its_way(found):
            allowed = max(allowed, _JOIN * max(1.0, clock.rate()))
        return found.age - waited <= allowed

    def _concerns_us(self, failure: Failure) -> bool:
        if not self._was_on_its_way(failure):
            return False
        if isinstance(failure.error, QuotaExhausted):  # of what one lane lacks, another may have some
            return failure.lane == self.lane and failure.patience >= self.patience
        return True

    def _was_on_its_way(self, what: Answer | Failure) -> bool:
        """Return whether a call ended after we had begun to ask: it is the one that we waited for."""
        return what.ended >= self.awake


@contextmanager
def _locked(name: str, token: str) -> Iterator[None]:
    """Keep the lock that was taken, for as long as this process lives and the block lasts."""
    client, ended = redis.cache(), threading.Event()

    def renew() -> None:
        while not ended.wait(_RENEWED):
            _quietly(lambda: client.eval(_RENEW, 1, name, token, str(int(LOCKED * 1000))))

    threading.Thread(target=renew, name="answers", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        _quietly(lambda: client.eval(_UNLOCK, 1, name, token))


def _quietly(write: Callable[[], object]) -> None:
    """The answer was paid for: it is handed on, whether it can be kept or not."""
    try:
        write()
    except RedisError as error:
        logger.warning("The cache server was not told of a call: %s", type(error).__name__)
