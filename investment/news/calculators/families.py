"""
Which copies are one story, whatever the order in which they came.

The parent of a copy is the earliest of all that were published before it and are the same text; copies
with the same first one are a story. That is a function of the set alone: a copy that comes late takes over
those of which it is an earlier parent than theirs. Copies of copies stay together, as far as they reach.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from investment.news.calculators.duplicates import WINDOW, Story, is_copy

Order = tuple[datetime, str, str]  # published_at, digest of the address, provider: no two are alike


@dataclass
class Copy:
    """
    One copy. ``key`` is its row, ``parent`` the row of its parent and ``parent_order`` that one's order.

    ``story`` is the story that it belongs to so far, of a new one that of its parent; None for neither.
    """

    key: int
    order: Order
    text: Story
    parent: int | None = None
    parent_order: Order | None = None
    story: int | None = None

    @cached_property
    def address(self) -> str:
        return self.order[1]


@lru_cache(maxsize=4000)  # of many a template, the words are compared with those of all that come after
def text_of(headline: str, summary: str | None, published_at: datetime) -> Story:
    return Story(headline, summary, published_at)


def same(one: Copy, other: Copy) -> bool:
    """Say whether two are one text: at one address, or copies of each other, within the window."""
    if one.address == other.address:
        return abs(one.order[0] - other.order[0]) <= WINDOW
    mine, theirs = one.text, other.text
    if mine.body and theirs.body and mine.names - theirs.names and theirs.names - mine.names:
        return False  # as is_copy says too, after a longer look: of a template nearly all others are such
    return is_copy(mine, theirs)


def adopt(new: Sequence[Copy], near: Mapping[int, Iterable[Copy]]) -> dict[int, Copy]:
    """
    Give each new copy its parent, and itself as the parent to those that came before it came but not before
    it was published. Return the latter, by key: their parent is another than before.

    :param new: not stored yet.
    :param near: for the key of each new one all that may be the same, stored or new; one object for each.
    """
    mine = {copy.key for copy in new}
    moved: dict[int, Copy] = {}
    for copy in sorted(new, key=_order):
        for other in sorted(near.get(copy.key, ()), key=_order):
            if other.order < copy.order:
                if copy.parent is None and same(copy, other):
                    copy.parent, copy.parent_order, copy.story = other.key, other.order, other.story
            elif (
                other.key not in mine
                and (other.parent_order is None or copy.order < other.parent_order)
                and same(copy, other)
            ):
                other.parent, other.parent_order = copy.key, copy.order
                moved[other.key] = other
    return moved


def firsts(parents: Mapping[int, int | None]) -> dict[int, int]:
    """
    Return the first copy of each copy's family.

    :param parents: of every member of the families that are concerned.
    """
    found: dict[int, int] = {}
    for key in parents:
        way, at = [], key
        while at not in found and (parent := parents[at]) is not None:
            way.append(at)
            at = parent
        first = found.get(at, at)
        found.update(dict.fromkeys((*way, at), first))
    return found


def _order(copy: Copy) -> Order:
    return copy.order
