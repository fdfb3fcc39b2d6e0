"""
Measure how near the planner comes to the best that scarce calls can do, in basis points of price error.

Usage: ./scripts/bench.sh freshness [--instruments N] [--days N] [--seed N]

40 trading days, among them half days, of 12,000 instruments whose importance has a heavy tail, at
Finnhub's free limits (fewer instruments: a minute's limit in proportion). Prices move fast at the open,
slowly at noon, by themselves over night, and partly by jumps (0, 0.1 and 0.3 of the variance). Every evening
a file brings all closes. The error of a price is its move since it was last seen; it is taken on the paths,
weighted by importance, over open time. All ways to look are measured on the same paths:

    planner           investment.acquisition.policy, told importances, each day's volatilities and the hours
    planner_learned   the same, with volatilities estimated from past daily bars alone
    round_robin       one after the other
    oldest_first      whoever was seen longest ago
    bound             what no policy can be better than; see benchmarks/freshness_market/bound.py

The planner is told nothing of how the market's variance is spread over the day: it uses its own clock.
Figures are those of the jump share at which bound ÷ planner is lowest; ``by_jump_share`` has all of them.
``first_30_minutes`` are the errors from the open on; ``standard_error`` is that of bound ÷ planner over days.

    choose_ms         processor time of choosing one call, in the mean over an hour from the open, everything
                      included, with 12,000 prices, 12,000 instruments' news and as many filings, all limits
    clocks            bound ÷ planner where the market's variance is spread quite otherwise than the planner
                      believes (2,400 instruments, no jumps, expected errors)
    events            the same figures for news, against the bound of Azar et al. (PNAS 2018)
    factors           eight days on which about 0.3 of each price's variance is the market's and its sector's;
                      the planner is hinted these moves every ten seconds, and each price's share of them. It
                      plans by them and shows nothing by them: errors are those of prices seen. So it may pass
                      the bound, which is that of prices that move by themselves
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.freshness_market.bound import Bound, make_bound
from benchmarks.freshness_market.factors import STREAMED, Factors
from benchmarks.freshness_market.news import measure_news
from benchmarks.freshness_market.paths import Looks, history, measure
from benchmarks.freshness_market.truth import HALF_DAY_PACE, MEAN_MOVE, PACE, Floats, Truth, Universe
from investment.acquisition.policy import Policy, daily_volatilities

FACTOR_DAYS = 8
SHARES = (0.0, 0.1, 0.3)
PAST = 80  # sessions of bars before the measured ones
KEPT = 120  # sessions that volatilities are estimated from
WAYS = ("planner", "planner_learned", "round_robin", "oldest_first")
GOAL, GOAL_LEARNED, GOAL_MS, GOAL_ERROR = 0.97, 0.93, 0.2, 0.002


@dataclass(frozen=True)
class Setting:
    """What is simulated."""

    instruments: int
    days: int
    seed: int

    @property
    def a_minute(self) -> int:
        """Calls a minute: the limit of 60 is for 12,000."""
        return max(1, round(60 * self.instruments / 12_000))

    @property
    def truth(self) -> Truth:
        halves = tuple(day for day in (9, 22, 35) if day <= self.days)
        return Truth(self.days + 2, half_days=halves)

    @property
    def universe(self) -> Universe:
        return Universe.make(self.instruments, PAST + self.days + 1, self.seed)


def drive(
    truth: Truth,
    session: int,
    importances: Floats,
    volatilities: Floats,
    a_minute: int,
    factors: Factors | None = None,
) -> Looks:
    """Let the policy look through one session, asking it each second; return what it looked at when."""
    opens, closes = truth.sessions[session]
    count = len(importances)
    policy = Policy(
        importances,
        volatilities,
        limits={"finnhub": [(a_minute, 60), (30, 1)]},
        seen=np.full(count, truth.sessions[session - 1][1]),
        sessions=truth.sessions,
    )
    who, when, everyone = [], [], np.arange(count)
    if factors is not None:
        policy.hint(range(count), 0.0, factors.explained)
    for now in np.arange(opens, closes, 1.0).tolist():
        if factors is not None and (now - opens) % STREAMED == 0:
            moves = factors.at(everyone, np.full(count, now - opens)) * volatilities
            policy.hint(range(count), moves, factors.explained)
        while (datum := policy.choose(now)) is not None:
            policy.seen(datum, now)
            who.append(datum)
            when.append(now - opens)
    return np.array(who, dtype=np.int64), np.array(when)


def in_turn(truth: Truth, session: int, count: int, a_minute: int, start: int) -> Looks:
    """Look at one after the other from ``start`` on, evenly."""
    opens, closes = truth.sessions[session]
    when = np.arange(0.0, closes - opens, 60 / a_minute)
    return (start + np.arange(len(when))) % count, when


def given_looks(setting: Setting) -> list[Looks]:
    """Return the planner's looks of every day, with the volatilities given."""
    truth, universe = setting.truth, setting.universe
    return [
        drive(truth, day, universe.importances, universe.volatilities[PAST + day], setting.a_minute)
        for day in range(1, setting.days + 1)
    ]


