"""Minutes add up to their day."""

import math
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.lib.exchange_days import SessionDay
from investment.providers.sandbox.sample.intraday import minutes_of
from investment.providers.sandbox.sources import SampleSource, session_day
from investment.providers.sandbox.testing import _sample

DAY = SessionDay(
    session=date(2026, 3, 2),
    opens_at=datetime(2026, 3, 2, 14, 30, tzinfo=UTC),
    closes_at=datetime(2026, 3, 2, 21, 0, tzinfo=UTC),
    early_close=False,
)


@pytest.fixture(scope="module")
def source() -> SampleSource:
    return _sample(7, 60)


def day_of(source: SampleSource, day: date) -> SessionDay:
    found = session_day(source.days, day)
    assert found is not None
    return found


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2025, 11, 28), date(2024, 7, 3)])
def test_minutes_add_up_to_the_day(source: SampleSource, day: date) -> None:
    session = day_of(source, day)
    for line in source.market.lines:
        bar = source.market.one(line.place, day)
        if bar is None:
            continue
        minutes = minutes_of(bar, session, seed=7, place=line.place)
        regular = minutes.regular
        assert minutes.open[regular][0] == bar["open"]
        assert minutes.close[regular][-1] == bar["close"]
        assert minutes.high.max() == bar["high"]
        assert minutes.low.min() == bar["low"]
        assert math.isclose(minutes.volume.sum(), bar["volume"], abs_tol=1e-3)
        assert minutes.trades.sum() == bar["trades"]
        assert (minutes.volume > 0).all()
        assert (minutes.trades > 0).all()
        assert (np.diff(minutes.start) > 0).all()
        for column in (minutes.open, minutes.close, minutes.vwap):
            assert (minutes.low <= column).all()
            assert (column <= minutes.high).all()
        begun = minutes.start[regular]
        assert session.opens_at.timestamp() <= begun[0]
        assert begun[-1] < session.closes_at.timestamp()
        if len(minutes) > 100:
            average = float((minutes.vwap * minutes.volume).sum() / minutes.volume.sum())
            assert average == pytest.approx(bar["vwap"], abs=0.1 * (bar["high"] - bar["low"]) + 0.0051)


def test_liquid_shares_trade_out_of_hours_and_thin_ones_now_and_then(source: SampleSource) -> None:
    day = day_of(source, date(2026, 3, 2))
    whole = source.minutes(source.market.lines[0].symbol, day)
    assert whole is not None
    assert 390 < len(whole) < 960
    counts = []
    for line in source.market.lines:
        minutes = source.minutes(line.symbol_on(day.session), day)
        if minutes is not None:
            counts.append(len(minutes))
    assert min(counts) < 200


def test_the_same_question_has_the_same_answer(source: SampleSource) -> None:
    day, symbol = day_of(source, date(2026, 3, 2)), source.market.lines[5].symbol
    one, two = source.minutes(symbol, day), source.minutes(symbol, day)
    assert one is not None
    assert two is not None
    assert (one.close == two.close).all()
    assert source.minutes("NOBODY", day) is None


TICKS = st.integers(100, 100_000)


@given(
    ticks=st.tuples(TICKS, TICKS, TICKS, TICKS),
    trades=st.integers(1, 200_000),
    lot=st.integers(60, 214),
    within=st.floats(0.3, 0.7),
    place=st.integers(0, 20_000),
)
def test_any_day_is_the_sum_of_its_minutes(
    ticks: tuple[int, int, int, int], trades: int, lot: int, within: float, place: int
) -> None:
    low, first, second, high = (tick / 100 for tick in sorted(ticks))
    bar = {
        "open": first, "close": second, "high": high, "low": low, "volume": float(trades * lot),
        "trades": float(trades), "vwap": round(low + (high - low) * within, 4),
    }  # fmt: skip
    minutes = minutes_of(bar, DAY, seed=1, place=place)
    regular = minutes.regular
    assert (minutes.open[regular][0], minutes.close[regular][-1]) == (first, second)
    assert (minutes.high.max(), minutes.low.min()) == (high, low)
    assert minutes.volume.sum() == bar["volume"]
    assert minutes.trades.sum() == trades
    assert (minutes.low <= np.minimum(minutes.open, minutes.close)).all()
    assert (minutes.high >= np.maximum(minutes.open, minutes.close)).all()
    assert ((minutes.low <= minutes.vwap) & (minutes.vwap <= minutes.high)).all()
    assert len(minutes) <= max(1, trades)
