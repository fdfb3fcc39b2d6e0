"""Alpha Vantage: one address for everything, and status 200 for everything."""

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from starlette.requests import HTTPConnection, Request

from investment.providers.sandbox.alphavantage import companies, currencies, news, prices, words
from investment.providers.sandbox.alphavantage.call import Document, Question
from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.speakers import HTML, Endpoint, Refused, Reply, Speaker

DAY = 86_400
DEMO = "demo"
FUNCTIONS: dict[str, Callable[[Question], Document | Reply]] = {
    "TIME_SERIES_DAILY": prices.daily,
    "TIME_SERIES_WEEKLY": prices.weekly,
    "TIME_SERIES_MONTHLY": prices.monthly,
    "GLOBAL_QUOTE": prices.quote,
    "SYMBOL_SEARCH": prices.search,
    "DIVIDENDS": prices.dividends,
    "SPLITS": prices.splits,
    "OVERVIEW": companies.overview,
    "FX_DAILY": currencies.daily,
    "CURRENCY_EXCHANGE_RATE": currencies.rate,
    "NEWS_SENTIMENT": news.sentiment,
}
PREMIUM = (
    "TIME_SERIES_INTRADAY", "TIME_SERIES_DAILY_ADJUSTED", "FX_INTRADAY", "CRYPTO_INTRADAY",
    "REALTIME_BULK_QUOTES", "REALTIME_OPTIONS",
)  # fmt: skip
UNKNOWN_FUNCTION = "unknown_function"
SERIES = ("Time Series (Daily)", "Time Series FX (Daily)")


def dispatch(call: Question) -> Document | Reply:
    function = call.function
    if function not in FUNCTIONS:  # some of them exist; of what is not played it is said in its words
        raise words.no_function(function)
    return FUNCTIONS[function](call)


def _paid(calls: int) -> Plan:
    return Plan(f"premium_{calls}", (Window(calls, 60),), terms={"paid": True})


class AlphaVantage(Speaker):
    name = "alphavantage"
    mount = "/alphavantage/query"
    host = "www.alphavantage.co"
    usual = "free"
    rate_before_plan = True
    functions = tuple(name.lower() for name in (*FUNCTIONS, *PREMIUM, UNKNOWN_FUNCTION))
    call_type = Question
    plans: ClassVar[Mapping[str, Plan]] = {
        "free": Plan(
            "free", (Window(1, 1), Window(25, DAY)), without=frozenset(name.lower() for name in PREMIUM)
        ),
        **{f"premium_{calls}": _paid(calls) for calls in (75, 150, 300, 600, 1200)},
        "unlimited": Plan("unlimited", terms={"paid": True}),
        # Of the time before 2024, in its words.
        "before_2024": Plan("before_2024", (Window(5, 60), Window(500, DAY)), terms={"note": True}),
    }
    routes: ClassVar[Mapping[str, tuple[str, Endpoint]]] = {"query": ("", dispatch)}

    def key(self, connection: HTTPConnection) -> str | None:
        return connection.query_params.get("apikey") or None

    def knows(self, key: str, keys: Mapping[str, Plan]) -> Plan | None:
        """Any text is as good as a key of the free plan, but the documentation's own."""
        return keys.get(key) or (None if key == DEMO else self.plans[self.usual])

    def named(self, route: str, request: Request) -> str:  # noqa: ARG002
        function = request.query_params.get("function", "")
        return function.lower() if function in FUNCTIONS or function in PREMIUM else UNKNOWN_FUNCTION

    def key_missing(self) -> Refused:
        return words.key_missing()

    def key_unknown(self, key: str) -> Refused:  # noqa: ARG002
        return words.demo_key()

    def not_in_plan(self, endpoint: str) -> Refused:  # noqa: ARG002
        return words.premium_endpoint()

    def too_many(self, plan: Plan, window: Window, key: str) -> Refused:
        if plan.terms.get("note"):
            return words.before_2024()
        if window.seconds >= DAY:
            return words.per_day(key, window.limit)
        return words.per_minute() if window.seconds >= 60 else words.per_second()

    def unknown_path(self, path: str) -> Reply:  # noqa: ARG002
        return Reply("<!doctype html>\n<html><head><title>Not Found</title></head></html>\n", 404, HTML)

    def write(self, endpoint: str, document: Any, status: int, request_id: str) -> Reply:  # noqa: ARG002
        return Reply(json.dumps(document, indent=4, ensure_ascii=False), status)

    def headers(self, request_id: str) -> Mapping[str, str]:  # noqa: ARG002
        return {"Server": "sandbox", "Access-Control-Allow-Origin": "*"}

    def spoil(self, fault: Fault, document: Any) -> Any:
        """Spoil a series, or the quote; a CSV is spoilt by the faults of bytes."""
        spoiler = SPOILERS.get(fault.kind)
        if spoiler is None or not isinstance(document, dict):
            return document
        spoilt = dict(document)
        for name, told in document.items():
            if name in SERIES:
                hit = list(told)[: fault.rows] if isinstance(fault.rows, int) else []
                rows = {day: spoiler(fault, row) if day in hit else row for day, row in told.items()}
                spoilt[name] = {} if fault.kind == "empty" else rows
            elif name.startswith("Global Quote") and told:
                spoilt[name] = {} if fault.kind == "empty" else spoiler(fault, told)
        return spoilt


Row = dict[str, str]
_CLOSES = ("4. close", "05. price")


def _scaled(fault: Fault, row: Row) -> Row:
    prices = ("open", "high", "low", "close", "price", "previous close")
    return {
        name: f"{float(text) * fault.factor:.4f}" if name.partition(". ")[2] in prices else text
        for name, text in row.items()
    }


SPOILERS: dict[str, Callable[[Fault, Row], Row]] = {
    "empty": lambda _, row: row,
    "scale": _scaled,
    "wrong_types": lambda _, row: {n: "a lot" if n in _CLOSES else text for n, text in row.items()},
    "missing_fields": lambda _, row: {n: text for n, text in row.items() if n not in _CLOSES},
    "negative_price": lambda _, row: {
        n: f"-{text}" if n.endswith(". low") else text for n, text in row.items()
    },
}

SPEAKER = AlphaVantage()
