"""A small market for the tests of the API; name only what the test is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from investment.analysis.models import Figures, MarketReturn, Score
from investment.lib.partitions import ensure_years
from investment.market.models import DailyBar, Instrument, Origin, Session, Ticker

FIRST = date(2026, 1, 5)  # a Monday
AT_NIGHT = datetime(2026, 1, 31, 5, 5, tzinfo=UTC)


def make_sessions(count: int = 15, first: date = FIRST) -> list[date]:
    """Write ``count`` weekdays from ``first`` on as sessions, and return them."""
    days = [first + timedelta(days=n) for n in range(count * 2)]
    weekdays = [day for day in days if day.weekday() < 5][:count]
    Session.objects.bulk_create(
        Session(
            session=day,
            opens_at=datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC),
            closes_at=datetime(day.year, day.month, day.day, 21, 0, tzinfo=UTC),
        )
        for day in weekdays
    )
    return weekdays


def make_instrument(symbol: str = "AAPL", **fields: Any) -> Instrument:
    known = {
        "name": f"{symbol} Inc.",
        "kind": Instrument.Kind.COMMON_STOCK,
        "exchange": "XNAS",
        "currency": "USD",
        "actions_from": date(2020, 1, 1),
        "source": "sample",
        "first_seen_at": AT_NIGHT,
        "updated_at": AT_NIGHT,
    }
    instrument = Instrument.objects.create(symbol=symbol, **(known | fields))
    Ticker.objects.create(instrument=instrument, symbol=symbol)
    return instrument


def make_origin(**fields: Any) -> Origin:
    known = {"provider": "sample", "channel": "fetched", "basis": "raw", "fetched_at": AT_NIGHT}
    return Origin.objects.create(**(known | fields))


def make_bars(instrument: Instrument, closes: dict[date, float], origin: Origin | None = None) -> Origin:
    """Store a bar for each session, a tenth up and down around its close."""
    origin = origin or make_origin()
    ensure_years(table="market_dailybar", first=min(closes), last=max(closes))
    DailyBar.objects.bulk_create(
        DailyBar(
            session=session,
            instrument=instrument,
            open=close,
            high=close * 1.1,
            low=close * 0.9,
            close=close,
            volume=1000.0,
            origin=origin,
        )
        for session, close in closes.items()
    )
    return origin


def make_figures(instrument: Instrument, session: date, **fields: Any) -> Figures:
    ensure_years(table="analysis_figures", first=session, last=session)
    known = {"bars": 300, "close": 100.0, "volume": 1000.0, "analysed_at": AT_NIGHT}
    return Figures.objects.create(session=session, instrument=instrument, **(known | fields))


def make_score(instrument: Instrument, session: date, **fields: Any) -> Score:
    """Store a score of 50 and rank 1 among 40, or what is given; with ``unranked``, no rank."""
    ensure_years(table="analysis_score", first=session, last=session)
    known: dict[str, Any] = {"ranked_at": AT_NIGHT}
    if "unranked" not in fields:
        parts = dict.fromkeys(("trend", "momentum", "strength", "volume", "risk"), 50.0)
        known |= {"board": "stocks", "score": 50.0, "rank": 1, "board_size": 40, **parts}
    return Score.objects.create(session=session, instrument=instrument, **(known | fields))


def make_market(session: date, members: int | None = 40) -> MarketReturn:
    return MarketReturn.objects.create(
        session=session, name="Equally weighted mean", members=members, analysed_at=AT_NIGHT
    )
