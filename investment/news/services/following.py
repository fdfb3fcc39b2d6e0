"""Making anew what follows from copies: a story's words, ties and readings. Only what differs is written."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from investment.market.models import Instrument
from investment.news.calculators import telling
from investment.news.calculators.telling import ProviderReading, Read, Source, Tied
from investment.news.models import Reading, Story, StoryCopy, StoryTie
from investment.news.selectors.names import name_book
from investment.news.services.families import WORDS, words_of

_TIE = ("how", "in_headline", "published_at", "label", "score", "reader", "read_from")
_READING = ("label", "score", "relevance", "method", "published_at")
_BATCH = 1000


def follow_up(*, story_ids: Collection[int], now: datetime) -> int:
    """
    Make the words, ties and readings of some stories what their copies say; return how many ties are new.

    Call it in the transaction that has changed the copies, under the lock of the stories.
    """
    if not story_ids:
        return 0
    copies: dict[int, list[StoryCopy]] = defaultdict(list)
    for copy in StoryCopy.objects.filter(story_id__in=story_ids).defer("places"):
        copies[copy.story_id].append(copy)
    for of_story in copies.values():
        of_story.sort(key=lambda copy: (copy.published_at, copy.url_digest, copy.provider))
    _tell(copies)
    book, there = name_book(), _there(copies.values())
    ties: list[StoryTie] = []
    readings: list[Reading] = []
    for story, of_story in copies.items():
        tied, read = telling.follow([_source(copy) for copy in of_story], book, there)
        ties.extend(_tie(story, each) for each in tied)
        readings.extend(_reading(story, each, now) for each in read)
    made = _write(StoryTie, ties, copies, ("story_id", "instrument_id"), _TIE)
    _write(Reading, readings, copies, ("story_id", "instrument_id", "reader"), _READING)
    return made


def _tell(copies: dict[int, list[StoryCopy]]) -> None:
    changed = []
    for story in Story.objects.filter(pk__in=copies).defer("search"):
        words = words_of(copies[story.pk][0])
        words["first_seen_at"] = min(copy.first_seen_at for copy in copies[story.pk])
        if any(getattr(story, name) != value for name, value in words.items()):
            for name, value in words.items():
                setattr(story, name, value)
            changed.append(story)
    if changed:
        Story.objects.bulk_update(changed, [*WORDS, "first_seen_at"], batch_size=_BATCH)


def _source(copy: StoryCopy) -> Source:
    return Source(
        provider=copy.provider,
        headline=copy.headline,
        summary=copy.summary,
        language=copy.language,
        published_at=copy.published_at,
        about=(*copy.tagged, *copy.about),
        told=[ProviderReading(**each) for each in copy.told],
    )


def _there(copies: Iterable[Sequence[StoryCopy]]) -> frozenset[int]:
    """Return which of the instruments that copies name there are: one may have been deleted since."""
    named = {key for of_story in copies for copy in of_story for key in (*copy.tagged, *copy.about)}
    named |= {int(each["instrument"]) for of_story in copies for copy in of_story for each in copy.told}
    return frozenset(Instrument.objects.filter(pk__in=named).values_list("pk", flat=True))


def _tie(story: int, tied: Tied) -> StoryTie:
    values: dict[str, Any] = {name: getattr(tied, name) for name in _TIE}
    return StoryTie(story_id=story, instrument_id=tied.instrument, **values)


def _reading(story: int, read: Read, now: datetime) -> Reading:
    values: dict[str, Any] = {name: getattr(read, name) for name in _READING}
    return Reading(story_id=story, instrument_id=read.instrument, reader=read.reader, read_at=now, **values)


def _write(
    model: Any, rows: Sequence[Any], stories: Collection[int], key: Sequence[str], values: Sequence[str]
) -> int:
    """Make the rows of some stories these; return how many are new."""

    def key_of(row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in key)

    before = {key_of(row): row for row in model.objects.filter(story_id__in=stories)}
    new, changed = [], []
    for row in rows:
        old = before.pop(key_of(row), None)
        if old is None:
            new.append(row)
        elif any(getattr(old, name) != getattr(row, name) for name in values):
            row.pk = old.pk
            changed.append(row)
    if before:
        model.objects.filter(pk__in=[row.pk for row in before.values()]).delete()
    if changed:
        model.objects.bulk_update(changed, values, batch_size=_BATCH)
    model.objects.bulk_create(new, batch_size=_BATCH)
    return len(new)
