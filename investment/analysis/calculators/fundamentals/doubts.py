"""
Figures that one filing tells a thousand or a million times as large as another.

Nothing is put right: which of the two is wrong cannot be known from them. The last filing counts, as
everywhere, and the doubt is shown beside it.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from investment.analysis.calculators.fundamentals.books import Books
from investment.analysis.calculators.fundamentals.facts import Told
from investment.analysis.calculators.fundamentals.lines import BY_NAME
from investment.analysis.calculators.fundamentals.tellings import Entry

_TIMES = (1e3, 1e6)
_NEAR = 0.005  # rounding to thousands or millions may be in one of them


class Doubt(NamedTuple):
    """Two filings tell ``line`` of one period, the later ``times`` the earlier: 1000 or 0.001."""

    line: str
    earlier: Told
    later: Told
    times: float


def scale_doubts(books: Books) -> list[Doubt]:
    """Return where one tag's figures of one period differ as if one were in thousands or in millions."""
    told = [(name, entries) for name, periods in books.flows.items() for entries in periods.values()]
    told += [(name, entries) for name, days in books.balances.items() for entries in days.values()]
    found = [
        doubt
        for name, entries in told
        if BY_NAME[name].unit != "per_share"
        for doubt in _of_one_period(name, entries)
    ]
    return sorted(found, key=lambda doubt: (doubt.later.filed, doubt.line, doubt.later.end))


def _of_one_period(name: str, entries: Iterable[Entry]) -> Iterator[Doubt]:
    by_tag: dict[str, list[Entry]] = {}
    for entry in entries:
        by_tag.setdefault(entry.told.tag, []).append(entry)
    for told in by_tag.values():
        told.sort(key=lambda entry: (entry.filed, entry.accession, entry.value))
        for earlier, later in pairwise(told):
            if (times := _scale(earlier.value, later.value)) is not None:
                yield Doubt(name, earlier.told, later.told, times)


def _scale(earlier: float, later: float) -> float | None:
    if earlier == 0 or later == 0:
        return None
    for times in _TIMES:
        for scale in (times, 1 / times):
            if abs(later / earlier / scale - 1) <= _NEAR:
                return scale
    return None
