"""Every refusal, empty shape and oddity of NewsAPI, over real HTTP."""

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.newsapi.client import NewsApiClient, query_about
from investment.providers.sandbox.newsapi import articles
from investment.providers.sandbox.newsapi.query import QueryError, matcher
from investment.providers.sandbox.testing import NOW, RunningSandbox, running_sandbox

pytestmark = pytest.mark.slow

TLS = ssl.create_default_context()  # never used, and costly to make for every call


@pytest.fixture(scope="module")
def rich() -> Iterator[RunningSandbox]:
    with running_sandbox(plans={"newsapi": "business"}) as sandbox:
        yield sandbox


@pytest.fixture
def poor() -> Iterator[RunningSandbox]:
    with running_sandbox(plans={"newsapi": "developer"}) as sandbox:
        yield sandbox


def get(
    sandbox: RunningSandbox, path: str, headers: dict[str, str] | None = None, /, **params: Any
) -> httpx.Response:
    headers = {"X-Api-Key": sandbox.key} if headers is None else headers
    return httpx.get(f"{sandbox.url}/newsapi/v2/{path}", headers=headers, params=params, verify=TLS)


@pytest.fixture(scope="module")
def ours(rich: RunningSandbox) -> Iterator[NewsApiClient]:
    with httpx.Client(base_url=f"{rich.url}/newsapi/v2", verify=TLS) as http:
        yield NewsApiClient(api_key=rich.key, http=http)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert body["status"] == "error"
    assert body["message"]
    return answer.status_code, body["code"]


def test_a_key_may_come_in_the_query_or_in_two_headers(rich: RunningSandbox) -> None:
    assert get(rich, "sources", {}, apiKey=rich.key).status_code == 200
    assert get(rich, "sources", {}, APIKEY=rich.key).status_code == 200
    for headers in (
        {"X-Api-Key": rich.key}, {"Authorization": rich.key}, {"Authorization": f"Bearer {rich.key}"}
    ):  # fmt: skip
        assert get(rich, "sources", headers).status_code == 200
    assert refusal(get(rich, "sources", {})) == (401, "apiKeyMissing")
    assert refusal(get(rich, "sources", {"X-Api-Key": "a-stranger's"})) == (401, "apiKeyInvalid")


def test_headers_are_those_of_the_real_one(rich: RunningSandbox) -> None:
    headers = get(rich, "sources").headers

    assert (headers["Cache-Control"], headers["Expires"], headers["X-Cached-Result"]) == (
        "no-cache",
        "-1",
        "false",
    )


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("everything", {}, (400, "parametersMissing")),
        ("everything", {"q": "x", "language": "xx"}, (400, "parameterInvalid")),
        ("everything", {"q": "x", "sortBy": "date"}, (400, "parameterInvalid")),
        ("everything", {"q": "x", "searchIn": "author"}, (400, "parameterInvalid")),
        ("everything", {"q": "x", "from": "yesterday"}, (400, "parameterInvalid")),
        ("everything", {"q": "x", "pageSize": "101"}, (400, "parameterInvalid")),
        ("everything", {"q": "x", "page": "0"}, (400, "parameterInvalid")),
        ("everything", {"q": "x", "page": "one"}, (400, "parameterInvalid")),
        ("everything", {"q": "x" * 501}, (400, "parameterInvalid")),
        ("everything", {"q": "(x"}, (400, "parameterInvalid")),
        ("everything", {"sources": ",".join(["a"] * 21)}, (400, "sourcesTooMany")),
        ("everything", {"sources": "nobody"}, (400, "sourceDoesNotExist")),
        ("top-headlines", {}, (400, "parametersMissing")),
        ("top-headlines", {"category": "war"}, (400, "parameterInvalid")),
        ("top-headlines", {"sources": "figment-gazette", "country": "us"}, (400, "parametersIncompatible")),
    ],
)
def test_wrong_questions_are_refused(
    rich: RunningSandbox, path: str, params: dict[str, str], expected: tuple[int, str]
) -> None:
    assert refusal(get(rich, path, **params)) == expected


