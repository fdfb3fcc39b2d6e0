"""
NewsAPI adapter: headlines and searches of many publishers.

Reference: https://newsapi.org/docs. Only the snippet of an article may be shown, with its link: the
texts belong to their publishers.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from urllib.parse import urlencode

import httpx
import msgspec

from investment.providers import errors
from investment.providers.access import hide
from investment.providers.adapters.newsapi import payloads, records
from investment.providers.adapters.newsapi.limits import NAME, THROTTLED, retry_at
from investment.providers.adapters.newsapi.records import NewsPage, NewsSource
from investment.providers.advice import advised

Sort = Literal["publishedAt", "relevancy", "popularity"]
Category = Literal["business", "entertainment", "general", "health", "science", "sports", "technology"]

_Params = dict[str, str | int]
_FLOOR = re.compile(r"as far back as (\d{4}-\d\d-\d\d)", re.ASCII)
# A company's legal form is in few headlines.
_FORM = re.compile(
    r"[,.]?\s+(incorporated|inc|corporation|corp|company|co|limited|ltd|plc|llc|n\.?v|s\.?a|ag|se|holdings?|group)\.?\Z",
    re.IGNORECASE,
)


class NewsApiClient:
    """
    Translate our questions to NewsAPI and its answers to our records.

    The client neither retries nor counts: both belong to whoever made ``http``, whose base URL is
    NewsAPI's or the sandbox's. Every method raises the errors of :mod:`investment.providers.errors`.
    """

    name = NAME

    def __init__(self, *, api_key: str, http: httpx.Client) -> None:
        self._api_key = api_key
        self._http = http
        self._redact = hide(api_key)

    def everything(
        self,
        *,
        query: str | None = None,
        title_query: str | None = None,
        search_in: Sequence[Literal["title", "description", "content"]] = (),
        sources: Sequence[str] = (),
        domains: Sequence[str] = (),
        exclude_domains: Sequence[str] = (),
        start: date | datetime | None = None,
        end: date | datetime | None = None,
        language: str | None = None,
        sort: Sort = "publishedAt",
        page: int = 1,
        page_size: int = 100,
    ) -> NewsPage:
        """
        Search all articles; one of ``query``, ``title_query``, ``sources`` and ``domains`` is needed.

        ``start`` and ``end`` are included; instants are aware. The developer plan knows articles only
        24 hours after they appear, a month back, and 100 of a search: ``page * page_size`` above that
        is refused, also where a part of the page would be inside.

        :raises OutOfHistory: if ``start`` is before the plan's month.
        """
        params: _Params = {
            "q": query or "",
            "qInTitle": title_query or "",
            "searchIn": ",".join(search_in),
            "sources": ",".join(sources),
            "domains": ",".join(domains),
            "excludeDomains": ",".join(exclude_domains),
            "from": _moment(start),
            "to": _moment(end),
            "language": language or "",
            "sortBy": sort,
            "pageSize": page_size,
            "page": page,
        }
        return records.page(self._get("everything", params), language=language, what="everything")

    def top_headlines(
        self,
        *,
        country: str | None = None,
        category: Category | None = None,
        sources: Sequence[str] = (),
        query: str | None = None,
        language: str | None = None,
        page: int = 1,
        page_size: int = 100,
    ) -> NewsPage:
        """Return the headlines of now. ``sources`` cannot be mixed with a country or a category."""
        params: _Params = {
            "country": country or "",
            "category": category or "",
            "sources": ",".join(sources),
            "q": query or "",
            "language": language or "",
            "pageSize": page_size,
            "page": page,
        }
        return records.page(self._get("top-headlines", params), language=language, what="top headlines")

    def sources(
        self, *, category: Category | None = None, language: str | None = None, country: str | None = None
    ) -> list[NewsSource]:
        """Return the publishers whose top headlines there are."""
        params: _Params = {"category": category or "", "language": language or "", "country": country or ""}
        return records.sources(self._get("top-headlines/sources", params), "sources")

    def _get(self, endpoint: str, params: _Params) -> bytes:
        sent = {name: value for name, value in params.items() if value != ""}
        url = f"/{endpoint}?{urlencode(sent)}" if sent else f"/{endpoint}"
        try:
            response = self._http.get(
                url,
                headers={"X-Api-Key": self._api_key},
                extensions={"endpoint": endpoint.replace("-", "_").replace("/", "_")},
            )
        except httpx.DecodingError as e:
            raise errors.MalformedPayload(
                "NewsAPI: the answer cannot be unpacked", provider=NAME, words=self._redact(str(e))
            ) from None
        except httpx.TransportError as e:
            # Not «from e»: a traceback shows the request's headers, and one of them is the key.
            raise errors.ProviderUnavailable(
                f"NewsAPI did not answer: {type(e).__name__}", provider=NAME, words=self._redact(str(e))
            ) from None
        failure = _failure(response)
        if response.status_code != 200 or failure is not None:
            raise self._refusal(response, failure, endpoint)
        return response.content

    def _refusal(
        self, response: httpx.Response, failure: payloads.Failure | None, endpoint: str
    ) -> errors.ProviderError:
        status = response.status_code
        code = failure.code or "" if failure else ""
        words = self._redact((failure.message or code)[:500] if failure else _text(response.content))
        told = f"{code}: {words}" if code and code != words else words
        message = f"NewsAPI: HTTP {status} for {endpoint}: {told or 'no words'}"
        kind = _classify(status, code, words)
        message = advised(message, kind, key="NEWSAPI_API_KEY")
        if issubclass(kind, errors.TransientProviderError):
            at = retry_at(response.headers)
            return kind(message, provider=NAME, words=words, status=status, retry_at=at)
        if kind is errors.OutOfHistory:
            floor = floor_in(words)
            return errors.OutOfHistory(message, provider=NAME, words=words, status=status, floor=floor)
        return kind(message, provider=NAME, words=words, status=status)


def query_about(company: str) -> str:
    """
    Return a search for a company: its name without its legal form, in quotes, so that all words count.

    NewsAPI knows no tickers, and a ticker as a word finds mostly something else.
    """
    words = " ".join(company.replace('"', " ").split())
    while (shorter := _FORM.sub("", words)) != words and shorter:
        words = shorter
    return f'"{words}"'


def floor_in(words: str) -> date | None:
    """Return the first day that a plan has, in the words of a refusal."""
    found = _FLOOR.search(words)
    try:
        return date.fromisoformat(found.group(1)) if found else None
    except ValueError:
        return None


def _classify(status: int, code: str, words: str) -> type[errors.ProviderError]:
    """Tell what a refusal means. Only codes that are known mean something for the questions to come."""
    if code in THROTTLED or status == 429:
        return errors.ProviderThrottled
    if code in ("apiKeyMissing", "apiKeyInvalid", "apiKeyDisabled"):
        return errors.CredentialsRejected
    if code == "parameterInvalid" and "too far in the past" in words:
        return errors.OutOfHistory
    if code == "unexpectedError" or status >= 500 or status == 408:
        return errors.ProviderUnavailable
    # Also maximumResultsReached and corsNotAllowed: they refuse this question, not the endpoint.
    return errors.RequestRejected


def _failure(response: httpx.Response) -> payloads.Failure | None:
    """Return what a refusal in NewsAPI's own form says, which has been seen with status 200 too."""
    body = response.content
    if response.status_code == 200 and b'"error"' not in body[:200]:
        return None
    try:
        failure = msgspec.json.decode(body, type=payloads.Failure)
    except payloads.UNREADABLE:
        return None
    return failure if failure.status == "error" or failure.code else None


def _text(body: bytes) -> str:
    """Return the first words of a page."""
    text = re.sub(r"<[^>]*>", " ", body[:2000].decode(errors="replace"))
    return " ".join(text.split())[:200]


def _moment(at: date | datetime | None) -> str:
    """
    Return a day, or an instant without its zone: NewsAPI takes UTC.

    :raises ValueError: for an instant that does not tell its zone.
    """
    if isinstance(at, datetime):
        if at.tzinfo is None:
            raise ValueError(f"Expected an aware instant, was {at}")
        return (at - (at.utcoffset() or at - at)).replace(tzinfo=None).isoformat(timespec="seconds")
    return at.isoformat() if at else ""
