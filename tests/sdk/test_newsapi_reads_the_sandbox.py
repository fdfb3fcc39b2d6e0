"""NewsAPI's own client and our adapter read one sandbox, and must understand the same, field by field."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.newsapi.client import NewsApiClient
from investment.providers.adapters.newsapi.records import NewsPage
from investment.providers.contracts import Article
from investment.providers.sandbox.newsapi.articles import HOST
from investment.providers.sandbox.testing import KEY, RunningSandbox, running_sandbox
from investment.providers.tests.judges import Judge
from investment.providers.tests.reaching import adapter_methods, asked_of_the_adapter, reached

pytestmark = pytest.mark.sdk

ROOT = Path(__file__).parents[2]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def rich() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=60, plans={"newsapi": "business"}) as running:
        yield running


@pytest.fixture(scope="module")
def poor() -> Iterator[RunningSandbox]:
    with running_sandbox(symbols=60, plans={"newsapi": "developer"}) as running:
        yield running


@pytest.fixture
def sdk(judges: Callable[..., Judge]) -> Judge:
    return judges("judge_newsapi")


@pytest.fixture
def ask(sdk: Judge) -> Ask:
    """Return a function that asks through the client: the value it understood, or how it failed."""

    def put(sandbox: RunningSandbox, method: str, key: str = KEY, **keywords: Any) -> Any:
        return sdk.ask(url=f"{sandbox.url}/newsapi/v2", key=key, method=method, keywords=keywords)

    return put


@pytest.fixture
def ours() -> Iterator[Callable[..., NewsApiClient]]:
    """Return a function that makes our adapter for a sandbox."""
    made: list[httpx.Client] = []

    def make(sandbox: RunningSandbox, key: str = KEY) -> NewsApiClient:
        made.append(httpx.Client(base_url=f"{sandbox.url}/newsapi/v2", trust_env=False))
        return NewsApiClient(api_key=key, http=made[-1])

    yield make
    for http in made:
        http.close()


@dataclass(frozen=True)
class Case:
    """A question in both forms: the client's method and keywords, and the adapter's."""

    method: str
    keywords: dict[str, Any]
    ours: Callable[[NewsApiClient], NewsPage]


SINCE = date(2025, 9, 1)
PAGES = [
    Case(
        "get_everything",
        {"domains": HOST, "from_param": "2025-09-01", "page_size": 100},
        lambda client: client.everything(domains=(HOST,), start=SINCE),
    ),
    Case(
        "get_everything",
        {"domains": HOST, "from_param": "2025-09-01", "page_size": 30, "page": 2, "language": "en"},
        lambda client: client.everything(domains=(HOST,), start=SINCE, page_size=30, page=2, language="en"),
    ),
    Case(
        "get_everything",
        {
            "q": "shares NOT split", "from_param": "2025-09-01T00:00:00", "to": "2026-01-31T23:59:59",
            "sort_by": "relevancy",
        },
        lambda client: client.everything(
            query="shares NOT split",
            start=datetime(2025, 9, 1, tzinfo=UTC),
            end=datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC),
            sort="relevancy",
        ),
    ),
    Case(
        "get_everything",
        {"qintitle": "sample", "sources": "figment-gazette,makebelieve-wire", "from_param": "2025-09-01"},
        lambda client: client.everything(
            title_query="sample", sources=("figment-gazette", "makebelieve-wire"), start=SINCE
        ),
    ),
    Case("get_everything", {"q": "nobody-at-all"}, lambda client: client.everything(query="nobody-at-all")),
    Case(
        "get_everything",
        {"domains": HOST, "exclude_domains": HOST},
        lambda client: client.everything(domains=(HOST,), exclude_domains=(HOST,)),
    ),
    Case(
        "get_top_headlines",
        {"country": "us", "category": "business", "page_size": 100},
        lambda client: client.top_headlines(country="us", category="business", language="en"),
    ),
    Case(
        "get_top_headlines",
        {"sources": "daydream-markets", "page_size": 100},
        lambda client: client.top_headlines(sources=("daydream-markets",), language="en"),
    ),
    Case(
        "get_top_headlines",
        {"country": "de", "page_size": 100},
        lambda client: client.top_headlines(country="de", language="en"),
    ),
]  # fmt: skip


def same(told: dict[str, Any], article: Article) -> None:
    """Compare one article of the client's with ours, field by field."""
    assert article.headline == told["title"]
    assert article.url == told["url"]
    assert article.image_url == told["urlToImage"]
    assert article.source == told["source"]["name"]
    assert article.published_at == datetime.fromisoformat(told["publishedAt"])
    if told["description"] is not None:
        assert article.summary == told["description"]
    else:
        assert article.summary is not None
        begins, cut, _ = told["content"].partition(" [+")
        assert cut
        assert article.summary == begins


@pytest.mark.parametrize("case", PAGES, ids=lambda case: f"{case.method} {case.keywords}"[:70])
def test_both_understand_the_same_articles(
    rich: RunningSandbox, ask: Ask, ours: Callable[..., NewsApiClient], case: Case
) -> None:
    told = ask(rich, case.method, **case.keywords)
    page = case.ours(ours(rich))

    assert told["status"] == "ok"
    assert page.total == told["totalResults"]
    kept = [each for each in told["articles"] if each["title"] != "[Removed]"]
    assert page.removed == len(told["articles"]) - len(kept)
    assert (page.untitled, list(page.malformed)) == (0, [])
    assert len(page.articles) == len(kept)
    for theirs, article in zip(kept, page.articles, strict=True):
        same(theirs, article)


