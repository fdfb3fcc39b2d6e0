"""
Days between periods, and how one span is made of others.

A figure of a span counts what lies between two boundaries: the day before it starts, and the day it
ends. Boundaries are ordinals of days (``date.toordinal``).
"""

from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

Span = tuple[int, int]

# How many days each may have: 12 to 17 weeks for a quarter (grocers have one of 16), 52 or 53 for a year.
QUARTER = range(75, 126)
YEAR = range(345, 386)
_SAME = 6  # days; a company may tell a period by its weeks in one filing and by its months in the next
_SHORTEST = 7  # days that a span has at least


class Step(NamedTuple):
    """A span on the way from one boundary to another: added, or taken away (``sign`` -1)."""

    span: Span
    sign: int


def span_of(start: date, end: date) -> Span:
    return start.toordinal() - 1, end.toordinal()


def snapped(days: Iterable[int]) -> dict[int, int]:
    """
    Return for each day the boundary it means: of days less than a week apart the one told most often.

    :param days: one for each time it was told.
    """
    told = Counter(days)
    order = sorted(told)
    result: dict[int, int] = {}
    for usual, _ in sorted(told.items(), key=lambda each: (-each[1], -each[0])):
        if usual not in result:
            near = order[bisect_left(order, usual - _SAME) : bisect_right(order, usual + _SAME)]
            result |= {day: usual for day in near if day not in result}
    return result


def is_span(span: Span) -> bool:
    """Whether it is as long as some period that companies report."""
    return _SHORTEST <= span[1] - span[0] <= YEAR[-1]


def edges(spans: Iterable[Span]) -> dict[int, list[int]]:
    """Return which boundaries are tied to which by a span, whichever way."""
    tied: dict[int, list[int]] = {}
    for start, end in sorted(spans):
        tied.setdefault(start, []).append(end)
        tied.setdefault(end, []).append(start)
    return tied


def way(tied: Mapping[int, list[int]], wanted: Span, *, most: int) -> list[Step] | None:
    """
    Return the spans that, added and taken away, are exactly ``wanted``: as few as can be, ``most`` at most.

    The last quarter is so the year without nine months, and twelve months are the last year and this
    year so far without the last year so far. None where what is told does not reach.

    :param tied: of :func:`edges`.
    """
    first, last = wanted
    if first not in tied or last not in tied:
        return None
    low, high = first - YEAR[-1], last + YEAR[-1]
    came: dict[int, tuple[int, int]] = {first: (first, 0)}
    queue = deque([first])
    while queue:
        here = queue.popleft()
        taken = came[here][1]
        if here == last:
            break
        if taken == most:
            continue
        for there in tied[here]:
            if there not in came and low <= there <= high:
                came[there] = (here, taken + 1)
                queue.append(there)
    if last not in came:
        return None
    steps: list[Step] = []
    here = last
    while here != first:
        before = came[here][0]
        steps.append(Step((before, here), 1) if before < here else Step((here, before), -1))
        here = before
    return steps[::-1]
