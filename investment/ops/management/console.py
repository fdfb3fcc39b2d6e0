"""What commands show: a progress bar and a table for people, plain lines where nobody looks on."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from investment.ops.services.work import OnProgress

_LINE_EVERY = 5.0  # seconds between two plain lines about the same thing


@contextmanager
def progress(out: TextIO | None = None) -> Iterator[OnProgress]:
    """Yield what to report progress to: ``(what, done, total or None)``."""
    stream = out or sys.stdout
    if stream.isatty():
        with _bars() as report:
            yield report
    else:
        yield _Lines(stream)


@contextmanager
def _bars() -> Iterator[OnProgress]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description:34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as bars:
        known: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int | None) -> None:
            if what not in known:
                known[what] = bars.add_task(what, total=total)
            bars.update(known[what], completed=done, total=total)

        yield report


class _Lines:
    """A line when something begins, ends, and every few seconds between."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: dict[str, float] = {}

    def __call__(self, what: str, done: int, total: int | None) -> None:
        at = time.monotonic()
        if what in self._last and done != total and at - self._last[what] < _LINE_EVERY:
            return
        self._last[what] = at
        of = f" of {total:,}" if total is not None else ""
        self._stream.write(f"{what}: {done:,}{of}\n")
        self._stream.flush()


def table(
    title: str, headers: Sequence[str], rows: Sequence[Sequence[object]], out: TextIO | None = None
) -> None:
    """Print rows under headers; columns whose cells are all numbers stand on the right."""
    stream = out or sys.stdout
    if not stream.isatty():
        stream.write(f"{title}\n")
        for row in rows:
            cells = ", ".join(f"{name} {_text(cell)}" for name, cell in zip(headers, row, strict=True))
            stream.write(f"  {cells}\n")
        return
    from rich.console import Console
    from rich.table import Table

    shown = Table(title=title)
    for place, name in enumerate(headers):
        numbers = all(isinstance(row[place], int | float) for row in rows)
        shown.add_column(name, justify="right" if numbers else "left")
    for row in rows:
        shown.add_row(*(_text(cell) for cell in row))
    Console().print(shown)


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
