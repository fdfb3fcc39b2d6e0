"""Alpha Vantage's side of a conversation, for the tests of its adapter."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx

from investment.providers.adapters.alphavantage.client import AlphaVantageClient

PAYLOADS = Path(__file__).parent / "payloads"
KEY = "AKEY/that+nobody&may=see"
ADDRESS = "http://sandbox.test/alphavantage/query"

Answer = httpx.Response | Exception


def recorded(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def ok(body: bytes | dict[str, Any] | str) -> httpx.Response:
    if isinstance(body, str):
        return httpx.Response(200, content=recorded(body))
    return httpx.Response(200, content=body if isinstance(body, bytes) else json.dumps(body).encode())


class Wire:
    """Answers one request after the other, and remembers what was asked."""

    def __init__(self, *answers: Answer, key: str = KEY) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        http = httpx.Client(base_url=ADDRESS, transport=httpx.MockTransport(self._answer))
        self.client = AlphaVantageClient(api_key=key, http=http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def sent(self) -> dict[str, str]:
        """The parameters of the last request, as they go over the wire."""
        path, _, query = self.asked[-1].extensions["target"].decode().partition("?")
        assert path == "/alphavantage/query"
        return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
