"""A story once, whoever brought it, in whatever order its copies came, however often they come."""

from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.market.models import Instrument
from investment.news.models import Reading, Story, StoryCopy, StoryTie
from investment.news.services import ingest
from investment.news.tests.telling import AT, HEADLINE, NOW, SUMMARY, article, instrument, store, told
from investment.providers.contracts import Article, ArticleSentiment

pytestmark = pytest.mark.django_db


def test_what_another_provider_brings_is_a_copy_and_the_first_published_has_the_word() -> None:
    first = store(article(2), provider="massive")
    second = store(
        article(1, f"{HEADLINE} - The Wire", SUMMARY[:80] + "…"), article(3, "Another thing", "Of which")
    )

    assert (first.stories, first.copies, second.stories, second.copies) == (1, 1, 1, 2)
    story = Story.objects.get(headline=f"{HEADLINE} - The Wire")
    assert (story.published_at, story.copies.count()) == (AT + timedelta(minutes=1), 2)


def test_the_same_again_changes_nothing() -> None:
    instrument("QLN", "Quillon Labs Inc.")
    store(article(1, symbols=["QLN"]), article(2, "Zumbra opens a plant", None))
    before = told()

    again = store(
        article(1, symbols=["QLN"]), article(2, "Zumbra opens a plant", None), now=NOW + timedelta(1)
    )

    assert (again.copies, again.changed, again.unchanged, told()) == (0, 0, 2, before)
    assert set(Story.objects.values_list("first_seen_at", flat=True)) == {NOW}


def test_an_address_is_the_same_however_readers_were_sent_there() -> None:
    store(article(1), provider="massive")
    done = store(
        article(5, "Other words", "Altogether", url="http://www.paper.example.com/1/?utm_source=feed")
    )

    assert (done.stories, done.copies, Story.objects.count()) == (0, 1, 1)


def test_words_that_are_changed_afterwards_are_not_seen_by_past_days() -> None:
    store(article(1))
    done = store(article(1, "Quillon Labs cuts its forecast"))

    assert (done.unchanged, Story.objects.get().headline) == (1, HEADLINE)


def test_the_answer_to_a_question_about_another_adds_what_it_was_about() -> None:
    one, other = instrument("AA"), instrument("BB")
    store(article(1), about=one.pk)
    done = store(article(1), about=other.pk)

    assert (done.changed, done.ties) == (1, 1)
    assert set(StoryTie.objects.values_list("instrument__symbol", "how")) == {("AA", "tag"), ("BB", "tag")}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"headline": " <p> \x00"}, "headline"),
        ({"url": "javascript:alert(1)"}, "address"),
        ({"url": "https://a b/"}, "address"),
        ({"url": "https://host:99999/"}, "address"),
        ({"published_at": NOW + timedelta(hours=2)}, "published"),
        ({"published_at": AT.replace(tzinfo=None)}, "published"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_reason_and_the_rest_is_stored(
    fields: dict[str, Any], why: str
) -> None:
    done = store(replace(article(1), **fields), article(2))

    assert (done.refused, done.copies) == (1, 1)
    assert why in done.reasons[0]


def test_no_more_than_a_snippet_is_kept_and_no_markup() -> None:
    store(article(1, "A&amp;T &lt;grows&gt;", "<p>" + "word " * 400 + "\x00</p>", image_url="data:x"))

    story = Story.objects.get()
    assert story.headline == "A&T <grows>"
    assert story.summary is not None
    assert len(story.summary) <= 600
    assert story.summary.endswith("word…")
    assert story.image_url == ""


def test_tickers_are_those_of_the_day_and_one_unknown_then_is_found_later() -> None:
    store(article(1, "Some news", None, symbols=["NEW"]))
    assert not StoryTie.objects.exists()
    holder = instrument("NEW")

    done = store(article(1, "Some news", None, symbols=["NEW"]))

    assert (done.changed, done.ties, StoryTie.objects.get().instrument_id) == (1, 1, holder.pk)


def test_a_providers_reading_goes_before_ours_and_both_are_kept() -> None:
    instrument("QLN", "Quillon Labs Inc.")
    instrument("ZUM", "Zumbra Inc.")
    store(
        article(
            1,
            symbols=["QLN", "ZUM"],
            sentiments=[
                ArticleSentiment("QLN", "somewhat_negative", -0.2, 0.9),
                ArticleSentiment("ZUM", None),
            ],
        ),
        provider="alphavantage",
    )

    ties = {tie.instrument.symbol: tie for tie in StoryTie.objects.select_related("instrument")}
    assert (ties["QLN"].label, ties["QLN"].score, ties["QLN"].reader) == ("negative", -0.2, "alphavantage")
    assert ties["QLN"].in_headline
    assert ties["ZUM"].reader == "local"
    readings = set(Reading.objects.values_list("instrument__symbol", "reader", "label"))
    assert readings >= {("QLN", "alphavantage", "somewhat_negative"), ("QLN", "local", "positive")}
    assert ("ZUM", "alphavantage") not in {reading[:2] for reading in readings}


def test_a_copy_between_two_makes_them_one_and_what_is_cut_is_not_lost() -> None:
    full = "Orders for pumps of Quillon Labs rose in May. Its forecast for the year is $1.2 billion now."
    store(article(1, "Pumps sell", full), article(9, "Forecast", full.split(". ")[1] + " Shares rose 4%."))
    assert Story.objects.count() == 2

    done = store(article(5, "News of Quillon", f"{full} Shares rose 4%."))

    assert (done.stories, done.copies, Story.objects.count()) == (0, 1, 1)
    assert Story.objects.get().headline == "Pumps sell"


HEADLINES = (HEADLINE, f"{HEADLINE} - The Wire", "Forecast of Quillon Labs is up", "Zumbra slips")
SUMMARIES = (
    SUMMARY,
    SUMMARY[:70],
    SUMMARY.replace("1.2", "1.4"),
    SUMMARY + " Shares of Zumbra fell 4%.",
    "Shares of Zumbra fell 4%. " + SUMMARY[30:],
    None,
)
ARTICLES = st.builds(
    lambda number, headline, summary, hours, tags, label: article(
        number,
        headline,
        summary,
        published_at=AT + timedelta(hours=hours),
        symbols=tags,
        sentiments=[ArticleSentiment(tag, label) for tag in tags],
    ),
    st.integers(0, 12),
    st.sampled_from(HEADLINES),
    st.sampled_from(SUMMARIES),
    st.integers(0, 160),
    st.lists(st.sampled_from(("QLN", "ZUM")), max_size=2, unique=True),
    st.sampled_from((None, "positive", "negative")),
)
TOLD = st.lists(
    st.tuples(st.sampled_from(("finnhub", "massive", "newsapi")), ARTICLES),
    unique_by=lambda each: (each[0], each[1].url),
    min_size=2,
    max_size=9,
)


@settings(max_examples=25, deadline=None)
@given(TOLD, st.data())
def test_stories_are_the_same_in_whatever_order_and_however_often_they_are_told(
    articles: list[tuple[str, Article]], data: st.DataObject
) -> None:
    for model in (Story, StoryCopy):
        model.objects.all().delete()
    if not Instrument.objects.exists():
        instrument("QLN", "Quillon Labs Inc.")
        instrument("ZUM", "Zumbra Inc.")
    tell(sorted(articles, key=lambda each: each[1].published_at))
    once = told()
    Story.objects.all().delete()

    again = data.draw(st.lists(st.sampled_from(articles), max_size=3))
    tell(data.draw(st.permutations(articles + again)))

    assert told() == once


def tell(articles: list[tuple[str, Article]]) -> None:
    """As many calls as there are changes of the provider."""
    for provider, of_provider in groupby(articles, key=lambda each: each[0]):
        store(*(each for _, each in of_provider), provider=provider)


def test_batches_of_a_call_know_of_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH", 2)

    done = store(*(article(number) for number in range(5)))

    assert (done.stories, done.copies, Story.objects.count()) == (1, 5, 1)