def test_the_developer_plan_is_fifty_in_twelve_hours_and_a_hundred_a_day(poor: RunningSandbox) -> None:
    for _ in range(50):
        assert get(poor, "sources").status_code == 200
    refused = get(poor, "sources")
    assert refusal(refused) == (429, "rateLimited")
    assert "100 requests over a 24 hour period (50 requests available every 12 hours)" in refused.text
    poor.advance(hours=12, seconds=1)
    for _ in range(50):
        assert get(poor, "sources").status_code == 200
    poor.advance(hours=11, minutes=59)
    assert refusal(get(poor, "sources")) == (429, "rateLimited"), "a hundred a day, and 51 in its half"
    poor.advance(minutes=2)
    assert get(poor, "sources").status_code == 200
    assert poor.counts("newsapi").over_limit == 2


def test_a_paid_plan_is_exhausted_in_other_words() -> None:
    with running_sandbox(plans={"newsapi": "1/2678400"}) as sandbox:
        assert get(sandbox, "sources").status_code == 200
        assert refusal(get(sandbox, "sources")) == (429, "apiKeyExhausted")


def test_a_key_that_is_switched_off() -> None:
    with running_sandbox(plans={"newsapi": "disabled"}) as sandbox:
        assert refusal(get(sandbox, "sources")) == (401, "apiKeyDisabled")


def test_the_developer_plan_has_a_hundred_results_of_a_month_but_the_last_day(poor: RunningSandbox) -> None:
    page = get(poor, "everything", domains=articles.HOST).json()
    assert page["totalResults"] == len(page["articles"]) > 20
    newest = max(each["publishedAt"] for each in page["articles"])
    assert newest <= f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"

    beyond = get(poor, "everything", domains=articles.HOST, page=2, pageSize=90)
    assert refusal(beyond) == (426, "maximumResultsReached")
    assert "You are trying to request results 90 to 180." in beyond.text
    early = get(poor, "everything", domains=articles.HOST, **{"from": "2026-01-05"})
    assert refusal(early) == (426, "parameterInvalid")
    assert "as far back as 2026-02-01, but you have requested 2026-01-05." in early.text


def test_a_browser_is_refused_on_the_developer_plan_but_on_this_machine(poor: RunningSandbox) -> None:
    page = {"X-Api-Key": poor.key, "Origin": "https://dashboard.example.com"}
    assert refusal(get(poor, "sources", page)) == (426, "corsNotAllowed")
    assert get(poor, "sources", page | {"Origin": "http://localhost:5173"}).status_code == 200


def test_parameter_names_are_read_in_any_case(rich: RunningSandbox) -> None:
    title = get(rich, "everything", domains=articles.HOST, pageSize=1).json()["articles"][0]["title"]

    found = get(rich, "everything", qintitle=f'"{title}"', PAGESIZE=5).json()

    assert title in [each["title"] for each in found["articles"]]


def test_articles_have_the_oddities_of_the_real_ones(rich: RunningSandbox) -> None:
    told: list[dict[str, Any]] = []
    for page in (1, 2, 3):
        asked = {"domains": articles.HOST, "from": "2025-09-01", "page": page}
        told += get(rich, "everything", **asked).json()["articles"]

    assert {"source", "author", "title", "description", "url", "urlToImage", "publishedAt", "content"} == set(
        told[0]
    )
    assert articles.REMOVED in told
    for name in ("author", "description", "urlToImage"):
        assert any(each[name] is None for each in told)
    assert any(each["source"]["id"] is None and each["source"]["name"] != "[Removed]" for each in told)
    assert any(each["content"].endswith(" chars]") for each in told)
    kept = [each["publishedAt"] for each in told if each != articles.REMOVED]
    assert kept == sorted(kept, reverse=True)


def test_our_adapter_reads_what_the_market_wrote(rich: RunningSandbox, ours: NewsApiClient) -> None:
    written = {article.url: article for article in articles_of(rich)}

    page = ours.everything(domains=(articles.HOST,), start=date(2025, 9, 1), language="en", page_size=100)

    assert page.removed + len(page.articles) == 100
    assert page.total is not None
    assert page.total > 100
    assert (page.untitled, list(page.malformed)) == (0, [])
    for article in page.articles:
        original = written[article.url]
        assert article.headline == original.headline
        assert article.published_at == original.at.replace(microsecond=0)
        assert article.source == original.paper
        assert article.image_url == original.image_url
        assert article.summary is not None
        assert original.summary.startswith(article.summary.rstrip("…"))


