"""The ECB's documents, and what we read in them."""

import gzip
import time
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from investment.providers import errors
from investment.providers.adapters.ecb import documents
from investment.providers.adapters.ecb.tests.wire import SHAPE, packed, recorded

REAL = Path(__file__).parents[6] / "shared" / "data" / "fx" / "eurofxref-hist.csv.gz"


def xml(cubes: str) -> bytes:
    return SHAPE.split("\t<Cube>")[0].encode() + f"<Cube>{cubes}</Cube></gesmes:Envelope>".encode()


def reason(body: bytes) -> str:
    with pytest.raises(errors.MalformedPayload) as caught:
        documents.read(body)
    return str(caught.value)


def many(first: str) -> bytes:
    """A history of 200 days whose first line is ``first``."""
    days = (date.fromordinal(date(2024, 1, 1).toordinal() + n) for n in range(200))
    return ("Date,USD,JPY,\n" + first + "\n" + "\n".join(f"{day},1.1,160.5," for day in days)).encode()


def test_reads_the_last_day() -> None:
    (rates,), malformed = documents.read(recorded("eurofxref-daily.xml"))

    assert (rates.day, rates.base) == (date(2024, 6, 26), "EUR")
    assert {name: str(rate) for name, rate in rates.rates.items()} == {
        "USD": "1.0689", "JPY": "171.42", "GBP": "0.84453", "IDR": "17563.79",
    }  # fmt: skip
    assert malformed == []


def test_reads_the_last_day_as_csv_with_its_spelt_date() -> None:
    (rates,), _ = documents.read(packed(recorded("eurofxref.csv"), "eurofxref.csv"))

    assert rates.day == date(2023, 2, 10)
    assert rates.rates["USD"] == Decimal("1.0690")
    assert rates.rates["GBP"] == Decimal("0.88348")
    assert "" not in rates.rates


def test_days_come_oldest_first_though_they_are_sent_newest_first() -> None:
    days, _ = documents.read(recorded("eurofxref-hist-90d.xml"))

    assert [rates.day for rates in days] == [date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 7)]


def test_a_currency_that_is_not_quoted_is_not_there() -> None:
    days, malformed = documents.read(recorded("eurofxref-hist.csv"))

    told = {rates.day.isoformat(): sorted(rates.rates) for rates in days}
    assert told["2022-03-01"] == ["BGN", "HRK", "RUB", "USD"]
    assert told["2022-03-02"] == ["BGN", "HRK", "USD"]
    assert told["2023-01-02"] == ["BGN", "USD"]
    assert told["2026-01-02"] == ["USD"]
    assert malformed == []


@pytest.mark.shared_data
def test_reads_every_rate_since_1999() -> None:
    if not REAL.exists():
        pytest.skip("../shared/data is not here")
    text = gzip.decompress(REAL.read_bytes())
    rows = [line.rstrip(",").split(",") for line in text.decode().splitlines()]

    days, malformed = documents.read(packed(text))

    assert malformed == []
    assert [rates.day.isoformat() for rates in days] == [row[0] for row in reversed(rows[1:])]
    for rates, row in zip(reversed(days), rows[1:], strict=True):
        told = {name: cell for name, cell in zip(rows[0][1:], row[1:], strict=True) if cell != "N/A"}
        assert {name: str(rate) for name, rate in rates.rates.items()} == told


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2024-08-01,abc,160.5,", "no positive rate"),
        ("2024-08-01,-1.1,160.5,", "no positive rate"),
        ("2024-08-01,0,160.5,", "no positive rate"),
        ("2024-08-01,1e3,160.5,", "no positive rate"),
        ("2024-08-01,NaN,160.5,", "no positive rate"),
        ("2024-08-01,1_1,160.5,", "no positive rate"),
        ("2024-08-01,١٢,160.5,", "no positive rate"),
        ("2024-02-30,1.1,,", "no day"),
        ("20240801,1.1,,", "no day"),
        ("2024-08-01,1.1,", "no day"),
        ("2024-01-05,1.2,,", "a second time"),
    ],
)
def test_a_figure_that_cannot_be_read_is_set_aside_in_its_own_words(line: str, why: str) -> None:
    days, malformed = documents.read(many("2024-09-01,1.1,160.5,\n" + line))

    assert len(days) >= 200
    reasons = [row.reason for row in malformed]
    assert why in reasons or "of a day that cannot be read" in reasons
    assert all(rate > 0 for rates in days for rate in rates.rates.values())


