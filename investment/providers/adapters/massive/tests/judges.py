"""Massive's own clients, and recorded answers over real HTTP for them."""

import re
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from investment.providers.adapters.massive.tests.wire import PAYLOADS
from investment.providers.tests.judges import Judge

RECORDED = {
    r"/v2/aggs/grouped/.*": "grouped_daily",
    r"/v2/aggs/ticker/AAPL/range/1/day/2020.*": "daily_bars_page_1",
    r"/v2/aggs/ticker/AAPL/range/1/day/1578114000000.*": "daily_bars_page_2",
    r"/v2/aggs/ticker/AAPL/range/1/minute/1578042000000.*": "minutes_page_1",
    # Not the page without results that is between them: there the clients stop, and lose the rest.
    r"/v2/aggs/ticker/AAPL/range/1/minute/1578042120000.*": "minutes_page_3",
    r"/v2/aggs/ticker/AAPL/range/1/week/.*": "weeks",
    r"/v2/aggs/ticker/AAPL/prev.*": "previous_close",
    r"/v1/open-close/AAPL/.*": "open_close",
    r"/v3/reference/tickers/types.*": "ticker_types",
    r"/v3/reference/tickers/AAPL.*": "ticker",
    r"/v3/reference/tickers\?.*cursor.*": "tickers_page_2",
    r"/v3/reference/tickers\?.*": "tickers_page_1",
    r"/vX/reference/tickers/META/events.*": "ticker_events",
    r"/stocks/v1/splits.*": "splits",
    r"/v3/reference/splits.*": "splits_v3",
    r"/stocks/v1/dividends.*": "dividends",
    r"/v3/reference/dividends.*": "dividends_v3",
    r"/v2/reference/news\?.*cursor.*": "news_page_2",
    r"/v2/reference/news\?.*": "news_page_1",
    r"/v1/marketstatus/now.*": "market_status",
    r"/v1/marketstatus/upcoming.*": "market_holidays",
}


class RecordedServer(ThreadingHTTPServer):
    """Answers with what was recorded, or with ``refusal`` (status, type, body) where one is set."""

    refusal: tuple[int, str, bytes] | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RecordedAnswers)


class RecordedAnswers(BaseHTTPRequestHandler):
    server: RecordedServer

    def do_GET(self) -> None:
        name = next((name for path, name in RECORDED.items() if re.fullmatch(path, self.path)), None)
        body = (PAYLOADS / f"{name}.json").read_bytes() if name else b"404 page not found"
        status, kind = (200, "application/json") if name else (404, "text/plain")
        if self.server.refusal is not None:
            status, kind, body = self.server.refusal
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


CLIENTS = ("massive", "polygon")


@dataclass(frozen=True)
class Client:
    """Asks through one of the clients, with this key if no other is named."""

    name: str
    judge: Judge
    key: str

    def __call__(
        self, url: str, method: str, *arguments: Any, key: str = "", **keywords: Any
    ) -> dict[str, Any]:
        """Return ``{"value": …}``, or ``{"error": …, "words": …}``."""
        return self.judge.answer(
            url=url, key=key or self.key, method=method, arguments=arguments, keywords=keywords
        )
