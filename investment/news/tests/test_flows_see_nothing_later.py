"""How much is written and how it is meant: worked out by hand, and never with what was published later."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from investment.lib.modes import Mode
from investment.market.models import Instrument
from investment.news.calculators.flow import Flows, flows_of
from investment.news.models import Story
from investment.news.selectors.flow import flows
from investment.news.tests.telling import AT, HEADLINE, SUMMARY, article, instrument, store
from investment.providers.contracts import Article, ArticleSentiment

NAN = float("nan")


def flow(ages: list[float], values: list[float], known_for: float = NAN) -> dict[str, Any]:
    """The flow of one instrument beside another that has nothing."""
    found = flows_of(
        instrument_ids=np.array([8, 7]),
        owners=np.ones(len(ages), dtype=np.int64),
        ages=np.array(ages, dtype=np.float64),
        values=np.array(values, dtype=np.float64),
        known_for=np.array([NAN, known_for]),
    )
    assert [int(found.stories_30[0]), bool(np.isnan(found.sentiment_30[0]))] == [0, True]
    return {name: getattr(found, name)[1] for name in Flows.__slots__}


def test_counts_and_means_are_of_the_last_times_24_hours() -> None:
    found = flow([0.0, 0.5, 1.0, 6.9, 7.0, 29.9, 30.0], [0.4, NAN, -0.2, 0.1, 0.9, -1.0, 1.0])

    assert (found["stories_1"], found["stories_7"], found["stories_30"]) == (2, 4, 6)
    assert found["sentiment_1"] == pytest.approx(0.4)
    assert found["sentiment_7"] == pytest.approx(0.1)  # (0.4 - 0.2 + 0.1) / 3
    assert found["sentiment_30"] == pytest.approx(0.04)  # (0.3 + 0.9 - 1.0) / 5
    assert np.isnan(found["volume_surprise"])
    assert np.isnan(found["sentiment_surprise"])


def test_volume_is_measured_by_the_weeks_that_are_known() -> None:
    # Four whole weeks before the last one: 1, 3, 1 and 3 stories; a fifth is known in part only.
    weeks = [8.0, 15.0, 16.0, 17.0, 22.0, 29.0, 30.0, 31.0, 36.0]
    last = [0.0] * 6

    found = flow(last + weeks, [NAN] * 15, known_for=36.0)

    # Mean 2; variance of the weeks 4/3, less than chance alone would have: 2.
    assert found["volume_surprise"] == pytest.approx((6 - 2) / 2**0.5)
    assert np.isnan(flow(last + weeks, [NAN] * 15, known_for=34.9)["volume_surprise"])
    assert flow([0.0, 0.0], [NAN, NAN], known_for=400.0)["volume_surprise"] == 2.0  # against none in a year


def test_sentiment_is_measured_by_its_own_earlier_days() -> None:
    earlier = [0.0, 0.2] * 4  # mean 0.1, variance 8 * 0.01 / 7
    ages = [1.0, 2.0, *(10.0 + n for n in range(8))]

    found = flow(ages, [0.5, 0.3, *earlier])

    assert found["sentiment_surprise"] == pytest.approx(0.3 / (0.08 / 7 * (1 / 2 + 1 / 8)) ** 0.5)
    assert np.isnan(flow(ages[:-1], [0.5, 0.3, *earlier[:-1]])["sentiment_surprise"])  # seven are too few
    assert np.isnan(flow(ages, [0.5, 0.3, *[0.1] * 8])["sentiment_surprise"])  # all alike


TOLD = st.lists(
    st.builds(
        lambda number, copy, hours, score: article(
            number,
            HEADLINE if copy else f"Quillon Labs opens plant {number}",
            SUMMARY if copy else None,
            published_at=AT + timedelta(hours=hours),
            symbols=["ZUM"] if number % 2 else [],
            sentiments=[] if score is None else [ArticleSentiment("QLN", None, score)],
        ),
        st.integers(0, 30),
        st.booleans(),
        st.one_of(st.integers(-60, 60), st.integers(-2600, 100)),
        st.sampled_from((None, -0.6, 0.3)),
    ),
    unique_by=lambda each: each.url,
    max_size=12,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(TOLD, st.one_of(st.integers(-60, 60), st.integers(-900, 150)))
def test_a_past_instant_is_read_as_if_nothing_had_been_published_since(
    told: list[Article], hours: int
) -> None:
    if not Instrument.objects.exists():
        instrument("QLN", "Quillon Labs Inc.")
        instrument("ZUM", "Zumbra Inc.")
    as_of = AT + timedelta(hours=hours)
    ids = list(Instrument.objects.order_by("-symbol").values_list("pk", flat=True))
    before = [each for each in told if each.published_at <= as_of]
    Story.objects.all().delete()
    store(*before)
    known = as_rows(flows(as_of=as_of, instrument_ids=ids))
    store(*(each for each in told if each.published_at > as_of))

    assert as_rows(flows(as_of=as_of, instrument_ids=ids)) == known
    # Nor does it matter whether they are told one by one, or all at once and the latest first.
    Story.objects.all().delete()
    store(*sorted(told, key=lambda each: each.published_at, reverse=True), provider="massive")
    assert as_rows(flows(as_of=as_of, instrument_ids=ids)) == known


def as_rows(found: Flows) -> str:
    """NaN is NaN."""
    return repr([getattr(found, name).tolist() for name in Flows.__slots__])


@pytest.mark.django_db
def test_a_label_without_a_score_counts_as_the_middle_of_what_it_says() -> None:
    ours = instrument("QLN")
    told = [ArticleSentiment("QLN", "negative")]
    store(article(1, "It is so", None, symbols=["QLN"], sentiments=told), provider="massive")

    assert flows(as_of=AT + timedelta(days=1), instrument_ids=[ours.pk]).sentiment_7.tolist() == [-0.5]


@pytest.mark.django_db
def test_words_of_which_no_scores_may_be_made_are_left_out(settings: Settings) -> None:
    ours = instrument("QLN")
    told = article(1, symbols=["QLN"], sentiments=[ArticleSentiment("QLN", "negative")])
    store(told, provider="massive")
    at = AT + timedelta(days=1)

    sample, settings.MODE = settings.MODE, Mode.parse("live")  # where Massive's clause waits for a decision
    assert counted(ours, at) == (0, "nan")
    store(replace(told, published_at=told.published_at + timedelta(hours=1), sentiments=[]))
    stories, sentiment = counted(ours, at)
    assert stories == 1
    assert float(sentiment) > 0  # our own reading, for theirs may not be used
    settings.MODE = sample
    assert counted(ours, at) == (1, "-0.5")


def counted(ours: Instrument, at: datetime) -> tuple[int, str]:
    found = flows(as_of=at, instrument_ids=[ours.pk])
    return int(found.stories_7[0]), str(float(found.sentiment_7[0]))


@pytest.mark.django_db
def test_what_a_later_copy_adds_counts_from_its_own_publication() -> None:
    ours, other = instrument("QLN", "Quillon Labs Inc."), instrument("ZUM")
    later = AT + timedelta(hours=9)
    store(article(1))
    store(
        article(2, published_at=later, symbols=["ZUM"], sentiments=[ArticleSentiment("QLN", None, -0.4)]),
        provider="alphavantage",
    )

    assert Story.objects.count() == 1
    assert float(counted(ours, later - timedelta(seconds=1))[1]) > 0
    assert counted(other, later - timedelta(seconds=1)) == (0, "nan")
    assert counted(ours, later) == (1, "-0.4")
    assert counted(other, later)[0] == 1
