"""Series adjusted for splits and dividends on read."""

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.market.calculators.adjustment import DIVIDEND, SPLIT, Actions, Factors, adjustment_factors
from investment.market.models import Instrument
from investment.market.selectors.bars import PriceHistory, history, usual_row_count
from investment.market.selectors.panel import load_factors, load_panel
from investment.market.services.bars import ingest_market_day, ingest_series
from investment.market.services.imports import import_folder
from investment.market.services.origins import NewOrigin
from investment.market.tests.days import (
    MONDAY,
    NOW,
    Bar,
    bar,
    dividend,
    instrument,
    market_day,
    series,
    split,
    weekdays,
)
from investment.providers.contracts import Floats

ORIGIN = NewOrigin(provider="massive")


def store(symbol: str, bars: dict[date, Bar]) -> None:
    ingest_series(series=series(symbol, list(bars), list(bars.values())), origin=ORIGIN, now=NOW)


def read(owner: Instrument, days: list[date], adjust: str, as_of: date | None = None) -> PriceHistory:
    return history(instrument=owner, start=days[0], end=days[-1], adjust=adjust, as_of=as_of)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.shared_data
def test_thirteen_years_of_apple_equal_the_adjusted_closes_from_elsewhere(shared_data: Path) -> None:
    from investment.market.services.calendar import write_sessions

    write_sessions(first=date(2004, 8, 1), last=date(2018, 2, 1))
    import_folder(path=shared_data, now=NOW)

    apple = Instrument.objects.get(symbol="AAPL")
    found = history(instrument=apple, start=date(2004, 1, 1), end=date(2018, 1, 19), adjust="all")

    with (shared_data / "expected" / "AAPL.csv").open() as file:
        expected = {row["session"]: float(row["adjusted_close"]) for row in csv.DictReader(file)}
    assert [day.isoformat() for day in found.sessions] == list(expected)
    assert found.close == pytest.approx(np.array(list(expected.values())), rel=2e-6)
    assert found.known
    spy = Instrument.objects.get(symbol="SPY")
    unknown = history(instrument=spy, start=date(2008, 1, 1), end=date(2017, 12, 29), adjust="splits")
    assert not unknown.known
    assert "unknown" in (unknown.reason or "")
    assert np.isnan(unknown.close).all()
    tesla = Instrument.objects.get(symbol="TSLA")
    plain = history(instrument=tesla, start=date(2015, 1, 1), end=date(2017, 12, 29), adjust="all")
    raw = history(instrument=tesla, start=date(2015, 1, 1), end=date(2017, 12, 29))
    assert plain.known
    assert (plain.close == raw.close).all()


@pytest.mark.django_db
def test_a_split_divides_earlier_prices_and_multiplies_earlier_volumes() -> None:
    days = weekdays(MONDAY, 3)
    one = instrument("AAA", actions_from=MONDAY)
    store("AAA", {days[0]: bar(70, volume=10), days[1]: bar(10, volume=70), days[2]: bar(11, volume=80)})
    split(one, days[1], 7.0)

    found = read(one, days, "splits")

    assert found.close == pytest.approx([10, 10, 11])
    assert found.volume == pytest.approx([70, 70, 80])
    assert read(one, days, "none").close.tolist() == [70, 10, 11]


@pytest.mark.django_db
def test_a_dividend_is_measured_against_the_raw_close_before_it() -> None:
    days = weekdays(MONDAY, 4)
    one = instrument("AAA", actions_from=MONDAY)
    store("AAA", {days[0]: bar(100), days[1]: bar(98), days[2]: bar(49), days[3]: bar(50)})
    dividend(one, days[1], "2")
    split(one, days[2], 2.0)

    found = read(one, days, "all")

    assert found.close == pytest.approx([100 * 0.98 / 2, 49, 49, 50])
    assert read(one, days, "splits").close == pytest.approx([50, 49, 49, 50])


@pytest.mark.django_db
def test_after_a_halt_the_last_bar_counts_on_the_basis_of_the_dividend() -> None:
    days = weekdays(MONDAY, 6)
    one = instrument("AAA", actions_from=MONDAY)
    store("AAA", {days[0]: bar(100), days[5]: bar(49)})
    split(one, days[2], 2.0)
    dividend(one, days[4], "1")

    found = read(one, days, "all")

    assert found.close == pytest.approx([100 / 2 * (1 - 1 / 50), 49])
    assert found.missing == days[1:5]


