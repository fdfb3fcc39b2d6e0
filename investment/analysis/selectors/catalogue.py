"""What each figure is: its name for people, its unit, its formula, and what it needs."""

from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["fraction", "price", "index", "shares", "usd", "ratio"]


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One column of ``Figures``.

    ``bars`` is how many own bars it needs; of a recursive one, about how many until its seed has decayed.
    ``ends`` are the sessions, counted back from the analysed one, that must have a bar. ``basis`` is
    that of the prices: raw, adjusted for splits, or for splits and dividends. ``market``: it needs the
    market.
    """

    name: str
    label: str
    group: str
    unit: Unit
    formula: str
    bars: int = 0
    ends: tuple[int, ...] = ()
    recursive: bool = False
    basis: Literal["raw", "splits", "full"] = "splits"
    market: bool = False


def _returns(sessions: int) -> Figure:
    return Figure(
        f"return_{sessions}",
        f"Return, {sessions} session{'s' if sessions > 1 else ''}",
        "Returns",
        "fraction",
        f"close[S] / close[S − {sessions} sessions] − 1, fully adjusted",
        ends=(0, sessions),
        basis="full",
    )


def _average(bars: int) -> Figure:
    return Figure(
        f"sma_{bars}",
        f"SMA {bars}",
        "Trend",
        "price",
        f"Mean of the last {bars} closes, split-adjusted",
        bars=bars,
    )


def _exponential(bars: int, settled: int) -> Figure:
    return Figure(
        f"ema_{bars}",
        f"EMA {bars}",
        "Trend",
        "price",
        f"EMA + 2/{bars + 1} · (close − EMA), seeded by the mean of the first {bars} closes",
        bars=settled,
        recursive=True,
    )


def _macd(name: str, label: str, formula: str) -> Figure:
    return Figure(name, label, "Trend", "price", formula, bars=263, recursive=True)


def _band(name: str, formula: str) -> Figure:
    return Figure(f"bollinger_{name}", f"Bollinger {name}", "Volatility", "price", formula, bars=20)


def _balance(bars: int) -> Figure:
    return Figure(
        f"obv_change_{bars}",
        f"OBV change, {bars} bars",
        "Volume",
        "shares",
        f"Sum over {bars} bars of ± volume, plus where the close rose, minus where it fell; split-adjusted",
        bars=bars + 1,
    )


def _volatility(returns: int) -> Figure:
    return Figure(
        f"volatility_{returns}",
        f"Volatility, {returns} bars, annualised",
        "Risk",
        "fraction",
        f"Standard deviation (n − 1) of the last {returns} log returns · √252, fully adjusted",
        bars=returns + 1,
        basis="full",
    )


FIGURES: Final = (
    *(_returns(sessions) for sessions in (1, 5, 21, 63, 126, 252)),
    Figure(
        "momentum_12_1", "Momentum, 12 months without the last", "Returns", "fraction",
        "close[S − 21 sessions] / close[S − 252 sessions] − 1, fully adjusted", ends=(21, 252), basis="full",
    ),
    *(_average(bars) for bars in (20, 50, 200)),
    _exponential(12, 118),
    _exponential(26, 258),
    _macd("macd", "MACD 12/26", "EMA 12 − EMA 26, each seeded by the mean of its own first closes"),
    _macd("macd_signal", "MACD signal 9", "EMA 9 of MACD, seeded by the mean of its first 9 values"),
    _macd("macd_histogram", "MACD histogram", "MACD − its signal"),
    Figure(
        "rsi_14", "RSI 14", "Strength", "index",
        "100 · G / (G + L), Wilder's averages over 14 of gains and losses between split-adjusted closes",
        bars=265, recursive=True,
    ),
    _band("upper", "SMA 20 + 2 population standard deviations of the same 20 closes"),
    _band("middle", "SMA 20"),
    _band("lower", "SMA 20 − 2 population standard deviations of the same 20 closes"),
    Figure(
        "atr_14", "ATR 14", "Volatility", "price",
        "Wilder's average over 14 of max(high, close before) − min(low, close before), split-adjusted",
        bars=256, recursive=True,
    ),
    _balance(21),
    _balance(63),
    Figure(
        "mean_dollar_volume_20", "Mean dollar volume, 20 bars", "Volume", "usd",
        "Mean of raw close · raw volume over the last 20 bars, in the quote currency a session",
        bars=20, basis="raw",
    ),
    Figure(
        "median_dollar_volume_63", "Median dollar volume, 63 bars", "Volume", "usd",
        "Median of raw close · raw volume over the last 63 bars, in the quote currency a session",
        bars=63, basis="raw",
    ),
    _volatility(21),
    _volatility(252),
    Figure(
        "max_drawdown_252", "Maximum drawdown, 252 bars", "Risk", "fraction",
        "Deepest fall of a close below an earlier one within 252 bars, fully adjusted",
        bars=252, basis="full",
    ),
    Figure(
        "distance_from_high_252", "Distance from the high, 252 bars", "Risk", "fraction",
        "close / highest close of the last 252 bars − 1, fully adjusted", bars=252, basis="full",
    ),
    Figure(
        "beta_252", "Beta, 252 bars", "Risk", "ratio",
        "cov(r, m) / var(m) of log returns; m is the market's over the same sessions",
        bars=253, basis="full", market=True,
    ),
    Figure(
        "correlation_252", "Correlation to the market, 252 bars", "Risk", "ratio",
        "cov(r, m) / √(var(r) · var(m)) of the same log returns", bars=253, basis="full", market=True,
    ),
)  # fmt: skip

BY_NAME: Final = {figure.name: figure for figure in FIGURES}


def figure_catalogue() -> tuple[Figure, ...]:
    """Return every figure, in the order in which pages show them."""
    return FIGURES
