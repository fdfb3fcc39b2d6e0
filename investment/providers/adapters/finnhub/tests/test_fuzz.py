"""Whatever bytes come as an answer, they are read or refused in the documented way: nothing else."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.providers import errors
from investment.providers.adapters.finnhub.client import FinnhubClient
from investment.providers.adapters.finnhub.limits import limit_facts
from investment.providers.adapters.finnhub.symbols import Spelling
from investment.providers.adapters.finnhub.tests.wire import Wire, ok, recorded

pytestmark = pytest.mark.slow

DAYS = {"start": date(2019, 9, 1), "end": date(2019, 9, 30)}
ASKED: dict[str, Callable[[FinnhubClient], object]] = {
    "quote": lambda c: c.quote(symbol="A"),
    "profile": lambda c: c.profile(symbol="A"),
    "metrics": lambda c: c.metrics(symbol="A"),
    "company_news": lambda c: c.company_news(symbol="A", **DAYS),
    "recommendations": lambda c: c.recommendations(symbol="A"),
    "earnings": lambda c: c.earnings(symbol="A"),
    "earnings_calendar": lambda c: c.earnings_calendar(start=DAYS["start"], end=DAYS["end"]),
    "market_status": lambda c: c.market_now(),
    "market_holidays": lambda c: c.market_holidays(),
    "symbols": lambda c: c.symbols(),
    "search": lambda c: c.search(text="a"),
    "peers": lambda c: c.peers(symbol="A"),
    "candles": lambda c: c.daily_bars(symbol="A", **DAYS),
    "splits": lambda c: c.splits(symbol="A", **DAYS),
    "dividends": lambda c: c.dividends(symbol="A", **DAYS),
}
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12), st.just(10**400), st.just("9999-12-31"), st.just("0001-01-01"),
)  # fmt: skip
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def read_or_refused(name: str, body: bytes, status: int = 200) -> None:
    try:
        ASKED[name](Wire(httpx.Response(status, content=body)).client)
    except errors.ProviderError as error:
        assert len(error.message) < 5000  # noqa: PT017
        assert len(error.words) <= 500  # noqa: PT017


def changed(document: Any, path: list[int], leaf: Any) -> Any:
    """Return a document with one value, found by walking ``path``, replaced."""
    if isinstance(document, dict) and document and path:
        name = sorted(document)[path[0] % len(document)]
        return document | {name: changed(document[name], path[1:], leaf)}
    if isinstance(document, list) and document and path:
        place = path[0] % len(document)
        return [changed(each, path[1:], leaf) if i == place else each for i, each in enumerate(document)]
    return leaf


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=40, deadline=None)
@given(body=st.binary(max_size=200), status=st.sampled_from([200, 403, 429, 500]))
def test_any_bytes(name: str, body: bytes, status: int) -> None:
    read_or_refused(name, body, status)


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=60, deadline=None)
@given(path=st.lists(st.integers(0, 20), max_size=4), leaf=ANY_JSON)
def test_any_value_in_any_place(name: str, path: list[int], leaf: Any) -> None:
    document = changed(json.loads(recorded(name)), path, leaf)
    read_or_refused(name, json.dumps(document).encode())


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"c":"\xff"}',
        b'["\xff\xfe"]',
        b'{"c":1e999,"t":1}',
        b'"\\ud800"',
    ],
    ids=["deep lists", "deep objects", "no UTF-8", "no UTF-8 in a list", "beyond floats", "half a letter"],
)
def test_what_breaks_parsers(name: str, body: bytes) -> None:
    read_or_refused(name, body)


@given(
    status=st.integers(100, 599),
    headers=st.dictionaries(
        st.sampled_from(["X-Ratelimit-Remaining", "X-Ratelimit-Reset", "Date"]), st.text(max_size=30)
    ),
)
def test_any_headers(status: int, headers: dict[str, str]) -> None:
    for fact in limit_facts(status, headers):
        assert fact.until is None or fact.until.tzinfo is not None


def test_a_list_of_many_rows_is_read_in_one_go() -> None:
    row = json.loads(recorded("symbols"))[0]
    assert len(Wire(ok([row] * 20_000)).client.symbols()) == 20_000


@given(
    st.dictionaries(st.text(max_size=8), st.text(min_size=1, max_size=8), max_size=5).filter(
        lambda pairs: len(set(pairs.values())) == len(pairs)
    ),
    st.from_regex(r"[A-Z]{1,5}(\.[A-Z])?", fullmatch=True),
)
def test_a_spelling_leads_back_to_where_it_came_from(pairs: dict[str, str], symbol: str) -> None:
    spelling = Spelling(pairs)
    for ours in (*pairs, symbol):
        theirs = spelling.theirs(ours)
        assert theirs is None or spelling.ours(theirs) == ours
