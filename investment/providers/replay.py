"""
The archive in the place of a provider: an adapter reads kept answers as if they came now, without a call.

    ProviderError and its like, as from the adapter; and
    DomainError
    └── NotInArchive    the archive lacks a page of the answer
"""

import hashlib
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx

from investment.lib.errors import DomainError
from investment.providers.access import Access
from investment.providers.contracts.replay import Asked
from investment.providers.registry import access_without_key
from investment.providers.selectors.archive import Kept, answers, body_of
from investment.providers.services.archive import asked_of

# Whose kept answers can become bars and actions again. Each adapter's ``replay.py`` reads its addresses.
REPLAYABLE = ("massive",)
ENDPOINTS = ("grouped_daily", "daily_bars", "splits", "dividends")


class NotInArchive(DomainError):
    """The archive lacks (a page of) an answer."""

    code = "not_in_archive"


class Recording:
    """All kept answers of one provider that make bars and actions, oldest first."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self._access = access_without_key(provider)
        self._asked = import_module(f"investment.providers.adapters.{provider}.replay").asked
        self.answers: Sequence[Kept] = list(answers(provider=provider, endpoints=ENDPOINTS))
        self._by_address: dict[str, list[Kept]] = {}
        for answer in self.answers:
            self._by_address.setdefault(answer.asked, []).append(answer)

    def questions(self) -> Iterator[tuple[Kept, Asked]]:
        """Yield each question with the first page of its answer, in the order in which they came."""
        for answer in self.answers:
            asked = self._asked(answer.endpoint, answer.asked)
            if asked is not None:
                yield answer, asked

    @contextmanager
    def played(self, first: Kept) -> Iterator["Played"]:
        """
        Yield the adapter as it was when ``first`` came: it may be asked that one question.

        :raises NotInArchive: from the adapter's method.
        """
        tape = _Tape(self._access, first, self._by_address)
        with httpx.Client(base_url=self._access.base_url, transport=tape, trust_env=False) as http:
            yield Played(self._access.make(http), tape)


class Played:
    """An adapter over the archive; ``last_call_id`` is the call that brought the last page."""

    def __init__(self, adapter: Any, tape: "_Tape") -> None:
        self.adapter = adapter
        self._tape = tape

    @property
    def last_call_id(self) -> UUID:
        return self._tape.last.call_id

    @property
    def received_at(self) -> datetime:
        return self._tape.last.received_at


class _Tape(httpx.BaseTransport):
    def __init__(self, access: Access[Any], first: Kept, by_address: dict[str, list[Kept]]) -> None:
        self._access = access
        self._by_address = by_address
        self._begun = False
        self.last = first

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # The first answer is the one that we were given, whatever we would ask today.
        if self._begun:
            self.last = self._page(asked_of(url=str(request.url), access=self._access))
        self._begun = True
        if self.last.digest is None:
            raise NotInArchive(f"The archive has no body of {self.last.asked}: {self.last.not_kept}")
        return httpx.Response(
            200,
            headers={"Content-Type": self.last.content_type},
            content=self._body(self.last.digest),
            request=request,
        )

    def _body(self, digest: str) -> bytes:
        try:
            body = body_of(digest)
        except zlib.error:
            body = b""
        if hashlib.sha256(body).hexdigest() != digest:
            raise NotInArchive(f"The archive's body of {self.last.asked} is damaged")
        return body

    def _page(self, address: str) -> Kept:
        """Return the answer to a later page's address that came next after what was read so far."""
        found = self._by_address.get(address, [])
        place = bisect_left(found, self.last.received_at, key=lambda answer: answer.received_at)
        if place == len(found):
            raise NotInArchive(f"The archive lacks {address}")
        return found[place]
