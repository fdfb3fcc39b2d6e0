"""
The one price process behind the sample market.

A log return is the market's (GARCH volatility, fat tails), times beta; its sector's; and the
instrument's own, with a volatility that wanders and rare jumps, some of it shared with a parent
company. A weak pull towards a growing anchor keeps prices within sight for decades.

Every session draws from a stream of its own, keyed by the seed and the session's number since the
first one. What a session draws depends on nothing but these, and the state it starts from on
earlier sessions alone: a longer calendar never changes a shorter one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sample.names import SECTORS

Floats = npt.NDArray[np.float64]

SESSIONS_A_YEAR = 252
MARKET_VARIANCE = 0.0095**2
PULL = 0.004
JUMP_CHANCE = 0.006
CALM, WANDER = 0.95, 0.16


@dataclass(slots=True)
class State:
    """
    What the next session starts from. ``log_price`` is of raw prices, after the last close;
    ``log_split`` the logarithm of the shares that one share of the first day has become.
    """

    log_price: Floats
    log_split: Floats
    restless: Floats
    market_variance: float

    def copy(self) -> "State":
        return State(self.log_price.copy(), self.log_split.copy(), self.restless.copy(), self.market_variance)


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What happens to shares before a session opens: places, new shares per old; places, cash per share."""

    split_places: npt.NDArray[np.intp]
    split_ratios: Floats
    cash_places: npt.NDArray[np.intp]
    cash: Floats


@dataclass(frozen=True, slots=True)
class Move:
    """How far each instrument went in a session: logs of the price before and after, and its volatility."""

    before: Floats
    after: Floats
    sigma: Floats
    anchor: Floats


