"""Stories, searched and filtered, and how much is written about a stock."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from investment.api.tests.contract import get
from investment.api.tests.factories import signed_in
from investment.lib import clock
from investment.news.tests.telling import HEADLINE, SUMMARY, article, instrument, store
from investment.providers.contracts import ArticleSentiment

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in()


def headlines(client: Client, **query: Any) -> list[str]:
    return [row["headline"] for row in get(client, "/api/news", **query)["rows"]]


def test_a_story_says_who_brought_it_what_it_is_about_and_what_must_be_shown(client: Client) -> None:
    instrument("QLN", "Quillon Labs Inc.")
    store(
        article(1, symbols=["QLN"], sentiments=[ArticleSentiment("QLN", "negative", -0.4)], language="en"),
        provider="alphavantage",
    )
    store(article(2, HEADLINE, SUMMARY[:80] + "…"), provider="newsapi")

    answer = get(client, "/api/news")

    assert (answer["total"], answer["next"]) == (1, None)
    row = answer["rows"][0]
    assert (row["headline"], row["summary"], row["copies"]) == (HEADLINE, SUMMARY, 2)
    assert row["providers"] == [
        {"provider": "alphavantage", "source": "sample"},
        {"provider": "newsapi", "source": "sample"},
    ]
    assert row["attributions"] == [{"text": "News from NewsAPI.org", "link": "https://newsapi.org"}]
    assert row["ties"] == [
        {
            "symbol": "QLN",
            "name": "Quillon Labs Inc.",
            "how": "tag",
            "in_headline": True,
            "label": "negative",
            "score": -0.4,
            "reader": "alphavantage",
            "method": "as told",
        }
    ]


def test_filters_must_all_be_met(client: Client) -> None:
    instrument("QLN", "Quillon Labs Inc.")
    instrument("ZUM", "Zumbra Inc.")
    store(article(1), provider="massive")
    store(article(2, "Zumbra profit fell sharply", "It lost customers.", source="The Wire"))
    store(article(3, "Rain is expected", None))

    fell = "Zumbra profit fell sharply"
    assert headlines(client) == ["Rain is expected", fell, HEADLINE]
    assert headlines(client, q="forecasts") == [HEADLINE]  # by the stem of the word
    assert headlines(client, q='"profit fell" or rain') == ["Rain is expected", fell]
    assert headlines(client, q="-rain -profit") == [HEADLINE]
    assert headlines(client, symbol="zum,QLN") == [fell, HEADLINE]
    assert headlines(client, symbol="ZUM", sentiment="negative") == [fell]
    assert headlines(client, sentiment="positive") == [HEADLINE]
    assert headlines(client, symbol="QLN", sentiment="negative") == []
    assert headlines(client, provider="massive") == [HEADLINE]
    assert headlines(client, publisher="the wire") == [fell]
    assert headlines(client, since="2026-03-03T14:02:00Z", until="2026-03-03T14:03:00Z") == [fell]


def test_pages_follow_one_another_without_gap_or_repetition(client: Client) -> None:
    at = article().published_at
    texts = ["Anbeco opens", "Corda hires", "Elfin sues", "Gorha pays", "Injun sells"]
    store(*(article(n, text, None, published_at=at) for n, text in enumerate(texts)))

    seen, cursor = [], None
    for _ in range(3):
        answer = get(client, "/api/news", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [row["headline"] for row in answer["rows"]]
        cursor = answer["next"]

    assert (sorted(seen), cursor, answer["total"]) == (sorted(texts), None, 5)


def test_a_stocks_news_tell_how_much_is_written_and_unknown_is_null(client: Client) -> None:
    instrument("QLN", "Quillon Labs Inc.")
    now = clock.now()
    store(article(1, published_at=now - timedelta(days=2)), now=now)

    answer = get(client, "/api/stocks/{symbol}/news", symbol="qln")

    flow = answer["flow"]
    assert (answer["symbol"], len(answer["rows"])) == ("QLN", 1)
    assert (flow["stories_1"], flow["stories_7"], flow["stories_30"]) == (0, 1, 1)
    assert flow["sentiment_1"] is None
    assert flow["sentiment_7"] == answer["rows"][0]["ties"][0]["score"] > 0
    assert flow["volume_surprise"] is None


def test_what_cannot_be_asked_is_named(client: Client) -> None:
    get(client, "/api/stocks/{symbol}/news", 404, symbol="NOBODY")
    get(client, "/api/news", 404, symbol="NOBODY")
    get(client, "/api/news", 400, cursor="1-x")
    get(client, "/api/news", 400, cursor="999999999999999999-1")
    get(client, "/api/news", 400, sentiment="great")
    get(client, "/api/news", 400, since="2026-03-04T00:00:00Z", until="2026-03-03T00:00:00Z")
    assert headlines(client, q="'\"(:*&|!<->") == []


def test_one_story_and_many_cost_the_same_number_of_queries(client: Client) -> None:
    instrument("QLN", "Quillon Labs Inc.")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            get(client, "/api/news", symbol="QLN")
        return len(asked)

    store(article(1))
    one = queries()
    store(*(article(n, f"Quillon Labs opens plant number {n}", None) for n in range(2, 20)))
    assert queries() == one
