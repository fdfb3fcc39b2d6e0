"""
Every figure once more, written out from its formula in plain Python: the judge of the calculators.

Slow and obvious on purpose. A series is the list of an instrument's own bars, oldest first; ``None`` is
unknown.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Bar:
    """One own bar: adjusted for splits, fully adjusted, and raw; ``place`` counts exchange sessions."""

    place: int
    high: float
    low: float
    close: float
    volume: float
    adjusted: float | None
    raw_close: float
    raw_volume: float


def ema(values: Sequence[float], n: int) -> list[float]:
    """Return the exponential average from the ``n``-th value on, seeded by the mean of the first ``n``."""
    if len(values) < n:
        return []
    result = [sum(values[:n]) / n]
    for value in values[n:]:
        result.append(value * 2 / (n + 1) + result[-1] * (1 - 2 / (n + 1)))
    return result


def wilder(values: Sequence[float], n: int) -> list[float]:
    if len(values) < n:
        return []
    result = [sum(values[:n]) / n]
    for value in values[n:]:
        result.append((result[-1] * (n - 1) + value) / n)
    return result


def last(values: Sequence[float]) -> float | None:
    return values[-1] if values else None


def sma(bars: list[Bar], n: int) -> float | None:
    return sum(bar.close for bar in bars[-n:]) / n if len(bars) >= n else None


def macd_lines(bars: list[Bar]) -> tuple[list[float], list[float]]:
    closes = [bar.close for bar in bars]
    fast, slow = ema(closes, 12), ema(closes, 26)
    line = [a - b for a, b in zip(fast[len(fast) - len(slow) :], slow, strict=True)]
    return line, ema(line, 9)


def same(old: Bar, new: Bar) -> bool:
    """Say whether two closes are equal but for the rounding of a split's ratio."""
    return math.isclose(old.close, new.close, rel_tol=1e-12)


def rsi(bars: list[Bar]) -> float | None:
    changes = [0.0 if same(old, new) else new.close - old.close for old, new in pairwise(bars)]
    gains = wilder([max(change, 0.0) for change in changes], 14)
    losses = wilder([max(-change, 0.0) for change in changes], 14)
    if not gains or gains[-1] + losses[-1] == 0:
        return None
    return 100 - 100 / (1 + gains[-1] / losses[-1]) if losses[-1] else 100.0


def atr(bars: list[Bar]) -> float | None:
    ranges = [
        max(new.high - new.low, abs(new.high - old.close), abs(new.low - old.close))
        for old, new in pairwise(bars)
    ]
    average = wilder(ranges, 14)
    return average[-1] if average else None


def bollinger(bars: list[Bar], side: int) -> float | None:
    if len(bars) < 20:
        return None
    closes = [bar.close for bar in bars[-20:]]
    return statistics.fmean(closes) + side * 2 * statistics.pstdev(closes)


def obv_change(bars: list[Bar], n: int) -> float | None:
    if len(bars) < n + 1:
        return None
    total, levels = 0.0, [0.0]
    for old, new in pairwise(bars):
        if not same(old, new):
            total += new.volume if new.close > old.close else -new.volume
        levels.append(total)
    return levels[-1] - levels[-1 - n]


def log_returns(bars: list[Bar], n: int) -> list[float] | None:
    chosen = [bar.adjusted for bar in bars[-n - 1 :]]
    if len(chosen) < n + 1 or None in chosen:
        return None
    known = [value for value in chosen if value is not None]
    return [math.log(new / old) for old, new in pairwise(known)]


def volatility(bars: list[Bar], n: int) -> float | None:
    returns = log_returns(bars, n)
    return statistics.stdev(returns) * math.sqrt(252) if returns else None


def year_of_closes(bars: list[Bar]) -> list[float] | None:
    chosen = [bar.adjusted for bar in bars[-252:] if bar.adjusted is not None]
    return chosen if len(chosen) == 252 else None


def max_drawdown(bars: list[Bar]) -> float | None:
    closes = year_of_closes(bars)
    if closes is None:
        return None
    return min(close / max(closes[: place + 1]) - 1 for place, close in enumerate(closes))


def distance_from_high(bars: list[Bar]) -> float | None:
    closes = year_of_closes(bars)
    return None if closes is None else closes[-1] / max(closes) - 1


def against_market(bars: list[Bar], market: Sequence[float | None]) -> tuple[float | None, float | None]:
    """Return beta and correlation; ``market`` has the log return of each session by place."""
    own = log_returns(bars, 252)
    if own is None:
        return None, None
    chosen = bars[-253:]
    theirs: list[float] = []
    for old, new in pairwise(chosen):
        span = [market[place] for place in range(old.place + 1, new.place + 1)]
        known = [value for value in span if value is not None]
        if len(known) < len(span):
            return None, None
        theirs.append(math.fsum(known))
    mine, mean = statistics.fmean(own), statistics.fmean(theirs)
    together = math.fsum((a - mine) * (b - mean) for a, b in zip(own, theirs, strict=True))
    own_square = math.fsum((a - mine) ** 2 for a in own)
    their_square = math.fsum((b - mean) ** 2 for b in theirs)
    if not their_square:
        return None, None
    return together / their_square, (together / math.sqrt(own_square * their_square) if own_square else None)


def session_return(bars: list[Bar], newer: int, older: int) -> float | None:
    """Return the change between two sessions, counted back from the last bar's."""
    last = bars[-1].place
    closes = {bar.place: bar.adjusted for bar in bars}
    new, old = closes.get(last - newer), closes.get(last - older)
    return None if new is None or old is None else new / old - 1


def dollar_volume(bars: list[Bar], n: int, middle: Callable[[list[float]], float]) -> float | None:
    if len(bars) < n:
        return None
    return middle([bar.raw_close * bar.raw_volume for bar in bars[-n:]])


def all_figures(bars: list[Bar], market: Sequence[float | None]) -> dict[str, float | None]:
    """Return every figure by its column's name, from the bars given and no others."""
    closes = [bar.close for bar in bars]
    line, signal = macd_lines(bars)
    beta, correlation = against_market(bars, market)
    return {
        **{f"return_{n}": session_return(bars, 0, n) for n in (1, 5, 21, 63, 126, 252)},
        **{f"sma_{n}": sma(bars, n) for n in (20, 50, 200)},
        "ema_12": last(ema(closes, 12)),
        "ema_26": last(ema(closes, 26)),
        "rsi_14": rsi(bars),
        "macd": last(line),
        "macd_signal": last(signal),
        "macd_histogram": line[-1] - signal[-1] if signal else None,
        "bollinger_upper": bollinger(bars, 1),
        "bollinger_middle": bollinger(bars, 0),
        "bollinger_lower": bollinger(bars, -1),
        "atr_14": atr(bars),
        **{f"obv_change_{n}": obv_change(bars, n) for n in (21, 63)},
        **{f"volatility_{n}": volatility(bars, n) for n in (21, 252)},
        "max_drawdown_252": max_drawdown(bars),
        "distance_from_high_252": distance_from_high(bars),
        "beta_252": beta,
        "correlation_252": correlation,
        "mean_dollar_volume_20": dollar_volume(bars, 20, statistics.fmean),
        "median_dollar_volume_63": dollar_volume(bars, 63, statistics.median),
        "momentum_12_1": session_return(bars, 21, 252),
    }
