"""
Tell copies of one story from other stories about the same thing.

Two steps. MinHash with banding (Broder 1997; Indyk and Motwani 1998) finds candidates by two views of a
story: its headline and the opening of its snippet, for snippets are cut off at their ends. A candidate is a
copy if its words say so and no fact contradicts: numbers, names, days, quarters, opposites, corrections.
Templates («X declares a dividend of $0.35») differ in facts alone, which no similarity of words can see.
"""

import re
from collections import defaultdict, deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final, Generic, TypeVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

Key = TypeVar("Key", bound=Hashable)
Words = tuple[str, ...]

WINDOW: Final = timedelta(hours=72)  # a copy appears within this time of the other
HEADLINE_WINDOW: Final = timedelta(hours=12)  # where headlines are all there is to compare
OPENING: Final = 16  # words of the snippet that its view has
PERMUTATIONS, ROWS = 48, 2
MOST_IN_A_BUCKET: Final = 200  # the newest; a template of agencies fills buckets that tell nothing
PRIME: Final = (1 << 31) - 1

# Chosen on the part «chosen» of benchmarks/news_pairs.jsonl by benchmarks/news_dedup.py --choose.
SNIPPETS_SHARE: Final = 0.8  # of the shorter snippet's pairs of words, for a copy under any headline
# The same where an editor has moved words about, of pairs and of words: numbers and names are all the same.
MOVED_PAIRS_SHARE, MOVED_WORDS_SHARE, MOVED_NUMBERS = 0.5, 0.85, 2
HEADLINES_SHARE: Final = 0.8  # of all words of both headlines, for a copy with one snippet or none
FEWEST_WORDS: Final = 4  # in a headline that is all there is


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORD = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-zÀ-ÿ]+(?:['’&.-][A-Za-zÀ-ÿ]+)*")
NUMBER = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)*)[ -]?(thousand|million|billion|trillion|mln|bln|mn|bn|[mbk](?![a-z]))?",
    re.IGNORECASE,
)
SPELLED: Final = {
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "seven": 7.0,
    "eight": 8.0,
    "nine": 9.0,
    "ten": 10.0,
    "eleven": 11.0,
    "twelve": 12.0,
}
SCALES: Final = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mln": 1e6, "mn": 1e6, "m": 1e6}
BILLIONS: Final = {"billion": 1e9, "bln": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12}
OUTLET = re.compile(r"\s+(?:[-–—|]|::)\s+[A-Z][\w.&’' ]{1,40}$|\s+\([A-Z]\w+\)$")
LEAD = re.compile(
    r"^(?:update \d+|brief|exclusive|breaking|in brief|sources|wrapup \d+|alert)\s*[-:]\s*", re.IGNORECASE
)
DATELINE = re.compile(
    r"^[A-Z][A-Za-z., ]{1,60}?(?:\d{1,2}(?:, \d{4})?,? ?)?"
    r"(?:\([A-Za-z ]{2,30}\)|/[A-Za-z ]{2,30}/)\s*[-–—]+\s*"
    r"|^\([A-Z][A-Za-z ]{1,29}\)\s*[-–—]+\s*"
)
CUT = re.compile(r"(?:…|\.\.\.|\[\+\d{1,9} chars\])$")  # how a snippet ends that was cut off
CORRECTION = re.compile(
    r"\b(?:corrected|correction|corrects|clarification|retraction|earlier version)\b", re.IGNORECASE
)
DAYS = re.compile(r"\b(mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
DATES = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?\b", re.IGNORECASE
)
QUARTERS = re.compile(r"\b(?:q([1-4])|(first|second|third|fourth)[ -]quarter)\b", re.IGNORECASE)
ORDINALS: Final = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
PLAIN: Final = _set("""
    a an and are as at be but by for from had has have he her his if in is it its more most new no
    not of on one or our said says shares she since some that the their them they this to two under
    up us was we were when which who will with ceo cfo director inc corp ltd plc group company
    investors analysts workers activist electric homebuilder read after before here each full-year
    oil stock number spot ten adds below
""")
OPPOSITES: Final = tuple(
    (_set(one), _set(other))
    for one, other in (
        ("raise raises raised lifts lifted hikes", "cut cuts lowered lowers trims slashes slashed"),
        (
            "rise rises rose gained gain gains up higher climbs jump jumps",
            "fall falls fell lost loss loses down lower slips sinks",
        ),
        ("approve approves approved", "reject rejects rejected denies"),
        ("win wins won", "lose loses lost"),
        ("upgrade upgrades upgraded", "downgrade downgrades downgraded"),
        ("open opens opened", "close closes closed closing"),
        ("beats beat tops above", "misses miss missed below"),
        ("dismisses dismissed", "allows allowed"),
        ("buy buys agrees", "drops dropped scraps"),
        ("halts stops", "restarts resumes"),
        ("succeeds", "fails"),
        ("confirms confirmed", "denies denied"),
        ("plans to might", "completes completed"),
        ("explores exploring", "sells sold no"),
        ("delays", "brings"),
        ("more", "fewer"),
        ("some", "all"),
    )
)

