"""What the papers of the sample market wrote."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from investment.providers.sandbox.massive import paging
from investment.providers.sandbox.massive.call import MassiveCall
from investment.providers.sandbox.massive.refusals import Refused
from investment.providers.sandbox.plans import NEW_YORK
from investment.providers.sandbox.sample.headlines import SITE, Headline

WEEK = timedelta(days=7)
FIELD = "published_utc"
MARGIN = 0.15  # how far from nothing a sentiment is positive or negative


def news(call: MassiveCall) -> dict[str, Any]:
    """A page of articles, newest first unless asked otherwise. A folder of real bars has none."""
    call.choice("sort", default=FIELD, among=(FIELD,))
    descending = call.choice("order", default="desc", among=("asc", "desc")) == "desc"
    limit = call.integer("limit", default=10, most=1000)
    first, last = _wanted(call)
    skipped = int(call.param(paging.POSITION) or 0) if (call.param(paging.POSITION) or "0").isdecimal() else 0
    rows = _rows(call, first, last, skipped + limit + 1, descending=descending)
    shown, rest = paging.page(rows, call.request, limit)
    answer: dict[str, Any] = {"results": shown, "status": "OK", "count": len(shown)}
    return answer | ({"next_url": rest} if rest else {})


def _wanted(call: MassiveCall) -> tuple[datetime, datetime]:
    """Return the instants, both included, between which articles are wanted and told by the plan."""
    first, last = datetime.combine(max(call.floor, date(1970, 1, 1)), time(0), UTC), call.now
    for suffix, step in (("", 0), (".gte", 0), (".gt", 1)):
        if told := _instant(call, suffix):
            first = max(first, told[0] + timedelta(seconds=step))
    for suffix, step in (("", 0), (".lte", 0), (".lt", 1)):
        if told := _instant(call, suffix):
            last = min(last, told[1 if suffix == "" else 0] - timedelta(seconds=step))
    return first, last


def _instant(call: MassiveCall, suffix: str) -> tuple[datetime, datetime] | None:
    """
    Return the first and the last instant of what a filter says: a date's, or twice the same.

    :raises Refused: if it is neither a date nor an instant.
    """
    text = call.param(FIELD + suffix)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused.bad_request(
            f"Could not parse the time parameter: '{FIELD + suffix}'. Use YYYY-MM-DD or RFC3339"
        ) from None
    if len(text) == 10:
        day = at.replace(tzinfo=UTC)
        return day, day + timedelta(days=1, seconds=-1)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at, at


def _rows(
    call: MassiveCall, first: datetime, last: datetime, enough: int, *, descending: bool
) -> list[dict[str, Any]]:
    """Return at least the first ``enough`` articles in order, if there are so many."""
    invented = call.source.invented
    if invented is None or last < first:
        return []
    oldest = invented.market.sessions[0]
    begin, end = max(_day(first), oldest), _day(last)
    ticker = call.param("ticker")
    line = invented.market.find(ticker, end) if ticker else None
    if ticker and line is None:
        return []
    found: list[Headline] = []
    if line is not None:
        found = invented.headlines.of(line, begin, end)
    else:
        spans = [(begin + WEEK * n, min(begin + WEEK * (n + 1) - timedelta(days=1), end))
                 for n in range((end - begin) // WEEK + 1)]  # fmt: skip
        for span in reversed(spans) if descending else spans:
            part = [each for each in invented.headlines.everything(*span) if first <= each.at <= last]
            found = part + found if descending else found + part
            if len(found) >= enough:
                break
    rows = [_row(each) for each in found if first <= each.at <= last]
    rows.sort(key=lambda row: (row[FIELD], row["id"]), reverse=descending)
    return rows


def _row(article: Headline) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": hashlib.sha256(str(article.number).encode()).hexdigest(),
        "publisher": {
            "name": article.paper,
            "homepage_url": f"{SITE}/",
            "logo_url": f"{SITE}/{article.paper_id}.svg",
            "favicon_url": f"{SITE}/{article.paper_id}.ico",
        },
        "title": article.headline,
        "author": article.author,
        FIELD: f"{article.at:%Y-%m-%dT%H:%M:%SZ}",
        "article_url": article.url,
        "tickers": list(article.symbols),
        "image_url": article.image_url,
        "description": article.summary,
        "keywords": [article.topic],
    }
    if article.topic != "market":
        row["insights"] = [
            {"ticker": symbol, "sentiment": _word(article.sentiment), "sentiment_reasoning": article.summary}
            for symbol in article.symbols
        ]
    return {name: value for name, value in row.items() if value is not None}


def _word(sentiment: float) -> str:
    return "positive" if sentiment > MARGIN else "negative" if sentiment < -MARGIN else "neutral"


def _day(instant: datetime) -> date:
    return instant.astimezone(NEW_YORK).date()
