"""
What happened within a session: minutes that add up to the daily bar.

The first minute opens where the day opened, the last one of the session closes where it closed, the
extremes are the day's, volumes and trades sum to the day's and vwaps average to its vwap. A thin
stock trades in few minutes. Before and after the session little happens, at the session's ends.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from investment.lib.exchange_days import SessionDay
from investment.providers.sandbox.sample.process import Floats, to_tick

EARLY_MINUTES, LATE_MINUTES = 330, 240  # from 04:00, until 20:00
EXTENDED_LEAST = 40_000.0  # trades a day below which nobody trades out of hours
PARTS = 4  # prices drawn a minute


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes with trades, oldest first: ``start`` is seconds since 1970, prices are raw."""

    start: npt.NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    vwap: Floats
    trades: Floats
    regular: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)


def minutes_of(bar: dict[str, float], session: SessionDay, *, seed: int, place: int) -> Minutes:
    """
    Return the minutes of an instrument's session.

    :param bar: its daily bar; see ``COLUMNS`` of the sample market.
    """
    rng = np.random.Generator(np.random.PCG64([seed, place, session.session.toordinal(), 11]))
    length = int((session.closes_at - session.opens_at).total_seconds() // 60)
    trades = max(1, int(bar["trades"]))
    count = min(length, trades)
    chosen = np.arange(length) if count == length else np.sort(rng.choice(length, count, replace=False))
    prices = _path(bar, count * PARTS, rng).reshape(count, PARTS)
    opened = prices[:, 0].copy()
    # A minute opens near where the one before closed, but for the first, which opens the day.
    opened[1:] = np.where(rng.random(count - 1) < 0.8, prices[:-1, -1], opened[1:])
    closed = prices[:, -1]
    high, low = np.maximum(prices.max(axis=1), opened), np.minimum(prices.min(axis=1), opened)
    start = int(session.opens_at.timestamp()) + 60 * chosen.astype(np.int64)
    regular = np.ones(count, dtype=np.bool_)

    if trades >= EXTENDED_LEAST:
        extra = _extended(bar, session, rng)
        start = np.concatenate([extra[0], start, extra[1]])
        ends = [np.full(len(extra[0]), bar["open"]), np.full(len(extra[1]), bar["close"])]
        opened, high, low, closed = (
            np.concatenate([ends[0], column, ends[1]]) for column in (opened, high, low, closed)
        )
        regular = np.concatenate([np.zeros(len(extra[0]), bool), regular, np.zeros(len(extra[1]), bool)])

    middle = (high + low + 2 * closed) / 4
    weights = rng.gamma(2.0, 1.0, len(start)) * np.where(regular, _smile(len(start)), 0.1)
    weights = _tilted(weights, middle, bar["vwap"])
    # A minute without a share traded is none; shares are more than trades, and trades more than minutes.
    volume = 1.0 + _shared(bar["volume"] - len(start), weights)
    share = volume / volume.sum()
    # Where within each minute its vwap lies: at one height in all of them, so that they average to the day's.
    room = float((share * (high - low)).sum())
    height = min(max((bar["vwap"] - float((share * low).sum())) / room, 0.0), 1.0) if room > 0 else 0.5
    told = np.clip(np.round(low + height * (high - low), 4), low, high)
    return Minutes(
        start, opened, high, low, closed, volume, told, 1 + _shared(trades - len(start), weights), regular
    )


def _path(bar: dict[str, float], points: int, rng: np.random.Generator) -> Floats:
    """Return prices that begin, end and turn where the day did."""
    steps = rng.standard_normal(points).cumsum()
    along = np.linspace(0.0, 1.0, points)
    bridge = steps - along * steps[-1]
    straight = bar["open"] + along * (bar["close"] - bar["open"])
    # Its way up is stretched until it touches the high, its way down until it touches the low.
    up, down = bridge > 1e-6, bridge < -1e-6
    if up.any():
        bridge[up] *= ((bar["high"] - straight[up]) / bridge[up]).min()
    if down.any():
        bridge[down] *= ((straight[down] - bar["low"]) / -bridge[down]).min()
    prices = np.clip(straight + bridge, bar["low"], bar["high"])
    inner = prices[1:-1]
    top, bottom = 1 + int(inner.argmax()), 1 + int(inner.argmin())
    if top == bottom:
        bottom = top % (points - 2) + 1
    prices = to_tick(prices)
    prices[top], prices[bottom] = bar["high"], bar["low"]
    prices[0], prices[-1] = bar["open"], bar["close"]
    clipped: Floats = np.clip(prices, bar["low"], bar["high"])
    return clipped


def _extended(
    bar: dict[str, float], session: SessionDay, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the minutes before and after the session in which somebody trades."""
    busy = min(0.5, bar["trades"] / 1e6)
    before = np.flatnonzero(rng.random(EARLY_MINUTES) < busy)
    after = np.flatnonzero(rng.random(60 if session.early_close else LATE_MINUTES) < busy)
    early = int((session.opens_at - timedelta(minutes=EARLY_MINUTES)).timestamp())
    late = int(session.closes_at.timestamp())
    return early + 60 * before.astype(np.int64), late + 60 * after.astype(np.int64)


def _smile(count: int) -> Floats:
    """Return more for the ends of the day than for its middle."""
    along = np.linspace(-1.0, 1.0, count) if count > 1 else np.zeros(1)
    smile: Floats = 0.5 + 1.5 * along**2
    return smile


def _tilted(weights: Floats, prices: Floats, vwap: float) -> Floats:
    """Return the weights leaned towards high or low prices, so that they average to the vwap if they can."""
    spread = float(prices.max() - prices.min())
    if spread <= 0 or not prices.min() < vwap < prices.max():
        usual: Floats = weights / weights.sum()
        return usual
    distance = (prices - vwap) / spread
    low, high = -60.0, 60.0
    for _ in range(40):
        lean = (low + high) / 2
        tilted = weights * np.exp(lean * distance)
        if float((tilted * distance).sum()) > 0:
            high = lean
        else:
            low = lean
    leaned: Floats = tilted / tilted.sum()
    return leaned


def _shared(total: float, weights: Floats) -> Floats:
    """Return whole numbers that sum to the total, fractions of it in the largest one."""
    whole = float(np.floor(max(total, 0.0)))
    bounds = np.round(np.concatenate([[0.0], np.cumsum(weights / weights.sum())]) * whole)
    bounds[-1] = whole
    parts: Floats = np.diff(bounds)
    parts[int(parts.argmax())] += round(max(total, 0.0) - whole, 4)
    return parts
