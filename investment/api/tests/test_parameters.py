"""Whatever is asked, the answer is an answer or a 400 or 404, never a fault of ours."""

from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.api.tests.factories import signed_in
from investment.api.tests.market import make_bars, make_instrument, make_sessions

pytestmark = pytest.mark.django_db(transaction=False)

TEXTS = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.sampled_from(
        ["AAPL", "BRK.B", "-score", "stocks", "true", "null", "%", "_", "\\", "'", "2026-02-30", "0001-01-01"]
    ),
)
NAMES = st.sampled_from(
    [
        "search", "sort", "kind", "exchange", "board", "ranked", "min_price", "max_price", "min_score",
        "limit", "offset", "from", "to", "adjust", "session", "symbols", "format", "",
    ]
)  # fmt: skip
PATHS = st.sampled_from(
    [
        "/api/stocks", "/api/stocks/prices", "/api/runs", "/api/stocks/{}", "/api/stocks/{}/prices",
        "/api/stocks/{}/analysis", "/api/stocks/{}/data",
    ]
)  # fmt: skip


@pytest.fixture
def client() -> Client:
    days = make_sessions(3)
    make_bars(make_instrument("AAPL"), dict.fromkeys(days, 100.0))
    return signed_in()


# The rows of the fixture are only read, so all examples may share them.
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=PATHS,
    symbol=st.one_of(st.just("AAPL"), st.text(min_size=1, max_size=40)),
    query=st.dictionaries(NAMES, TEXTS, max_size=4),
)
def test_no_question_is_a_fault(client: Client, path: str, symbol: str, query: dict[str, str]) -> None:
    response = client.get(path.format(quote(symbol, safe="")), query)

    assert response.status_code in (200, 400, 404), response.content
    if response.status_code != 200:
        assert set(response.json()) == {"code", "message", "extra"}


@pytest.mark.parametrize("raw", [b"\xff", b"%FF", b"%C3%28", b"%ED%A0%80"])
def test_bytes_that_are_no_text_are_no_fault(client: Client, raw: bytes) -> None:
    address = "/api/stocks/" + raw.decode("latin-1")

    assert client.get(address).status_code == 404
    assert client.get("/api/stocks", QUERY_STRING="search=" + raw.decode("latin-1")).status_code in (200, 400)
