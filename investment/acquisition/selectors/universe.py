"""All instruments that may be asked for one by one, with what the planner has to know of each."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from investment.acquisition.calculators.volatility import daily_volatilities
from investment.market.models import Instrument, Session
from investment.market.selectors.panel import Panel, load_factors, load_panel
from investment.market.selectors.sessions import CalendarMissing, latest_closed_session, sessions_before

SESSIONS = 64  # whose bars are read: a quarter of a year
_UNHEARD = 200.0  # basis points a day, while there is no bar of anything: all are alike then

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Universe:
    """
    Listed instruments, by ascending id.

    ``volatility`` is in basis points a day, close to close: an estimate for planning alone, never shown.
    ``dollar_volume`` is the median traded in a session (USD), NaN where unknown. ``last_close`` is when the
    session of the last stored bar ended, by instrument; those without bars are not in it.
    """

    instrument_ids: npt.NDArray[np.int64]
    volatility: Floats
    dollar_volume: Floats
    last_close: dict[int, datetime]


def load_universe(*, now: datetime) -> Universe:
    """Return all listed instruments; those without bars count as the most usual one."""
    ids = np.array(
        list(Instrument.objects.filter(active=True).order_by("pk").values_list("pk", flat=True)),
        dtype=np.int64,
    )
    last_close: dict[int, datetime] = {}
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
        last_close = _last_close(panel)
    return Universe(ids, np.where(np.isfinite(volatility), volatility, _UNHEARD), money, last_close)


def _last_close(panel: Panel) -> dict[int, datetime]:
    closes = dict(Session.objects.filter(session__in=panel.sessions).values_list("session", "closes_at"))
    there = np.isfinite(panel.close)
    last = np.where(there.any(axis=0), len(panel.sessions) - 1 - there[::-1].argmax(axis=0), -1)
    return {
        pk: closes[panel.sessions[row]]
        for pk, row in zip(panel.instrument_ids.tolist(), last.tolist(), strict=True)
        if row >= 0 and panel.sessions[row] in closes
    }
