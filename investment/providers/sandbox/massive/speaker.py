"""Massive: its addresses, its keys, its envelope."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import HTTPConnection, Request

from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.massive import (
    actions,
    aggregates,
    indicators,
    news,
    paging,
    reference,
    socket,
    status,
    wire,
)
from investment.providers.sandbox.massive.call import MassiveCall
from investment.providers.sandbox.massive.refusals import Refused
from investment.providers.sandbox.plans import PLANS, Plan
from investment.providers.sandbox.speakers import HTML, Reply, Speaker

# Successes that are told without an id.
BARE = ("open_close", "status_now")
INDICATORS = ("sma", "ema", "macd", "rsi")
# Successes whose id is a number.
NUMBERED = ("splits_v1",)
BAD_GATEWAY = (
    "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n"
    "<hr><center>nginx/1.19.2</center>\r\n</body>\r\n</html>\r\n"
)


class Massive(Speaker):
    name = "massive"
    mount = ""
    host = "api.massive.com"
    plans = PLANS
    usual = "basic"
    call_type = MassiveCall
    routes = {
        "grouped": ("/v2/aggs/grouped/locale/us/market/stocks/{date}", aggregates.grouped),
        "range": (
            "/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}",
            aggregates.time_range,
        ),
        "prev": ("/v2/aggs/ticker/{ticker}/prev", aggregates.previous),
        "open_close": ("/v1/open-close/{ticker}/{date}", aggregates.open_close),
        "tickers": ("/v3/reference/tickers", reference.tickers),
        "types": ("/v3/reference/tickers/types", reference.types),
        "ticker": ("/v3/reference/tickers/{ticker}", reference.ticker),
        "ticker_events": ("/vX/reference/tickers/{id}/events", reference.events),
        "exchanges": ("/v3/reference/exchanges", reference.exchanges),
        "splits": ("/v3/reference/splits", actions.splits),
        "dividends": ("/v3/reference/dividends", actions.dividends),
        "splits_v1": ("/stocks/v1/splits", actions.splits_v1),
        "dividends_v1": ("/stocks/v1/dividends", actions.dividends_v1),
        "related": ("/v1/related-companies/{ticker}", reference.related),
        **{name: (f"/v1/indicators/{name}/{{ticker}}", getattr(indicators, name)) for name in INDICATORS},
        "news": ("/v2/reference/news", news.news),
        "status_now": ("/v1/marketstatus/now", status.now),
        "status_upcoming": ("/v1/marketstatus/upcoming", status.upcoming),
    }
    sockets = {"stocks": ("/stocks", socket.stocks)}
    in_band = frozenset({"stocks"})
    lines = ("line",)
    beyond = (
        "/v2/snapshot/{rest:path}", "/v3/snapshot", "/v3/snapshot/{rest:path}", "/v2/last/{rest:path}",
        "/v3/trades/{rest:path}", "/v3/quotes/{rest:path}", "/stocks/financials/v1/{rest:path}",
    )  # fmt: skip

    def key(self, connection: HTTPConnection) -> str | None:
        key = connection.query_params.get("apiKey")
        scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
        return key or (token.strip() if scheme == "Bearer" else None) or None

    def prepared(self, request: Request) -> Request:
        return paging.with_cursor(request)

    def key_missing(self) -> Refused:
        return Refused.key_missing()

    def key_unknown(self, key: str) -> Refused:  # noqa: ARG002
        return Refused.key_unknown()

    def not_in_plan(self, endpoint: str) -> Refused:  # noqa: ARG002
        return Refused.not_in_plan()

    def too_many(self, plan: Plan, window: Window, key: str) -> Refused:
        return Refused.too_many(plan.words, window, key)

    def unknown_path(self, path: str) -> Reply:  # noqa: ARG002
        return Reply("404 page not found", 404, "text/plain; charset=utf-8")

    def server_error(self, status: int) -> Reply:
        return Reply(BAD_GATEWAY.format(status=status), status, HTML)

    def write(self, endpoint: str, document: Any, status: int, request_id: str) -> Reply:
        # The bare refusals of others, in front of our endpoints, have no id.
        if isinstance(document, dict) and (endpoint not in BARE or (status != 200 and "status" in document)):
            told = int(request_id[:8], 16) if endpoint in NUMBERED and status == 200 else request_id
            document = document | {"request_id": told}
        return Reply(wire.encode(document), status)

    def headers(self, request_id: str) -> Mapping[str, str]:
        return {"Server": "sandbox", "X-Request-Id": request_id}

    def spoil(self, fault: Fault, document: Any) -> Any:
        return fault.spoil(document)


SPEAKER = Massive()
