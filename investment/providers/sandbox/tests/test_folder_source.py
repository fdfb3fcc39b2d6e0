"""A folder of real bars is served on its own dates, and nothing in it is filled in."""

import io
import ssl
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from investment.providers.datafolder import FolderRefused
from investment.providers.sandbox.__main__ import second_sources
from investment.providers.sandbox.folder import FolderSource
from investment.providers.sandbox.server import folder_source
from investment.providers.sandbox.testing import CALENDARS, RunningSandbox, running_sandbox

TLS = ssl.create_default_context()  # never used, and costly to make for every call
NOW = datetime(2024, 1, 13, 5, 30, tzinfo=UTC)  # 00:30 in New York, the day after the last session
SHARED = Path(__file__).parents[5] / "shared" / "data"

DATASET = """
name = "Two stocks"
[[bars]]
file = "ONE.csv"
symbol = "ONE.A"
name = "One"
exchange = "XNYS"
currency = "USD"
basis = "raw"
actions = "actions.csv"
[[bars]]
file = "TWO.csv"
symbol = "TWO"
name = "Two ETF"
basis = "splits"
actions = "actions.csv"
[[bars]]
file = "THREE.csv"
symbol = "THREE"
basis = "raw"
actions = "unknown"
"""
HEADER = "session,open,high,low,close,volume\n"
FILES = {
    "dataset.toml": DATASET,
    "ONE.csv": HEADER
    + "2024-01-10,100,102,99,101,1000\n2024-01-11,51,52,50,51.5,2100\n"
    + "2024-01-12,51,53,51,52,1900\n",
    "TWO.csv": HEADER + "2024-01-10,2,2.2,1.9,2.1,8000\n2024-01-12,2.1,2.3,2.1,2.2,9000\n",
    "THREE.csv": HEADER + "2024-01-12,7,7,7,7,70\n",
    "actions.csv": "symbol,ex_date,kind,value,currency\n"
    "ONE.A,2024-01-11,split,2,\nONE.A,2024-01-12,dividend,0.25,USD\nTWO,2024-01-12,split,0.1,\n",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def get(sandbox: RunningSandbox, path: str) -> tuple[int, Any]:
    answer = httpx.get(sandbox.url + path, headers={"Authorization": f"Bearer {sandbox.key}"}, verify=TLS)
    return answer.status_code, answer.json()


def closes(sandbox: RunningSandbox, symbol: str, adjusted: str) -> list[float]:
    path = f"/v2/aggs/ticker/{symbol}/range/1/day/2024-01-01/2024-01-12?adjusted={adjusted}"
    return [bar["c"] for bar in get(sandbox, path)[1].get("results", [])]


def test_bars_are_raw_and_the_adjusted_ones_know_the_splits(folder: Path) -> None:
    with running_sandbox(folder=folder, plan="unlimited", now=NOW) as sandbox:
        assert closes(sandbox, "ONE.A", "false") == [101, 51.5, 52]
        assert closes(sandbox, "ONE.A", "true") == [50.5, 51.5, 52]
        # Ten became one: what the file has in today's shares was a tenth of it then.
        assert closes(sandbox, "TWO", "false") == [0.21, 2.2]
        assert closes(sandbox, "TWO", "true") == [2.1, 2.2]
        assert closes(sandbox, "FOUR", "true") == []


def test_a_grouped_day_holds_who_has_a_bar(folder: Path) -> None:
    path = "/v2/aggs/grouped/locale/us/market/stocks/{}?adjusted=false"
    with running_sandbox(folder=folder, plan="unlimited", now=NOW) as sandbox:
        _, eleventh = get(sandbox, path.format("2024-01-11"))
        _, twelfth = get(sandbox, path.format("2024-01-12"))
        _, before = get(sandbox, path.format("2024-01-09"))
    assert [row["T"] for row in eleventh["results"]] == ["ONE.A"]
    assert [row["T"] for row in twelfth["results"]] == ["ONE.A", "TWO", "THREE"]
    assert "vw" not in twelfth["results"][0]
    assert before["resultsCount"] == 0


def test_unknown_actions_are_of_an_unknown_ticker_and_known_ones_are_told(folder: Path) -> None:
    with running_sandbox(folder=folder, plan="unlimited", now=NOW) as sandbox:
        for path in ("/v3/reference/splits", "/v3/reference/dividends", "/stocks/v1/dividends"):
            status, body = get(sandbox, f"{path}?ticker=THREE")
            assert (status, body["status"]) == (404, "NOT_FOUND")
        _, dividends = get(sandbox, "/v3/reference/dividends?ex_dividend_date.gte=2024-01-01")
        _, splits = get(sandbox, "/v3/reference/splits?order=asc")
        _, none = get(sandbox, "/v3/reference/dividends?ticker=TWO")
    assert [(d["ticker"], d["cash_amount"]) for d in dividends["results"]] == [("ONE.A", 0.25)]
    assert [(s["ticker"], s["split_from"], s["split_to"]) for s in splits["results"]] == [
        ("ONE.A", 1, 2),
        ("TWO", 10, 1),
    ]
    assert none["results"] == []


def test_rates_are_the_folders_where_it_has_some(folder: Path) -> None:
    daily, packed = "/ecb/stats/eurofxref/eurofxref-daily.xml", "/ecb/stats/eurofxref/eurofxref-hist.zip"
    with running_sandbox(folder=folder, now=NOW) as sandbox:
        assert httpx.get(sandbox.url + daily, verify=TLS).status_code == 404
    with (folder / "dataset.toml").open("a") as dataset:
        dataset.write('[fx]\nfile = "fx.csv"\n')
    (folder / "fx.csv").write_text(
        "Date,USD,JPY,RUB,\n2024-01-15,1.1,150,N/A,\n2024-01-12,1.0942,158.82,N/A,\n2022-03-01,1.1162,128,117.2,\n"
    )
    with running_sandbox(folder=folder, now=NOW) as sandbox:
        told = httpx.get(sandbox.url + daily, verify=TLS)
        body = httpx.get(sandbox.url + packed, verify=TLS).content
    assert told.headers["Last-Modified"] == "Fri, 12 Jan 2024 15:00:00 GMT"
    assert "<Cube time='2024-01-12'>\n\t\t\t<Cube currency='USD' rate='1.0942'/>" in told.text
    assert "RUB" not in told.text
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        history = archive.read("eurofxref-hist.csv").decode()
    assert history.splitlines() == [
        "Date,USD,JPY,RUB,", "2024-01-12,1.0942,158.82,N/A,", "2022-03-01,1.1162,128,117.2,"
    ]  # fmt: skip
    (folder / "fx.csv").write_text("Date,USD\n2024-01-12,much\n")
    with (
        pytest.raises(FolderRefused, match=r"fx\.csv is no history"),
        running_sandbox(folder=folder, now=NOW),
    ):
        pass


@pytest.mark.shared_data
def test_real_rates_are_served_as_they_are() -> None:
    with running_sandbox(folder=SHARED, now=datetime(2018, 1, 20, 12, tzinfo=UTC)) as sandbox:
        told = httpx.get(f"{sandbox.url}/ecb/stats/eurofxref/eurofxref-daily.xml", verify=TLS).text
    assert "<Cube time='2018-01-19'>" in told
    assert "<Cube currency='USD' rate='1.2255'/>" in told


def test_instruments_are_those_of_the_folder(folder: Path) -> None:
    with running_sandbox(folder=folder, plan="unlimited", now=NOW) as sandbox:
        _, listed = get(sandbox, "/v3/reference/tickers")
        status, one = get(sandbox, "/v3/reference/tickers/ONE.A")
        missing, _ = get(sandbox, "/v3/reference/tickers/FOUR")
    assert [(row["ticker"], row["type"]) for row in listed["results"]] == [
        ("ONE.A", "CS"), ("THREE", "CS"), ("TWO", "ETF"),
    ]  # fmt: skip
    assert (status, one["results"]["primary_exchange"], missing) == (200, "XNYS", 404)


def test_a_split_adjusted_file_without_its_splits_cannot_be_served(folder: Path) -> None:
    text = DATASET.replace(
        'basis = "splits"\nactions = "actions.csv"', 'basis = "splits"\nactions = "unknown"'
    )
    (folder / "dataset.toml").write_text(text)
    with pytest.raises(FolderRefused, match="give its actions"), running_sandbox(folder=folder):
        pass


def test_a_file_of_rubbish_is_refused_with_its_first_line(folder: Path) -> None:
    (folder / "ONE.csv").write_text(FILES["ONE.csv"].replace("51.5", "n/a"))
    with (
        pytest.raises(FolderRefused, match=r"line 3 of ONE.csv: close is 'n/a'"),
        running_sandbox(folder=folder),
    ):
        pass


@pytest.mark.shared_data
def test_real_bars_come_as_they_are() -> None:
    assert SHARED.is_dir(), f"{SHARED} is missing"
    with running_sandbox(
        folder=SHARED, plan="unlimited", now=datetime(2018, 1, 20, 5, 30, tzinfo=UTC)
    ) as sandbox:
        _, raw = get(sandbox, "/v2/aggs/ticker/AAPL/range/1/day/2004-01-01/2018-01-19?adjusted=false")
        _, prev = get(sandbox, "/v2/aggs/ticker/AAPL/prev?adjusted=false")
        unknown, _ = get(sandbox, "/v3/reference/dividends?ticker=SPY")
        _, none = get(sandbox, "/v3/reference/dividends?ticker=TSLA")
    assert (raw["resultsCount"], raw["results"][0]["c"]) == (3379, 30.71)
    assert prev["results"][0]["c"] == raw["results"][-1]["c"]
    assert (unknown, none["results"]) == (404, [])


def test_one_provider_can_tell_other_bars_of_a_symbol(folder: Path) -> None:
    other = folder / "other.csv"
    other.write_text(HEADER + "2024-01-10,100,102,99,101.5,1000\n")
    first, last = date(2024, 1, 10), date(2024, 1, 12)
    with running_sandbox(
        folder=folder, plan="unlimited", now=NOW, second_sources={"finnhub": {"ONE.A": other}}
    ) as sandbox:
        ours, theirs = (sandbox.sandbox.source_for(name, NOW) for name in ("massive", "finnhub"))

    assert ours.bars("ONE.A", first, last)[1].close.tolist() == [101, 51.5, 52]
    assert theirs.bars("ONE.A", first, last)[0] == [first]
    assert theirs.bars("ONE.A", first, last)[1].close.tolist() == [101.5]
    assert theirs.grouped(first).close.tolist() == [101.5, 0.21]
    assert theirs.grouped(last).symbols == ["TWO", "THREE"]
    assert isinstance(ours, FolderSource)
    with pytest.raises(FolderRefused, match="no FOUR in the folder"):
        ours.telling({"FOUR": other})


@pytest.mark.parametrize("told", ["finnhub", "finnhub:ONE.A", "nobody:ONE.A=x.csv", "finnhub:=x.csv"])
def test_a_second_source_is_given_in_full(folder: Path, told: str) -> None:
    with pytest.raises(SystemExit, match="--second-source takes PROVIDER:SYMBOL=FILE"):
        second_sources([told], folder_source(folder, runtime_dir=CALENDARS))


def test_a_second_source_names_what_is_there(folder: Path) -> None:
    source = folder_source(folder, runtime_dir=CALENDARS)
    given = second_sources([f"finnhub:ONE.A={folder / 'TWO.csv'}"], source)
    assert given["finnhub"].bars("ONE.A", date.min, date.max)[1].close.tolist() == [2.1, 2.2]
    with pytest.raises(SystemExit, match=r"--second-source: .*nowhere\.csv"):
        second_sources([f"finnhub:ONE.A={folder / 'nowhere.csv'}"], source)
