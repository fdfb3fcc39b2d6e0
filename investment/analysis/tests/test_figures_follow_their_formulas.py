import math
import warnings
from typing import Any

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.analysis.calculators.figures import figures
from investment.analysis.tests.arrays import Market, made_up
from investment.analysis.tests.formulas import all_figures

# Recursive figures may be unknown where the formula has a value: their seed still matters then.
RECURSIVE = {"ema_12", "ema_26", "rsi_14", "macd", "macd_signal", "macd_histogram", "atr_14"}

markets = st.builds(
    made_up,
    st.integers(0, 2**32),
    sessions=st.sampled_from([1, 2, 15, 64, 253, 300, 420]),
    gaps=st.sampled_from([0.0, 0.01, 0.1]),
    splits=st.integers(0, 2),
    flat=st.sampled_from([0, 0, 30, 200]),
    step=st.sampled_from([0.001, 0.02, 0.2]),
    columns=st.just(2),
)


def close_enough(value: float, expected: float, price: float, tolerance: float = 1e-9) -> bool:
    return abs(value - expected) <= tolerance * max(abs(expected), price)


def compare(market: Market) -> None:
    computed = figures(market.block, market=market.log_returns)
    for column in range(market.block.close.shape[1]):
        bars = market.bars(column)
        for name, expected in all_figures(bars, market.market()).items():
            value = float(computed[name][column])
            if math.isnan(value) and (expected is None or name in RECURSIVE):
                continue
            assert expected is not None, f"{name} of column {column} is {value}, but unknown by its formula"
            assert close_enough(value, expected, bars[-1].close), f"{name}: {value}, not {expected}"


@settings(max_examples=60, deadline=None)
@given(markets)
def test_every_figure_equals_its_formula(market: Market) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compare(market)


def test_every_figure_is_known_with_a_year_of_bars_and_some() -> None:
    market = made_up(1, sessions=300, splits=1)

    computed = figures(market.block, market=market.log_returns)

    assert [name for name, values in computed.items() if not np.isfinite(values).all()] == []
    assert computed.keys() == all_figures(market.bars(0), market.market()).keys()


def test_instruments_with_gaps_do_not_disturb_their_neighbours() -> None:
    whole = made_up(2, sessions=300)
    gapped = made_up(3, sessions=300, gaps=0.05)
    names = ("open", "high", "low", "close", "volume", "split", "full")
    both = type(whole.block)(
        **{name: np.hstack([getattr(whole.block, name), getattr(gapped.block, name)]) for name in names}
    )

    together = figures(both, market=whole.log_returns)
    alone = figures(whole.block, market=whole.log_returns)

    for name, values in alone.items():
        np.testing.assert_allclose(together[name][:4], values, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_talib_agrees_where_its_definitions_are_ours(seed: int) -> None:
    market = made_up(seed, sessions=400)
    block = market.block
    ours = figures(block, market=market.log_returns)
    close, high, low = block.close[:, 0].copy(), block.high[:, 0].copy(), block.low[:, 0].copy()
    upper, middle, lower = talib.BBANDS(close, timeperiod=20, nbdevup=2, nbdevdn=2)
    obv = talib.OBV(close, block.volume[:, 0].copy())

    theirs: dict[str, Any] = {
        **{f"sma_{n}": talib.SMA(close, n)[-1] for n in (20, 50, 200)},
        "ema_12": talib.EMA(close, 12)[-1],
        "ema_26": talib.EMA(close, 26)[-1],
        "rsi_14": talib.RSI(close, 14)[-1],
        "atr_14": talib.ATR(high, low, close, 14)[-1],
        "bollinger_upper": upper[-1],
        "bollinger_middle": middle[-1],
        "bollinger_lower": lower[-1],
        "obv_change_21": obv[-1] - obv[-22],
        "obv_change_63": obv[-1] - obv[-64],
    }

    for name, expected in theirs.items():
        assert close_enough(float(ours[name][0]), float(expected), close[-1], 1e-7), name
