"""A client over prepared answers, and the recorded ones."""

import json
from pathlib import Path
from typing import Any

import httpx

from investment.providers.adapters.massive.client import MassiveClient

PAYLOADS = Path(__file__).parent / "payloads"
KEY = "a-key-that-nobody-may-see"
Answer = httpx.Response | Exception


def recorded(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def ok(body: bytes | dict[str, Any] | str) -> httpx.Response:
    """A recorded answer by its name, or any other."""
    if isinstance(body, str):
        body = recorded(body)
    return httpx.Response(200, content=body if isinstance(body, bytes) else json.dumps(body).encode())


def raw(status: int, body: bytes, **headers: str) -> httpx.Response:
    """An answer as it comes from the network, not unpacked yet."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=names, stream=httpx.ByteStream(body))


class Wire:
    """Answers one request after the other, and remembers what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        http = httpx.Client(
            base_url="http://sandbox.test/massive", transport=httpx.MockTransport(self._answer)
        )
        self.client = MassiveClient(api_key=KEY, http=http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer
