"""NewsAPI's answers, and what we make of them."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.newsapi.client import query_about
from investment.providers.adapters.newsapi.records import NewsSource, instant, snippet
from investment.providers.adapters.newsapi.tests.wire import KEY, Wire, recorded
from investment.providers.contracts import Article


def article(**changes: Any) -> dict[str, Any]:
    """The first recorded article, changed."""
    return dict(json.loads(recorded("everything"))["articles"][0]) | changes


def page_of(*articles: object) -> bytes:
    return json.dumps({"status": "ok", "totalResults": len(articles), "articles": articles}).encode()


def test_reads_a_search_as_it_is_really_sent() -> None:
    page = Wire(recorded("everything")).client.everything(query="chips", language="en")

    first, second, third = page.articles
    assert first == Article(
        provider_id="",
        url="https://www.example.com/chips?a=1&b=2",
        headline="A maker of chips tells its quarter",
        summary="It sold more than a year ago.",
        source="Engadget",
        published_at=datetime(2024, 1, 5, 12, 34, 56, tzinfo=UTC),
        image_url="https://images.example.com/chips.jpg",
        language="en",
    )
    assert second.summary == "The story begins here and is cut…", "what was cut off is no part of the text"
    assert (third.summary, third.image_url, third.source) == (None, None, "Example Wire")
    assert third.published_at == datetime(2024, 1, 5, 11, 59, 59, 123456, tzinfo=UTC)
    assert (page.total, page.removed, page.untitled, page.undated, page.malformed) == (6581, 1, 0, 0, [])


def test_asks_with_the_key_in_a_header_only() -> None:
    wire = Wire(recorded("everything"))

    wire.client.everything(
        query='"Example Maker" AND chips',
        title_query="maker",
        search_in=("title", "description"),
        sources=("abc-news", "engadget"),
        domains=("example.com",),
        exclude_domains=("example.org",),
        start=date(2024, 1, 1),
        end=datetime(2024, 1, 5, 1, 2, 3, tzinfo=timezone(timedelta(hours=1))),
        language="en",
        sort="relevancy",
        page=2,
        page_size=50,
    )

    (request,) = wire.asked
    assert request.url.path == "/newsapi/v2/everything"
    assert dict(request.url.params) == {
        "q": '"Example Maker" AND chips',
        "qInTitle": "maker",
        "searchIn": "title,description",
        "sources": "abc-news,engadget",
        "domains": "example.com",
        "excludeDomains": "example.org",
        "from": "2024-01-01",
        "to": "2024-01-05T00:02:03",
        "language": "en",
        "sortBy": "relevancy",
        "pageSize": "50",
        "page": "2",
    }
    assert request.headers["X-Api-Key"] == KEY
    assert KEY not in str(request.url)
    assert request.extensions["endpoint"] == "everything"


def test_an_instant_without_its_zone_is_not_asked_for() -> None:
    with pytest.raises(ValueError, match="aware"):
        Wire().client.everything(query="x", start=datetime(2024, 1, 1))  # noqa: DTZ001


def test_reads_headlines_and_leaves_out_the_removed() -> None:
    wire = Wire(recorded("top_headlines"))

    page = wire.client.top_headlines(country="us", category="business")

    (headline,) = page.articles
    assert (headline.headline, headline.summary, headline.language) == ("Markets close higher", None, None)
    assert page.removed == 1
    assert wire.asked[0].url.path == "/newsapi/v2/top-headlines"
    assert dict(wire.asked[0].url.params) == {
        "country": "us", "category": "business", "pageSize": "100", "page": "1"
    }  # fmt: skip


def test_reads_the_publishers() -> None:
    wire = Wire(recorded("sources"))

    first, second = wire.client.sources(language="en")

    assert first == NewsSource(
        source_id="abc-news",
        name="ABC News",
        description="Your trusted source for breaking news.",
        url="https://abcnews.go.com",
        category="general",
        language="en",
        country="us",
    )
    assert second.description is None
    assert str(wire.asked[0].url) == "http://sandbox.test/newsapi/v2/top-headlines/sources?language=en"
    assert wire.asked[0].extensions["endpoint"] == "top_headlines_sources"


def test_an_unknown_subject_has_no_articles() -> None:
    page = Wire(page_of()).client.everything(query="nobody")

    assert (list(page.articles), page.total) == ([], 0)


@pytest.mark.parametrize(
    "odd",
    [{"title": None}, {"title": "  "}, {"url": None}, {"url": ""}, {"url": "javascript:alert(1)"}],
    ids=str,
)
def test_without_a_headline_or_a_link_there_is_nothing_to_show(odd: dict[str, Any]) -> None:
    page = Wire(page_of(article(), article(**odd))).client.everything(query="x")

    assert (len(page.articles), page.untitled) == (1, 1)


def test_fields_that_are_new_or_missing_lose_nothing() -> None:
    row = {name: article()[name] for name in ("title", "url", "publishedAt")} | {"sentiment": {"new": 1}}

    (read,) = Wire(page_of(row)).client.everything(query="x").articles

    assert (read.headline, read.source, read.summary) == (article()["title"], None, None)


def test_an_address_that_is_no_link_is_no_picture() -> None:
    (read,) = Wire(page_of(article(urlToImage="data:image/png,x"))).client.everything(query="x").articles

    assert read.image_url is None


def test_one_unreadable_row_of_a_hundred_is_set_aside_in_its_own_words() -> None:
    rows = [article() for _ in range(99)] + [article(publishedAt="yesterday")]

    page = Wire(page_of(*rows)).client.everything(query="x")

    (left,) = page.malformed
    assert (len(page.articles), left.index) == (99, 99)
    assert "'yesterday' is no instant" in left.reason
    assert "A maker of chips" in left.payload


def test_more_unreadable_rows_refuse_the_whole() -> None:
    rows = [article() for _ in range(98)] + [article(url=7), "no object"]

    with pytest.raises(errors.MalformedPayload, match=r"2 of 100 rows .* `\$.url`"):
        Wire(page_of(*rows)).client.everything(query="x")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (recorded("everything")[:400], "JSON is malformed|truncated"),
        (b"<html><body>It works!</body></html>", "JSON is malformed"),
        (b"", "truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"articles":[]}', "missing required field `status`"),
        (b'{"status":"ok"}', "no articles"),
        (b'{"status":"ok","articles":{}}', "Expected `array"),
        (b'{"status":"perhaps","articles":[]}', "status 'perhaps'"),
        (b'{"status":"ok","articles":[' + b"1," * 1_000_000, "are more than a page"),
        (b'{"status":"ok","articles":["' + b"x" * 9 * 2**20 + b'"]}', "are more than a page"),
        (b'{"status":"ok","articles":' + b"[" * 100_000, "recursion|malformed|truncated"),
    ],
    ids=[
        "cut off", "a page of HTML", "nothing", "a list", "no status", "no articles", "an object",
        "another status", "values without an end", "a text without an end", "depth without an end",
    ],
)  # fmt: skip
def test_an_answer_without_its_documented_shape_is_refused_whole(body: bytes, words: str) -> None:
    with pytest.raises(errors.MalformedPayload, match=f"(?i){words}"):
        Wire(body).client.everything(query="x")


def test_a_list_without_its_publishers_is_refused() -> None:
    with pytest.raises(errors.MalformedPayload, match="no sources"):
        Wire(b'{"status":"ok"}').client.sources()
    with pytest.raises(errors.MalformedPayload, match="1 of 1 rows"):
        Wire(b'{"status":"ok","sources":[{"id":null}]}').client.sources()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-05T12:34:56Z", datetime(2024, 1, 5, 12, 34, 56, tzinfo=UTC)),
        ("2024-01-05T12:34:56", datetime(2024, 1, 5, 12, 34, 56, tzinfo=UTC)),
        ("2024-01-05T12:34:56.5Z", datetime(2024, 1, 5, 12, 34, 56, 500_000, tzinfo=UTC)),
        ("2024-01-05T12:34:56+01:00", datetime(2024, 1, 5, 11, 34, 56, tzinfo=UTC)),
    ],
)
def test_instants_are_read_in_every_form(text: str, expected: datetime) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    "text", [None, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z"]
)
def test_an_article_without_its_time_is_counted_and_left_out(text: str | None) -> None:
    page = Wire(page_of(article(), article(publishedAt=text))).client.everything(query="x")

    assert (len(page.articles), page.undated) == (1, 1)


@pytest.mark.parametrize("text", ["2024-01-05", "2024-13-05T00:00:00Z", "now"])
def test_what_is_no_instant_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"no instant|must be in|month"):
        instant(text)


def test_a_snippet_is_the_description_or_how_the_text_begins() -> None:
    assert snippet("Told.", "Begins… [+12 chars]") == "Told."
    assert snippet(" ", "Begins… [+12 chars]") == "Begins…"
    assert snippet("[Removed]", None) is None
    assert snippet(None, "Costs [+12 chars] more") == "Costs [+12 chars] more"


@pytest.mark.parametrize(
    ("company", "query"),
    [
        ("Apple Inc.", '"Apple"'),
        ("Berkshire Hathaway Holdings, Inc.", '"Berkshire Hathaway"'),
        ("The Gap", '"The Gap"'),
        ('A "quoted"  name Corp', '"A quoted name"'),
        ("Inc", '"Inc"'),
    ],
)
def test_a_company_is_searched_by_its_name_without_its_legal_form(company: str, query: str) -> None:
    assert query_about(company) == query


def test_the_key_is_in_no_error() -> None:
    echo = json.dumps({"status": "error", "code": "apiKeyInvalid", "message": f"The key {KEY} is unknown"})

    with pytest.raises(errors.CredentialsRejected) as caught:
        Wire(httpx.Response(401, text=echo)).client.sources()

    assert KEY not in caught.value.message + caught.value.words + repr(caught.value)
    assert "is unknown" in caught.value.words
