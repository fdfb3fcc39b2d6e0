"""Any bytes are either records that can be true, or an error of the tree; nothing else, and soon."""

import json
import math
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.providers import errors
from investment.providers.adapters.alphavantage import symbols
from investment.providers.adapters.alphavantage.limits import PLANS, limit_facts, retry_at
from investment.providers.adapters.alphavantage.tests.test_errors import ASKS
from investment.providers.adapters.alphavantage.tests.wire import PAYLOADS, Wire, recorded
from investment.providers.contracts import BarSeries
from investment.providers.contracts.fx import FxBars

pytestmark = pytest.mark.slow

NAMES = sorted(path.name for path in PAYLOADS.iterdir() if path.suffix in (".json", ".csv"))
BY_NAME = {
    "time_series_daily": "daily_bars", "global_quote": "quote", "overview": "overview",
    "fx_daily": "fx_daily", "currency_exchange_rate": "fx_rate", "news_sentiment": "news",
    "symbol_search": "search", "dividends": "dividends", "splits": "splits",
}  # fmt: skip
LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["None", "-", "", "1.5", "1e999", "nan", "2024-01-05", "20240105T000000", "http://x", "US/Eastern"]
    ),
)
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def check(body: bytes, ask: str) -> None:
    limit_facts(200, {}, body, PLANS["free"])
    try:
        found = ASKS[ask](Wire(httpx.Response(200, content=body)).client)
    except errors.ProviderError as e:
        if len(e.words) > 500:
            raise AssertionError(e.words) from None
        return
    if isinstance(found, BarSeries):
        assert list(found.sessions) == sorted(set(found.sessions))
        assert len(found.bars) == len(found.sessions)
        assert all(math.isfinite(value) for value in (*found.bars.open, *found.bars.volume))
    if isinstance(found, FxBars):
        assert list(found.days) == sorted(set(found.days))
        assert all(math.isfinite(value) for value in found.close)


def replaced(document: Any, path: list[int], value: Any) -> Any:
    """A document with another value at a place in it."""
    if not path or not isinstance(document, dict | list) or not document:
        return value
    if isinstance(document, dict):
        name = list(document)[path[0] % len(document)]
        return document | {name: replaced(document[name], path[1:], value)}
    place = path[0] % len(document)
    return [*document[:place], replaced(document[place], path[1:], value), *document[place + 1 :]]


@given(st.sampled_from(sorted(ASKS)), st.binary(max_size=300))
@settings(max_examples=150, deadline=timedelta(seconds=2))
def test_any_bytes(ask: str, body: bytes) -> None:
    check(body, ask)


@given(st.sampled_from(NAMES), st.data())
@settings(max_examples=250, deadline=timedelta(seconds=2))
def test_an_answer_with_any_bytes_in_it(name: str, data: st.DataObject) -> None:
    body = recorded(name)
    at = data.draw(st.integers(0, len(body)))
    until = data.draw(st.integers(at, min(len(body), at + 40)))
    check(body[:at] + data.draw(st.binary(max_size=20)) + body[until:], BY_NAME[name.partition(".")[0]])


@given(
    st.sampled_from([name for name in NAMES if name.endswith(".json")]),
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
    JSON,
)
@settings(max_examples=300, deadline=timedelta(seconds=2))
def test_an_answer_with_any_value_in_it(name: str, path: list[int], value: Any) -> None:
    document = replaced(json.loads(recorded(name)), path, value)
    body = json.dumps(document).encode("utf-8", "surrogatepass")
    check(body, BY_NAME[name.partition(".")[0]])


@given(st.sampled_from(["Information", "Note", "Error Message"]), st.text(max_size=60))
@settings(max_examples=100, deadline=timedelta(seconds=2))
def test_any_words_of_a_refusal(name: str, words: str) -> None:
    check(json.dumps({name: words}).encode(), "daily_bars")


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=100, deadline=timedelta(seconds=2))
def test_any_headers(after: str, sent: str) -> None:
    when = retry_at({"Retry-After": after, "Date": sent})
    assert when is None or when.tzinfo is not None


@given(st.from_regex(r"[A-Z]{1,5}(\.[A-OQ-Z])?(p[A-Z]?)?(\.WS)?", fullmatch=True))
def test_there_and_back_is_the_same_symbol(symbol: str) -> None:
    assert symbols.from_alpha_vantage(symbols.to_alpha_vantage(symbol)) == symbol
