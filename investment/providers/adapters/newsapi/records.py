"""From NewsAPI's answers to our records. Nothing here asks anything."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from investment.providers.adapters.newsapi import payloads
from investment.providers.adapters.newsapi.limits import NAME
from investment.providers.adapters.newsapi.payloads import UNREADABLE
from investment.providers.contracts import Article, MalformedRow
from investment.providers.errors import MalformedPayload

REMOVED = "[Removed]"

_KEPT = 500  # characters of an unreadable row
_UNREADABLE = 0.01  # of the rows of a list; more refuse it whole
# An answer is a hundred articles at most. Values cost far more to read than their bytes.
_MOST_BYTES, _MOST_VALUES = 8 * 2**20, 200_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# «The first words… [+1234 chars]»: what was cut off is told, and is no part of the text.
_CUT = re.compile(r"\s*\[\+\d{1,9} chars\]\s*\Z")
# .NET writes seven digits of a second; six is what Python's instants hold.
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class NewsPage:
    """
    One page of a search, in the order sent. ``total`` counts all hits, of which a plan may show few.

    ``removed`` articles were withdrawn by their publishers, ``untitled`` ones have no headline or no
    link, ``undated`` ones no time (or the year 1). None of them is in ``articles``.
    """

    articles: Sequence[Article]
    total: int | None
    removed: int
    untitled: int
    undated: int
    malformed: Sequence[MalformedRow]


@dataclass(frozen=True, slots=True)
class NewsSource:
    """A publisher whose headlines NewsAPI has. ``source_id`` is what a search takes (``abc-news``)."""

    source_id: str
    name: str
    description: str | None
    url: str | None
    category: str | None
    language: str | None
    country: str | None


def page(body: bytes, *, language: str | None, what: str) -> NewsPage:
    """
    Decode a page of articles. ``language`` is the one that was asked for: articles do not tell theirs.

    :raises MalformedPayload: also where more than 1 % of the rows cannot be read.
    """
    answer = decode(body, payloads.Articles, what)
    _require_ok(answer.status, body, what)
    if answer.articles is None:
        raise malformed(f"{what}: no articles", body)
    read: list[Article] = []
    unreadable = _Unreadable(len(answer.articles), what, body)
    removed = untitled = undated = 0
    rows = msgspec.json.Decoder(payloads.Article)
    for place, text in enumerate(answer.articles):
        try:
            row = rows.decode(text)
            if row.title == REMOVED or (row.url or "").rstrip("/") == "https://removed.com":
                removed += 1
            elif not (row.title or "").strip() or not _is_link(row.url):
                untitled += 1
            elif (published_at := instant(row.publishedAt)) is None:
                undated += 1
            else:
                read.append(_article(row, published_at, language))
        except (*UNREADABLE, ValueError) as e:
            unreadable.add(place, text, str(e))
    return NewsPage(read, answer.totalResults, removed, untitled, undated, unreadable.rows)


def sources(body: bytes, what: str) -> list[NewsSource]:
    """:raises MalformedPayload: also where more than 1 % of the rows cannot be read."""
    answer = decode(body, payloads.Sources, what)
    _require_ok(answer.status, body, what)
    if answer.sources is None:
        raise malformed(f"{what}: no sources", body)
    found: list[NewsSource] = []
    unreadable = _Unreadable(len(answer.sources), what, body)
    rows = msgspec.json.Decoder(payloads.Publisher)
    for place, text in enumerate(answer.sources):
        try:
            row = rows.decode(text)
        except UNREADABLE as e:
            unreadable.add(place, text, str(e))
            continue
        found.append(
            NewsSource(
                source_id=row.id,
                name=row.name,
                description=row.description or None,
                url=row.url or None,
                category=row.category or None,
                language=row.language or None,
                country=row.country or None,
            )
        )
    return found


def decode(body: bytes, kind: type[Row], what: str) -> Row:
    """:raises MalformedPayload: if the answer has another shape, or is longer than any."""
    if len(body) > _MOST_BYTES or body.count(b",") > _MOST_VALUES:
        raise malformed(f"{what}: {len(body)} bytes are more than a page", body)
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE as e:
        raise malformed(f"{what}: {e}", body) from e


def malformed(message: str, body: bytes) -> MalformedPayload:
    """Return the error for an answer that does not have its documented shape, with its first words."""
    words = body[:200].decode(errors="replace")
    return MalformedPayload(f"NewsAPI: {message}", provider=NAME, words=words, status=200)


def instant(text: str | None) -> datetime | None:
    """
    Return an instant of NewsAPI's, in UTC (which one without a zone is in too).

    None where none is told: also one before 1970, such as .NET's first of January of the year 1.

    :raises ValueError: if there is a text, but no instant in it.
    """
    if not text:
        return None
    found = _INSTANT.match(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no instant")
    whole, fraction, zone = found.groups()
    zone = "+00:00" if zone in (None, "Z") else zone
    try:
        at = datetime.fromisoformat(f"{whole}.{(fraction or '0')[:6]:0<6}{zone}").astimezone(UTC)
    except OverflowError:
        return None
    return at if at >= _EPOCH else None


def snippet(description: str | None, content: str | None) -> str | None:
    """Return what may be shown of an article: its description, else how it begins."""
    for text in (description, _CUT.sub("", content) if content else None):
        if text is not None and text.strip() and text.strip() != REMOVED:
            return text.strip()
    return None


def _article(row: payloads.Article, published_at: datetime, language: str | None) -> Article:
    return Article(
        provider_id="",
        url=row.url or "",
        headline=(row.title or "").strip(),
        summary=snippet(row.description, row.content),
        source=(row.source.name or row.source.id or None) if row.source else None,
        published_at=published_at,
        image_url=row.urlToImage if _is_link(row.urlToImage) else None,
        language=language,
    )


def _is_link(url: str | None) -> bool:
    """Whether an address may become a link: one with another scheme would run in the reader's page."""
    return url is not None and url.lower().startswith(("https://", "http://"))


def _require_ok(status: str, body: bytes, what: str) -> None:
    if status != "ok":
        raise malformed(f"{what}: status {status[:40]!r}", body)


class _Unreadable:
    """The rows of a list that cannot be read; more than 1 % of them refuse it whole, at once."""

    def __init__(self, of: int, what: str, body: bytes) -> None:
        self.rows: list[MalformedRow] = []
        self._of, self._what, self._body = of, what, body

    def add(self, place: int, text: msgspec.Raw, reason: str) -> None:
        """:raises MalformedPayload: with this one too many."""
        words = bytes(text).decode(errors="replace")[:_KEPT]
        self.rows.append(MalformedRow(place, words, reason[:_KEPT]))
        if (count := len(self.rows)) > _UNREADABLE * self._of:
            told = f"{count} of {self._of} rows or more cannot be read, first: {self.rows[0].reason}"
            raise malformed(f"{self._what}: {told}", self._body)
