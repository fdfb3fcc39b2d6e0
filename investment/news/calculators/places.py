"""
Buckets of the search for copies as numbers that a database can keep, so that no process has to remember them.

A bucket is one of a period of :data:`duplicates.WINDOW`. A story is filed under its own period and searched
in the two beside it, too: whatever is within the window is found, and years of templates are not.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from investment.news.calculators.duplicates import WINDOW, Story, buckets

PRIME: Final = (1 << 61) - 1  # the numbers fit into a bigint
BESIDE: Final = (-1, 0, 1)
_FACTOR: Final = 0x9E3779B97F4A7C15 % PRIME
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def filed(story: Story) -> list[int]:
    """Return where a story is filed. Nothing for one without two words."""
    period = (story.published_at - _EPOCH) // WINDOW
    return [
        ((((view << 8) | band) << 62) + (one << 31) + other) % PRIME * _FACTOR % PRIME + period
        for view, band, one, other in buckets(story)
    ]


def searched(filed_at: Iterable[int]) -> list[int]:
    """Return where whatever may be a copy of a story is filed: periods beside one another differ by 1."""
    return [place + beside for place in filed_at for beside in BESIDE]
