"""Sessions come from the calendar library, and pandas stays away from whoever asks."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from investment.lib.exchange_days import exchange_days, read_apart, sessions

ROOT = Path(__file__).parents[3]


def test_a_week_with_a_holiday_and_a_half_day() -> None:
    days = exchange_days(date(2025, 11, 24), date(2025, 11, 30))
    assert [day.session.day for day in days.sessions] == [24, 25, 26, 28]
    assert [(holiday.day.day, holiday.name) for holiday in days.holidays] == [(27, "Thanksgiving")]
    half = days.sessions[-1]
    assert half.early_close
    assert half.closes_at == datetime(2025, 11, 28, 18, tzinfo=UTC)
    assert half.opens_at == datetime(2025, 11, 28, 14, 30, tzinfo=UTC)
    assert not days.sessions[0].early_close


def test_bounds_may_be_no_sessions_and_lie_far_apart() -> None:
    days = sessions(date(1990, 1, 1), date(2028, 12, 31))
    assert (days[0].session, days[-1].session) == (date(1990, 1, 2), date(2028, 12, 29))
    # A closure that no rule foresaw: the exchange was shut for four sessions.
    assert date(2001, 9, 12) not in {day.session for day in days}


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="lies after the last day"):
        sessions(date(2024, 1, 2), date(2024, 1, 1))
    with pytest.raises(ValueError, match="no calendar for exchange 'NOWHERE'"):
        sessions(date(2024, 1, 2), date(2024, 1, 9), "NOWHERE")


def test_read_apart_is_the_same_and_is_kept(tmp_path: Path) -> None:
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    assert read_apart(first, last, folder=tmp_path) == exchange_days(first, last)
    (kept,) = tmp_path.iterdir()
    before = kept.stat().st_mtime_ns
    read_apart(first, last, folder=tmp_path)
    assert kept.stat().st_mtime_ns == before

    start, end = date(2024, 7, 4), date(2024, 11, 29)  # a holiday and a half day
    assert read_apart(start, end, folder=tmp_path) == exchange_days(start, end)
    assert list(tmp_path.iterdir()) == [kept], "a part of what is kept is asked of nobody"
    read_apart(start, date(2025, 1, 2), folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_read_apart_imports_no_pandas(tmp_path: Path) -> None:
    program = (
        "import sys; from datetime import date; from pathlib import Path;"
        "from investment.lib.exchange_days import read_apart;"
        f"read_apart(date(2024, 1, 2), date(2024, 1, 9), folder=Path({str(tmp_path)!r}));"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
