"""NEWS_SENTIMENT: the sample market's papers, and what they mean for whom."""

import re
from datetime import UTC, datetime, timedelta

from investment.providers.sandbox.alphavantage import words
from investment.providers.sandbox.alphavantage.call import Document, Question, spelt, theirs
from investment.providers.sandbox.sample.headlines import SITE, Headline
from investment.providers.sandbox.sources import Invented

SCORES = (
    "x <= -0.35: Bearish; -0.35 < x <= -0.15: Somewhat-Bearish; -0.15 < x < 0.15: Neutral; 0.15 <= x < 0.35: "
    "Somewhat_Bullish; x >= 0.35: Bullish"
)
RELEVANCE = "0 < x <= 1, with a higher score indicating higher relevance."
TOPICS = {
    "move": "Financial Markets", "earnings": "Earnings", "dividend": "Finance", "split": "Finance",
    "market": "Economy - Macro",
}  # fmt: skip
ASKED_TOPICS = {
    "blockchain": None, "earnings": "Earnings", "ipo": None, "mergers_and_acquisitions": None,
    "financial_markets": "Financial Markets", "economy_fiscal": None, "economy_monetary": None,
    "economy_macro": "Economy - Macro", "energy_transportation": None, "finance": "Finance",
    "life_sciences": None, "manufacturing": None, "real_estate": None, "retail_wholesale": None,
    "technology": None,
}  # fmt: skip
SORTS = ("LATEST", "EARLIEST", "RELEVANCE")
USUAL, MOST = 50, 1000
OF_ONE = timedelta(days=730)
OF_ALL = [timedelta(days=days) for days in (7, 30, 120)]  # as far back as there is enough to tell
MINUTE = re.compile(r"[0-9]{8}T[0-9]{4}")
OTHERS = re.compile(r"(CRYPTO|FOREX):[A-Z]{2,10}")


def sentiment(call: Question) -> Document:
    """Articles about all of the tickers, in any of the topics."""
    tickers = [each for each in (call.param("tickers") or "").split(",") if each]
    asked = [each for each in (call.param("topics") or "").split(",") if each]
    sort, limit = call.param("sort") or SORTS[0], call.param("limit") or str(USUAL)
    since, until = _minute(call, "time_from"), _minute(call, "time_to") or call.told_at
    if since is None and call.param("time_to"):
        raise words.invalid_inputs()  # an end without a beginning
    if sort not in SORTS or not limit.isdecimal() or not set(asked) <= set(ASKED_TOPICS):
        raise words.invalid_inputs()
    found = _articles(call, tickers, since)
    topics = {ASKED_TOPICS[each] for each in asked}
    told = [
        each
        for each in found
        if (since is None or since <= each.at)
        and each.at <= min(until, call.told_at)
        and (not topics or TOPICS[each.topic] in topics)
    ]
    told.sort(key=lambda each: (each.at, each.number), reverse=sort != "EARLIEST")
    if sort == "RELEVANCE":
        told.sort(key=lambda each: len(each.symbols))
    if not told and since is not None:
        raise words.no_articles()
    told = told[: min(int(limit) or USUAL, MOST)]
    return {
        "items": str(len(told)),
        "sentiment_score_definition": SCORES,
        "relevance_score_definition": RELEVANCE,
        "feed": [_item(each) for each in told],
    }


def _articles(call: Question, tickers: list[str], since: datetime | None) -> list[Headline]:
    """:raises Refused: for a ticker that nobody has."""
    known = call.invented
    symbols = [spelt(each) for each in tickers if not OTHERS.fullmatch(each)]
    if not all(call.is_known(symbol) for symbol in symbols):
        raise words.invalid_inputs()
    if known is None or len(symbols) < len(tickers):
        return []  # nobody writes about currencies here
    if not symbols:
        return _everything(call, known, since)
    line = call.line(symbols[0])
    first = since.date() if since else call.today - OF_ONE
    found = known.headlines.of(line, first, call.today) if line else []
    return [each for each in found if set(symbols) <= set(each.symbols)]


def _everything(call: Question, known: Invented, since: datetime | None) -> list[Headline]:
    if since is not None:
        return known.headlines.everything(max(since.date(), call.today - OF_ONE), call.today)
    found: list[Headline] = []
    for span in OF_ALL:
        found = known.headlines.everything(call.today - span, call.today)
        if len(found) >= 2 * USUAL:
            break
    return found


def _minute(call: Question, name: str) -> datetime | None:
    """:raises Refused: for anything but ``20240105T0930``."""
    value = call.param(name)
    if value is None:
        return None
    try:
        at = datetime.strptime(value, "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        raise words.invalid_inputs() from None
    if not MINUTE.fullmatch(value):  # strptime takes fewer digits, too
        raise words.invalid_inputs()
    return at


def _item(article: Headline) -> Document:
    score = round(article.sentiment, 6)
    domain = SITE.removeprefix("https://")
    return {
        "title": article.headline,
        "url": article.url,
        "time_published": f"{article.at:%Y%m%dT%H%M%S}",
        "authors": [article.author] if article.author else [],
        "summary": article.summary,
        "banner_image": article.image_url,
        "source": article.paper,
        "category_within_source": "n/a",
        "source_domain": domain,
        "topics": [{"topic": TOPICS[article.topic], "relevance_score": "1.0"}],
        "overall_sentiment_score": score,
        "overall_sentiment_label": label(score),
        "ticker_sentiment": [
            {
                "ticker": theirs(symbol),
                "relevance_score": f"{1 / len(article.symbols):.6f}",
                "ticker_sentiment_score": f"{score:.6f}",
                "ticker_sentiment_label": label(score),
            }
            for symbol in article.symbols
        ],
    }


def label(score: float) -> str:
    if score >= 0.15:
        return "Bullish" if score >= 0.35 else "Somewhat-Bullish"
    if score <= -0.15:
        return "Bearish" if score <= -0.35 else "Somewhat-Bearish"
    return "Neutral"
