"""The ECB's side of a conversation, for the tests of its adapter."""

import io
import zipfile
from pathlib import Path

import httpx

from investment.providers.adapters.ecb.client import EcbClient

PAYLOADS = Path(__file__).parent / "payloads"
SHAPE = (PAYLOADS / "eurofxref-daily.xml").read_text()

Answer = httpx.Response | Exception


def recorded(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def packed(text: bytes, name: str = "eurofxref-hist.csv", how: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", how) as archive:
        archive.writestr(name, text)
    return held.getvalue()


class Wire:
    """Answers one request after the other, and remembers what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        http = httpx.Client(
            base_url="http://sandbox.test/ecb/stats/eurofxref", transport=httpx.MockTransport(self._answer)
        )
        self.client = EcbClient(http=http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer
