from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.news.calculators.duplicates import Story, StoryIndex, contradiction, is_copy

AT = datetime(2025, 3, 3, 14, 0, tzinfo=UTC)
HEADLINE = "Figment Corp beats estimates on strong demand for teapots"
SUMMARY = (
    "Figment Corp said on Monday its third-quarter revenue rose 14% to $1.2 billion, as demand for teapots "
    "grew in all regions. It earned 99 cents a share."
)


def story(headline: str = HEADLINE, summary: str | None = SUMMARY, hours: float = 0) -> Story:
    return Story(headline, summary, AT + timedelta(hours=hours))


@pytest.mark.parametrize(
    "copy",
    [
        story(hours=5),
        story(f"{HEADLINE} - The Daydream Times"),
        story(f"UPDATE 1-{HEADLINE}"),
        story(summary=SUMMARY[:80] + "…"),
        story(summary=f"LISBON, March 3 (Figwire) -- {SUMMARY}"),
        story("Teapots lift Figment"),
        story(HEADLINE.upper(), None, hours=1),
        story(summary=SUMMARY.replace("$1.2 billion", "$1.2bn").replace("14%", "14 percent")),
    ],
)
def test_a_copy_is_found(copy: Story) -> None:
    index: StoryIndex[str] = StoryIndex()
    assert index.add("first", story()) is None
    assert index.add("second", copy) == "first"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (story(summary=SUMMARY.replace("14%", "13%").replace("99", "98")), "numbers"),
        (story(summary=SUMMARY.replace("Figment", "Makebelieve")), "names"),
        (story(summary=SUMMARY.replace("Monday", "Tuesday")), "days"),
        (story(summary=SUMMARY.replace("third-quarter", "fourth-quarter")), "quarters"),
        (story(f"CORRECTED: {HEADLINE}"), "correction"),
        (story(summary=SUMMARY.replace("rose", "fell")), "opposites"),
        (story(hours=80), None),
        (
            story("Figment shares jump after its report", "Buyers chased Figment Corp after it reported."),
            None,
        ),
        (story(HEADLINE, None, hours=30), None),
    ],
)
def test_another_story_is_not_a_copy(other: Story, why: str | None) -> None:
    assert contradiction(story(), other) == why
    assert not is_copy(story(), other)
    index: StoryIndex[int] = StoryIndex()
    index.add(1, story())
    assert index.add(2, other) is None


def test_a_copy_of_a_copy_belongs_to_the_first() -> None:
    index: StoryIndex[int] = StoryIndex()
    index.add(1, story())
    index.add(2, story(hours=1))
    assert index.add(3, story(hours=2)) == 1
    assert index.add(2, story(hours=1)) == 1
    assert index.add(1, story()) is None


def test_what_is_forgotten_is_found_no_more_and_leaves_nothing_behind() -> None:
    index: StoryIndex[int] = StoryIndex()
    index.add(1, story())
    assert index.forget(before=AT) == 0
    assert index.forget(before=AT + timedelta(seconds=1)) == 1
    assert len(index) == 0
    assert not index._buckets
    assert index.add(2, story()) is None


def test_a_first_copy_that_is_forgotten_leaves_its_copies_together() -> None:
    index: StoryIndex[int] = StoryIndex()
    index.add(1, story())
    index.add(2, story(hours=2))
    index.forget(before=AT + timedelta(hours=1))
    assert index.add(3, story(hours=3)) == 1


TEXTS = st.text(alphabet=st.sampled_from("abc ABC 12.,%$-–…'’()"), max_size=60)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_being_a_copy_does_not_depend_on_the_order(a: str, b: str, c: str, d: str) -> None:
    one, other = story(a, b), story(c, d)
    assert is_copy(one, other) == is_copy(other, one)
    assert contradiction(one, one) is None
