"""Which copies are one story, in rows: what is new joins, splits or merges the stories that there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from investment.news.calculators.families import Copy, firsts
from investment.news.models import Story, StoryCopy

WORDS: Final = ("headline", "summary", "url", "publisher", "language", "image_url", "published_at")


@dataclass(frozen=True, slots=True)
class Settled:
    """``made`` stories are new; of ``touched`` ones the copies are others than before."""

    made: int
    touched: set[int]


def settle(*, new: Sequence[StoryCopy], copies: Mapping[int, Copy], moved: Mapping[int, Copy]) -> Settled:
    """
    Store new copies, whose parents are known, in their stories.

    :param copies: the new ones, by the key of their rows.
    :param moved: stored ones that have another parent now.
    """
    rows = {row.pk: row for row in new}
    parents: dict[int, int | None] = {key: copy.parent for key, copy in copies.items()}
    stored = _members({copy.story for copy in (*moved.values(), *copies.values())})
    was_first = {key: story for key, (story, parent) in stored.items() if parent is None}
    parents |= {key: moved[key].parent if key in moved else parent for key, (_, parent) in stored.items()}
    first_of = firsts(parents)
    # A family goes on as the story whose first copy it has; of several, the one that was there first.
    story_of: dict[int, int] = {}
    for key, story in sorted(was_first.items(), key=lambda each: each[1]):
        story_of.setdefault(first_of[key], story)
    made = _make({first: rows[first] for first in set(first_of.values()) - story_of.keys()})
    story_of |= made
    for key, row in rows.items():
        row.story_id, row.parent_id = story_of[first_of[key]], copies[key].parent
    StoryCopy.objects.bulk_create(new)
    others = {key: story_of[first_of[key]] for key in stored}
    _move({key: story for key, story in others.items() if story != stored[key][0]}, moved)
    emptied = set(was_first.values()) - set(story_of.values())
    Story.objects.filter(pk__in=emptied).delete()
    touched = {row.story_id for row in new}
    for key, story in others.items():
        if story != stored[key][0]:
            touched |= {story, stored[key][0]}
    return Settled(made=len(made), touched=touched - emptied)


def _members(stories: set[int | None]) -> dict[int, tuple[int, int | None]]:
    """Return story and parent of all copies of some stories, by key."""
    rows = StoryCopy.objects.filter(story_id__in=[story for story in stories if story is not None])
    return {pk: (story, parent) for pk, story, parent in rows.values_list("pk", "story_id", "parent_id")}


def _make(firsts_of: Mapping[int, StoryCopy]) -> dict[int, int]:
    """Make stories of first copies; return their keys."""
    stories = Story.objects.bulk_create(
        [Story(**words_of(row), first_seen_at=row.first_seen_at) for row in firsts_of.values()]
    )
    return {key: story.pk for key, story in zip(firsts_of, stories, strict=True)}


def words_of(first: StoryCopy) -> dict[str, Any]:
    """Return what a story has of its first copy."""
    return {name: getattr(first, name) for name in WORDS}


def _move(stories: Mapping[int, int], moved: Mapping[int, Copy]) -> None:
    """Write new stories and new parents of stored copies."""
    if not stories and not moved:
        return
    keys = sorted(stories.keys() | moved.keys())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE news_storycopy copy SET story_id = coalesce(now.story, story_id),"
            " parent_id = coalesce(now.parent, parent_id)"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS now (key, story, parent)"
            " WHERE copy.id = now.key",
            [
                keys,
                [stories.get(key) for key in keys],
                [moved[key].parent if key in moved else None for key in keys],
            ],
        )
