"""Scores by cross-section: how figures are compared, and of which the technical score is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from investment.analysis.calculators.eligibility import THRESHOLDS
from investment.analysis.calculators.own_bars import Mask, Vector

Columns = Mapping[str, Vector]


@dataclass(frozen=True, slots=True)
class Input:
    """
    One figure that is compared across a board.

    ``measure`` makes it, a column of values, from the columns of figures. ``unit`` is that of the
    catalogue of figures. ``low`` and ``high`` say in words what a value at that end means.
    """

    name: str
    label: str
    unit: str
    measure: Callable[[Columns], Vector]
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the score: the mean percentile of its inputs, of which at least ``needs`` must be known."""

    name: str
    label: str
    weight: float
    needs: int
    inputs: tuple[Input, ...]


def _ratio(above: str, below: str) -> Callable[[Columns], Vector]:
    return lambda figures: figures[above] / figures[below] - 1


def _plain(name: str) -> Callable[[Columns], Vector]:
    return lambda figures: figures[name]


def _histogram(figures: Columns) -> Vector:
    return figures["macd_histogram"] / figures["close"]


def _net_volume(bars: int) -> Callable[[Columns], Vector]:
    # In days of usual volume: shares at today's price against the usual dollars a session.
    def measure(figures: Columns) -> Vector:
        usual = figures["median_dollar_volume_63"]
        return figures[f"obv_change_{bars}"] * figures["close"] / np.where(usual > 0, usual, np.nan)

    return measure


PARTS: Final = (
    Part("trend", "Trend", 0.30, 2, (
        Input("close_to_sma_50", "Close to its 50-bar average", "fraction", _ratio("close", "sma_50")),
        Input("close_to_sma_200", "Close to its 200-bar average", "fraction", _ratio("close", "sma_200")),
        Input("sma_50_to_sma_200", "50-bar to 200-bar average", "fraction", _ratio("sma_50", "sma_200")),
    )),
    Part("momentum", "Momentum", 0.30, 2, (
        Input("return_63", "Return over 63 sessions", "fraction", _plain("return_63")),
        Input("return_126", "Return over 126 sessions", "fraction", _plain("return_126")),
        Input("momentum_12_1", "Return over 12 months without the last", "fraction", _plain("momentum_12_1")),
    )),
    Part("strength", "Strength", 0.15, 1, (
        Input("rsi_14", "RSI 14", "index", _plain("rsi_14")),
        Input("macd_histogram_to_close", "MACD histogram against the price", "fraction", _histogram),
    )),
    Part("volume", "Volume", 0.10, 1, (
        Input("net_volume_21", "Net volume over 21 bars", "ratio", _net_volume(21)),
        Input("net_volume_63", "Net volume over 63 bars", "ratio", _net_volume(63)),
    )),
    Part("risk", "Low risk", 0.15, 2, (
        Input("volatility_252", "Volatility over 252 bars", "fraction", _plain("volatility_252"), False),
        Input("max_drawdown_252", "Deepest fall over 252 bars", "fraction", _plain("max_drawdown_252")),
    )),
)  # fmt: skip

# The columns of figures that the inputs above read.
READS: Final = (
    "close", "sma_50", "sma_200", "return_63", "return_126", "momentum_12_1", "rsi_14", "macd_histogram",
    "obv_change_21", "obv_change_63", "median_dollar_volume_63", "volatility_252", "max_drawdown_252",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scored:
    """
    The scores of one board. Every array has one value per instrument given; NaN is unknown.

    ``ranks`` runs from 1 for the best; 0 where there is no score. ``percentiles`` has one entry per input.
    """

    score: Vector
    ranks: np.typing.NDArray[np.int64]
    parts: dict[str, Vector]
    inputs: dict[str, Vector]
    percentiles: dict[str, Vector]
    board_size: int


def percentile(values: Vector, *, higher_is_better: bool = True) -> Vector:
    """
    Return 100 · (r - 1) / (n - 1), where r is the rank of each value among the n known ones.

    The worst has 0, the best 100; equal values share the mean of their ranks. NaN where the value is
    unknown, and everywhere if fewer than two are known.
    """
    result = np.full(values.shape, np.nan)
    known = np.isfinite(values)
    count = int(known.sum())
    if count < 2:
        return result
    signed = values[known] if higher_is_better else -values[known]
    _, inverse, sizes = np.unique(signed, return_inverse=True, return_counts=True)
    below = np.cumsum(sizes) - sizes
    ranks = below + (sizes + 1) / 2
    result[known] = 100 * (ranks[inverse] - 1) / (count - 1)
    return result


def complete(figures: Columns, *, parts: Sequence[Part] = PARTS) -> Mask:
    """Say for which instruments every part of the score has the inputs it needs."""
    inputs = measure(figures, parts=parts)
    enough = [
        np.isfinite(np.vstack([inputs[item.name] for item in part.inputs])).sum(axis=0) >= part.needs
        for part in parts
    ]
    return np.asarray(np.vstack(enough).all(axis=0), dtype=np.bool_)


def measure(figures: Columns, *, parts: Sequence[Part] = PARTS) -> dict[str, Vector]:
    """Return the values of all inputs."""
    return {item.name: np.asarray(item.measure(figures)) for part in parts for item in part.inputs}


def score(
    figures: Columns, *, symbols: np.typing.NDArray[np.object_], parts: Sequence[Part] = PARTS
) -> Scored:
    """
    Return the scores, 0 to 100, of the instruments of one board: by default the technical ones.

    Each input is ranked across the board (:func:`percentile`), each part is the mean of its known
    inputs' percentiles, and the score is the mean of the parts weighted as ``parts`` say. Give only
    instruments that are :func:`complete`. Fewer than 30 of them have no score. Equal scores are
    ranked by symbol.
    """
    inputs = measure(figures, parts=parts)
    size = len(symbols)
    if size < THRESHOLDS.fewest:
        unknown = np.full(size, np.nan)
        return Scored(
            score=unknown,
            ranks=np.zeros(size, dtype=np.int64),
            parts={part.name: unknown for part in parts},
            inputs=inputs,
            percentiles=dict.fromkeys(inputs, unknown),
            board_size=size,
        )
    percentiles = {
        item.name: percentile(inputs[item.name], higher_is_better=item.higher_is_better)
        for part in parts
        for item in part.inputs
    }
    means = {part.name: _mean([percentiles[item.name] for item in part.inputs]) for part in parts}
    total = np.asarray(sum(part.weight * means[part.name] for part in parts), dtype=np.float64)
    # A score is the same whatever order the board came in: rounding may not decide a rank.
    total = np.round(total, 9)
    order = np.lexsort((symbols.astype(str), -total))
    ranks = np.empty(size, dtype=np.int64)
    ranks[order] = np.arange(1, size + 1)
    return Scored(total, ranks, means, inputs, percentiles, size)


def _mean(columns: list[Vector]) -> Vector:
    """Return the mean of the known values in each position; NaN where none is known."""
    stacked = np.vstack(columns)
    known = np.isfinite(stacked)
    count = known.sum(axis=0)
    return np.asarray(np.where(known, stacked, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan))
