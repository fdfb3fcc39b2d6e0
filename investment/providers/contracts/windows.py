"""Bars of any length, and what one day told besides its bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from investment.providers.contracts.market import BarColumns, Basis, MalformedRow

Timespan = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
Instants = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BarWindows:
    """
    Bars of one instrument over windows of ``multiplier`` times ``timespan``, oldest first.

    ``starts[i]`` is where the window of row i of ``bars`` begins, in milliseconds since 1970 in UTC.
    Windows without a trade are not there. Windows shorter than a day include trades before and after
    the regular session where the provider has them.
    """

    symbol: str
    timespan: Timespan
    multiplier: int
    starts: Instants
    bars: BarColumns
    malformed: Sequence[MalformedRow]
    basis: Basis
    digest: str  # SHA-256 of the answers' bodies, hexadecimal


@dataclass(frozen=True, slots=True)
class DayPrices:
    """
    One session of one instrument, with the prices around it; ``volume`` in shares.

    ``pre_market`` is the first price before the session, ``after_hours`` the last one after it.
    """

    symbol: str
    session: date
    open: float
    high: float
    low: float
    close: float
    volume: float | None
    pre_market: float | None
    after_hours: float | None
    basis: Basis