def test_a_company_is_found_by_its_name(rich: RunningSandbox, ours: NewsApiClient) -> None:
    line = next(
        each for each in rich.market.lines
        if any(each.name in a.headline and not articles.is_removed(a) for a in articles_of(rich))
    )  # fmt: skip

    found = ours.everything(query=query_about(line.name), search_in=("title",), start=date(2025, 9, 1))

    assert found.articles
    assert all(query_about(line.name).strip('"') in article.headline for article in found.articles)
    assert ours.everything(query="nobody-writes-this").total == 0


def test_headlines_are_of_the_last_days_of_america_and_business(
    rich: RunningSandbox, ours: NewsApiClient
) -> None:
    found = ours.top_headlines(country="us", category="business")

    assert found.articles
    assert min(article.published_at for article in found.articles) >= NOW - timedelta(days=3)
    assert get(rich, "top-headlines", country="de").json() == {
        "status": "ok",
        "totalResults": 0,
        "articles": [],
    }
    few = get(rich, "top-headlines", sources="figment-gazette", pageSize=2).json()["articles"]
    assert {each["source"]["id"] for each in few} <= {"figment-gazette", None}


def test_publishers_are_listed_at_both_addresses(rich: RunningSandbox, ours: NewsApiClient) -> None:
    found = ours.sources(language="en")

    assert [source.source_id for source in found] == articles.source_ids()
    assert get(rich, "sources").json() == get(rich, "top-headlines/sources").json()
    assert get(rich, "sources", language="de").json()["sources"] == []


def test_an_unknown_path_and_failures(rich: RunningSandbox, ours: NewsApiClient) -> None:
    assert get(rich, "nowhere").status_code == 404
    rich.fault("status", endpoint="newsapi.everything", status=500)
    with pytest.raises(errors.ProviderUnavailable, match="unexpectedError"):
        ours.everything(query="x")
    rich.fault("status", endpoint="newsapi.*", status=502)
    with pytest.raises(errors.ProviderUnavailable, match="Bad gateway"):
        ours.everything(query="x")
    rich.fault("envelope", endpoint="newsapi.*")
    with pytest.raises(errors.MalformedPayload):
        ours.everything(query="x")


def test_articles_can_be_spoilt(rich: RunningSandbox, ours: NewsApiClient) -> None:
    whole = len(ours.everything(domains=(articles.HOST,)).articles)
    for kind in ("empty", "half_rows", "missing_fields", "wrong_types"):
        rich.fault(kind, endpoint="newsapi.everything")

    assert ours.everything(domains=(articles.HOST,)).total == 0
    assert 0 < len(ours.everything(domains=(articles.HOST,)).articles) < whole
    assert ours.everything(domains=(articles.HOST,)).undated == whole
    with pytest.raises(errors.MalformedPayload, match="title"):
        ours.everything(domains=(articles.HOST,))


@pytest.mark.parametrize(
    ("query", "text", "fits"),
    [
        ("rises", "It rises today", True),
        ("rise", "It rises today", False),
        ('"rises today"', "It rises today", True),
        ('"today rises"', "It rises today", False),
        ("today rises", "It rises today", True),
        ("falls OR rises", "It rises today", True),
        ("falls AND rises", "It rises today", False),
        ("rises NOT today", "It rises today", False),
        ("+rises -falls", "It rises today", True),
        ("+rises -today", "It rises today", False),
        ("(falls OR rises) AND today", "It rises today", True),
        ("rises AND (falls OR (NOT today))", "It rises today", False),
        ("(a", "", None), ("a)", "", None), ("a OR", "", None), ("()", "", None), ('""', "", None),
        ("(" * 30 + "a" + ")" * 30, "", None),
    ],
)  # fmt: skip
def test_a_query_is_read_as_documented(query: str, text: str, fits: bool | None) -> None:
    if fits is None:
        with pytest.raises(QueryError):
            matcher(query)
    else:
        assert bool(matcher(query)(text.lower())) is fits


def articles_of(sandbox: RunningSandbox) -> list[Any]:
    invented = sandbox.sandbox.source.invented
    assert invented is not None
    first = date(2025, 9, 1)
    return [each for each in invented.headlines.everything(first, NOW.date()) if each.at <= datetime.now(UTC)]


def test_a_page_is_json_all_through(rich: RunningSandbox) -> None:
    json.loads(get(rich, "everything", domains=articles.HOST).content)
