import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.analysis.calculators.figures import figures
from investment.analysis.tests.arrays import Market, made_up

PRICES = ("sma", "ema", "macd", "bollinger", "atr")

markets = st.builds(
    made_up,
    st.integers(0, 2**32),
    sessions=st.just(900),
    gaps=st.sampled_from([0.0, 0.005, 0.05, 0.2]),
    splits=st.integers(0, 3),
    halt=st.sampled_from([0, 21, 200]),
    flat=st.sampled_from([0, 0, 40, 150, 290, 400]),
    listed=st.sampled_from([0, 620, 700]),
    step=st.sampled_from([0.001, 0.02, 0.05]),
    columns=st.just(2),
)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(markets)
def test_a_session_analysed_from_300_400_or_all_sessions_agrees_or_is_unknown(market: Market) -> None:
    whole = figures(market.block, market=market.log_returns)
    for length in (300, 400):
        part = market.window(length)
        for name, values in figures(part.block, market=part.log_returns).items():
            for column, value in enumerate(values):
                everything = float(whole[name][column])
                if math.isnan(value) or math.isnan(everything):
                    continue
                scale = float(market.block.close[-1, column]) if name.startswith(PRICES) else 0.0
                assert abs(value - everything) <= 1e-6 * max(abs(everything), scale), (name, length)


def test_a_recursive_figure_is_unknown_while_its_seed_matters() -> None:
    market = made_up(4, sessions=100)

    computed = figures(market.block, market=market.log_returns)

    assert np.isnan(computed["ema_26"]).all()
    assert np.isnan(computed["rsi_14"]).all()
    assert np.isfinite(computed["sma_50"]).all()


@pytest.mark.parametrize("flat", [299, 300])
def test_a_stock_that_does_not_move_has_no_relative_strength(flat: int) -> None:
    market = made_up(5, sessions=300, flat=flat)

    computed = figures(market.block, market=market.log_returns)

    if flat == 300:
        assert np.isnan(computed["rsi_14"]).all()
        assert np.isnan(computed["correlation_252"]).all()
    np.testing.assert_allclose(computed["ema_26"], market.block.close[-1], rtol=1e-6)


def test_a_missing_end_makes_a_return_unknown_and_no_other() -> None:
    market = made_up(6, sessions=300)
    for name in ("open", "high", "low", "close", "volume"):
        getattr(market.block, name)[-22, 0] = np.nan

    computed = figures(market.block, market=market.log_returns)

    assert np.isnan(computed["return_21"][0])
    assert np.isnan(computed["momentum_12_1"][0])
    assert np.isfinite(computed["return_21"][1:]).all()
    assert np.isfinite(computed["return_5"][0])
    assert np.isfinite(computed["rsi_14"][0])


def test_unknown_dividends_leave_only_what_needs_none() -> None:
    market = made_up(7, sessions=300)
    market.block.full[:, 0] = np.nan

    computed = figures(market.block, market=market.log_returns)

    unknown = {name for name, values in computed.items() if np.isnan(values[0])}
    assert unknown == {
        "return_1", "return_5", "return_21", "return_63", "return_126", "return_252", "momentum_12_1",
        "volatility_21", "volatility_252", "max_drawdown_252", "distance_from_high_252", "beta_252",
        "correlation_252",
    }  # fmt: skip
