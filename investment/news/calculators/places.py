"""
Buckets of the search for copies as numbers that a database can keep, so that no process has to remember them.

A bucket is one of a period of :data:`duplicates.WINDOW`. A story is filed under its own period and searched
in the two beside it, too: whatever is within the window is found, and years of templates are not.
"""

from datetime import UTC, datetime
from typing import Final

from investment.news.calculators.duplicates import WINDOW, Story, buckets

PRIME: Final = (1 << 61) - 1  # the numbers fit into a bigint
_FACTOR: Final = 0x9E3779B97F4A7C15 % PRIME
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def filed(story: Story) -> list[int]:
    """Return where a story is filed. Nothing for one without two words."""
    return _numbers(story, (_period(story.published_at),))


def searched(story: Story) -> list[int]:
    """Return where whatever may be a copy of the story is filed."""
    period = _period(story.published_at)
    return _numbers(story, (period - 1, period, period + 1))


def _period(at: datetime) -> int:
    return (at - _EPOCH) // WINDOW


def _numbers(story: Story, periods: tuple[int, ...]) -> list[int]:
    found = [(((view << 8) | band) << 62) + (one << 31) + other for view, band, one, other in buckets(story)]
    return [(bucket % PRIME * _FACTOR + period) % PRIME for period in periods for bucket in found]
