"""NewsAPI: its addresses, its keys, its searches."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from starlette.requests import HTTPConnection

from investment.providers.sandbox.faults import Fault
from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.newsapi import articles
from investment.providers.sandbox.newsapi.query import Matcher, QueryError, matcher
from investment.providers.sandbox.newsapi.refusals import UNEXPECTED, Refused
from investment.providers.sandbox.plans import Plan
from investment.providers.sandbox.sample.headlines import Headline
from investment.providers.sandbox.speakers import HTML, Call, Reply, Speaker

MONTH = 31 * 86_400
MOST_QUERY, MOST_PAGE, MOST_SOURCES = 500, 100, 20
LANGUAGES = {"ar", "de", "en", "es", "fr", "he", "it", "nl", "no", "pt", "ru", "sv", "ud", "zh"}
CATEGORIES = {"business", "entertainment", "general", "health", "science", "sports", "technology"}
SORTS = {"relevancy", "popularity", "publishedAt"}
FIELDS = ("title", "description", "content")
LOCAL = {"localhost", "127.0.0.1", "::1"}
NOT_FOUND = "<!DOCTYPE html>\n<html><head><title>404</title></head><body><h1>Not found</h1></body></html>\n"


class NewsCall(Call):
    """A request whose parameters may be written in any case."""

    def param(self, name: str) -> str | None:
        wanted = name.lower()
        for told, value in self.request.query_params.multi_items():
            if told.lower() == wanted:
                return value or None
        return None

    def words(self, name: str) -> list[str]:
        return [word.strip() for word in (self.param(name) or "").split(",") if word.strip()]

    def one_of(self, name: str, allowed: set[str]) -> str | None:
        """:raises Refused: for a value that there is not."""
        value = self.param(name)
        if value is not None and value not in allowed:
            raise Refused.invalid(name, f"{value[:40]!r} is not one of {', '.join(sorted(allowed))}")
        return value

    @property
    def newest(self) -> datetime:
        """The instant up to which the plan knows articles."""
        told = self.sandbox.told_at(self.speaker.name, self.now)
        return told - timedelta(seconds=self.plan.terms.get("delay", 0))

    def checked(self) -> None:
        """:raises Refused: for a key that is switched off, or a page of a browser."""
        if self.plan.terms.get("disabled"):
            raise Refused.key_disabled()
        origin = self.request.headers.get("Origin")
        if origin and self.plan.terms.get("most") and urlsplit(origin).hostname not in LOCAL:
            raise Refused.from_a_browser()

    def sources(self) -> list[str]:
        """:raises Refused: for too many, and for one that there is not."""
        wanted = self.words("sources")
        if len(wanted) > MOST_SOURCES:
            raise Refused.too_many_sources()
        if not set(wanted) <= set(articles.source_ids()):
            raise Refused.no_such_source()
        return wanted

    def query(self, name: str) -> Matcher | None:
        """:raises Refused: for a query that is too long or cannot be read."""
        text = self.param(name)
        if text is None:
            return None
        if len(quote(text)) > MOST_QUERY:
            raise Refused.invalid(name, f"more than {MOST_QUERY} characters")
        try:
            return matcher(text)
        except QueryError as e:
            raise Refused.invalid(name, str(e)) from None

    def page(self, default: int) -> slice:
        """:raises Refused: for numbers that are none, and for results beyond the plan's."""
        size, number = self._number("pageSize", default), self._number("page", 1)
        if not 1 <= size <= MOST_PAGE:
            raise Refused.invalid("pageSize", f"it must be between 1 and {MOST_PAGE}")
        if number < 1:
            raise Refused.invalid("page", "it must be 1 or more")
        first, last = (number - 1) * size, number * size
        most = self.plan.terms.get("most")
        if most is not None and last > most:
            raise Refused.too_many_results(most, first, last)
        return slice(first, last)

    def moment(self, name: str, *, ends: bool) -> datetime | None:
        """Return a day's beginning or end, or an instant. :raises Refused: if it is neither."""
        text = self.param(name)
        if text is None:
            return None
        try:
            if len(text) == len("2024-01-05"):
                day = date.fromisoformat(text)
                return datetime.combine(day, time.max if ends else time(0), UTC)
            at = datetime.fromisoformat(text)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Refused.invalid(name, f"{text[:40]!r} is no ISO 8601 date") from None

    def _number(self, name: str, default: int) -> int:
        text = self.param(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise Refused.invalid(name, f"{text[:40]!r} is no number")
        return int(text)


def everything(call: NewsCall) -> dict[str, Any]:
    call.checked()
    queries = [call.query("q"), call.query("qInTitle")]
    sources, domains, without = call.sources(), call.words("domains"), call.words("excludeDomains")
    if not any((*queries, sources, domains)):
        raise Refused.too_broad()
    language, sort = call.one_of("language", LANGUAGES), call.one_of("sortBy", SORTS)
    fields = call.words("searchIn") or list(FIELDS)
    if not set(fields) <= set(FIELDS):
        raise Refused.invalid("searchIn", f"it takes {', '.join(FIELDS)}")
    page, (start, end) = call.page(MOST_PAGE), _span(call)
    host = articles.HOST
    if language not in (None, "en") or host in without or (domains and host not in domains):
        return _listed([], page)
    found = [
        (score, article)
        for article in _published(call, start, end)
        if (not sources or _source_id(article) in sources)
        and (score := _score(article, queries[0], fields) * _score(article, queries[1], ["title"]))
    ]
    found.sort(key=lambda each: each[1].at, reverse=True)
    if sort == "relevancy":
        found.sort(key=lambda each: each[0], reverse=True)
    elif sort == "popularity":
        found.sort(key=lambda each: abs(each[1].sentiment), reverse=True)
    return _listed([article for _, article in found], page)


def top_headlines(call: NewsCall) -> dict[str, Any]:
    call.checked()
    query, sources = call.query("q"), call.sources()
    country, category = call.param("country"), call.one_of("category", CATEGORIES)
    language = call.one_of("language", LANGUAGES)
    if sources and (country or category):
        raise Refused.incompatible()
    if not any((query, sources, country, category, language)):
        raise Refused.missing()
    page = call.page(20)
    if country not in (None, "us") or category not in (None, "business") or language not in (None, "en"):
        return _listed([], page)
    found = [
        article
        for article in _published(call, call.newest - timedelta(days=3), call.newest)
        if (not sources or _source_id(article) in sources) and _score(article, query, ["title"])
    ]
    return _listed(sorted(found, key=lambda article: article.at, reverse=True), page)


def sources(call: NewsCall) -> dict[str, Any]:
    call.checked()
    wanted = {
        "category": call.one_of("category", CATEGORIES),
        "language": call.one_of("language", LANGUAGES),
        "country": call.param("country"),
    }
    return {
        "status": "ok",
        "sources": [
            each
            for each in articles.publishers()
            if all(value in (None, each[name]) for name, value in wanted.items())
        ],
    }


class NewsApi(Speaker):
    name = "newsapi"
    mount = "/newsapi/v2"
    host = "newsapi.org"
    usual = "developer"
    plans = {
        "developer": Plan(
            "developer",
            (Window(50, 43_200), Window(100, 86_400)),
            terms={"delay": 86_400, "most": 100, "days": 30},
        ),
        "business": Plan("business", (Window(250_000, MONTH),), years=5),
        "advanced": Plan("advanced", (Window(2_000_000, MONTH),), years=5),
        "disabled": Plan("disabled", terms={"disabled": True}),
    }
    call_type = NewsCall
    routes = {
        "everything": ("/everything", everything),
        "top_headlines": ("/top-headlines", top_headlines),
        "top_headlines_sources": ("/top-headlines/sources", sources),
        "sources": ("/sources", sources),
    }

    def key(self, connection: HTTPConnection) -> str | None:
        for name, value in connection.query_params.multi_items():
            if name.lower() == "apikey" and value:
                return value
        authorization = connection.headers.get("Authorization", "").strip()
        scheme, _, token = authorization.partition(" ")
        bare = token.strip() if scheme.lower() == "bearer" and token else authorization
        return connection.headers.get("X-Api-Key") or bare or None

    def key_missing(self) -> Refused:
        return Refused.key_missing()

    def key_unknown(self, key: str) -> Refused:  # noqa: ARG002
        return Refused.key_unknown()

    def not_in_plan(self, endpoint: str) -> Refused:  # noqa: ARG002 - every plan has every endpoint
        return Refused.key_disabled()

    def too_many(self, plan: Plan, window: Window, key: str) -> Refused:  # noqa: ARG002
        return Refused.exhausted() if window.seconds >= MONTH else Refused.rate_limited()

    def unknown_path(self, path: str) -> Reply:  # noqa: ARG002
        return Reply(NOT_FOUND, 404, HTML)

    def server_error(self, status: int) -> Reply:
        if status == 500:
            return self.write("", UNEXPECTED, status, "")
        return super().server_error(status)

    def write(self, endpoint: str, document: Any, status: int, request_id: str) -> Reply:  # noqa: ARG002
        return Reply(msgspec.json.encode(document), status, "application/json; charset=utf-8")

    def headers(self, request_id: str) -> Mapping[str, str]:  # noqa: ARG002
        return {
            "Server": "cloudflare",
            "Cache-Control": "no-cache",
            "Pragma": "no-cache",
            "Expires": "-1",
            "X-Cached-Result": "false",
        }

    def spoil(self, fault: Fault, document: Any) -> Any:
        """Spoil a page of articles."""
        if not isinstance(document, dict) or "articles" not in document:
            return document
        told = document["articles"]
        if fault.kind == "empty":
            return document | {"totalResults": 0, "articles": []}
        if fault.kind == "half_rows":
            return document | {"articles": told[::2]}
        if fault.kind == "wrong_types":
            return document | {"articles": [each | {"title": 7, "url": None} for each in told]}
        if fault.kind == "missing_fields":
            return document | {"articles": [{"title": each["title"], "url": each["url"]} for each in told]}
        return document


def _span(call: NewsCall) -> tuple[datetime, datetime]:
    """Return from when to when is searched. :raises Refused: for what lies before the plan's first day."""
    days = call.plan.terms.get("days")
    first = call.now.date() - timedelta(days=days) if days else call.floor
    start, end = call.moment("from", ends=False), call.moment("to", ends=True)
    if start is not None and start.date() < first:
        raise Refused.too_far_back(first, start.date())
    # Without a «from» a month is searched, however much more the plan would allow.
    usual = datetime.combine(max(first, call.now.date() - timedelta(days=30)), time(0), UTC)
    return start or usual, min(end or call.newest, call.newest)


def _published(call: NewsCall, start: datetime, end: datetime) -> list[Headline]:
    """Return what appeared in a span, oldest first. Articles are listed by New York's day."""
    invented = call.source.invented
    if invented is None or start > end:
        return []
    first, last = start.date() - timedelta(days=1), call.now.date()
    listed = articles.between(invented.headlines, first, last)
    return [article for article in listed if start <= article.at <= end]


def _source_id(article: Headline) -> str | None:
    return None if article.paper_id == articles.WITHOUT_ID else article.paper_id


def _score(article: Headline, query: Matcher | None, fields: list[str]) -> int:
    if query is None:
        return 1
    texts = {
        "title": article.headline,
        "description": articles.description(article) or "",
        "content": article.summary,
    }
    return query(" \n ".join(texts[field] for field in fields).lower())


def _listed(found: list[Headline], page: slice) -> dict[str, Any]:
    return {
        "status": "ok",
        "totalResults": len(found),
        "articles": [articles.told(article) for article in found[page]],
    }


SPEAKER = NewsApi()
