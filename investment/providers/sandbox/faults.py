"""
Failures on demand.

A fault is armed for an endpoint and the next ``times`` calls to it (None: until disarmed); of
several that fit, the first armed comes first. Endpoints are ``finnhub.quote``, ``finnhub.*`` (any
of that provider) or ``*`` (any at all); a name without a provider is Massive's. See :data:`KINDS`
for what faults do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Rows = list[dict[str, Any]]
FIRST = "massive"  # the provider that is meant where none is named

KINDS = {
    "latency": "wait `seconds` (real ones), then answer as usual",
    "status": "answer with `status` and an HTML body, or with `body` of `content_type`",
    "trickle": "answer as usual, in 50 pieces over `seconds` (real ones)",
    "reset": "reset the connection without an answer",
    "truncated": "announce the whole body, send half, close the connection",
    "cut_json": "send half of the JSON as if it were all",
    "html": "answer 200 with a page of HTML",
    "content_type": "answer as usual, declared as `content_type` (default text/html)",
    "envelope": "answer 200 with JSON that is not the documented object",
    "half_rows": "leave out every other row",
    "empty": "answer as if there were no data",
    "negative_price": "turn the low price of `rows` rows negative",
    "high_below_low": "swap high and low of `rows` rows",
    "wrong_types": "write text where numbers belong in `rows` rows",
    "missing_fields": "leave the close out of `rows` rows",
    "duplicate_ticker": "repeat `rows` rows with another price",
    "scale": "multiply the prices of `rows` rows by `factor` (default 100)",
    "wrong_session": "move the time of all rows back by one day",
    "plant": "put `rows` into the answer, each replacing the row with its ticker",
}


class UnknownFault(ValueError):
    """There is no such fault; the message lists those there are."""


@dataclass(slots=True)
class Fault:
    """``rows`` is how many rows are hit (from the first on), or for ``plant`` the rows themselves."""

    kind: str
    endpoint: str = "*"
    times: int | None = 1
    seconds: float = 1.0
    status: int = 502
    body: str | None = None
    content_type: str = "text/html"
    factor: float = 100.0
    tickers: list[str] = field(default_factory=list)
    rows: int | Rows = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownFault(f"no fault {self.kind!r}; there are: {', '.join(KINDS)}")
        if (self.kind == "plant") != isinstance(self.rows, list):
            raise UnknownFault("rows is a list of rows for the fault 'plant', a number for any other")

    def hit(self, rows: Rows) -> Rows:
        """Return those rows that the fault is for; only bars are ever hit."""
        rows = [row for row in rows if "o" in row]
        if self.tickers:
            return [row for row in rows if row.get("T") in self.tickers]
        return rows[: self.rows] if isinstance(self.rows, int) else []

    def spoil(self, document: Any) -> Any:
        """Return the answer with its data spoilt."""
        if not isinstance(document, dict) or not isinstance(document.get("results"), list):
            return document
        spoiler = SPOILERS.get(self.kind)
        rows = spoiler(self, document["results"]) if spoiler else document["results"]
        document = document | {"results": rows}
        for name in ("queryCount", "resultsCount", "count"):
            if name in document:
                document[name] = len(rows)
        if not rows and "resultsCount" in document:
            del document["results"]
        return document


class Faults:
    """The armed faults, oldest first."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        self.armed.append(fault)

    def clear(self) -> None:
        self.armed.clear()

    def take(self, endpoint: str, provider: str) -> Fault | None:
        """Return the fault for this call and use it up by one."""
        names = ["*", f"{provider}.*", f"{provider}.{endpoint}"]
        if provider == FIRST:
            names.append(endpoint)
        for fault in self.armed:
            if fault.endpoint in names:
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.armed.remove(fault)
                return fault
        return None


def _each(change: Callable[[Fault, dict[str, Any]], dict[str, Any]]) -> Callable[[Fault, Rows], Rows]:
    def spoil(fault: Fault, rows: Rows) -> Rows:
        chosen = {id(row) for row in fault.hit(rows)}
        return [row | change(fault, row) if id(row) in chosen else row for row in rows]

    return spoil


def _plant(fault: Fault, rows: Rows) -> Rows:
    planted = fault.rows if isinstance(fault.rows, list) else []
    times = [row["t"] for row in rows[:1]]
    new = [({"t": times[0]} if times else {}) | row for row in planted]
    tickers = {row.get("T") for row in new}
    return [row for row in rows if row.get("T") not in tickers] + new


def _scaled(fault: Fault, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] * fault.factor for name in ("o", "h", "l", "c", "vw") if name in row}


SPOILERS: dict[str, Callable[[Fault, Rows], Rows]] = {
    "half_rows": lambda _, rows: rows[::2],
    "empty": lambda _, rows: rows[:0],
    "negative_price": _each(lambda _, row: {"l": -abs(row["l"])}),
    "high_below_low": _each(lambda _, row: {"h": row["l"] - 0.01, "l": row["h"] + 0.01}),
    "wrong_types": _each(lambda _, row: {"c": "a lot", "v": None, "o": str(row["o"])}),
    "missing_fields": lambda fault, rows: [
        {k: v for k, v in row.items() if k != "c"} if any(row is hit for hit in fault.hit(rows)) else row
        for row in rows
    ],
    "duplicate_ticker": lambda fault, rows: (
        rows + [row | {"c": round(row["c"] * 1.01, 2), "h": row["h"] * 1.02} for row in fault.hit(rows)]
    ),
    "scale": _each(_scaled),
    "wrong_session": lambda _, rows: [row | {"t": row["t"] - 86_400_000} for row in rows],
    "plant": _plant,
}
