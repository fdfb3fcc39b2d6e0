"""All instruments that may be asked for one by one, with what the planner has to know of each."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from investment.acquisition.calculators.volatility import daily_volatilities
from investment.market.models import Instrument
from investment.market.selectors.panel import load_factors, load_panel
from investment.market.selectors.sessions import CalendarMissing, latest_closed_session, sessions_before

SESSIONS = 64  # whose bars are read: a quarter of a year
_UNHEARD = 200.0  # basis points a day, while there is no bar of anything: all are alike then

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Universe:
    """
    Listed instruments, by ascending id.

    ``volatility`` is in basis points a day, close to close: an estimate for planning alone, never shown.
    ``dollar_volume`` is the median traded in a session (USD), NaN where unknown.
    """

    instrument_ids: npt.NDArray[np.int64]
    volatility: Floats
    dollar_volume: Floats


def load_universe(*, now: datetime) -> Universe:
    """Return all listed instruments; those without bars count as the most usual one."""
    ids = np.array(
        list(Instrument.objects.filter(active=True).order_by("pk").values_list("pk", flat=True)),
        dtype=np.int64,
    )
    volatility, money = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    try:
        sessions = sessions_before(latest_closed_session(now), SESSIONS)
    except CalendarMissing:
        sessions = []
    if sessions and len(ids):
        panel = load_panel(sessions=sessions, instrument_ids=ids.tolist())
        factors = load_factors(panel=panel).splits
        volatility = daily_volatilities(
            panel.close * factors,
            opens=panel.open * factors,
            highs=panel.high * factors,
            lows=panel.low * factors,
        )
        traded = panel.close * panel.volume
        known = np.isfinite(traded).any(axis=0)
        money[known] = np.nanmedian(traded[:, known], axis=0)
    return Universe(ids, np.where(np.isfinite(volatility), volatility, _UNHEARD), money)
