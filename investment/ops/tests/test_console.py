"""What commands show, to people and to files."""

import io

import pytest

from investment.ops.management import console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_gets_a_line_when_something_begins_and_ends() -> None:
    out = io.StringIO()

    with console.progress(out) as report:
        for done in range(5001):
            report("Sessions", done, 5000)

    assert out.getvalue() == "Sessions: 0 of 5,000\nSessions: 5,000 of 5,000\n"


def test_a_terminal_gets_a_bar_for_each_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)

    with console.progress() as report:
        report("Fetch", 1, 1)
        report("Analyse", 3, None)
        report("Analyse", 7, 7)

    assert "Fetch" in out.getvalue()
    assert "7/7" in out.getvalue()


def test_a_table_is_a_line_for_each_row_in_a_file() -> None:
    out = io.StringIO()

    console.table("Daily job", ("session", "new", "seconds"), [("2026-03-02", 11124, 6.54)], out)

    assert out.getvalue() == "Daily job\n  session 2026-03-02, new 11,124, seconds 6.5\n"


def test_a_table_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)

    console.table("Daily job", ("session", "new"), [("2026-03-02", 11124)])

    assert "Daily job" in out.getvalue()
    assert "11,124" in out.getvalue()
