"""Stories, searched and filtered, newest first."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Q, QuerySet

from investment.lib.errors import DomainError
from investment.news.models import Story, StoryCopy, StoryTie
from investment.providers.selectors.terms import attributions_of
from investment.providers.terms import Attribution

MOST_COUNTED: Final = 1000
MOST_COPIES: Final = 50  # of a story whose providers are named
_CURSOR: Final = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class BadCursor(DomainError):
    code = "bad_cursor"


@dataclass(frozen=True, slots=True)
class TieView:
    """``method`` is how the reader came to its label."""

    symbol: str
    name: str | None
    how: str
    in_headline: bool
    label: str
    score: float | None
    reader: str
    method: str | None


@dataclass(frozen=True, slots=True)
class StoryView:
    """``providers`` brought it (provider, source), the first one first; ``attributions`` must be shown."""

    story: Story
    copies: int
    providers: tuple[tuple[str, str], ...]
    attributions: tuple[Attribution, ...]
    ties: tuple[TieView, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """``total`` is None where there are more than anybody counts; ``next`` asks for those after these."""

    rows: tuple[StoryView, ...]
    next: str | None
    total: int | None


def search_stories(
    *,
    text: str = "",
    instrument_ids: Collection[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    label: str | None = None,
    provider: str | None = None,
    publisher: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Found:
    """
    Return the stories that meet every condition, newest first. Five queries, whatever the number.

    :param text: as people type it into a search engine: words, "a phrase", or, -without.
    :param since: published then or later; ``until``: before then.
    :param label: what it means for one of the instruments, or for any if none is given.
    :raises BadCursor: for one that no answer had.
    """
    found = _filtered(text, instrument_ids, since, until, label, provider, publisher)
    counted = len(found.values_list("pk")[: MOST_COUNTED + 1])
    page = found
    if cursor is not None:
        at, pk = _read_cursor(cursor)
        page = page.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=pk))
    stories = list(page.defer("search").order_by("-published_at", "-pk")[: limit + 1])
    shown = stories[:limit]
    return Found(
        rows=_views(shown),
        next=_cursor_of(shown[-1]) if len(stories) > limit else None,
        total=counted if counted <= MOST_COUNTED else None,
    )


def _filtered(
    text: str,
    instrument_ids: Collection[int] | None,
    since: datetime | None,
    until: datetime | None,
    label: str | None,
    provider: str | None,
    publisher: str | None,
) -> QuerySet[Story]:
    found = Story.objects.all()
    if text.strip():
        found = found.filter(search=SearchQuery(text, config="english", search_type="websearch"))
    if since is not None:
        found = found.filter(published_at__gte=since)
    if until is not None:
        found = found.filter(published_at__lt=until)
    if instrument_ids is not None or label is not None:
        ties = StoryTie.objects.all()
        if instrument_ids is not None:
            ties = ties.filter(instrument_id__in=instrument_ids)
        if label is not None:
            ties = ties.filter(label=label)
        found = found.filter(pk__in=ties.values("story"))
    if provider is not None:
        found = found.filter(pk__in=StoryCopy.objects.filter(provider=provider).values("story"))
    if publisher is not None:
        found = found.filter(pk__in=StoryCopy.objects.filter(publisher__iexact=publisher).values("story"))
    return found


def _views(stories: Sequence[Story]) -> tuple[StoryView, ...]:
    keys = [story.pk for story in stories]
    copies: dict[int, list[tuple[str, str]]] = {key: [] for key in keys}
    rows = StoryCopy.objects.filter(story_id__in=keys).order_by("published_at", "url_digest", "provider")
    for story, provider, source in rows.values_list("story_id", "provider", "source"):
        copies[story].append((provider, source))
    ties: dict[int, list[TieView]] = {key: [] for key in keys}
    for story, tie in _ties(keys):
        ties[story].append(tie)
    attributions = attributions_of({provider for of_story in copies.values() for provider, _ in of_story})
    return tuple(
        StoryView(
            story=story,
            copies=len(copies[story.pk]),
            providers=(providers := tuple(dict.fromkeys(copies[story.pk][:MOST_COPIES]))),
            attributions=tuple(
                dict.fromkeys(attributions[name] for name, _ in providers if name in attributions)
            ),
            ties=tuple(ties[story.pk]),
        )
        for story in stories
    )


def _ties(keys: Sequence[int]) -> list[tuple[int, TieView]]:
    """Those that the headline names come first, then those for which it is best."""
    rows = (
        StoryTie.objects.filter(story_id__in=keys)
        .filter(story__readings__instrument=F("instrument"), story__readings__reader=F("reader"))
        .order_by("-in_headline", F("score").desc(nulls_last=True), "instrument__symbol")
    )
    return [
        (story, TieView(symbol, name or None, how, in_headline, label, score, reader, method))
        for story, symbol, name, how, in_headline, label, score, reader, method in rows.values_list(
            "story_id", "instrument__symbol", "instrument__name", "how", "in_headline", "label", "score",
            "reader", "story__readings__method",
        )
    ]  # fmt: skip


def _cursor_of(story: Story) -> str:
    return f"{(story.published_at - _EPOCH) // _MICROSECOND}-{story.pk}"


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    read = _CURSOR.fullmatch(cursor)
    if read is None:
        raise BadCursor("The cursor is none that an answer had in «next»", cursor=cursor[:40])
    try:
        return _EPOCH + int(read[1]) * _MICROSECOND, int(read[2])
    except OverflowError:
        raise BadCursor("The cursor is none that an answer had in «next»", cursor=cursor[:40]) from None