def test_the_cases_see_every_oddity(rich: RunningSandbox, ask: Ask) -> None:
    told = ask(rich, PAGES[0].method, **PAGES[0].keywords)["articles"]

    assert len(told) == 100
    assert any(each["title"] == "[Removed]" for each in told)
    for name in ("author", "description", "urlToImage"):
        assert any(each[name] is None for each in told)
    assert any(each["source"]["id"] is None for each in told)


def test_both_understand_the_same_publishers(
    rich: RunningSandbox, ask: Ask, ours: Callable[..., NewsApiClient]
) -> None:
    questions: list[dict[str, Any]] = [
        {}, {"language": "en", "country": "us", "category": "business"}, {"language": "de"}
    ]  # fmt: skip
    for keywords in questions:
        told = ask(rich, "get_sources", **keywords)["sources"]
        found = ours(rich).sources(**keywords)
        names = ("name", "description", "url", "category", "language", "country")
        assert [
            (each.source_id, *(getattr(each, name) for name in names)) for each in found
        ] == [(each["id"], *(each[name] for name in names)) for each in told]  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """A question that is refused: in which code, and as what of ours."""

    code: str | None
    kind: type[errors.ProviderError]
    method: str
    keywords: dict[str, Any]
    ours: Callable[[NewsApiClient], object]
    plan: str = "rich"
    key: str = KEY


REFUSALS = [
    Refusal(
        "parametersMissing", errors.RequestRejected, "get_everything", {}, lambda client: client.everything()
    ),
    Refusal(
        "parameterInvalid",
        errors.RequestRejected,
        "get_everything",
        {"q": "x", "page_size": 0},
        lambda client: client.everything(query="x", page_size=0),
    ),
    Refusal(
        "sourceDoesNotExist",
        errors.RequestRejected,
        "get_everything",
        {"sources": "nobody"},
        lambda client: client.everything(sources=("nobody",)),
    ),
    Refusal(
        "sourcesTooMany",
        errors.RequestRejected,
        "get_top_headlines",
        {"sources": ",".join(["a"] * 21)},
        lambda client: client.top_headlines(sources=["a"] * 21, language="en"),
    ),
    Refusal(
        "apiKeyInvalid",
        errors.CredentialsRejected,
        "get_sources",
        {},
        lambda client: client.sources(),
        key="a-stranger's-key",
    ),
    Refusal(
        "maximumResultsReached",
        errors.RequestRejected,
        "get_everything",
        {"q": "x", "page_size": 90, "page": 2},
        lambda client: client.everything(query="x", page_size=90, page=2),
        plan="poor",
    ),
    Refusal(
        "parameterInvalid",
        errors.OutOfHistory,
        "get_everything",
        {"q": "x", "from_param": "2025-09-01"},
        lambda client: client.everything(query="x", start=SINCE),
        plan="poor",
    ),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal.code} {refusal.kind.__name__}")
def test_both_understand_the_same_refusal(
    ask: Ask, ours: Callable[..., NewsApiClient], request: pytest.FixtureRequest, refusal: Refusal
) -> None:
    sandbox = request.getfixturevalue(refusal.plan)
    told = ask(sandbox, refusal.method, key=refusal.key, **refusal.keywords)
    with pytest.raises(errors.ProviderError) as caught:
        refusal.ours(ours(sandbox, refusal.key))

    assert (told["error"], told["code"]) == ("NewsAPIException", refusal.code)
    assert type(caught.value) is refusal.kind
    assert caught.value.words == told["words"]


def test_both_are_told_of_a_key_that_is_missing_or_switched_off_and_of_one_too_many(
    rich: RunningSandbox, ask: Ask, ours: Callable[..., NewsApiClient]
) -> None:
    assert ask(rich, "get_sources", key="")["code"] == "apiKeyMissing"
    with running_sandbox(plans={"newsapi": "disabled"}) as off:
        assert ask(off, "get_sources")["code"] == "apiKeyDisabled"
        with pytest.raises(errors.CredentialsRejected, match="apiKeyDisabled"):
            ours(off).sources()
    for plan, code in (("1/43200", "rateLimited"), ("1/2678400", "apiKeyExhausted")):
        with running_sandbox(plans={"newsapi": plan}) as full:
            assert ask(full, "get_sources")["status"] == "ok"
            told = ask(full, "get_sources")
            assert told["code"] == code
            with pytest.raises(errors.ProviderThrottled) as caught:
                ours(full).sources()
            assert caught.value.words == told["words"]


def test_both_fail_where_the_provider_does(
    rich: RunningSandbox, ask: Ask, ours: Callable[..., NewsApiClient]
) -> None:
    rich.fault("status", endpoint="newsapi.*", times=2, status=500)
    assert ask(rich, "get_sources")["code"] == "unexpectedError"
    with pytest.raises(errors.ProviderUnavailable, match="unexpectedError"):
        ours(rich).sources()
    rich.fault("status", endpoint="newsapi.*", times=2, status=502)
    assert ask(rich, "get_sources")["error"] == "JSONDecodeError"
    with pytest.raises(errors.ProviderUnavailable, match="502"):
        ours(rich).sources()


def test_the_tables_have_every_endpoint_that_both_know(rich: RunningSandbox, sdk: Judge) -> None:
    asked = reached(sdk, rich, "newsapi", "/newsapi/v2", key="nobodys")
    assert set(asked) == {case.method for case in PAGES} | {"get_sources"}
    assert adapter_methods(NewsApiClient) <= asked_of_the_adapter(__file__) | {"sources"}
