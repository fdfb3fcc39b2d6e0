"""The invented market keeps its promises, for any seed and any size."""

from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.providers.contracts import BarColumns
from investment.providers.sandbox.sample import EPOCH, SampleMarket
from investment.providers.sandbox.sample.instruments import build
from investment.providers.sandbox.sample.market import COLUMNS
from investment.providers.sandbox.sample.names import REAL_TICKERS

SEEDS = st.integers(0, 10_000)


@cache
def weekdays(count: int) -> list[date]:
    """Stand-in for the exchange's sessions: what is tested here does not depend on holidays."""
    days = (EPOCH + timedelta(days=i) for i in range(count * 2))
    return [day for day in days if day.weekday() < 5][:count]


def equal(one: BarColumns, other: BarColumns) -> bool:
    return one.symbols == other.symbols and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS
    )


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, symbols=st.integers(24, 90), number=st.integers(0, 599))
def test_every_bar_is_possible(seed: int, symbols: int, number: int) -> None:
    market = SampleMarket(seed=seed, symbols=symbols, sessions=weekdays(600))

    bars = market.day(weekdays(600)[number])

    assert len(set(bars.symbols)) == len(bars) > symbols * 0.6
    assert (bars.low > 0).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert ((bars.low <= bars.vwap) & (bars.vwap <= bars.high)).all()
    assert (bars.volume >= 1).all()
    assert (bars.trades >= 1).all()
    for prices in (bars.open, bars.high, bars.low, bars.close):
        whole = prices >= 1
        assert np.array_equal(prices[whole], np.round(prices[whole], 2))
        assert np.array_equal(prices, np.round(prices, 4))


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, short=st.integers(70, 300), more=st.integers(1, 300))
def test_a_longer_calendar_changes_nothing_that_was(seed: int, short: int, more: int) -> None:
    sessions = weekdays(600)
    before = SampleMarket(seed=seed, symbols=30, sessions=sessions[:short])
    after = SampleMarket(seed=seed, symbols=30, sessions=sessions[: short + more])
    after.day(sessions[short + more - 1])

    for number in (0, 63, 64, short - 1):
        assert equal(before.day(sessions[number]), after.day(sessions[number]))
    assert before.splits(EPOCH, sessions[short - 1]) == after.splits(EPOCH, sessions[short - 1])
    assert before.dividends(EPOCH, sessions[short - 1]) == after.dividends(EPOCH, sessions[short - 1])


def test_the_order_of_questions_changes_nothing() -> None:
    sessions = weekdays(300)
    asked = SampleMarket(seed=3, symbols=40, sessions=sessions)
    panel = dict(SampleMarket(seed=3, symbols=40, sessions=sessions).panel(sessions[0], sessions[-1]))

    for number in (250, 10, 129, 128, 127, 299, 0, 250):
        assert equal(asked.day(sessions[number]), panel[sessions[number]])


def test_another_seed_is_another_market() -> None:
    one, other = (SampleMarket(seed=seed, symbols=24, sessions=weekdays(5)) for seed in (1, 2))
    assert one.instruments() != other.instruments()
    assert not equal(one.day(EPOCH), other.day(EPOCH))


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_a_split_and_a_dividend_explain_the_jump_in_the_raw_price(seed: int) -> None:
    sessions = weekdays(780)
    market = SampleMarket(seed=seed, symbols=40, sessions=sessions)
    first, last = sessions[1], sessions[-1]
    splits = [split for split in market.splits(first, last) if split.split_to / split.split_from >= 2]
    assert splits

    for split in splits:
        dates, bars = market.bars(split.symbol, split.ex_date - timedelta(days=10), split.ex_date)
        if len(dates) < 2 or dates[-1] != split.ex_date:
            continue  # it did not trade that day
        ratio = split.split_to / split.split_from
        assert abs(np.log(bars.open[-1] * ratio / bars.close[-2])) < 0.35 < np.log(ratio)
        # As many more shares change hands as there are more shares.
        assert bars.volume[-1] > bars.volume[-2] / 20


def test_the_cast_shows_every_oddity_within_three_years() -> None:
    sessions = [day for day in weekdays(1480) if day >= EPOCH]
    market = SampleMarket(seed=7, symbols=24, sessions=sessions)
    start, end = date(2024, 6, 3), date(2026, 8, 28)
    splits = market.splits(start, end)
    kinds = {record.kind for record in market.instruments()}

    assert {split.split_to > split.split_from for split in splits} == {True, False}
    assert any(dividend.provider_id.startswith("X") for dividend in market.dividends(start, end))
    assert kinds >= {"common_stock", "adr", "etf", "preferred", "warrant", "right", "unit", "fund"}
    assert any("." in record.symbol for record in market.instruments())
    assert any(start <= (record.listed_on or EPOCH) <= end for record in market.instruments())
    assert any(not record.active for record in market.instruments())
    halted = next(line for line in market.lines if line.behaviour.halts)
    dates, _ = market.bars(halted.symbol, date(2026, 3, 1), date(2026, 4, 30))
    gap = max(later - earlier for earlier, later in pairwise(dates))
    assert gap.days >= 30
    renamed = next(line for line in market.lines if line.renamed_on)
    assert renamed.renamed_on is not None
    assert market.find(renamed.symbol, renamed.renamed_on) is None
    assert market.find(renamed.later_symbol, renamed.renamed_on) is renamed
    assert market.bars(renamed.symbol, start, end)[0][-1] < renamed.renamed_on
    assert market.bars(renamed.later_symbol, start, end)[0][0] >= renamed.renamed_on


def test_prices_look_like_a_market() -> None:
    sessions = weekdays(760)
    market = SampleMarket(seed=5, symbols=120, sessions=sessions)
    broad = market.lines[0].symbol
    _, index = market.bars(broad, sessions[1], sessions[-1])
    returns = np.diff(np.log(index.close))
    _, stock = market.bars(market.lines[4].symbol, sessions[1], sessions[-1])
    own = np.diff(np.log(stock.close))

    assert 0.08 < returns.std(ddof=1) * 252**0.5 < 0.45
    assert np.corrcoef(returns, own)[0, 1] > 0.3
    assert ((own - own.mean()) ** 4).mean() / own.var() ** 2 > 3.3  # fatter tails than the normal's
    assert np.corrcoef(np.abs(own), stock.volume[1:])[0, 1] > 0.1


@pytest.mark.parametrize("count", [24, 500, 3000])
def test_tickers_are_unique_and_none_is_a_real_one_that_we_know_of(count: int) -> None:
    lines = build(seed=11, count=count)
    tickers = [ticker for line in lines for ticker in (line.symbol, line.later_symbol) if ticker]
    assert len(lines) == count
    assert len(set(tickers)) == len(tickers)
    assert REAL_TICKERS.isdisjoint(tickers)


def test_a_date_without_a_session_has_no_bars() -> None:
    market = SampleMarket(seed=5, symbols=24, sessions=weekdays(20))
    assert len(market.day(date(2021, 1, 9))) == 0
    assert market.bars("NOBODY", EPOCH, date(2021, 1, 20))[0] == []


def test_it_refuses_a_calendar_that_starts_elsewhere_and_a_size_out_of_range() -> None:
    with pytest.raises(ValueError, match="start at 2021-01-04"):
        SampleMarket(seed=5, symbols=24, sessions=weekdays(20)[1:])
    with pytest.raises(ValueError, match="24 to 20000"):
        SampleMarket(seed=5, symbols=23, sessions=weekdays(20))
