"""All figures of a block of instruments at once."""

from dataclasses import dataclass

import numpy as np

from investment.analysis.calculators import averages, oscillators, returns, risk, volumes
from investment.analysis.calculators.own_bars import Matrix, OwnBars, Vector


@dataclass(frozen=True, slots=True)
class Block:
    """
    Prices of some instruments, [session, instrument], oldest session first, NaN where there was no bar.

    Every instrument has a bar in the last session. ``split`` turns a raw price into one adjusted for
    splits, ``full`` into one adjusted for splits and dividends, both as known at the last session
    (where both are 1); NaN where the actions in between are not known.
    """

    open: Matrix
    high: Matrix
    low: Matrix
    close: Matrix
    volume: Matrix
    split: Matrix
    full: Matrix


def figures(block: Block, *, market: Vector) -> dict[str, Vector]:
    """
    Return every technical figure of each instrument of ``block``, by the name of its column.

    :param market: the market's log return of each session (:mod:`market`).
    """
    by_session = block.close * block.full
    own = OwnBars.of(np.isfinite(block.close))
    closes = own.gather(block.close * block.split)
    highs = own.gather(block.high * block.split)
    lows = own.gather(block.low * block.split)
    volume = own.gather(block.volume / block.split)
    dollars = own.gather(block.close * block.volume)
    adjusted = own.gather(by_session)

    exponential = averages.exponential_averages(closes)
    bands = averages.bollinger(closes)
    against = risk.against_market(adjusted, own.positions, market)
    result = {f"return_{h}": returns.session_return(by_session, sessions=h) for h in returns.HORIZONS}
    result |= {f"sma_{n}": averages.simple_average(closes, period=n) for n in (20, 50, 200)}
    result |= {
        "ema_12": exponential.fast,
        "ema_26": exponential.slow,
        "rsi_14": oscillators.relative_strength(closes),
        "macd": exponential.macd.line,
        "macd_signal": exponential.macd.signal,
        "macd_histogram": exponential.macd.histogram,
        "bollinger_upper": bands.upper,
        "bollinger_middle": bands.middle,
        "bollinger_lower": bands.lower,
        "atr_14": oscillators.average_true_range(highs, lows, closes),
    }
    result |= {
        f"obv_change_{n}": volumes.on_balance_change(closes, volume, bars=n) for n in volumes.OBV_HORIZONS
    }
    result |= {f"volatility_{n}": risk.volatility(adjusted, returns=n) for n in risk.VOLATILITY_HORIZONS}
    result |= {
        "max_drawdown_252": risk.maximum_drawdown(adjusted),
        "distance_from_high_252": risk.distance_from_high(adjusted),
        "beta_252": against.beta,
        "correlation_252": against.correlation,
        "mean_dollar_volume_20": volumes.mean_dollar_volume(dollars),
        "median_dollar_volume_63": volumes.median_dollar_volume(dollars),
        "momentum_12_1": returns.momentum_12_1(by_session),
    }
    return result
