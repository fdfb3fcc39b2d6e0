"""A wire that answers what a test says, and remembers what was asked."""

from collections.abc import Callable
from pathlib import Path

import httpx

from investment.providers.adapters.sec.client import SecClient

CONTACT = "Jane Doe jane@example.com"
PAYLOADS = Path(__file__).parent / "payloads"

Answer = httpx.Response | Exception


def recorded(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


class Wire:
    """Answers one request after the other, or each with what ``serve`` returns."""

    def __init__(
        self, *answers: Answer | bytes, serve: Callable[[httpx.Request], httpx.Response] | None = None
    ) -> None:
        self.answers = [httpx.Response(200, content=a) if isinstance(a, bytes) else a for a in answers]
        self.serve = serve
        self.asked: list[httpx.Request] = []
        http = httpx.Client(base_url="http://sandbox.test/sec", transport=httpx.MockTransport(self._answer))
        self.client = SecClient(contact=CONTACT, http=http, data_url="http://sandbox.test/sec/data/")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.serve is not None:
            return self.serve(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer
