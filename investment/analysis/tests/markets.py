"""Small markets planted in the database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from investment.lib import pgcopy
from investment.lib.partitions import ensure_years
from investment.market.models import Instrument, Origin, Session

NOW = datetime(2026, 7, 1, 4, 5, tzinfo=UTC)
LAST = date(2026, 6, 30)
NAMES = ("open", "high", "low", "close", "volume")


def plant_sessions(count: int, *, last: date = LAST) -> list[date]:
    """Make every weekday a session, ``count`` of them up to ``last``; return them, oldest first."""
    days: list[date] = []
    day = last
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    noon = [datetime(d.year, d.month, d.day, 14, 30, tzinfo=UTC) for d in days]
    Session.objects.bulk_create(
        Session(session=d, opens_at=at, closes_at=at + timedelta(hours=6))
        for d, at in zip(days, noon, strict=True)
    )
    return days[::-1]


def plant_instrument(symbol: str, **fields: Any) -> Instrument:
    """Make a common stock in dollars whose actions are all known, unless told otherwise."""
    values: dict[str, Any] = {
        "name": f"{symbol} Incorporated",
        "kind": Instrument.Kind.COMMON_STOCK,
        "currency": "USD",
        "exchange": "XNYS",
        "actions_from": date(1990, 1, 1),
        "source": "sample",
        "first_seen_at": NOW,
        "updated_at": NOW,
    }
    return Instrument.objects.create(symbol=symbol, **(values | fields))


def plant_origin() -> Origin:
    return Origin.objects.create(provider="sample", channel="imported", basis="raw", fetched_at=NOW)


def plant_bars(
    instrument: Instrument, sessions: Sequence[date], closes: Any, *, volume: float = 1e6, origin: Origin
) -> None:
    """Store bars with these closes, NaN where none; each opens at its close and spans a percent."""
    closes = np.asarray(closes, dtype=np.float64)
    traded = np.isfinite(closes)
    days = np.array(sessions, dtype="datetime64[D]")[traded]
    close = closes[traded]
    table = "market_dailybar"
    ensure_years(table=table, first=sessions[0], last=sessions[-1])
    pgcopy.copy_in(
        table=table,
        columns={
            "session": days,
            "instrument_id": np.full(len(days), instrument.pk, dtype=np.int64),
            "open": close,
            "high": close * 1.005,
            "low": close * 0.995,
            "close": close,
            "volume": np.full(len(days), volume),
            "origin_id": np.full(len(days), origin.pk, dtype=np.int64),
        },
    )


def walk(seed: int, count: int, *, start: float = 50.0) -> Any:
    """Return ``count`` closes of a random walk."""
    rng = np.random.default_rng(seed)
    return np.round(start * np.exp(np.cumsum(rng.normal(0.0003, 0.015, count))), 4)


def plant_market(
    stocks: int, *, sessions: int = 300, etfs: int = 0, last: date = LAST
) -> tuple[list[date], list[Instrument]]:
    """Plant stocks S000… and funds E000…, all of which may be ranked."""
    days = plant_sessions(sessions, last=last)
    origin = plant_origin()
    made = [plant_instrument(f"S{n:03}") for n in range(stocks)]
    made += [plant_instrument(f"E{n:03}", kind=Instrument.Kind.ETF) for n in range(etfs)]
    for seed, instrument in enumerate(made):
        plant_bars(instrument, days, walk(seed, sessions), origin=origin)
    return days, made
