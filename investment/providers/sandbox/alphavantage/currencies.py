"""Exchange rates: daily bars of any pair, and the last rate."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from investment.providers.sandbox.alphavantage import words
from investment.providers.sandbox.alphavantage.call import Document, Question, text
from investment.providers.sandbox.alphavantage.prices import COMPACT, csv
from investment.providers.sandbox.sample.fx import BY_CODE, Fx, FxBar
from investment.providers.sandbox.speakers import Reply

NAMES = {"EUR": "Euro"} | {code: currency.name for code, currency in BY_CODE.items()}
HALF_SPREAD = 0.00005
UNQUOTED = ("ISK", "IDR")  # of which no bid and ask are told: «-»
FULL = 5_000  # bars


def daily(call: Question) -> Document | Reply:
    """Bars, newest first."""
    base, quote = _pair(call, "from_symbol", "to_symbol")
    size = call.choice("outputsize", ("compact", "full"))
    form = call.choice("datatype", ("json", "csv"))
    fx = _fx(call)
    last = fx.day_of(call.told_at)
    most, scale = COMPACT if size == "compact" else FULL, _scale(call, (base, quote))
    bars = _bars(fx, (base, quote), last, most=most, scale=scale, shift=call.deviation.shift)
    rows = [
        (bar.day.isoformat(), *(text(value, 5) for value in (bar.open, bar.high, bar.low, bar.close)))
        for bar in bars
    ]
    if not rows:
        raise words.invalid_call(call.function)
    names = ("open", "high", "low", "close")
    if form == "csv":
        return csv(("timestamp", *names), rows)
    return {
        "Meta Data": {
            "1. Information": "Forex Daily Prices (open, high, low, close)",
            "2. From Symbol": base,
            "3. To Symbol": quote,
            "4. Output Size": "Compact" if size == "compact" else "Full size",
            "5. Last Refreshed": f"{rows[0][0]} {call.told_at:%H:%M}:00",
            "6. Time Zone": "UTC",
        },
        "Time Series FX (Daily)": {
            day: {
                f"{place}. {name}": value
                for place, (name, value) in enumerate(zip(names, told, strict=True), 1)
            }
            for day, *told in rows
        },
    }


def rate(call: Question) -> Document:
    """The last rate, with eight decimals."""
    base, quote = _pair(call, "from_currency", "to_currency")
    found = _fx(call).rate_at(base, quote, call.told_at)
    if found is None:
        raise words.invalid_call(call.function)
    found *= _scale(call, (base, quote))
    unquoted = base in UNQUOTED or quote in UNQUOTED
    told: dict[str, Any] = {
        "1. From_Currency Code": base,
        "2. From_Currency Name": NAMES[base],
        "3. To_Currency Code": quote,
        "4. To_Currency Name": NAMES[quote],
        "5. Exchange Rate": text(found, 8),
        "6. Last Refreshed": f"{call.told_at:%Y-%m-%d %H:%M:%S}",
        "7. Time Zone": "UTC",
        "8. Bid Price": "-" if unquoted else text(found * (1 - HALF_SPREAD), 8),
        "9. Ask Price": "-" if unquoted else text(found * (1 + HALF_SPREAD), 8),
    }
    return {"Realtime Currency Exchange Rate": told}


def _pair(call: Question, base: str, quote: str) -> tuple[str, str]:
    """:raises Refused: if either is not given, or is no currency of the sample market."""
    pair = (call.required(base).upper(), call.required(quote).upper())
    if not set(pair) <= set(NAMES):
        raise words.invalid_call(call.function)
    return pair


def _fx(call: Question) -> Fx:
    """:raises Refused: where real prices are served from a folder, which has no rates."""
    if call.invented is None:
        raise words.invalid_call(call.function)
    return call.invented.fx


@lru_cache(maxsize=32)
def _bars(
    fx: Fx, pair: tuple[str, str], last: date, *, most: int, scale: float, shift: int
) -> Sequence[FxBar]:
    """Return the last bars, newest first, with the provider's deviation."""
    end = bisect_right(fx.days, last)
    told: list[FxBar] = []
    for number in range(end - 1, max(0, end - most) - 1, -1):
        bar = fx.bar(*pair, fx.days[max(0, number - shift)])
        if bar is None:
            break  # a currency that was not told yet
        prices = [value * scale for value in (bar.open, bar.high, bar.low, bar.close)]
        told.append(replace(FxBar(bar.day, *prices), day=fx.days[number]))
    return told


def _scale(call: Question, pair: tuple[str, str]) -> float:
    return call.deviation.scale if any(call.deviation.hits(code) for code in pair) else 1.0