_random = np.random.default_rng(20_260_101)
_FACTORS: Final = _random.integers(1, PRIME, PERMUTATIONS, dtype=np.int64)
_OFFSETS: Final = _random.integers(0, PRIME, PERMUTATIONS, dtype=np.int64)


@dataclass(frozen=True)
class Story:
    """A story as far as it is known: ``summary`` is the provider's snippet, or nothing."""

    headline: str
    summary: str | None
    published_at: datetime

    @cached_property
    def title(self) -> str:
        """The headline without what an outlet puts around it."""
        return OUTLET.sub("", LEAD.sub("", DATELINE.sub("", self.headline.strip())))

    @cached_property
    def body(self) -> str:
        text = DATELINE.sub("", (self.summary or "").strip())
        cut = CUT.sub("", text)
        if cut == text or not cut[-1:].isalnum():
            return cut
        # The last word may be a piece of one, and a number before it lack its «million».
        words = cut.split()[:-1]
        return " ".join(words[:-1] if words and any(map(str.isdigit, words[-1])) else words)

    @cached_property
    def title_words(self) -> Words:
        return _words(self.title)

    @cached_property
    def body_words(self) -> Words:
        return _words(self.body)

    @cached_property
    def title_set(self) -> frozenset[str]:
        return frozenset(self.title_words)

    @cached_property
    def body_pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise(self.body_words))

    @cached_property
    def numbers(self) -> frozenset[float]:
        """Of headline and snippet, in units: «$1.2 bn» and «1,200 million» are the same."""
        return frozenset(_numbers(f"{self.title} . {self.body}"))

    @cached_property
    def names(self) -> frozenset[str]:
        """Capitalised words of the snippet, or of the headline where there is none."""
        return _names(self.body) if self.body else self.title_names

    @cached_property
    def title_names(self) -> frozenset[str]:
        """Capitalised words of the headline, if it is written like a sentence."""
        return frozenset() if _is_title_case(self.title) else _names(self.title)

    @cached_property
    def days(self) -> frozenset[str]:
        text = f"{self.title} {self.body}"
        return frozenset(day.lower() for day in DAYS.findall(text))

    @cached_property
    def dates(self) -> frozenset[tuple[str, str]]:
        return frozenset((month.lower(), day) for month, day in DATES.findall(self.body))

    @cached_property
    def quarters(self) -> frozenset[str]:
        found = QUARTERS.findall(f"{self.title} {self.body}")
        return frozenset(number or ORDINALS[word.lower()] for number, word in found)

    @cached_property
    def corrects(self) -> bool:
        return CORRECTION.search(f"{self.headline} {self.summary or ''}") is not None

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return self.title_set | frozenset(self.body_words)


def is_copy(one: Story, other: Story) -> bool:
    """Say whether two stories are one, whichever came first."""
    apart = abs(one.published_at - other.published_at)
    if apart > WINDOW:
        return False
    snippets = shared_snippet(one, other)
    headlines = shared_headline(one, other)
    if snippets is None:
        alike = (
            headlines >= HEADLINES_SHARE
            and apart <= HEADLINE_WINDOW
            and min(len(one.title_set), len(other.title_set)) >= FEWEST_WORDS
        )
    else:
        alike = snippets >= SNIPPETS_SHARE or (snippets >= MOVED_PAIRS_SHARE and is_edited(one, other))
    return bool(alike) and contradiction(one, other) is None


def shared_snippet(one: Story, other: Story) -> float | None:
    """The share of the shorter snippet's pairs of words that the other has; None without two snippets."""
    fewest = min(len(one.body_pairs), len(other.body_pairs))
    return len(one.body_pairs & other.body_pairs) / fewest if fewest >= 3 else None


def is_edited(one: Story, other: Story) -> bool:
    """Say whether two snippets tell the same numbers and names in nearly the same words, in another order."""
    mine, theirs = frozenset(one.body_words), frozenset(other.body_words)
    return (
        len(mine & theirs) >= MOVED_WORDS_SHARE * min(len(mine), len(theirs))
        and one.numbers == other.numbers
        and len(one.numbers) >= MOVED_NUMBERS
        and one.names == other.names
    )


def shared_headline(one: Story, other: Story) -> float:
    either = one.title_set | other.title_set
    return len(one.title_set & other.title_set) / len(either) if either else 0.0


