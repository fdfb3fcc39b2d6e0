"""Whatever comes as an answer: valid records, or the documented error, in little time and memory."""

import json
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.providers import errors
from investment.providers.adapters.massive.client import MassiveClient
from investment.providers.adapters.massive.tests.wire import KEY, PAYLOADS, raw, recorded
from investment.providers.contracts import MalformedRow

pytestmark = pytest.mark.slow

FIRST, LAST = date(2020, 1, 2), date(2020, 1, 10)
Ask = Callable[[MassiveClient], object]
QUESTIONS: dict[str, tuple[Ask, str]] = {
    "grouped": (lambda m: m.grouped_daily(session=date(2026, 8, 7)), "grouped_daily"),
    "daily": (lambda m: m.daily_bars(symbol="AAPL", start=FIRST, end=LAST), "daily_bars_page_2"),
    "previous": (lambda m: m.previous_close(symbol="AAPL"), "previous_close"),
    "windows": (
        lambda m: m.aggregates(symbol="AAPL", timespan="week", start=FIRST, end=LAST, basis="splits"),
        "weeks",
    ),
    "open_close": (lambda m: m.open_close(symbol="AAPL", session=date(2023, 1, 9)), "open_close"),
    "tickers": (lambda m: list(m.instruments()), "tickers_page_2"),
    "ticker": (lambda m: m.instrument(symbol="AAPL"), "ticker"),
    "company": (lambda m: m.company(symbol="AAPL"), "ticker"),
    "types": (lambda m: m.instrument_types(), "ticker_types"),
    "events": (lambda m: m.ticker_history(symbol="META"), "ticker_events"),
    "splits": (lambda m: m.detailed_splits(start=FIRST, end=LAST), "splits"),
    "splits_v3": (lambda m: m.detailed_splits(start=FIRST, end=LAST, version="v3"), "splits_v3"),
    "dividends": (lambda m: m.detailed_dividends(start=FIRST, end=LAST), "dividends"),
    "dividends_v3": (lambda m: m.dividends(start=FIRST, end=LAST), "dividends_v3"),
    "news": (lambda m: list(m.news()), "news_page_2"),
    "status": (lambda m: m.market_status(), "market_status"),
    "now": (lambda m: m.market_now(), "market_status"),
    "holidays": (lambda m: m.market_holidays(), "market_holidays"),
}
every_question = pytest.mark.parametrize("name", QUESTIONS)
many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["OK", "DELAYED", "ERROR", "NOT_AUTHORIZED", "NaN", "2020-01-03", "AAPL", "", "1e9"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def ask(name: str, status: int, body: bytes, **headers: str) -> None:
    """Ask with this answer. What comes back is checked; a documented error is fine, another is not."""
    http = httpx.Client(
        base_url="http://sandbox.test",
        # Every further page has the same answer, so the pages cannot end well.
        transport=httpx.MockTransport(lambda _request: raw(status, body, **headers)),
    )
    try:
        found: object = QUESTIONS[name][0](MassiveClient(api_key=KEY, http=http))
    except errors.ProviderError as e:
        found = e
    valid(found)


def valid(found: object) -> None:
    """Every instant is aware and in UTC, every figure a number, every symbol short, money finite."""
    if isinstance(found, errors.ProviderError):
        assert KEY not in found.message + found.words
        assert len(found.message) < 2000
    elif isinstance(found, datetime):
        assert found.utcoffset() == UTC.utcoffset(None)
    elif isinstance(found, float):
        assert np.isfinite(found)
    elif isinstance(found, Decimal):
        assert len(f"{found:f}") < 100
    elif isinstance(found, np.ndarray):
        assert not np.isinf(found.astype(np.float64)).any()
    elif is_dataclass(found):
        valid_symbol(found)
        valid([getattr(found, each.name) for each in fields(found)])
    elif isinstance(found, (list, tuple, dict)):
        for value in found.values() if isinstance(found, dict) else found:
            valid(value)
    else:
        assert found is None or isinstance(found, (str, int, date))


def valid_symbol(found: object) -> None:
    symbol = getattr(found, "symbol", "")
    assert len(symbol) <= 64
    assert symbol.isascii() or isinstance(found, MalformedRow)


@every_question
def test_the_recorded_answers_are_read(name: str) -> None:
    ask(name, 200, recorded(QUESTIONS[name][1]))


def changed(data: st.DataObject, name: str) -> bytes:
    """A recorded answer with something else in some of its places."""
    answer = json.loads(recorded(QUESTIONS[name][1]))
    for _ in range(data.draw(st.integers(1, 3))):
        owner, key = data.draw(st.sampled_from(list(walk(answer))))
        if data.draw(st.booleans()):
            owner[key] = data.draw(json_values)
        elif isinstance(owner, dict):
            del owner[key]
        else:
            owner.insert(key, data.draw(json_values))
    return json.dumps(answer).encode()


def broken(data: st.DataObject, name: str) -> bytes:
    """A recorded answer with other bytes in some of its places."""
    body = bytearray(recorded(QUESTIONS[name][1]))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    return bytes(body)


BODIES: dict[str, Callable[[st.DataObject, str], bytes]] = {
    "any bytes": lambda data, _: data.draw(st.binary(max_size=300)),
    "any json": lambda data, _: json.dumps(data.draw(json_values)).encode(),
    "changed": changed,
    "broken": broken,
}
statuses = st.sampled_from([200, 200, 200, 200, 400, 403, 404, 429, 502])


@every_question
@pytest.mark.parametrize("kind", BODIES)
@many
@given(st.data(), statuses)
def test_any_answer(name: str, kind: str, data: st.DataObject, status: int) -> None:
    ask(name, status, BODIES[kind](data, name))


def walk(value: Any) -> Any:
    """Yield every place of a value: what holds it, and under which key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from walk(inner)


HOSTILE: dict[str, bytes] = {
    "deep lists": b'{"status":"OK","results":' + b"[" * 200_000,
    "deep objects": b'{"status":"OK","results":[' + b'{"a":' * 200_000,
    "deep rows": b'{"status":"OK","results":[' + b"[" * 5000 + b"]" * 5000 + b"]}",
    "wrong text": b'{"status":"OK\xff","results":[{"ticker":"\xff"}]}',
    "a row of wrong text": b'{"status":"OK","results":[{"ticker":"\xff","T":"\xff"}]}',
    "half a character": b'{"status":"OK","results":[{"ticker":"\\ud800"}]}',
    "endless number": b'{"status":"OK","results":[{"t":' + b"9" * 100_000 + b"}]}",
    "endless exponent": b'{"status":"OK","results":[{"t":1e99999}]}',
    "twice": b'{"status":"OK","status":"OK","results":[],"results":[]}',
    "a mark before": b'\xef\xbb\xbf{"status":"OK","results":[]}',
    "another alphabet": '{"status":"OK"}'.encode("utf-16"),
}


@every_question
@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_meant_to_break_us(name: str, kind: str) -> None:
    ask(name, 200, HOSTILE[kind])


@pytest.mark.parametrize("amount", ['"NaN"', '"sNaN"', '"Infinity"', "1e999999", "1e-999999", "9" * 200])
def test_amounts_that_no_money_has(amount: str) -> None:
    row = '{"ticker":"A","ex_dividend_date":"2020-01-03","currency":"USD","cash_amount":%s}'
    ask("dividends", 200, b'{"status":"OK","results":[%s]}' % (row % amount).encode())


@pytest.mark.parametrize("instant", [-1e14, -1e13, 1e13, 1e16, 9e18, 1e300])
def test_instants_that_are_none(instant: float) -> None:
    row = {"o": 1, "h": 1, "l": 1, "c": 1, "v": 1, "t": instant, "T": "A"}
    for name in ("grouped", "daily", "previous", "windows"):
        ask(name, 200, json.dumps({"status": "OK", "results": [row]}).encode())


@pytest.mark.parametrize("row", ["1", "[]", "{}", '{"o":1}'])
def test_millions_of_rows_that_are_none_are_refused_in_a_moment(row: str) -> None:
    count = 5_000_000 // len(row)
    body = b'{"status":"OK","results":[' + b",".join([row.encode()] * count) + b"]}"
    began = time.process_time()
    for name in ("grouped", "daily", "tickers", "news"):
        ask(name, 200, body)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("name", sorted(path.stem for path in PAYLOADS.glob("*.json")))
def test_every_recorded_shape_is_json(name: str) -> None:
    assert msgspec.json.decode(recorded(name))
