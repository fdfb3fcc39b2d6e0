"""Prices as they went, and how far off each planner's knowledge was on them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.freshness_market.factors import Factors
from benchmarks.freshness_market.truth import JUMPS_A_DAY, MINUTE, Floats, Truth

Looks = tuple[npt.NDArray[np.int64], Floats]  # instruments, seconds since the open; in order of time

EVERY = 2 * MINUTE  # one look at every error in each span of this length, at a random moment of it
_WIDE = 1e6  # more than the seconds of a session: instrument and time in one sortable number


@dataclass(frozen=True)
class Measured:
    """Errors in basis points, weighted by importance, over a session and over its first half hour."""

    session: dict[str, float]
    start: dict[str, float]
    bars: tuple[Floats, Floats, Floats, Floats]  # open, high, low, close: log moves since the close before


def measure(
    truth: Truth,
    session: int,
    importances: Floats,
    volatilities: Floats,
    looks: Mapping[str, Looks],
    *,
    share: float,
    seed: int,
    factors: Factors | None = None,
) -> Measured:
    """
    Draw one session's paths and return the mean error of each way to look, all on the same paths.

    The path of an instrument is drawn exactly where it matters: where anybody looks, and at random moments at
    which errors are taken. With ``factors`` a part of it is theirs.
    """
    random = np.random.default_rng([seed, session, round(share * 100)])
    opens, closes = truth.sessions[session]
    count, samples = len(importances), round((closes - opens) / EVERY)
    moments = (np.arange(samples) + random.random((count, samples))) * EVERY
    sampled = (np.arange(count)[:, None] * _WIDE + moments).ravel()
    looked = {name: np.sort(who * _WIDE + when) for name, (who, when) in looks.items()}

    keys = np.concatenate([sampled, *looked.values()])
    order = np.argsort(keys, kind="stable")
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.arange(len(keys))
    moves = _moves(truth, opens, closes, truth.gap(session), keys[order], share, random)
    if factors is not None:
        who = (keys[order] // _WIDE).astype(np.int64)
        moves = moves * np.sqrt(1 - factors.explained[who]) + factors.at(who, keys[order] - who * _WIDE)
    prices, start = moves[place], len(sampled)
    at_samples = prices[:start]

    whole, half_hour = {}, {}
    first = round(30 * MINUTE / EVERY)
    for name, times in looked.items():
        known = np.concatenate([[0.0], prices[start : start + len(times)]])  # 0: the close before
        last = np.searchsorted(times, sampled, side="right")
        own = (last > 0) & (times[np.maximum(last - 1, 0)] // _WIDE == sampled // _WIDE)
        off = (
            np.abs(at_samples - known[np.where(own, last, 0)]).reshape(count, samples) * volatilities[:, None]
        )
        whole[name] = float(importances @ off.mean(axis=1))
        half_hour[name] = float(importances @ off[:, :first].mean(axis=1))
        start += len(times)
    paths = at_samples.reshape(count, samples) * (volatilities / 1e4)[:, None]
    bars = (paths[:, 0], paths.max(axis=1), paths.min(axis=1), paths[:, -1])
    return Measured(whole, half_hour, bars)


def _moves(
    truth: Truth,
    opens: float,
    closes: float,
    gap: float,
    keys: Floats,
    share: float,
    random: np.random.Generator,
) -> Floats:
    """Return the move since the close before, in volatilities, at sorted keys of instrument and time."""
    who = keys // _WIDE
    fine = np.arange(opens, closes + 15.0, 15.0)
    at = np.interp(keys - who * _WIDE, fine - opens, truth.at(fine) - truth.at(np.array([opens])))
    fresh = np.concatenate([[True], who[1:] != who[:-1]])
    steps = np.maximum(np.where(fresh, at + gap, np.diff(at, prepend=0.0)), 0.0)
    wild = (1 - share) * steps
    if share:
        wild += random.poisson(JUMPS_A_DAY * steps) * (share / JUMPS_A_DAY)
    total = np.cumsum(random.standard_normal(len(keys)) * np.sqrt(wild))
    starts = np.flatnonzero(fresh)
    before = np.concatenate([[0.0], total[starts[1:] - 1]])
    return np.asarray(total - np.repeat(before, np.diff(np.append(starts, len(keys)))))


def history(
    truth_share: float, volatilities: Floats, *, overnight: float, pace: tuple[float, ...], seed: int
) -> tuple[Floats, ...]:
    """Return opens, highs, lows and closes (log moves, a session a row) of sessions before the measured."""
    random = np.random.default_rng([seed, 77, round(truth_share * 100)])
    parts = np.array([overnight, *(np.array(pace) / sum(pace) * (1 - overnight))])
    rows = []
    for volatility in volatilities:
        wild = np.repeat(parts[:, None] * (1 - truth_share), len(volatility), axis=1)
        if truth_share:
            wild += random.poisson(np.repeat(parts[:, None] * JUMPS_A_DAY, len(volatility), axis=1)) * (
                truth_share / JUMPS_A_DAY
            )
        path = np.cumsum(random.standard_normal(wild.shape) * np.sqrt(wild), axis=0) * (volatility / 1e4)
        rows.append((path[0], path.max(axis=0), path.min(axis=0), path[-1]))
    return tuple(np.array([row[k] for row in rows]) for k in range(4))
