"""The sample market's headlines as NewsAPI tells them, with its oddities."""

from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from investment.providers.sandbox.sample.headlines import PAPERS, SITE, Headline, Headlines

CUT = 100  # characters of the content that everybody gets
# One paper is none of NewsAPI's sources: its articles are found, and have no id.
WITHOUT_ID = PAPERS[-1][1]
HOST = urlsplit(SITE).hostname or ""
REMOVED: dict[str, Any] = {
    "source": {"id": None, "name": "[Removed]"},
    "author": None,
    "title": "[Removed]",
    "description": "[Removed]",
    "url": "https://removed.com",
    "urlToImage": None,
    "publishedAt": "1970-01-01T00:00:00Z",
    "content": "[Removed]",
}


@lru_cache(maxsize=4)
def between(headlines: Headlines, first: date, last: date) -> tuple[Headline, ...]:
    """Return all headlines between two days, oldest first; kept, because they take a second to write."""
    return tuple(headlines.everything(first, last))


def source_ids() -> list[str]:
    return [paper_id for _, paper_id in PAPERS if paper_id != WITHOUT_ID]


def publishers() -> list[dict[str, Any]]:
    """Return the list of sources."""
    return [
        {
            "id": paper_id,
            "name": name,
            "description": f"{name} is invented: it writes of the sample market.",
            "url": SITE,
            "category": "business",
            "language": "en",
            "country": "us",
        }
        for name, paper_id in PAPERS
        if paper_id != WITHOUT_ID
    ]


def is_removed(article: Headline) -> bool:
    """Whether its publisher has withdrawn it: one of forty."""
    return article.number // 7 % 40 == 0


def description(article: Headline) -> str | None:
    """Return the description, which one of nine lacks."""
    return None if article.number // 11 % 9 == 0 else article.summary


def content(article: Headline) -> str:
    """Return how the text begins, and how much was cut off."""
    text = article.summary
    return text if len(text) <= CUT else f"{text[:CUT]}… [+{len(text) - CUT} chars]"


def told(article: Headline) -> dict[str, Any]:
    """Return an article as it is sent."""
    if is_removed(article):
        return REMOVED
    return {
        "source": {
            "id": None if article.paper_id == WITHOUT_ID else article.paper_id,
            "name": article.paper,
        },
        "author": article.author,
        "title": article.headline,
        "description": description(article),
        "url": article.url,
        "urlToImage": article.image_url,
        "publishedAt": f"{article.at:%Y-%m-%dT%H:%M:%SZ}",
        "content": content(article),
    }
