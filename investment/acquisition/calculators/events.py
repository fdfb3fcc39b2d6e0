"""
When to look for what happens now and then: news, filings, actions.

Events come at a ``rate`` (per second) and each is worth ``worth`` (importance times the mean absolute move
around one, in basis points) while it is not known; so at an age t the error is worth·(1 − e^(−rate·t)). The
index t·C(t) − ∫C is that of Azar, Horvitz, Lubetzky, Peres and Shahaf, «Tractable near-optimal policies for
crawling», PNAS 2018.
"""

import numpy as np

from investment.acquisition.calculators.variance import Floats

_GRID = np.geomspace(1e-6, 40.0, 4000)
_GAINED = -np.expm1(-_GRID) - _GRID * np.exp(-_GRID)


def error(ages: Floats, worths: Floats, rates: Floats) -> Floats:
    """Return the expected error after ``ages`` seconds, in basis points."""
    return np.asarray(-worths * np.expm1(-rates * ages))


def index(ages: Floats, worths: Floats, rates: Floats) -> Floats:
    """Return what looking now buys, in basis-point-seconds: the price of a call at which it is due."""
    x = rates * ages
    return np.asarray(worths / rates * (-np.expm1(-x) - x * np.exp(-x)))


def interval(price: float, worths: Floats, rates: Floats) -> Floats:
    """Return the seconds between two looks where one costs ``price``; infinite where it never pays."""
    share = price * rates / worths
    x = np.interp(share, _GAINED, _GRID)
    return np.asarray(np.where(share < _GAINED[-1], x, np.inf) / rates)


def calls_per_second(price: float, worths: Floats, rates: Floats) -> float:
    """Return how many calls a second are worth ``price`` each."""
    return float(np.sum(1 / interval(price, worths, rates)))


def bound(worths: Floats, rates: Floats, calls: float) -> float:
    """
    Return the least total error (basis points) that ``calls`` a second can reach in the long run.

    The convex program of Azar et al.: each thing is looked at at even intervals, all at one price.
    """
    low, high = 0.0, float(np.max(worths / rates))
    for _ in range(200):
        price = (low + high) / 2
        low, high = (price, high) if calls_per_second(price, worths, rates) > calls else (low, price)
    x = rates * interval(high, worths, rates)
    with np.errstate(invalid="ignore", divide="ignore"):
        fresh = np.where(np.isfinite(x), -np.expm1(-x) / x, 0.0)
    return float(np.sum(worths * (1 - fresh)))
