"""Finnhub: its addresses, its keys, its words."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from starlette.requests import HTTPConnection

from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.finnhub import companies, news, prices, reference, socket
from investment.providers.sandbox.finnhub.call import FinnhubCall, no_access
from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.speakers import HTML, Endpoint, Refused, Reply, SocketEndpoint, Speaker

JSON = "application/json; charset=utf-8"
SECOND = Window(30, 1)
PREMIUM = frozenset({"candles", "splits", "dividends"})
# One bucket is for market data and one for fundamentals; which endpoint is in which is not documented.
FUNDAMENTALS = frozenset(
    {
        "profile", "metrics", "recommendations", "earnings", "earnings_calendar", "peers",
        "company_news", "market_news",
    }
)  # fmt: skip


# Every plan has them. Nobody here knows what they tell of: lists are empty, as they are of strangers.
UNTOLD = {
    "financials_reported": ("/stock/financials-reported", "data"),
    "filings": ("/stock/filings", None),
    "insider_transactions": ("/stock/insider-transactions", "data"),
    "insider_sentiment": ("/stock/insider-sentiment", "data"),
    "ipo_calendar": ("/calendar/ipo", "ipoCalendar"),
    "forex_exchanges": ("/forex/exchange", None),
    "forex_symbols": ("/forex/symbol", None),
    "crypto_exchanges": ("/crypto/exchange", None),
    "crypto_symbols": ("/crypto/symbol", None),
    "usa_spending": ("/stock/usa-spending", "data"),
    "lobbying": ("/stock/lobbying", "data"),
    "uspto_patents": ("/stock/uspto-patent", "data"),
    "visa_applications": ("/stock/visa-application", "data"),
    "fda_calendar": ("/fda-advisory-committee-calendar", None),
    "countries": ("/country", None),
}


def _plan(name: str, a_minute: int, *, without: frozenset[str] = frozenset()) -> Plan:
    return Plan(name, (SECOND, Window(a_minute, 60)), years=1, rate_headers=True, without=without)


class Finnhub(Speaker):
    name = "finnhub"
    mount = "/finnhub/api/v1"
    host = "finnhub.io"
    usual = "free"
    window = "fixed"
    lines = ("line", "trades")
    call_type = FinnhubCall
    plans: ClassVar[Mapping[str, Plan]] = {
        "free": _plan("free", 60, without=PREMIUM),
        "paid": _plan("paid", 150),
        "standard": _plan("standard", 300),
    }
    routes: ClassVar[Mapping[str, tuple[str, Endpoint]]] = {
        "quote": ("/quote", prices.quote),
        "candles": ("/stock/candle", prices.candles),
        "splits": ("/stock/split", prices.splits),
        "dividends": ("/stock/dividend", prices.dividends),
        "symbols": ("/stock/symbol", reference.symbols),
        "search": ("/search", reference.search),
        "market_status": ("/stock/market-status", reference.market_status),
        "market_holidays": ("/stock/market-holiday", reference.market_holidays),
        "profile": ("/stock/profile2", companies.profile),
        "metrics": ("/stock/metric", companies.metrics),
        "peers": ("/stock/peers", companies.peers),
        "recommendations": ("/stock/recommendation", companies.recommendations),
        "earnings": ("/stock/earnings", companies.earnings),
        "earnings_calendar": ("/calendar/earnings", companies.earnings_calendar),
        "company_news": ("/company-news", news.company_news),
        "market_news": ("/news", news.market_news),
        **{name: (path, reference.nothing_of(under)) for name, (path, under) in UNTOLD.items()},
    }
    sockets: ClassVar[Mapping[str, tuple[str, SocketEndpoint]]] = {"ws": ("/finnhub/ws", socket.trades)}
    beyond = (
        "/forex/candle", "/crypto/candle", "/forex/rates", "/indicator", "/scan/{rest:path}",
        "/stock/dividend2", "/stock/bidask", "/stock/tick", "/stock/bbo", "/stock/price-target",
        "/stock/upgrade-downgrade", "/stock/profile", "/stock/executive", "/stock/financials",
        "/stock/revenue-estimate", "/stock/eps-estimate", "/stock/ebitda-estimate", "/stock/ebit-estimate",
        "/news-sentiment", "/stock/social-sentiment", "/press-releases", "/calendar/economic", "/economic",
        "/economic/{rest:path}", "/etf/{rest:path}", "/mutual-fund/{rest:path}", "/bond/{rest:path}",
        "/index/{rest:path}", "/stock/ownership", "/stock/fund-ownership", "/stock/transcripts",
        "/stock/transcripts/{rest:path}", "/stock/esg", "/stock/supply-chain",
    )  # fmt: skip

    def key(self, connection: HTTPConnection) -> str | None:
        # X-Finnhub-Secret is for webhooks, and counts as no key.
        return connection.query_params.get("token") or connection.headers.get("X-Finnhub-Token") or None

    def bucket(self, endpoint: str) -> str:
        return "fundamentals" if endpoint in FUNDAMENTALS else "market data"

    def key_missing(self) -> Refused:
        return Refused(401, {"error": "Please use an API key."})

    def key_unknown(self, key: str) -> Refused:  # noqa: ARG002
        return Refused(401, {"error": "Invalid API key."})

    def not_in_plan(self, endpoint: str) -> Refused:  # noqa: ARG002
        return no_access()

    def too_many(self, plan: Plan, window: Window, key: str) -> Refused:  # noqa: ARG002
        return Refused(429, {"error": "API limit reached. Please try again later. Remaining Limit: 0"})

    def unknown_path(self, path: str) -> Reply:  # noqa: ARG002
        return Reply('<a href="/">Found</a>.\n\n', 302, f"{HTML}; charset=utf-8", {"Location": "/"})

    def write(self, endpoint: str, document: Any, status: int, request_id: str) -> Reply:  # noqa: ARG002
        return Reply(msgspec.json.encode(document), status, JSON)

    def headers(self, request_id: str) -> Mapping[str, str]:  # noqa: ARG002
        return {"Server": "sandbox", "Access-Control-Allow-Origin": "*"}

    def spoil(self, fault: Fault, document: Any) -> Any:
        """Spoil a quote, or empty whatever can be empty."""
        if fault.kind == "empty":
            if isinstance(document, list):
                return []
            return prices.NOBODY if "pc" in document else {}
        if not isinstance(document, dict) or "pc" not in document:
            return document
        told = {name: document[name] for name in ("c", "h", "l", "o", "pc")}
        if fault.kind == "scale":
            return document | {name: value * fault.factor for name, value in told.items()}
        if fault.kind == "wrong_types":
            return document | {"c": str(document["c"])}
        if fault.kind == "missing_fields":
            return {name: value for name, value in document.items() if name != "c"}
        return document


SPEAKER = Finnhub()
