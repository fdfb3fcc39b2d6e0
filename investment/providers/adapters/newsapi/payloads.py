"""
NewsAPI's wire format, as it is really sent. Nothing outside this folder may see these names.

Every text of an article may be null.
"""

import msgspec

# What decoding raises: also for a text that is not UTF-8, and for depth without an end.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Source(msgspec.Struct):
    """The publisher of an article. ``id`` is null for most of them."""

    id: str | None = None
    name: str | None = None


class Article(msgspec.Struct):
    publishedAt: str | None = None  # noqa: N815 - ISO 8601, with or without a fraction
    url: str | None = None
    title: str | None = None
    source: Source | None = None
    author: str | None = None
    description: str | None = None
    urlToImage: str | None = None  # noqa: N815
    content: str | None = None


class Articles(msgspec.Struct):
    """``totalResults`` counts all hits, not only those that the plan lets us page through."""

    status: str
    totalResults: int | None = None  # noqa: N815
    articles: list[msgspec.Raw] | None = None


class Publisher(msgspec.Struct):
    """A row of the list of sources."""

    id: str
    name: str
    description: str | None = None
    url: str | None = None
    category: str | None = None
    language: str | None = None
    country: str | None = None


class Sources(msgspec.Struct):
    status: str
    sources: list[msgspec.Raw] | None = None


class Failure(msgspec.Struct):
    """A refusal, also inside an answer with status 200."""

    status: str | None = None
    code: str | None = None
    message: str | None = None
