"""Any bytes are read into valid records or refused with the documented error; nothing else happens."""

import contextlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from investment.providers import errors
from investment.providers.adapters.sec import bulk, records
from investment.providers.adapters.sec.limits import WINDOWS, limit_facts
from investment.providers.adapters.sec.symbols import from_sec, to_sec
from investment.providers.adapters.sec.tests.archives import APPLE, archive
from investment.providers.adapters.sec.tests.wire import Wire, recorded
from investment.providers.contracts import CompanyFacts, Filer, TickerList

pytestmark = pytest.mark.slow

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
READERS: list[tuple[str, Callable[[bytes], object]]] = [
    ("company_tickers.json", records.tickers),
    ("company_tickers_exchange.json", records.tickers_with_exchange),
    ("submissions.json", lambda body: records.filer(body, cik=None)),
    ("submissions_older.json", lambda body: records.older_filings(body, cik="0000320193")),
    ("companyfacts.json", lambda body: records.company_facts(body, cik=None)),
]


def pieces(body: bytes) -> st.SearchStrategy[bytes]:
    """A body with a piece of it replaced by any bytes, or by what numbers and texts may begin with."""
    put = st.binary(max_size=20) | st.sampled_from(
        [
            b"null",
            b"1e999999",
            b"-0",
            b'"NaN"',
            b"9" * 5000,
            b'"0000-00-00"',
            b"[" * 2000,
            b'{"a":' * 2000,
            b"\xff",
        ]
    )
    return st.builds(
        lambda start, length, new: body[:start] + new + body[start + length :],
        st.integers(0, len(body)), st.integers(0, 40), put,
    )  # fmt: skip


def check(read: Callable[[bytes], object], body: bytes) -> None:
    try:
        found = read(body)
    except errors.MalformedPayload:
        return
    if isinstance(found, CompanyFacts):
        for fact in found.facts:
            assert fact.value.is_finite()
            assert abs(int(fact.value)) < 10**42, "quick to convert"
            assert fact.accession.strip()
    if isinstance(found, Filer):
        assert all(filing.accepted_at is None or filing.accepted_at.tzinfo for filing in found.filings)
        assert len(found.cik) == 10
    if isinstance(found, TickerList):
        assert all(len(ticker.cik) == 10 and ticker.symbol for ticker in found.tickers)


@pytest.mark.parametrize(("name", "read"), READERS, ids=[name for name, _ in READERS])
def test_any_bytes_are_records_or_malformed(name: str, read: Callable[[bytes], object]) -> None:
    @given(st.binary(max_size=100) | pieces(recorded(name)))
    @settings(max_examples=120, deadline=None)
    @example(b"")
    def run(body: bytes) -> None:
        check(read, body)

    run()


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A document with the value at a path replaced."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = replaced(copy[path[0]], path[1:], value)
    return copy


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All paths into a document."""
    if not isinstance(document, dict | list):
        return [path]
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


@pytest.mark.parametrize(("name", "read"), READERS, ids=[name for name, _ in READERS])
def test_any_value_in_any_place_is_records_or_malformed(name: str, read: Callable[[bytes], object]) -> None:
    document = json.loads(recorded(name))

    @given(st.sampled_from(places(document)), ANY_JSON)
    @settings(max_examples=120, deadline=None)
    def run(place: tuple[Any, ...], value: Any) -> None:
        check(read, json.dumps(replaced(document, place, value)).encode())

    run()


@given(
    st.integers(200, 599), st.binary(max_size=200) | pieces(recorded("too_fast.html")), st.text(max_size=30)
)
@example(403, b"<p>&#" + b"9" * 5000 + b";</p>", "")
@settings(max_examples=120, deadline=None)
def test_any_refusal_is_an_error_of_ours(status: int, body: bytes, header: str) -> None:
    headers = httpx.Headers({b"Retry-After": header.encode(), b"Date": header.encode()})
    limit_facts(status, headers, body, WINDOWS)
    with contextlib.suppress(errors.ProviderError):
        Wire(httpx.Response(status, content=body, headers=headers)).client.tickers()


PACKED = archive((APPLE, recorded("companyfacts.json")), ("CIK0000000001.json", b"{}"))


@given(st.binary(max_size=200) | pieces(PACKED) | pieces(PACKED[-150:]).map(lambda end: PACKED[:-150] + end))
@settings(max_examples=120, deadline=None)
def test_any_archive_is_records_or_malformed(body: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        with contextlib.suppress(errors.MalformedPayload):
            for each in bulk.Archive(Path(file.name)).facts():
                assert each is not None


@given(st.text(alphabet="ABCpr.-WSUNTR1", max_size=12))
@settings(max_examples=200, deadline=None)
def test_a_symbol_comes_back_as_itself(symbol: str) -> None:
    try:
        theirs = to_sec(symbol)
    except ValueError:
        return
    # Where theirs cannot tell two of ours apart, it is the same listing under the commoner spelling.
    assert to_sec(from_sec(theirs)) == theirs
