"""A wire that answers what a test says, and remembers what was asked."""

from pathlib import Path

import httpx

from investment.providers.adapters.newsapi.client import NewsApiClient

KEY = "0123456789abcdef-a-key-nobody-may-see"
PAYLOADS = Path(__file__).parent / "payloads"

Answer = httpx.Response | Exception


def recorded(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


class Wire:
    """Answers one request after the other."""

    def __init__(self, *answers: Answer | bytes) -> None:
        self.answers = [httpx.Response(200, content=a) if isinstance(a, bytes) else a for a in answers]
        self.asked: list[httpx.Request] = []
        http = httpx.Client(
            base_url="http://sandbox.test/newsapi/v2", transport=httpx.MockTransport(self._answer)
        )
        self.client = NewsApiClient(api_key=KEY, http=http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer
