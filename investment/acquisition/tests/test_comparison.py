"""When two sources say the same, and whose word counts as confirmed."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.acquisition.calculators.comparison import (
    TOLERANCES,
    BarValues,
    changes,
    differences,
    same,
    tick,
    verdicts,
    worth,
)

BAR = BarValues(100.0, 102.0, 99.0, 101.0, 1_000_000)


def fields(first: BarValues, second: BarValues) -> list[str]:
    return [each.field for each in differences(first, second)]


@pytest.mark.parametrize(
    ("field", "within", "beyond"),
    [
        ("close", 101.10, 101.11),
        ("open", 100.99, 101.02),
        ("high", 102.25, 102.26),
        ("low", 99.24, 99.26),
        ("volume", 500_000, 499_000),
    ],
)
def test_each_field_has_a_tolerance_of_its_own(field: str, within: float, beyond: float) -> None:
    assert fields(BAR, BAR._replace(**{field: within})) == []
    assert fields(BAR, BAR._replace(**{field: beyond})) == [field]


def test_a_cent_is_never_a_disagreement_where_prices_are_told_in_cents() -> None:
    cheap = BarValues(2.0, 2.1, 1.9, 2.0, 1000)
    assert fields(cheap, cheap._replace(close=2.01)) == []
    assert fields(cheap, cheap._replace(close=2.02)) == ["close"]
    penny = BarValues(0.05, 0.06, 0.04, 0.05, 1000)
    assert (tick(2.0), tick(0.05)) == (0.01, 0.0001)
    assert fields(penny, penny._replace(close=0.06)) == ["close"]


def test_a_high_that_is_the_open_is_as_uncertain_as_the_open() -> None:
    first = BarValues(128.64, 128.64, 124.58, 125.15, 83e6)
    second = BarValues(127.5, 127.88, 124.58, 125.15, 83e6)
    assert differences(first, second) == differences(second, first) == []
    assert fields(first._replace(open=127.5), second) == ["high"]


def test_an_error_of_a_split_a_day_or_a_unit_is_seen() -> None:
    assert fields(BAR, BarValues(100 / 7, 102 / 7, 99 / 7, 101 / 7, 7e6)) == list(TOLERANCES)
    assert fields(BAR, BAR._replace(volume=1_000)) == ["volume"]


def test_no_bar_is_the_same_as_one_in_which_nothing_was_traded() -> None:
    assert not same(BAR, None)
    assert not same(None, BAR)
    assert same(None, BAR._replace(volume=0))
    assert same(None, None)


def test_of_two_that_differ_neither_is_confirmed_and_a_third_decides() -> None:
    other = BAR._replace(close=110.0)
    assert verdicts({"a": BAR, "b": BAR}) == {"a": "agreed", "b": "agreed"}
    assert verdicts({"a": BAR, "b": other}) == {"a": "disagreed", "b": "disagreed"}
    assert verdicts({"a": BAR, "b": None}) == {"a": "disagreed", "b": "disagreed"}
    assert verdicts({"a": BAR, "b": other, "c": BAR}) == {"a": "agreed", "b": "disagreed", "c": "agreed"}
    assert verdicts({"a": BAR, "b": other, "c": BAR._replace(close=120.0)}) == dict.fromkeys(
        "abc", "disagreed"
    )


@given(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["agreed", "disagreed"])),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["agreed", "disagreed"]), min_size=1),
)
def test_a_session_counts_once_for_each_source_whatever_becomes_of_it(before: dict, after: dict) -> None:  # type: ignore[type-arg]
    counts = {name: [verdict == "agreed", verdict == "disagreed"] for name, verdict in before.items()}
    for name, (agreed, disagreed) in changes(before, after).items():
        known = counts.setdefault(name, [False, False])
        counts[name] = [known[0] + agreed, known[1] + disagreed]
    expected = {**before, **after}
    assert counts == {name: [word == "agreed", word == "disagreed"] for name, word in expected.items()}


def test_value_and_waiting_decide_who_is_checked() -> None:
    assert worth(importance=100, dollar_volume=1e6, unchecked=5) == worth(
        importance=1, dollar_volume=1e8, unchecked=5
    )
    assert worth(importance=1, dollar_volume=1e6, unchecked=9) > worth(
        importance=1, dollar_volume=1e6, unchecked=8
    )
    assert worth(importance=100, dollar_volume=1e9, unchecked=0) == 0


def test_every_tolerance_has_a_reason() -> None:
    assert all(len(rule.why) > 5 for rule in TOLERANCES.values())


@pytest.mark.shared_data
def test_on_real_bars_of_two_sources_one_session_disagrees(shared_data: Path) -> None:
    first = read(shared_data / "bars" / "AAPL.csv")
    second = read(shared_data / "expected" / "AAPL-second-source.csv")
    found = {
        day: fields(first[day], second[day])
        for day in second
        if day in first and not same(first[day], second[day])
    }
    assert len(second) == 753
    assert found == {"2015-09-30": ["close"]}


def read(file: Path) -> dict[str, BarValues]:
    with file.open() as rows:
        return {
            row["session"]: BarValues(*(float(row[name]) for name in BarValues._fields))
            for row in csv.DictReader(rows)
        }