@pytest.mark.django_db
def test_only_actions_up_to_the_session_are_known_to_it() -> None:
    days = weekdays(MONDAY, 3)
    one = instrument("AAA", actions_from=MONDAY)
    store("AAA", {days[0]: bar(70), days[1]: bar(70), days[2]: bar(10)})
    split(one, days[2], 7.0)

    assert read(one, days[:2], "splits").close.tolist() == [70, 70]
    assert read(one, days[:2], "splits", as_of=days[2]).close == pytest.approx([10, 10])


@pytest.mark.django_db
def test_a_withdrawn_action_changes_nothing() -> None:
    days = weekdays(MONDAY, 2)
    one = instrument("AAA", actions_from=MONDAY)
    store("AAA", {days[0]: bar(70), days[1]: bar(70)})
    gone = split(one, days[1], 7.0)
    gone.withdrawn_at = NOW
    gone.save()

    assert read(one, days, "all").close.tolist() == [70, 70]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "currency", "words"), [("100", "USD", "not below"), ("1", "CAD", "currency")]
)
def test_before_a_dividend_that_cannot_be_applied_the_series_is_unknown(
    amount: str, currency: str, words: str
) -> None:
    days = weekdays(MONDAY, 3)
    one = instrument("AAA", actions_from=MONDAY)
    store("AAA", {days[0]: bar(90), days[1]: bar(91), days[2]: bar(92)})
    dividend(one, days[1], amount, currency)

    found = read(one, days, "all")

    assert np.isnan(found.close[0])
    assert found.close[1:].tolist() == [91, 92]
    assert not found.known
    assert words in (found.reason or "")
    assert read(one, days, "splits").known


@pytest.mark.django_db
def test_before_the_actions_are_known_the_series_is_unknown() -> None:
    days = weekdays(MONDAY, 4)
    one = instrument("AAA", actions_from=days[2])
    store("AAA", {day: bar(90) for day in days})

    found = read(one, days, "splits")

    # The price of the day before is known too: what happened on it or earlier does not change it.
    assert np.isnan(found.close).tolist() == [True, False, False, False]
    assert str(days[2]) in (found.reason or "")


@pytest.mark.django_db
def test_a_series_whose_actions_were_never_read_is_unknown() -> None:
    days = weekdays(MONDAY, 2)
    store("AAA", {day: bar(90) for day in days})

    found = read(Instrument.objects.get(), days, "all")

    assert not found.known
    assert np.isnan(found.close).all()
    assert found.reason == "Splits and dividends have not been read yet."


@pytest.mark.django_db
def test_a_panel_has_every_bar_and_nothing_where_there_is_none() -> None:
    days = weekdays(MONDAY, 3)
    ingest_market_day(day=market_day(days[0], {"AAA": bar(10), "BBB": bar(20)}), origin=ORIGIN, now=NOW)
    ingest_market_day(day=market_day(days[2], {"BBB": bar(22), "CCC": bar(30)}), origin=ORIGIN, now=NOW)
    instrument("NEVER")
    ids = dict(Instrument.objects.values_list("symbol", "pk"))

    panel = load_panel(sessions=days)

    assert panel.instrument_ids.tolist() == [ids["AAA"], ids["BBB"], ids["CCC"]]
    nan = float("nan")
    expected = [[10, 20, nan], [nan, nan, nan], [nan, 22, 30]]
    np.testing.assert_array_equal(panel.close, np.array(expected))
    np.testing.assert_array_equal(panel.high, np.array(expected) * 1.02)
    one = load_panel(sessions=days, instrument_ids=[ids["CCC"], ids["NEVER"]])
    assert one.instrument_ids.tolist() == sorted([ids["CCC"], ids["NEVER"]])
    assert one.close[2, one.instrument_ids.tolist().index(ids["CCC"])] == 30


@pytest.mark.django_db
def test_a_panel_keeps_bars_after_a_delisting() -> None:
    days = weekdays(MONDAY, 1)
    store("AAA", {days[0]: bar(10)})
    Instrument.objects.update(active=False, delisted_on=MONDAY - timedelta(days=9))

    assert load_panel(sessions=days).close.tolist() == [[10]]


@pytest.mark.django_db
def test_the_panel_and_the_single_series_agree() -> None:
    days = weekdays(MONDAY, 5)
    one = instrument("AAA", actions_from=MONDAY)
    instrument("BBB", actions_from=MONDAY)
    store("AAA", {days[0]: bar(70), days[1]: bar(71), days[3]: bar(10), days[4]: bar(11)})
    store("BBB", {day: bar(5) for day in days})
    split(one, days[2], 7.0)
    dividend(one, days[4], "0.5")

    panel = load_panel(sessions=days)
    factors = load_factors(panel=panel)

    place = panel.instrument_ids.tolist().index(one.pk)
    own = ~np.isnan(panel.close[:, place])
    assert (panel.close * factors.full)[own, place] == pytest.approx(read(one, days, "all").close)