def measure_share(setting: Setting, share: float, given: list[Looks]) -> dict[str, Any]:
    """Return every way's errors by day at one jump share."""
    truth, universe, count = setting.truth, setting.universe, setting.instruments
    bars = [
        list(each)
        for each in history(
            share, universe.volatilities[: PAST + 1], overnight=0.22, pace=PACE, seed=setting.seed
        )
    ]
    errors: dict[str, list[float]] = {way: [] for way in WAYS}
    starts: dict[str, list[float]] = {way: [] for way in WAYS}
    turn = 0
    for day in range(1, setting.days + 1):
        volatilities = universe.volatilities[PAST + day]
        learned = drive(truth, day, universe.importances, estimate(bars), setting.a_minute)
        looks: Mapping[str, Looks] = {
            "planner": given[day - 1],
            "planner_learned": learned,
            "round_robin": in_turn(truth, day, count, setting.a_minute, turn),
            "oldest_first": in_turn(truth, day, count, setting.a_minute, 0),
        }
        turn += len(looks["round_robin"][0])
        result = measure(
            truth, day, universe.importances, volatilities, looks, share=share, seed=setting.seed
        )
        for way in WAYS:
            errors[way].append(result.session[way])
            starts[way].append(result.start[way])
        for kept, new in zip(bars, result.bars, strict=True):
            kept.append(new)
    return {"errors": errors, "starts": starts}


def estimate(bars: list[list[Floats]]) -> Floats:
    """Estimate volatilities from opens, highs, lows and closes told as log moves since the close before."""
    opens, highs, lows, closes = (np.array(each[-KEPT:]) for each in bars)
    level = np.cumsum(closes, axis=0)
    before = level - closes
    prices = {"opens": opens, "highs": np.maximum(highs, opens), "lows": np.minimum(lows, opens)}
    return daily_volatilities(np.exp(level), **{name: np.exp(before + each) for name, each in prices.items()})


def measure_factors(setting: Setting, given: list[Looks]) -> dict[str, float]:
    """Return what seeing the factors gains on the same paths, and how sure that is."""
    truth, universe = setting.truth, setting.universe
    pairs = []
    for day in range(1, min(FACTOR_DAYS, setting.days) + 1):
        volatilities = universe.volatilities[PAST + day]
        factors = Factors.draw(truth, day, setting.instruments, setting.seed)
        told = drive(truth, day, universe.importances, volatilities, setting.a_minute, factors)
        looks = {"planner": given[day - 1], "told": told}
        measured = measure(
            truth,
            day,
            universe.importances,
            volatilities,
            looks,
            share=0.0,
            seed=setting.seed,
            factors=factors,
        )
        pairs.append((measured.session["planner"], measured.session["told"]))
    planner, told_errors = np.array(pairs).T
    ratios = planner / told_errors
    return {
        "days": len(pairs),
        "planner": round(float(planner.mean()), 3),
        "planner_with_factors": round(float(told_errors.mean()), 3),
        "planner/planner_with_factors": round(float(planner.sum() / told_errors.sum()), 4),
        "standard_error": round(float(ratios.std(ddof=1) / np.sqrt(len(ratios))), 4),
    }


def bounds(setting: Setting, share: float) -> list[float]:
    """Return the bound of every day, in basis points."""
    truth, universe = setting.truth, setting.universe
    made: dict[tuple[float, float], Bound] = {}
    result = []
    for day in range(1, setting.days + 1):
        worths = universe.importances * universe.volatilities[PAST + day]
        if truth.kind(day) not in made:
            made[truth.kind(day)] = make_bound(truth, day, worths, a_minute=setting.a_minute, share=share)
        result.append(made[truth.kind(day)].of(worths))
    return result


