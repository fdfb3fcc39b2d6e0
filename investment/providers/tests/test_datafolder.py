"""A folder of bars is read, or refused with what to change."""

import math
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.providers.contracts import SplitRecord
from investment.providers.datafolder import FolderRefused, read_bars, read_folder, split_factors

HEADER = "session,open,high,low,close,volume\n"
ENTRY = '[[bars]]\nfile = "A.csv"\nsymbol = "A"\nbasis = "raw"\nactions = "{}"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "A.csv").write_text(HEADER + "2024-01-10,1,1,1,1,1\n")
    (tmp_path / "dataset.toml").write_text(ENTRY.format("none"))
    return tmp_path


def refused(folder: Path) -> str:
    with pytest.raises(FolderRefused) as caught:
        read_folder(folder)
    return caught.value.message


def test_what_is_left_out_has_a_usual_value(folder: Path) -> None:
    (entry,) = read_folder(folder).entries
    assert (entry.record.name, entry.record.kind, entry.record.currency) == ("A", "common_stock", "USD")
    assert (entry.record.exchange, entry.actions_known, entry.splits) == (None, True, [])
    (folder / "dataset.toml").write_text(ENTRY.replace('actions = "{}"\n', 'name = "A Big ETF"\n'))
    (entry,) = read_folder(folder).entries
    assert (entry.record.kind, entry.actions_known) == ("etf", False)


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ("", "lists no bars: add a [[bars]] table"),
        ("bars = 3", "lists no bars"),
        ("bars = [3]", "is not a table"),
        ("[[bars", "cannot be read"),
        ('[[bars]]\nsymbol = "A"', "has no file"),
        ('[[bars]]\nfile = "A.csv"', "has no symbol"),
        ('[[bars]]\nfile = "B.csv"\nsymbol = "A"', "names B.csv, which is not there"),
        ('[[bars]]\nfile = "A.csv"\nsymbol = "A"', 'say basis = "raw" or "splits"'),
        (ENTRY.format("none") + 'kind = "house"', "has kind 'house'"),
        (ENTRY.format("none") * 2, "lists A more than once"),
        (ENTRY.format("nothing.csv"), "nothing.csv is missing"),
    ],
)
def test_a_dataset_is_refused_with_what_to_change(folder: Path, dataset: str, words: str) -> None:
    (folder / "dataset.toml").write_text(dataset)
    assert words in refused(folder)


def test_a_folder_without_a_dataset_is_refused(tmp_path: Path) -> None:
    assert "dataset.toml is missing" in refused(tmp_path)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A,2024-01-32,split,2,", "line 2 of"),
        ("A,2024-01-11,split,two,", "has '2024-01-11' and 'two'"),
        ("A,2024-01-11,split,0,", "the value must be above 0"),
        ("A,2024-01-11,merger,2,", "must be split or dividend"),
    ],
)
def test_a_wrong_action_is_refused_with_its_line(folder: Path, row: str, words: str) -> None:
    (folder / "dataset.toml").write_text(ENTRY.format("actions.csv"))
    (folder / "actions.csv").write_text(f"symbol,ex_date,kind,value,currency\n{row}\n")
    message = refused(folder)
    assert words in message
    assert "line 2" in message


def test_actions_are_those_of_the_symbol_oldest_first(folder: Path) -> None:
    (folder / "dataset.toml").write_text(ENTRY.format("actions.csv"))
    (folder / "actions.csv").write_text(
        "symbol,ex_date,kind,value,currency\nA,2024-03-01,split,1.5,\nA,2024-01-01,split,0.04,\n"
        "B,2024-01-01,split,2,\nA,2024-02-01,dividend,0.10,EUR\nA,2024-02-02,dividend,0.2,\n"
        "A,2024-04-01,split,0.3333333333,\n"
    )
    (entry,) = read_folder(folder).entries
    assert [(s.split_from, s.split_to) for s in entry.splits] == [(25, 1), (2, 3), (3, 1)]
    assert [(d.amount, d.currency) for d in entry.dividends] == [
        (Decimal("0.10"), "EUR"),
        (Decimal("0.2"), "USD"),
    ]


def test_bars_are_sorted_and_columns_found_by_name(tmp_path: Path) -> None:
    file = tmp_path / "A.csv"
    file.write_text(
        "\ufeffvolume,Date,open,high,low,close,colour,vwap\n5,2024-01-11,2,3,1,2,red,2.5\n\n4,2024-01-10,1,2,1,2,blue,\n"
    )
    read = read_bars(file, "A")
    assert read.sessions == [date(2024, 1, 10), date(2024, 1, 11)]
    assert read.bars.volume.tolist() == [4, 5]
    assert math.isnan(read.bars.vwap[0])
    assert read.bars.vwap[1] == 2.5
    assert math.isnan(read.bars.trades[1])
    assert read.malformed == []


def test_rows_that_are_none_are_told_by_line(tmp_path: Path) -> None:
    file = tmp_path / "A.csv"
    file.write_text(
        HEADER
        + "2024-01-10,1,1,1,1,1\n2024-13-10,1,1,1,1,1\n2024-01-11,1,1,1,,1\n2024-01-12,1,1,1,inf,1\n"
        + "2024-01-15,1\n2024-01-16,1,1,1,1,1\n2024-01-16,2,2,2,2,2\n"
    )
    read = read_bars(file, "A")
    assert read.sessions == [date(2024, 1, 10)]
    assert [row.index for row in read.malformed] == [3, 4, 5, 6, 7, 8]
    assert "line 4 of A.csv: close is ''" in read.malformed[1].reason
    assert "2024-01-16 appears more than once" in read.malformed[5].reason


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="is missing"):
        read_bars(tmp_path / "A.csv", "A")
    (tmp_path / "A.csv").write_text("session,open\n")
    with pytest.raises(FolderRefused, match="has no column high, low, close, volume"):
        read_bars(tmp_path / "A.csv", "A")
    (tmp_path / "A.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FolderRefused, match="cannot be read as UTF-8"):
        read_bars(tmp_path / "A.csv", "A")
    (tmp_path / "A.csv").write_text("")
    with pytest.raises(FolderRefused, match="has no column session"):
        read_bars(tmp_path / "A.csv", "A")


@given(ratios=st.lists(st.integers(2, 20), max_size=4))
def test_factors_multiply_and_end_at_one(ratios: list[int]) -> None:
    sessions = [date(2024, 1, day) for day in range(1, 11)]
    splits = [SplitRecord("A", sessions[2 * place + 1], 1.0, float(r)) for place, r in enumerate(ratios)]
    factors = split_factors(splits, sessions)
    assert factors[0] == math.prod(ratios)
    assert factors[-1] == 1.0
    assert (factors[:-1] >= factors[1:]).all()
