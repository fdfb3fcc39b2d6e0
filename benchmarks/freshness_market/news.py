"""Events that come at known rates, looked for under one limit, against the bound of Azar et al."""

from dataclasses import dataclass

import numpy as np

from benchmarks.freshness_market.truth import DAY, Floats
from investment.acquisition.calculators import events
from investment.acquisition.policy import Policy

A_MINUTE = 5
MOVE = 150.0  # basis points around an event
WARM, MEASURED = 5, 6  # days
DRAWS = 20  # of the events, for the same looks


@dataclass(frozen=True)
class News:
    """Errors in basis points, weighted by importance, measured on simulated events."""

    planner: float
    round_robin: float
    oldest_first: float
    bound: float
    standard_error: float


def measure_news(count: int, seed: int) -> News:
    random = np.random.default_rng([seed, 5])
    importances = random.pareto(1.1, count) + 1
    importances /= importances.sum()
    rates = 0.5 * np.exp(random.standard_normal(count)) * (importances / importances.mean()) ** 0.3  # a day
    calls = A_MINUTE * count / 12_000 / 60  # a second: the limit's, for 12,000
    times = np.arange(0.0, (WARM + MEASURED) * DAY, 1 / calls)
    seen = -random.random(count) * count / calls
    policy = Policy(limits=[(1, 1 / calls)], sessions=[(-2 * DAY, -DAY)])
    policy.add_events(range(count), importances, MOVE, rates, seen=seen)
    ours = []
    for now in times.tolist():
        datum = policy.choose(now)
        if datum is not None:
            policy.seen(datum, now)
        ours.append(-1 if datum is None else datum)
    ranks = np.argsort(seen)  # in turn and the oldest first are the same once begun
    in_turn, oldest = np.arange(len(times)) % count, ranks[np.arange(len(times)) % count]
    worths, per_second = importances * MOVE, rates / DAY
    daily = [_errors(np.array(who), times, seen, worths, per_second, seed) for who in (ours, in_turn, oldest)]
    bound = events.bound(worths, per_second, calls)
    planner = daily[0].mean()
    return News(
        planner=float(planner),
        round_robin=float(daily[1].mean()),
        oldest_first=float(daily[2].mean()),
        bound=bound,
        standard_error=float(daily[0].std(ddof=1) / np.sqrt(MEASURED) / planner),
    )


def _errors(who: Floats, times: Floats, seen: Floats, worths: Floats, rates: Floats, seed: int) -> Floats:
    """Return the mean error of each measured day: an event is unknown until the next look."""
    random = np.random.default_rng([seed, 6])
    start, end = WARM * DAY, (WARM + MEASURED) * DAY
    kept = who >= 0
    owner = np.concatenate([np.arange(len(worths)), who[kept].astype(np.int64)])
    when = np.concatenate([seen, times[kept]])
    order = np.lexsort((when, owner))
    owner, when = owner[order], when[order]
    until = np.where(np.append(owner[1:] != owner[:-1], True), end, np.append(when[1:], end))
    result = np.zeros(MEASURED)
    for _ in range(DRAWS):
        came = when + random.exponential(1 / rates[owner])  # the first event after each look
        for day in range(MEASURED):
            low, high = start + day * DAY, start + (day + 1) * DAY
            unknown = np.clip(np.minimum(until, high) - np.maximum(came, low), 0.0, None)
            result[day] += float(np.sum(worths[owner] * unknown)) / DAY / DRAWS
    return result