def contradiction(one: Story, other: Story) -> str | None:
    """
    Return what contradicts, if anything does.

    A fact on one side alone is no contradiction, for snippets are cut. Facts on both sides that the other
    does not have are: each then tells of something else.
    """
    if one.corrects != other.corrects:
        return "correction"
    # A headline alone leaves out whom the other's snippet names.
    names = "names" if one.body and other.body else "title_names"
    for kind in ("numbers", names):
        mine, theirs = getattr(one, kind), getattr(other, kind)
        if mine - theirs and theirs - mine:
            return "names" if kind == names else kind
    for kind in ("days", "dates", "quarters"):
        mine, theirs = getattr(one, kind), getattr(other, kind)
        if mine and theirs and not mine & theirs:
            return kind
    mine, theirs = one.vocabulary - other.vocabulary, other.vocabulary - one.vocabulary
    for these, those in OPPOSITES:
        if (mine & these and theirs & those) or (mine & those and theirs & these):
            return "opposites"
    return None


class StoryIndex(Generic[Key]):
    """
    Finds the earlier copy of each story that is added. Its memory is that of the stories of the window.

    Not for several threads at once. ``add`` takes a fraction of a millisecond.
    """

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, int, int, int], deque[Key]] = defaultdict(
            lambda: deque(maxlen=MOST_IN_A_BUCKET)
        )
        self._stories: dict[Key, Story] = {}
        self._first: dict[Key, Key] = {}
        self._filed: dict[Key, list[tuple[int, int, int, int]]] = {}

    def __len__(self) -> int:
        return len(self._stories)

    def add(self, key: Key, story: Story) -> Key | None:
        """Remember a story; return the first one that it is a copy of, or None. Repeatable."""
        if key in self._stories:
            first = self._first[key]
            return None if first == key else first
        places = list(buckets(story))
        seen: set[Key] = set()
        found: Key | None = None
        for place in places:
            for candidate in self._buckets.get(place, ()):
                if candidate in seen or candidate not in self._stories:
                    continue
                seen.add(candidate)
                if found is None and is_copy(story, self._stories[candidate]):
                    found = self._first[candidate]
        for place in places:
            self._buckets[place].append(key)
        self._stories[key] = story
        self._first[key] = key if found is None else found
        self._filed[key] = places
        return found

    def forget(self, *, before: datetime) -> int:
        """Drop the stories published earlier; return how many. A copy of a dropped story starts anew."""
        old = [key for key, story in self._stories.items() if story.published_at < before]
        for key in old:
            del self._stories[key], self._first[key]
            for place in self._filed.pop(key):
                bucket = self._buckets.get(place)
                if bucket is not None:
                    if key in bucket:
                        bucket.remove(key)
                    if not bucket:
                        del self._buckets[place]
        return len(old)


def buckets(story: Story) -> Iterator[tuple[int, int, int, int]]:
    """Yield the buckets of a story, (view, band, two minima): a copy is likely to share one of them."""
    views = (story.title_words, story.body_words[:OPENING])
    for view, words in enumerate(views):
        shingles = {f"{a} {b}" for a, b in pairwise(words)}
        if not shingles:
            continue
        minima = _minima(shingles)
        for band in range(PERMUTATIONS // ROWS):
            yield view, band, int(minima[band * ROWS]), int(minima[band * ROWS + 1])


def _minima(shingles: set[str]) -> npt.NDArray[np.int64]:
    hashes = np.array([crc32(shingle.encode()) & 0x7FFFFFFF for shingle in shingles], dtype=np.int64)
    minima: npt.NDArray[np.int64] = ((hashes[:, None] * _FACTORS + _OFFSETS) % PRIME).min(axis=0)
    return minima


def _words(text: str) -> Words:
    return tuple(word.lower().replace("’", "'").removesuffix("'s") for word in WORD.findall(text))


def _numbers(text: str) -> Iterator[float]:
    for word in WORD.findall(text):
        if word.lower() in SPELLED:
            yield SPELLED[word.lower()]
    for digits, scale in NUMBER.findall(text):
        plain = digits.replace(",", "")
        if plain.count(".") <= 1:
            yield float(plain) * (SCALES | BILLIONS).get(scale.lower(), 1.0)


def _names(text: str) -> frozenset[str]:
    """The capitalised words of a text; none where all of it is in capitals."""
    if text == text.upper():
        return frozenset()
    found = (word.rstrip("'s").removesuffix("'s").lower() for word in WORD.findall(text) if word[0].isupper())
    return frozenset(word for word in found if word not in PLAIN and not DAYS.fullmatch(word))


def _is_title_case(text: str) -> bool:
    words = [word for word in WORD.findall(text) if len(word) > 3 and word[0].isalpha()]
    return bool(sum(word[0].isupper() for word in words) > 0.6 * len(words))
