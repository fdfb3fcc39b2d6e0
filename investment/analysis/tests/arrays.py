"""Made-up markets as arrays, and the same bars as the judge wants them."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from investment.analysis.calculators.figures import Block
from investment.analysis.calculators.own_bars import Matrix, Vector
from investment.analysis.tests.formulas import Bar


@dataclass(frozen=True, slots=True)
class Market:
    block: Block
    log_returns: Vector
    sessions: list[date] = field(default_factory=list)

    def window(self, sessions: int) -> "Market":
        """Return the last ``sessions`` alone, as an analysis that reads no more."""
        names = ("open", "high", "low", "close", "volume", "split", "full")
        cut = Block(**{name: getattr(self.block, name)[-sessions:] for name in names})
        return Market(cut, self.log_returns[-sessions:], self.sessions[-sessions:])

    def bars(self, column: int) -> list[Bar]:
        block = self.block
        return [
            Bar(
                place=place,
                high=float(block.high[place, column] * block.split[place, column]),
                low=float(block.low[place, column] * block.split[place, column]),
                close=float(block.close[place, column] * block.split[place, column]),
                volume=float(block.volume[place, column] / block.split[place, column]),
                adjusted=_known(block.close[place, column] * block.full[place, column]),
                raw_close=float(block.close[place, column]),
                raw_volume=float(block.volume[place, column]),
            )
            for place in np.nonzero(np.isfinite(block.close[:, column]))[0].tolist()
        ]

    def market(self) -> list[float | None]:
        return [_known(value) for value in self.log_returns]


def made_up(
    seed: int,
    *,
    sessions: int = 330,
    gaps: float = 0.0,
    splits: int = 0,
    halt: int = 0,
    flat: int = 0,
    listed: int = 0,
    step: float = 0.02,
    columns: int = 4,
) -> Market:
    """
    Return ``columns`` instruments over ``sessions``, of which the last is always traded.

    :param gaps: share of sessions in which each did not trade.
    :param splits: how many each had, at made-up times, each with a dividend some time.
    :param halt: length of one stretch without a bar.
    :param flat: length of a stretch, up to the end, in which the price did not move.
    :param listed: sessions before the first bar.
    """
    rng = np.random.default_rng(seed)
    shape = (sessions, columns)
    close = 50 * np.exp(np.cumsum(rng.normal(0, step, shape), axis=0))
    if flat:
        close[-flat:] = close[-min(flat, sessions)]
    spread = rng.uniform(0, step, shape)
    high, low = close * (1 + spread), close * (1 - spread)
    volume = np.round(rng.uniform(1e3, 1e6, shape))
    split, full = np.ones(shape), np.ones(shape)
    for column in range(columns):
        for _ in range(splits):
            ratio = float(rng.choice([2.0, 7.0, 1.5, 0.1]))
            when = int(rng.integers(1, max(2, sessions)))
            split[:when, column] /= ratio
            full[:when, column] /= ratio
            full[: int(rng.integers(1, max(2, sessions))), column] *= 1 - rng.uniform(0, 0.03)
    raw = [prices / split for prices in (close, high, low, close)]
    traded = rng.random(shape) >= gaps
    if halt:
        start = int(rng.integers(0, sessions - halt))
        traded[start : start + halt] = False
    traded[:listed] = False
    traded[-1] = True
    opened, high, low, close = (_only(prices, traded) for prices in raw)
    return Market(
        Block(opened, high, low, close, _only(volume * split, traded), split, full),
        rng.normal(0.0005, 0.01, sessions),
    )


def _only(values: Matrix, traded: np.typing.NDArray[np.bool_]) -> Matrix:
    return np.where(traded, values, np.nan)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