def grid_error(setting: Setting) -> float:
    """Return by how much a grid of half the steps lowers the bound, as a fraction of it."""
    truth, universe = setting.truth, setting.universe
    worths = universe.importances * universe.volatilities[PAST + 1]
    coarse, fine = (
        make_bound(truth, 1, worths, a_minute=setting.a_minute, share=0.0, finer=finer, scales=(0.94,)).of(
            worths
        )
        for finer in (1.0, 2.0)
    )
    return abs(coarse / fine - 1)


def measure_choosing(setting: Setting) -> float:
    """Return the processor milliseconds of choosing one call with three kinds of data and all limits."""
    from investment.providers.adapters.alphavantage import limits as alphavantage
    from investment.providers.adapters.finnhub import limits as finnhub
    from investment.providers.adapters.massive import limits as massive

    truth, universe, count = setting.truth, setting.universe, setting.instruments
    opens, seen = truth.sessions[1][0], np.full(count, truth.sessions[0][1])
    policy = Policy(
        limits={
            "finnhub": finnhub.BUCKETS["free"][finnhub.MARKET_DATA],
            "finnhub fundamentals": finnhub.BUCKETS["free"][finnhub.FUNDAMENTALS],
            "massive": massive.PLANS["basic"],
            "alphavantage": alphavantage.PLANS["free"],
        },
        sessions=truth.sessions,
    )
    names, weight = range(count), universe.importances
    policy.add_prices(
        [("price", k) for k in names], weight, universe.volatilities[PAST], seen=seen, providers=("finnhub",)
    )
    policy.add_events(
        [("news", k) for k in names],
        weight,
        150.0,
        0.5,
        seen=seen,
        providers=("finnhub fundamentals", "alphavantage"),
    )
    policy.add_events([("filings", k) for k in names], weight, 200.0, 0.02, seen=seen, providers=("massive",))
    made, spent = 0, 0.0
    for now in np.arange(opens, opens + 3600, 1.0).tolist():
        while True:
            start = time.thread_time()
            datum = policy.choose(now)
            spent += time.thread_time() - start
            if datum is None:
                break
            policy.seen(datum, now)
            made += 1
    return spent / made * 1000


def measure_clocks(setting: Setting) -> dict[str, float]:
    """Return bound ÷ planner in markets that are not as the planner believes; expected errors."""
    small = Setting(min(2400, setting.instruments), 1, setting.seed + 1)
    late = (1.0, 0.8, 0.7, 0.7, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0)
    markets = {
        "as believed": Truth(4),
        "all hours alike": Truth(4, pace=(1.0,) * 13),
        "wild open": Truth(4, pace=(12.0, 4.0, *PACE[2:])),
        "wild close": Truth(4, pace=late),
        "hardly a night": Truth(4, overnight=0.05),
        "half of it at night": Truth(4, overnight=0.5),
        "half day": Truth(4, half_days=(1,), half_pace=HALF_DAY_PACE),
    }
    universe = Universe.make(small.instruments, 1, small.seed)
    worths, result = universe.importances * universe.volatilities[0], {}
    for name, truth in markets.items():
        looks = drive(truth, 1, universe.importances, universe.volatilities[0], small.a_minute)
        least = make_bound(truth, 1, worths, a_minute=small.a_minute, share=0.0).of(worths)
        result[name] = round(least / _expected(truth, worths, looks), 4)
    return result


def _expected(truth: Truth, worths: Floats, looks: Looks) -> float:
    """Return the mean expected error of a session without jumps, by looking every five seconds."""
    who, when = looks
    opens, closes = truth.sessions[1]
    times = np.arange(2.5, closes - opens, 5.0)
    variance = truth.at(opens + times)
    seen = np.full(len(worths), float(truth.at(np.array([truth.sessions[0][1]]))[0]))
    at_looks, done, total = truth.at(opens + when), 0, 0.0
    for time_, now in zip(times, variance, strict=True):
        while done < len(when) and when[done] <= time_:
            seen[who[done]] = at_looks[done]
            done += 1
        total += float(worths @ np.sqrt(now - seen))
    return MEAN_MOVE * total / len(times)


