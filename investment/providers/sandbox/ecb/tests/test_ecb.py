"""The sandbox's ECB over real HTTP: its documents, its calendar, who is sent nothing."""

import csv
import gzip
import io
import re
import ssl
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from investment.providers.sandbox.deviations import Deviation
from investment.providers.sandbox.ecb import target
from investment.providers.sandbox.sources import Invented
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

REAL = Path(__file__).parents[6] / "shared" / "data" / "fx" / "eurofxref-hist.csv.gz"
TLS = ssl.create_default_context()  # never used, and costly to make for every call
EASTER_TUESDAY = datetime(2026, 4, 7, 12, 0, tzinfo=UTC)  # 14:00 in Frankfurt: not put out yet
DOCUMENTS = [
    "eurofxref-daily.xml", "eurofxref.zip", "eurofxref-hist-90d.xml", "eurofxref-hist.xml",
    "eurofxref-hist.zip",
]  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=24, now=EASTER_TUESDAY) as found:
        yield found


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.reset()
    running.set_now(EASTER_TUESDAY)
    return running


def get(sandbox: RunningSandbox, document: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx.Client(trust_env=False, verify=TLS, timeout=20) as http:
        return http.get(f"{sandbox.url}/ecb/stats/eurofxref/{document}", headers=named)


def days_of(body: str) -> list[str]:
    return re.findall(r"<Cube time='([^']*)'>", body)


def invented(sandbox: RunningSandbox) -> Invented:
    assert sandbox.sandbox.source.invented is not None
    return sandbox.sandbox.source.invented


@pytest.mark.shared_data
def test_the_calendar_is_that_of_every_real_day_since_1999() -> None:
    if not REAL.exists():
        pytest.skip("../shared/data is not here")
    lines = gzip.decompress(REAL.read_bytes()).decode().splitlines()[1:]
    real = sorted(date.fromisoformat(line[:10]) for line in lines)

    assert target.days_until(real[-1]) == real


def test_the_last_day_is_that_before_easter_until_it_is_four_in_frankfurt(sandbox: RunningSandbox) -> None:
    before = get(sandbox, "eurofxref-daily.xml")
    sandbox.advance(hours=2)
    after = get(sandbox, "eurofxref-daily.xml")

    assert days_of(before.text) == ["2026-04-02"]
    assert days_of(after.text) == ["2026-04-07"]
    assert before.headers["Last-Modified"] == "Thu, 02 Apr 2026 14:00:00 GMT"
    assert after.headers["Last-Modified"] == "Tue, 07 Apr 2026 14:00:00 GMT"
    assert after.headers["Content-Type"] == "text/xml"
    assert after.headers["Cache-Control"] == "max-age=300"
    assert after.headers["Content-Disposition"] == "attachment;"


def test_the_documents_tell_the_same_rates(sandbox: RunningSandbox) -> None:
    expected = {code: str(rate) for code, rate in invented(sandbox).fx.rates(date(2026, 4, 2)).items()}
    last = re.compile(r"<Cube currency='(\w+)' rate='([0-9.]+)'/>")

    daily, ninety, history = (
        get(sandbox, name).text
        for name in ("eurofxref-daily.xml", "eurofxref-hist-90d.xml", "eurofxref-hist.xml")
    )
    packed = zipfile.ZipFile(io.BytesIO(get(sandbox, "eurofxref-hist.zip").content))
    rows = list(csv.reader(io.StringIO(packed.read("eurofxref-hist.csv").decode())))
    one = zipfile.ZipFile(io.BytesIO(get(sandbox, "eurofxref.zip").content)).read("eurofxref.csv").decode()

    assert dict(last.findall(daily)) == expected
    for longer in (ninety, history):
        assert dict(last.findall(longer.split("</Cube>")[0])) == expected
    assert days_of(ninety)[-1] > "2026-01-01"
    assert days_of(history)[-1] == "1999-01-04"
    assert len(days_of(history)) == len(target.days_until(date(2026, 4, 2))) == len(rows) - 1
    told = {
        code: cell for code, cell in zip(rows[0][1:], rows[1][1:], strict=True) if cell not in ("N/A", "")
    }
    assert (rows[1][0], told) == ("2026-04-02", expected)
    assert one.splitlines()[1].startswith("02 April 2026, ")
    assert one.splitlines()[0].endswith(", ")


def test_currencies_come_and_go(sandbox: RunningSandbox) -> None:
    packed = zipfile.ZipFile(io.BytesIO(get(sandbox, "eurofxref-hist.zip").content))
    rows = list(csv.DictReader(io.StringIO(packed.read("eurofxref-hist.csv").decode())))
    told = {row["Date"]: row for row in rows}

    assert told["2022-03-01"]["RUB"] != "N/A"
    assert told["2022-03-02"]["RUB"] == "N/A"
    assert told["2023-01-02"]["HRK"] == "N/A"
    assert told["2025-12-31"]["BGN"] != "N/A"
    assert told["2026-01-02"]["BGN"] == "N/A"
    assert "2026-04-03" not in told  # Good Friday


@pytest.mark.parametrize("document", DOCUMENTS)
def test_who_has_a_version_is_sent_nothing(sandbox: RunningSandbox, document: str) -> None:
    first = get(sandbox, document)
    by_name = get(sandbox, document, If_None_Match=first.headers["ETag"])
    by_time = get(sandbox, document, If_Modified_Since=first.headers["Last-Modified"])
    other = get(
        sandbox, document, If_None_Match='"another"', If_Modified_Since=first.headers["Last-Modified"]
    )
    sandbox.advance(hours=3)
    later = get(sandbox, document, If_None_Match=first.headers["ETag"])

    assert (by_name.status_code, by_name.content) == (304, b"")
    assert (by_time.status_code, by_time.content) == (304, b"")
    assert by_time.headers["ETag"] == first.headers["ETag"]
    assert other.status_code == 200
    assert later.status_code == 200
    assert later.headers["ETag"] != first.headers["ETag"]


def test_all_documents_share_their_instant_and_none_its_name(sandbox: RunningSandbox) -> None:
    told = [get(sandbox, document).headers for document in DOCUMENTS]

    assert len({headers["Last-Modified"] for headers in told}) == 1
    assert len({headers["ETag"] for headers in told}) == len(DOCUMENTS)


def test_what_is_not_there_is_a_page(sandbox: RunningSandbox) -> None:
    answer = get(sandbox, "eurofxref-hourly.xml")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")
    assert "<h1>404</h1>" in answer.text


def test_everybody_is_on_one_count_and_nobody_is_refused(sandbox: RunningSandbox) -> None:
    for _ in range(20):
        assert get(sandbox, "eurofxref-daily.xml").status_code == 200
    assert sandbox.sandbox.tally("-", "ecb").by_endpoint == {"daily": 20}


def test_deviations_are_stale_scaled_and_late(sandbox: RunningSandbox) -> None:
    plain = get(sandbox, "eurofxref-hist-90d.xml")
    first, second = (invented(sandbox).fx.rates(date(2026, 4, day))["USD"] for day in (1, 2))
    on = sandbox.sandbox.deviations

    on["ecb"] = Deviation(shift=1)
    late = get(sandbox, "eurofxref-daily.xml").text
    on["ecb"] = Deviation(scale=100, symbols=frozenset({"USD"}))
    scaled = get(sandbox, "eurofxref-daily.xml").text
    on["ecb"] = Deviation(stale=timedelta(days=7).total_seconds())
    stale = get(sandbox, "eurofxref-daily.xml").text

    assert f"'{first}'" in late
    assert days_of(late) == ["2026-04-02"]
    assert f"'{second * 100}'" in scaled
    assert days_of(stale) == ["2026-03-30"]
    assert days_of(plain.text)[0] == "2026-04-02"


@pytest.mark.parametrize("kind", ["empty", "wrong_types", "negative_price", "missing_fields", "scale"])
def test_documents_are_spoilt_on_demand(sandbox: RunningSandbox, kind: str) -> None:
    plain = get(sandbox, "eurofxref-daily.xml").text
    sandbox.fault(kind, endpoint="ecb.daily")

    spoilt = get(sandbox, "eurofxref-daily.xml").text

    assert spoilt != plain
    assert spoilt.endswith("</gesmes:Envelope>\n")
    assert (days_of(spoilt) == []) == (kind == "empty")
    assert get(sandbox, "eurofxref-daily.xml").text == plain