def test_two_rates_of_a_day_are_none() -> None:
    cubes = "".join(
        f"<Cube time='{date.fromordinal(738000 + n)}'><Cube currency='USD' rate='1.1'/></Cube>"
        for n in range(200)
    )
    twice = (
        "<Cube time='2026-01-05'><Cube currency='USD' rate='1.1'/><Cube currency='USD' rate='1.2'/></Cube>"
    )

    days, (left,) = documents.read(xml(twice + cubes))

    assert date(2026, 1, 5) not in [rates.day for rates in days]
    assert (left.payload, left.reason) == ("USD 1.2", "two rates of one day")


def test_a_document_of_which_more_than_a_hundredth_cannot_be_read_is_refused() -> None:
    assert "cannot be read, first: 'USD abc'" in reason(b"Date,USD,\n2024-08-01,abc,\n2024-08-02,1.1,\n")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "neither XML nor CSV"),
        (b"hello", "neither XML nor CSV"),
        (b"\xff\xfe\x00", "no text"),
        (b"Date,USD,\n", "no rates"),
        (b"Date,USD,\n2024-08-01,N/A,\n", "no rates"),
        (b"<html><body>Not here</body></html>", "another document"),
        (b"<!DOCTYPE html><html></html>", "document type"),
        (recorded("eurofxref-daily.xml")[:-20], "cannot be read"),
        (recorded("eurofxref-daily.xml")[:420], "cannot be read"),
        (xml(""), "no rates"),
        (b"<a>" * 100_000, "another document"),
        (xml("<Cube>" * 100_000), "another document"),
        (b"PK\x03\x04 and no more", "zip"),
        (packed(recorded("eurofxref-hist.csv"))[:-10], "zip"),
        (packed(b"", "a.csv"), "neither"),
        (packed(b"x", "readme.txt"), "one CSV"),
        (packed(b"x", how=zipfile.ZIP_BZIP2), "another way"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_document_of_rates_is_refused(body: bytes, why: str) -> None:
    assert why in reason(body)


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(20)
)


@pytest.mark.parametrize(
    "declared",
    [
        LAUGHS + "]>",
        "<!DOCTYPE x [<!ENTITY secret SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>",
        "<!DOCTYPE x [<!ENTITY % more SYSTEM 'http://127.0.0.1:1/x.dtd'> %more;]>",
    ],
    ids=["a billion laughs", "a file of ours", "a type from elsewhere", "a parameter from elsewhere"],
)
def test_no_entity_is_ever_declared(declared: str) -> None:
    body = SHAPE.replace("?>\n", f"?>\n{declared}\n", 1).replace("European Central Bank", "&t;&secret;")

    assert "document type" in reason(body.encode())


def test_an_encoding_is_not_chosen_by_the_document() -> None:
    body = SHAPE.replace("UTF-8", "UTF-7").encode()

    (rates,), _ = documents.read(body)
    assert rates.rates["USD"] == Decimal("1.0689")
    assert "no text" in reason(SHAPE.encode("utf-16"))


def test_a_zip_is_read_no_further_than_its_bound() -> None:
    bomb = packed(b"Date,USD,\n" + b"\n" * (documents.LARGEST + 1))
    started = time.monotonic()

    assert len(bomb) < 100_000
    assert "more than" in reason(bomb)
    assert time.monotonic() - started < 5


def test_a_document_that_is_too_large_is_not_read() -> None:
    assert "bytes" in reason(b"<" * (documents.LARGEST + 1))


def test_a_flood_of_unreadable_figures_ends_early() -> None:
    lines = "\n".join("2024-08-01,abc," for _ in range(200_000))

    assert "more than 10000" in reason(f"Date,USD,\n{lines}".encode())