def summary(setting: Setting, measured: dict[str, Any], least: list[float]) -> dict[str, float]:
    """Return one jump share's figures: means over open time, ratios, and how sure they are."""
    sessions = setting.truth.sessions[1 : setting.days + 1]
    weight = np.array([closes - opens for opens, closes in sessions])
    weight /= weight.sum()
    means = {way: float(weight @ np.array(measured["errors"][way])) for way in WAYS}
    bound = float(weight @ np.array(least))
    result = {way: round(mean, 3) for way, mean in means.items()} | {"bound": round(bound, 3)}
    for way in ("planner", "planner_learned"):
        off = np.array(measured["errors"][way]) - means[way] / bound * np.array(least)
        result[f"bound/{way}"] = round(bound / means[way], 4)
        result[f"standard_error/{way}"] = round(float(np.sqrt(np.sum((weight * off) ** 2)) / means[way]), 5)
    result |= {f"first_30_minutes/{way}": round(float(np.mean(measured["starts"][way])), 3) for way in WAYS}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instruments", type=int, default=12_000)
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--seed", type=int, default=20_261_122)
    setting = Setting(**vars(parser.parse_args()))
    began = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        given = pool.submit(given_looks, setting)
        least = {share: pool.submit(bounds, setting, share) for share in SHARES}
        others: dict[str, Future[Any]] = {
            "choose_ms": pool.submit(measure_choosing, setting),
            "clocks": pool.submit(measure_clocks, setting),
            "events": pool.submit(measure_news, setting.instruments, setting.seed),
            "grid_error": pool.submit(grid_error, setting),
        }
        looks = given.result()
        print(f"  the planner's days took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        others["factors"] = pool.submit(measure_factors, setting, looks)
        shares = dict(
            zip(SHARES, pool.map(partial(measure_share, setting, given=looks), SHARES), strict=True)
        )
        done = {name: future.result() for name, future in others.items()}
        by_share = {share: summary(setting, shares[share], least[share].result()) for share in SHARES}
    figures = report(setting, by_share, done)
    print(f"  all of it took {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(json.dumps(figures))
    good = (
        figures["bound/planner"] >= GOAL
        and figures["bound/planner_learned"] >= GOAL_LEARNED
        and figures["standard_error"] <= GOAL_ERROR
        and figures["choose_ms"] < GOAL_MS
    )
    raise SystemExit(0 if good else 1)


def report(setting: Setting, by_share: dict[float, dict[str, float]], done: dict[str, Any]) -> dict[str, Any]:
    """Print the table and return the JSON."""
    table = Table("jumps", *WAYS, "bound", "bound/planner", "bound/planner_learned")
    for share, each in by_share.items():
        columns = (*WAYS, "bound", "bound/planner", "bound/planner_learned")
        table.add_row(f"{share:.0%}", *(str(each[column]) for column in columns))
    Console(stderr=True, width=130).print(table)
    worst = min(by_share, key=lambda share: by_share[share]["bound/planner"])
    learned = min(by_share, key=lambda share: by_share[share]["bound/planner_learned"])
    news = done["events"]
    return {
        "instruments": setting.instruments,
        "days": setting.days,
        "jump_share": worst,
        **{name: by_share[worst][name] for name in (*WAYS, "bound", "bound/planner")},
        "bound/planner_learned": by_share[learned]["bound/planner_learned"],
        "standard_error": max(
            each[f"standard_error/{way}"]
            for each in by_share.values()
            for way in ("planner", "planner_learned")
        ),
        "first_30_minutes": {way: by_share[worst][f"first_30_minutes/{way}"] for way in WAYS},
        "choose_ms": round(done["choose_ms"], 4),
        "grid_error": round(done["grid_error"], 6),
        "clocks": done["clocks"],
        "events": {name: round(value, 4) for name, value in asdict(news).items()}
        | {"bound/planner": round(news.bound / news.planner, 4)},
        "factors": done["factors"]
        | {
            "bound/planner_with_factors": round(
                by_share[0.0]["bound/planner"] * done["factors"]["planner/planner_with_factors"], 4
            )
        },
        "by_jump_share": {str(share): each for share, each in by_share.items()},
    }


if __name__ == "__main__":
    main()
