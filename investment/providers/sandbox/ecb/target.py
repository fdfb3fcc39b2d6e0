"""
The days on which the euro's rates are fixed: those of TARGET, the Eurosystem's payment system.

Sources: https://www.ecb.europa.eu/press/pr/date/2000/html/pr001214_4.en.html (from 2002 on),
https://www.ecb.europa.eu/press/pr/date/1999/html/pr990715_1.en.html (1999 and 2000, with 31 December
1999). 31 December 2001 was closed, too: the real rates have no such day.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FRANKFURT = ZoneInfo("Europe/Berlin")
FIRST_DAY = date(1999, 1, 4)
PUT_OUT = time(16, 0)  # about: «usually around 16:00 CET»

_LAST_YEAR = 2040
_ALWAYS = ((1, 1), (12, 25))
_SINCE_2000 = ((5, 1), (12, 26))
_ONCE = (date(1999, 12, 31), date(2001, 12, 31))


def is_open(day: date) -> bool:
    """Whether rates are fixed on a day."""
    if day.weekday() >= 5 or (day.month, day.day) in _ALWAYS or day in _ONCE:
        return False
    if day.year < 2000:
        return True
    sunday = _easter(day.year)
    easter = (sunday - timedelta(days=2), sunday + timedelta(days=1))
    return (day.month, day.day) not in _SINCE_2000 and day not in easter


def days_until(last: date) -> list[date]:
    """Return the days with rates from the first of all on, the last included."""
    every = _every_day()
    return every[: bisect_right(every, last)]


def last_put_out(now: datetime) -> tuple[date, datetime]:
    """Return the last day whose rates are out, and since when they are (UTC)."""
    local = now.astimezone(FRANKFURT)
    today = local.date() if local.time() >= PUT_OUT else local.date() - timedelta(days=1)
    day = days_until(today)[-1]
    return day, put_out(day).astimezone(now.tzinfo)


def put_out(day: date) -> datetime:
    """Return when a day's rates are put out."""
    return datetime.combine(day, PUT_OUT, FRANKFURT)


@lru_cache(maxsize=1)
def _every_day() -> list[date]:
    return list(_open_days())


def _open_days() -> Iterator[date]:
    day = FIRST_DAY
    while day.year <= _LAST_YEAR:
        if is_open(day):
            yield day
        day += timedelta(days=1)


def _easter(year: int) -> date:
    """Easter Sunday, after Gauss, Lichtenberg and Hartner; right to 2299."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    full = (19 * (year % 19) + moon) % 30
    full -= (full + (year % 19) // 11) // 29
    first_sunday = 7 - (year + year // 4 + sun) % 7
    march = 21 + full + 7 - (21 + full - first_sunday) % 7
    return date(year, 3, 1) + timedelta(days=march - 1)