class PriceProcess:
    """Steps the state of all instruments from one session to the next."""

    def __init__(self, seed: int, lines: list[Instrument]) -> None:
        behaviours = [line.behaviour for line in lines]
        self._seed = seed
        self._beta = np.array([b.beta for b in behaviours])
        self._sector_beta = np.array([b.sector_beta for b in behaviours])
        self._sector = np.array([line.sector for line in lines], dtype=np.intp)
        self._sigma = np.array([b.sigma for b in behaviours])
        self._growth = np.array([b.growth for b in behaviours]) / SESSIONS_A_YEAR
        self._start = np.log(np.array([b.price for b in behaviours]))
        self._children = np.array(
            [i for i, line in enumerate(lines) if line.parent is not None], dtype=np.intp
        )
        self._parents = np.array([line.parent for line in lines if line.parent is not None], dtype=np.intp)
        self._share = np.array([lines[i].behaviour.own_of_parent for i in self._children])
        self._dollars = np.array([b.dollars for b in behaviours])
        self._idle = np.array([b.idle for b in behaviours])
        self._lot = np.array([60 + 7 * (line.place % 23) for line in lines], dtype=np.float64)
        self._fractional = np.array([line.place % 9 == 4 for line in lines])

    def first_state(self) -> State:
        return State(
            log_price=self._start.copy(),
            log_split=np.zeros_like(self._start),
            restless=np.zeros_like(self._start),
            market_variance=MARKET_VARIANCE,
        )

    def stream(self, number: int) -> np.random.Generator:
        """Return the random stream of a session, by its number since the first."""
        return np.random.Generator(np.random.SFC64([self._seed, number, 2]))

    def step(self, state: State, number: int, adjustments: Adjustments, rng: np.random.Generator) -> Move:
        """Move ``state`` (in place) to the close of session ``number``."""
        state.log_price[adjustments.split_places] -= np.log(adjustments.split_ratios)
        state.log_split[adjustments.split_places] += np.log(adjustments.split_ratios)
        prices = np.exp(state.log_price[adjustments.cash_places])
        state.log_price[adjustments.cash_places] += np.log1p(-adjustments.cash / prices)

        common, tail, normals, jumps = self._draw(rng)
        market = 0.0002 + np.sqrt(state.market_variance) * common[0] * tail
        state.market_variance = (
            0.04 * MARKET_VARIANCE + 0.88 * state.market_variance + 0.08 * min(market, 0.06) ** 2
        )
        sectors = 0.0055 * common[2:]

        state.restless *= CALM
        state.restless += WANDER * normals[1]
        sigma = self._sigma * np.exp(state.restless - 0.12)
        own = np.clip(sigma * normals[0] * jumps, -0.6, 0.6)
        own[self._children] += self._share * own[self._parents]

        before = state.log_price.copy()
        anchor = self._start + self._growth * number - state.log_split
        common_part = self._beta * market + self._sector_beta * sectors[self._sector]
        state.log_price += common_part + own + PULL * (anchor - state.log_price)
        np.maximum(state.log_price, np.log(0.0005), out=state.log_price)
        spread = np.sqrt(sigma**2 + (self._beta * 0.009) ** 2)
        return Move(before=before, after=state.log_price.copy(), sigma=spread, anchor=anchor)

    def shocks(self, number: int) -> Floats:
        """
        Return each instrument's own surprise of a session, in its own standard deviations.

        Known without the prices before: a session draws from a stream of its own.
        """
        _, _, normals, jumps = self._draw(self.stream(number))
        shocks: Floats = normals[0] * jumps
        return shocks

    def _draw(self, rng: np.random.Generator) -> tuple[Floats, float, Floats, Floats]:
        """Draw what moves a session: common factors, the market's tail, normals of each, its jump."""
        count = len(self._start)
        common = rng.standard_normal(2 + len(SECTORS))
        tail = 1.0 + 1.8 * (rng.random() < 0.04)
        normals = rng.standard_normal((2, count))
        jumps = np.where(rng.random(count) < JUMP_CHANCE, 5.0, 1.0)
        return common, tail, normals, jumps

    def bars(self, move: Move, rng: np.random.Generator) -> tuple[dict[str, Floats], npt.NDArray[np.bool_]]:
        """Return a session's raw bars as columns, and which instruments found nobody to trade with."""
        count = len(self._start)
        normals = rng.standard_normal((4, count))
        uniforms = rng.random((3, count))
        jump = move.after - move.before
        log_open = move.before + 0.4 * jump + 0.3 * move.sigma * normals[0]
        opened = to_tick(np.exp(log_open))
        closed = to_tick(np.exp(move.after))
        high = to_tick(np.exp(np.maximum(log_open, move.after) + 0.4 * move.sigma * np.abs(normals[1])))
        low = to_tick(np.exp(np.minimum(log_open, move.after) - 0.4 * move.sigma * np.abs(normals[2])))
        # A tick is coarser below the dollar than above it, so rounding alone may turn them over.
        high = np.maximum(np.maximum(opened, closed), high)
        low = np.minimum(np.minimum(opened, closed), low)

        surprise = np.minimum(np.abs(jump) / move.sigma, 5.0)
        shares = self._dollars / np.exp(move.anchor) * np.exp(0.35 * normals[3] + 0.35 * (surprise - 0.8))
        volume = np.maximum(np.floor(shares), 1.0)
        volume = np.where(self._fractional, volume + np.floor(uniforms[0] * 1e4) / 1e4, volume)
        vwap = np.round(low + (high - low) * (0.3 + 0.4 * uniforms[1]), 4)
        columns = {
            "open": opened,
            "high": high,
            "low": low,
            "close": closed,
            "volume": volume,
            "vwap": np.clip(vwap, low, high),
            "trades": np.maximum(np.floor(volume / self._lot), 1.0),
        }
        return columns, uniforms[2] < self._idle


def to_tick(prices: Floats) -> Floats:
    """Round to what prices may be: a cent, below a dollar a hundredth of one, and never nothing."""
    return np.where(prices >= 1.0, np.round(prices, 2), np.maximum(np.round(prices, 4), 0.0001))