@pytest.mark.django_db
def test_the_usual_number_of_rows_is_the_median_of_the_sessions_before() -> None:
    days = weekdays(MONDAY, 4)
    assert usual_row_count(days[3]) is None
    for day, count in zip(days, (3, 5, 4, 1), strict=True):
        ingest_market_day(
            day=market_day(day, {f"S{i}": bar(10) for i in range(count)}), origin=ORIGIN, now=NOW
        )

    assert usual_row_count(days[3]) == 4


# Properties of the factors, on arrays.

closes_lists = st.lists(st.one_of(st.none(), st.floats(1, 1000)), min_size=3, max_size=25).filter(
    lambda closes: sum(close is not None for close in closes) >= 2
)


def factors_of(closes: Floats, acts: list[tuple[int, int, float]]) -> Factors:
    """Compute factors of one instrument over consecutive days; an act is (row, kind, value)."""
    days = np.datetime64(MONDAY) + np.arange(len(closes))
    actions = Actions(
        column=np.zeros(len(acts), dtype=np.intp),
        ex_date=np.array([days[row] for row, _, _ in acts], dtype="datetime64[D]"),
        kind=np.array([kind for _, kind, _ in acts], dtype=np.int8),
        value=np.array([value for _, _, value in acts], dtype=np.float64),
        foreign=np.zeros(len(acts), dtype=np.bool_),
    )
    return adjustment_factors(sessions=days, closes=closes[:, None], actions=actions, as_of=days[-1])


@settings(max_examples=200, deadline=None)
@given(closes=closes_lists, data=st.data())
def test_undoing_a_split_that_was_applied_gives_the_series_back(
    closes: list[float | None], data: st.DataObject
) -> None:
    true = np.array([np.nan if close is None else close for close in closes])
    row = data.draw(st.integers(1, len(closes) - 1))
    ratio = data.draw(st.sampled_from([2.0, 7.0, 1.5, 0.1]))
    raw = true.copy()
    raw[:row] *= ratio

    found = factors_of(raw, [(row, SPLIT, ratio)])

    np.testing.assert_allclose(raw * found.splits[:, 0], true, rtol=1e-12)
    np.testing.assert_allclose(found.full, found.splits, rtol=1e-15)


@settings(max_examples=200, deadline=None)
@given(closes=closes_lists, data=st.data())
def test_the_adjusted_return_over_an_ex_date_is_that_of_price_and_dividend(
    closes: list[float | None], data: st.DataObject
) -> None:
    raw = np.array([np.nan if close is None else close for close in closes])
    own = np.flatnonzero(~np.isnan(raw))
    place = data.draw(st.integers(1, len(own) - 1))
    before, row = own[place - 1], own[place]
    amount = data.draw(st.floats(0.001, 0.9)) * raw[before]

    adjusted = raw * factors_of(raw, [(int(row), DIVIDEND, amount)]).full[:, 0]

    assert adjusted[row] / adjusted[before] == pytest.approx(raw[row] / (raw[before] - amount), rel=1e-9)
    others = [(own[i - 1], own[i]) for i in range(1, len(own)) if i != place]
    for earlier, later in others:
        assert adjusted[later] / adjusted[earlier] == pytest.approx(raw[later] / raw[earlier], rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(closes=closes_lists, data=st.data())
def test_factors_do_not_depend_on_where_the_window_begins(
    closes: list[float | None], data: st.DataObject
) -> None:
    raw = np.array([np.nan if close is None else close for close in closes])
    rows = st.integers(1, len(closes) - 1)
    acts = data.draw(
        st.lists(
            st.one_of(
                st.tuples(rows, st.just(SPLIT), st.sampled_from([2.0, 0.5])),
                st.tuples(rows, st.just(DIVIDEND), st.floats(0.01, 0.9)),
            ),
            max_size=4,
        )
    )
    cut = data.draw(st.integers(0, len(closes) - 2))

    whole = factors_of(raw, acts)
    part = factors_of(raw[cut:], [(row - cut, kind, value) for row, kind, value in acts if row >= cut])

    own = ~np.isnan(raw[cut:])
    np.testing.assert_allclose(part.full[own, 0], whole.full[cut:][own, 0], rtol=1e-12)
    np.testing.assert_allclose(part.splits[own, 0], whole.splits[cut:][own, 0], rtol=1e-12)
