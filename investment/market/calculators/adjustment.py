"""
Factors that make a raw series comparable over time, after splits and dividends.

A raw price times its factor is the price on the basis of the last session. Method of CRSP
(Center for Research in Security Prices, «Data Descriptions Guide», factors to adjust price):

- split with ``ratio`` new shares per old one: every earlier price is divided by ``ratio``;
- cash dividend: every earlier price is multiplied by ``1 − amount / close``, where ``close`` is
  the raw close of the last bar before the ex-date and ``amount`` is per share as declared. A split
  after that bar, up to the ex-date itself, brings the close onto the dividend's basis first.

Factors multiply. A dividend that cannot be applied makes everything before it unknown, NaN.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from investment.providers.contracts import Floats

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.intp]

SPLIT, DIVIDEND = 0, 1


@dataclass(frozen=True, slots=True)
class Actions:
    """
    Splits and dividends as columns. ``column`` is the instrument's place in the matrices.

    ``value`` is the ratio of a split or the amount of a dividend. ``foreign`` is True for a dividend
    in another currency than the prices, or where either is unknown.
    """

    column: Ints
    ex_date: Days
    kind: npt.NDArray[np.int8]
    value: Floats
    foreign: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.column)

    def where(self, keep: npt.NDArray[np.bool_]) -> "Actions":
        return Actions(
            self.column[keep], self.ex_date[keep], self.kind[keep], self.value[keep], self.foreign[keep]
        )


@dataclass(frozen=True, slots=True)
class Factors:
    """
    Matrices [session, instrument]: raw price times factor is the adjusted one; NaN is unknown.

    ``splits`` is for splits alone (divide a volume by it), ``full`` for splits and dividends.
    ``reasons`` says, by the instrument's column, why a part of ``full`` or of both is unknown.
    """

    splits: Floats
    full: Floats
    reasons: dict[int, str] = field(default_factory=dict)


def adjustment_factors(*, sessions: Days, closes: Floats, actions: Actions, as_of: np.datetime64) -> Factors:
    """
    Return the factors on the basis of ``as_of``, the last of the sessions or a day after it.

    :param sessions: ascending.
    :param closes: raw, [session, instrument]; NaN where there is no bar.
    :param actions: those with an ex-date after ``as_of`` are not known yet, and left out.
    """
    reasons: dict[int, str] = {}
    if not len(sessions) or not len(actions):
        return Factors(np.ones_like(closes), np.ones_like(closes), reasons)
    actions = actions.where((actions.ex_date > sessions[0]) & (actions.ex_date <= as_of))
    # An action on a day without a session takes effect at the next one; one more row stands for
    # whatever happened after the last.
    row = np.searchsorted(sessions, actions.ex_date)
    splits, full = (np.ones((len(sessions) + 1, closes.shape[1])) for _ in range(2))
    is_split = actions.kind == SPLIT

    np.multiply.at(splits, (row[is_split], actions.column[is_split]), 1.0 / actions.value[is_split])
    steps = _dividend_steps(sessions, closes, actions.where(~is_split), actions.where(is_split), reasons)
    np.multiply.at(full, (row[~is_split], actions.column[~is_split]), steps)

    acted = np.unique(actions.column)
    splits[:, acted] = _after(splits[:, acted])
    full[:, acted] = _after(full[:, acted]) * splits[:, acted]
    return Factors(splits[:-1], full[:-1], reasons)


def _after(steps: Floats) -> Floats:
    """Return, for each row, the product of the steps of all later rows."""
    factors = np.ones_like(steps)
    factors[:-1] = np.cumprod(steps[:0:-1], axis=0)[::-1]
    return factors


def _dividend_steps(
    sessions: Days, closes: Floats, dividends: Actions, splits: Actions, reasons: dict[int, str]
) -> Floats:
    """Return ``1 − amount / close`` of each dividend; 1 where no bar precedes it, NaN where unknown."""
    if not len(dividends):
        return np.ones(0)
    row = np.searchsorted(sessions, dividends.ex_date)
    before, close = _last_bar_before(closes, row, dividends.column)
    has_bar = before >= 0
    close = close * _splits_between(sessions, before, dividends, splits)

    steps = np.ones(len(dividends))
    steps[has_bar] = 1.0 - dividends.value[has_bar] / close[has_bar]
    foreign = has_bar & dividends.foreign
    too_large = has_bar & ~foreign & (steps <= 0.0)
    for unknown, words in (
        (too_large, "a dividend with ex-date {day} is not below the close before it"),
        (foreign, "a dividend with ex-date {day} is in another currency than the prices, or one is unknown"),
    ):
        steps[unknown] = np.nan
        for index in np.flatnonzero(unknown).tolist():
            day = dividends.ex_date[index]
            reasons[int(dividends.column[index])] = f"Before {day} unknown: {words.format(day=day)}."
    return steps


def _last_bar_before(closes: Floats, row: Ints, column: Ints) -> tuple[Ints, Floats]:
    """Return row and close of the last bar before ``row``; -1 and NaN where there is none."""
    before = row - 1
    close = np.where(before >= 0, closes[np.maximum(before, 0), column], np.nan)
    # Nearly always it is the session before: only the few others are walked back.
    while (walking := np.isnan(close) & (before >= 0)).any():
        before = np.where(walking, before - 1, before)
        close = np.where(before >= 0, closes[np.maximum(before, 0), column], np.nan)
    return before, close


def _splits_between(sessions: Days, before: Ints, dividends: Actions, splits: Actions) -> Floats:
    """Return the factor from the basis of the bar before each dividend to that of its ex-date."""
    factor = np.ones(len(dividends))
    bar_day = sessions[np.maximum(before, 0)]
    # Splits are few: only the dividends of those instruments are looked at one by one.
    for index in np.flatnonzero(np.isin(dividends.column, splits.column)).tolist():
        between = (
            (splits.column == dividends.column[index])
            & (splits.ex_date > bar_day[index])
            & (splits.ex_date <= dividends.ex_date[index])
        )
        factor[index] = 1.0 / np.prod(splits.value[between])
    return factor
