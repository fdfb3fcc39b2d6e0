"""Any bytes are either rates that can be true, or the one error; nothing else, and soon."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.providers.adapters.ecb import documents
from investment.providers.adapters.ecb.limits import retry_at
from investment.providers.adapters.ecb.tests.wire import SHAPE, packed, recorded
from investment.providers.errors import MalformedPayload

pytestmark = pytest.mark.slow

CELL = st.one_of(
    st.sampled_from(
        ["N/A", "", "1.1", "0", "-1", "USD", "EUR", "2024-01-05", "5 January 2024", "Date", "1e9"]
    ),
    st.text(max_size=12),
)
LINES = st.lists(st.lists(CELL, max_size=6).map(",".join), max_size=8)


def check(body: bytes) -> None:
    try:
        days, malformed = documents.read(body)
    except MalformedPayload:
        return
    assert [rates.day for rates in days] == sorted({rates.day for rates in days})
    for rates in days:
        assert rates.rates
        assert "EUR" not in rates.rates
        assert all(isinstance(rate, Decimal) and rate > 0 for rate in rates.rates.values())
    assert len(malformed) <= sum(len(rates.rates) for rates in days)


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=timedelta(seconds=2))
def test_any_bytes(body: bytes) -> None:
    check(body)
    check(b"PK\x03\x04" + body)
    check(packed(body))


@given(LINES)
@settings(max_examples=150, deadline=timedelta(seconds=2))
def test_any_lines(lines: list[str]) -> None:
    check("\n".join(["Date,USD,JPY,", *lines]).encode("utf-8", "surrogatepass"))


@given(st.data())
@settings(max_examples=200, deadline=timedelta(seconds=2))
def test_a_document_with_any_bytes_in_it(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["eurofxref-daily.xml", "eurofxref-hist.csv", "eurofxref.csv"]))
    body = recorded(name)
    if data.draw(st.booleans()):
        body = packed(body)
    at = data.draw(st.integers(0, len(body)))
    until = data.draw(st.integers(at, min(len(body), at + 40)))
    check(body[:at] + data.draw(st.binary(max_size=20)) + body[until:])


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=150, deadline=timedelta(seconds=2))
def test_any_day_and_rate(day: str, rate: str) -> None:
    check(SHAPE.replace("2024-06-26", day).replace("1.0689", rate).encode("utf-8", "surrogatepass"))


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=150, deadline=timedelta(seconds=2))
def test_any_headers(after: str, sent: str) -> None:
    when = retry_at({"Retry-After": after, "Date": sent})
    assert when is None or when.tzinfo is not None


@given(st.integers(0, 10**9), st.dates(), st.from_regex(r"[A-Z]{3}", fullmatch=True).filter("EUR".__ne__))
@settings(max_examples=60, deadline=timedelta(seconds=2))
def test_reading_what_was_printed_is_what_it_was(figure: int, day: object, currency: str) -> None:
    rate = Decimal(figure + 1).scaleb(-4)
    line = f"Date,{currency},\n{day},{rate:f},\n".encode()

    (rates,), malformed = documents.read(line)
    assert (str(rates.day), dict(rates.rates), malformed) == (str(day), {currency: rate}, [])
