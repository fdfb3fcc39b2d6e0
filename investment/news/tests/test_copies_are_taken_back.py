"""What a provider told goes with it; what another told as well stays, in the other's words."""

from datetime import timedelta

import pytest

from investment.news.models import Reading, Story, StoryCopy
from investment.news.services import withdrawal
from investment.news.services.retention import expire
from investment.news.services.withdrawal import Withdrawn, withdraw_copies, withdraw_news
from investment.news.tests.telling import HEADLINE, NOW, SUMMARY, article, instrument, store, told
from investment.providers.contracts import ArticleSentiment

pytestmark = pytest.mark.django_db

THEIRS = f"{HEADLINE} - The Wire"


def tell_both() -> None:
    """One story of both, whose first copy and whose reading are Alpha Vantage's; one story of each alone."""
    for symbol, name in (("QLN", "Quillon Labs Inc."), ("ZUM", "Zumbra Inc.")):
        instrument(symbol, name)
    read = [ArticleSentiment("ZUM", "negative", -0.5)]
    store(article(1, symbols=["ZUM"], sentiments=read), article(5, "Rain", None), provider="alphavantage")
    store(article(2, THEIRS, SUMMARY[:80]), article(3, THEIRS), article(6, "Snow", None), provider="newsapi")


def keys(provider: str) -> list[int]:
    return list(StoryCopy.objects.filter(provider=provider).values_list("pk", flat=True))


def test_the_next_copy_has_the_word_and_nothing_of_the_others_is_left() -> None:
    tell_both()

    done = withdraw_copies(keys=keys("alphavantage"), now=NOW)

    assert done == Withdrawn(copies=2, stories=1, retold=1)
    left = told()
    assert {row[0][0] for row in left} == {THEIRS, "Snow"}
    assert not Reading.objects.filter(reader="alphavantage").exists()
    Story.objects.all().delete()
    store(article(2, THEIRS, SUMMARY[:80]), article(3, THEIRS), article(6, "Snow", None), provider="newsapi")
    assert told() == left  # as if the other had never told anything


def test_what_comes_afterwards_finds_its_story() -> None:
    tell_both()
    withdraw_copies(keys=keys("alphavantage"), now=NOW)

    assert store(article(4, HEADLINE), provider="massive").stories == 0


def test_a_source_goes_as_a_whole_in_batches_and_the_second_time_there_is_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(withdrawal, "BATCH", 2)
    tell_both()

    assert withdraw_news(source="massive", now=NOW) == Withdrawn()
    assert withdraw_news(source="sample", now=NOW).copies == 5
    assert not Story.objects.exists()
    assert withdraw_news(source="sample", now=NOW) == Withdrawn()


def test_what_may_be_kept_for_a_time_goes_when_it_is_over_and_no_sooner() -> None:
    tell_both()

    assert expire(now=NOW + timedelta(days=30) - timedelta(seconds=1)) == Withdrawn()
    assert expire(now=NOW + timedelta(days=30)) == Withdrawn(copies=3, stories=1, retold=1)
    assert set(Story.objects.values_list("headline", flat=True)) == {HEADLINE, "Rain"}
    assert expire(now=NOW + timedelta(days=90)) == Withdrawn()
