"""Finnhub on a wire of ours: answers one request after the other, and remembers what was asked."""

import json
from pathlib import Path
from typing import Any

import httpx

from investment.providers.adapters.finnhub.client import FinnhubClient
from investment.providers.adapters.finnhub.symbols import Spelling

PAYLOADS = Path(__file__).parent / "payloads"
KEY = "a-key-that-nobody-may-see"

Answer = httpx.Response | Exception


def recorded(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def ok(body: bytes | list[Any] | dict[str, Any], **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(200, content=content, headers=headers)


class Wire:
    def __init__(self, *answers: Answer, spelling: Spelling | None = None) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        http = httpx.Client(
            base_url="http://sandbox.test/finnhub/api/v1", transport=httpx.MockTransport(self._answer)
        )
        self.client = FinnhubClient(api_key=KEY, http=http, spelling=spelling)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer
