"""
Sessions and holidays of the exchanges, from exchange_calendars.

The only module that imports exchange_calendars, and with it pandas (60 MB): the command that
writes the calendar does so in its own process, everything else calls :func:`read_apart`, which
asks a child process and keeps the answer in a file.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SessionDay:
    """One trading day: ``session`` is the exchange's date, the instants are UTC."""

    session: date
    opens_at: datetime
    closes_at: datetime
    early_close: bool


@dataclass(frozen=True, slots=True)
class Holiday:
    """A weekday on which the exchange stays shut. ``name`` is empty where nobody named it."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class ExchangeDays:
    """Everything about an exchange's days between two dates, oldest first."""

    sessions: list[SessionDay]
    holidays: list[Holiday]


def sessions(first: date, last: date, exchange: str = "XNYS") -> list[SessionDay]:
    """Return the sessions of an exchange (by its MIC), both dates included, oldest first."""
    return exchange_days(first, last, exchange).sessions


def exchange_days(first: date, last: date, exchange: str = "XNYS") -> ExchangeDays:
    """
    Return sessions and holidays between two dates, both included. Imports pandas.

    :raises ValueError: if ``first`` lies after ``last``, or the exchange is unknown.
    """
    import pandas as pd
    from exchange_calendars import errors, get_calendar

    if first > last:
        raise ValueError(f"the first day {first} lies after the last day {last}")
    # The library's calendars begin and end at a session: a margin lets a request do neither.
    margin = pd.Timedelta(days=14)
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    try:
        calendar = get_calendar(exchange, start=start - margin, end=end + margin)
    except errors.InvalidCalendarName as error:
        raise ValueError(f"no calendar for exchange {exchange!r}: give a MIC such as XNYS") from error

    schedule = calendar.schedule.loc[start:end]
    early = {stamp.date() for stamp in calendar.early_closes}
    days = [
        SessionDay(
            session=stamp.date(),
            opens_at=opens.to_pydatetime().astimezone(UTC),
            closes_at=closes.to_pydatetime().astimezone(UTC),
            early_close=stamp.date() in early,
        )
        for stamp, opens, closes in zip(schedule.index, schedule["open"], schedule["close"], strict=True)
    ]
    names: dict[date, str] = {}
    if calendar.regular_holidays is not None:
        named = calendar.regular_holidays.holidays(start, end, return_name=True)
        names = {stamp.date(): str(name) for stamp, name in named.items()}
    open_days = {day.session for day in days}
    shut = [stamp.date() for stamp in pd.date_range(start, end, freq="B")]
    return ExchangeDays(
        sessions=days,
        holidays=[Holiday(day, names.get(day, "")) for day in shut if day not in open_days],
    )


def read_apart(first: date, last: date, *, folder: Path, exchange: str = "XNYS") -> ExchangeDays:
    """
    Like :func:`exchange_days`, without importing pandas here: a child process computes.

    The answer is kept in ``folder`` under a name that holds the library's version, so that a
    second start costs nothing and an upgrade is seen. What is kept of more days is read as well.
    """
    known = f"exchange-days-{exchange}-{version('exchange_calendars')}-"
    for kept in folder.glob(f"{known}*.json"):
        since, until = kept.stem[len(known) :][:10], kept.stem[-10:]
        if since <= first.isoformat() <= last.isoformat() <= until:
            return _parse(kept.read_text(), first, last)
    folder.mkdir(parents=True, exist_ok=True)
    answer = subprocess.run(
        [sys.executable, "-m", __name__, exchange, first.isoformat(), last.isoformat()],
        check=True,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ).stdout
    kept = folder / f"{known}{first}-{last}.json"
    # Under a name of its own: two processes may be doing this at once.
    unfinished = kept.with_suffix(f".{os.getpid()}.unfinished")
    unfinished.write_bytes(answer)
    unfinished.rename(kept)
    return _parse(answer.decode(), first, last)


def _print(days: ExchangeDays) -> str:
    return json.dumps(
        {
            "sessions": [
                [
                    day.session.isoformat(),
                    day.opens_at.isoformat(),
                    day.closes_at.isoformat(),
                    day.early_close,
                ]
                for day in days.sessions
            ],
            "holidays": [[holiday.day.isoformat(), holiday.name] for holiday in days.holidays],
        }
    )


def _parse(text: str, first: date, last: date) -> ExchangeDays:
    document = json.loads(text)
    since, until = first.isoformat(), last.isoformat()
    return ExchangeDays(
        sessions=[
            SessionDay(
                session=date.fromisoformat(session),
                opens_at=datetime.fromisoformat(opens_at),
                closes_at=datetime.fromisoformat(closes_at),
                early_close=early_close,
            )
            for session, opens_at, closes_at, early_close in document["sessions"]
            if since <= session <= until
        ],
        holidays=[
            Holiday(date.fromisoformat(day), name)
            for day, name in document["holidays"]
            if since <= day <= until
        ],
    )


if __name__ == "__main__":
    exchange_name, first_day, last_day = sys.argv[1:]
    found = exchange_days(date.fromisoformat(first_day), date.fromisoformat(last_day), exchange_name)
    sys.stdout.write(_print(found))
