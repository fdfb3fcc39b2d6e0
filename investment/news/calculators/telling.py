"""
What follows from the copies of a story: whom it is about since when, and what it means for them.

A function of the set of copies, not of the order in which they came. Whatever is said carries the time at
which the copy that says it was published, so that a past day can be read without looking ahead.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from investment.news.calculators.mentions import How, NameBook, ties_of
from investment.news.calculators.sentiment import METHOD, of_story

LOCAL: Final = "local"
UNSURE: Final = "unsure"
AS_TOLD: Final = "as told"
BY_SCORE: Final = "score"  # a label that we do not know, or none, beside a score
NOT_READ: Final = "language"  # not English: our reader has no word for it
# Where a provider's score ends being bad or good, as Alpha Vantage defines its labels.
STRONG, SOME = 0.35, 0.15
PLAIN: Final = {"somewhat_positive": "positive", "somewhat_negative": "negative"}
STRENGTH: Final[tuple[How, ...]] = ("tag", "ticker", "name", "name in context")


@dataclass(frozen=True, slots=True)
class ProviderReading:
    """What a provider's own model says; ``label`` is one of five, or None."""

    instrument: int
    label: str | None
    score: float | None = None
    relevance: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A copy as far as anything follows from it. ``about`` are instruments, the provider's tags first."""

    provider: str
    headline: str
    summary: str | None
    language: str
    published_at: datetime
    about: Sequence[int] = ()
    told: Sequence[ProviderReading] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What one reader says for one instrument, from the copy published at ``published_at``."""

    instrument: int
    reader: str
    label: str
    score: float | None
    relevance: float | None
    method: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Tied:
    """``label`` is plain (positive, neutral, negative, unsure) and ``reader`` who says so."""

    instrument: int
    how: How
    in_headline: bool
    published_at: datetime
    label: str
    score: float | None
    reader: str
    read_from: datetime


def follow(
    copies: Sequence[Source], book: NameBook[int], known: Iterable[int]
) -> tuple[list[Tied], list[Read]]:
    """
    Return the ties of a story and all its readings.

    :param copies: in their order, the first one first.
    :param known: the instruments that there are; what is told of others is left out.
    """
    there = frozenset(known)
    ties: dict[int, Tied] = {}
    readings: dict[tuple[int, str], Read] = {}
    for copy in copies:
        told = [each for each in copy.told if each.instrument in there]
        tags = [
            each for each in dict.fromkeys((*copy.about, *(one.instrument for one in told))) if each in there
        ]
        for tie in ties_of(copy.headline, copy.summary, tags, book):
            before = ties.get(tie.key)
            if before is None:
                readings[tie.key, LOCAL] = mine = _read(tie.key, tie.called, copy)
                ties[tie.key] = _tied(tie.how, mine, in_headline=tie.in_headline, since=copy.published_at)
            else:
                stronger = min(before.how, tie.how, key=STRENGTH.index)
                ties[tie.key] = _tied(
                    stronger,
                    readings[tie.key, LOCAL],
                    in_headline=before.in_headline or tie.in_headline,
                    since=before.published_at,
                )
        for each in told:
            reading = _as_told(each, copy)
            if reading is not None:
                readings.setdefault((each.instrument, copy.provider), reading)
    preferred: dict[int, Read] = {}
    for (instrument, reader), reading in readings.items():  # those of earlier copies first
        if reader != LOCAL:
            preferred.setdefault(instrument, reading)
    return [
        _tied(tie.how, preferred[key], in_headline=tie.in_headline, since=tie.published_at)
        if key in preferred
        else tie
        for key, tie in ties.items()
    ], list(readings.values())


def plain(label: str) -> str:
    """Return one of positive, neutral, negative, unsure."""
    return PLAIN.get(label, label)


def _tied(how: How, reading: Read, *, in_headline: bool, since: datetime) -> Tied:
    return Tied(
        instrument=reading.instrument,
        how=how,
        in_headline=in_headline,
        published_at=since,
        label=plain(reading.label),
        score=reading.score,
        reader=reading.reader,
        read_from=reading.published_at,
    )


def _read(instrument: int, called: str | None, copy: Source) -> Read:
    """Our own reading, from the point of view of the instrument as the text calls it."""
    if copy.language not in ("", "en"):
        return Read(instrument, LOCAL, UNSURE, None, None, NOT_READ, copy.published_at)
    label, score = _verdict(copy.headline, copy.summary, called)
    return Read(instrument, LOCAL, label, score, None, METHOD, copy.published_at)


@lru_cache(maxsize=2000)  # each copy that comes later asks for that of the first one again
def _verdict(headline: str, summary: str | None, called: str | None) -> tuple[str, float | None]:
    found = of_story(headline, summary, () if called is None else (called,))
    label = str(found.verdict)
    return label, None if label == UNSURE else round(found.score, 4)


def _as_told(told: ProviderReading, copy: Source) -> Read | None:
    label, method = told.label, AS_TOLD
    score = None if told.score is None else max(-1.0, min(1.0, told.score))
    if label is None:
        if score is None:
            return None
        label, method = label_of(score), BY_SCORE
    return Read(told.instrument, copy.provider, label, score, told.relevance, method, copy.published_at)


def label_of(score: float) -> str:
    """Return the label of a score by Alpha Vantage's definition."""
    size = abs(score)
    if size < SOME:
        return "neutral"
    way = "positive" if score > 0 else "negative"
    return way if size >= STRONG else f"somewhat_{way}"


def as_rows(told: Iterable[ProviderReading]) -> list[Mapping[str, object]]:
    """As they are kept with their copy."""
    return [
        {
            "instrument": each.instrument,
            "label": each.label,
            "score": each.score,
            "relevance": each.relevance,
        }
        for each in told
    ]
