"""Which of Finnhub's endpoints the product uses, and what it lacks without each."""

from collections.abc import Sequence
from datetime import timedelta

from investment.providers.probing import Probe

WEEK, YEAR = timedelta(days=7), timedelta(days=365)

PROBES: Sequence[Probe] = (
    Probe(
        "quote",
        lambda client, about: client.quote(symbol=about.symbol),
        "No prices during the session: the last close is shown instead.",
    ),
    Probe(
        "candles",
        lambda client, about: client.daily_bars(
            symbol=about.symbol, start=about.session - WEEK, end=about.session
        ),
        "No bars from Finnhub: those of Massive are not checked against a second source.",
    ),
    Probe(
        "splits",
        lambda client, about: client.splits(
            symbol=about.symbol, start=about.session - YEAR, end=about.session
        ),
        "Splits are known from other providers only.",
    ),
    Probe(
        "dividends",
        lambda client, about: client.dividends(
            symbol=about.symbol, start=about.session - YEAR, end=about.session
        ),
        "Dividends are known from other providers only.",
    ),
    Probe(
        "profile",
        lambda client, about: client.profile(symbol=about.symbol),
        "Companies have no logo, industry or market value from Finnhub.",
    ),
    Probe(
        "metrics",
        lambda client, about: client.metrics(symbol=about.symbol),
        "Ratios such as price to earnings are missing, and scores that rest on them.",
    ),
    Probe(
        "recommendations",
        lambda client, about: client.recommendations(symbol=about.symbol),
        "What analysts recommend is not shown.",
    ),
    Probe(
        "earnings",
        lambda client, about: client.earnings(symbol=about.symbol),
        "Surprises of past earnings are not shown.",
    ),
    Probe(
        "earnings_calendar",
        lambda client, about: client.earnings_calendar(start=about.session, end=about.session + WEEK),
        "Coming reports are not announced.",
    ),
    Probe(
        "peers",
        lambda client, about: client.peers(symbol=about.symbol),
        "Stocks are compared with their whole sector only.",
    ),
    Probe(
        "company_news",
        lambda client, about: client.company_news(
            symbol=about.symbol, start=about.session - WEEK, end=about.session
        ),
        "Stocks have no headlines from Finnhub.",
    ),
    Probe(
        "market_news",
        lambda client, _about: client.market_news(),
        "The market has no headlines from Finnhub.",
    ),
    Probe(
        "market_status",
        lambda client, _about: client.market_now(),
        "Whether the market is open is told by our own calendar alone.",
    ),
    Probe(
        "market_holidays",
        lambda client, _about: client.market_holidays(),
        "Holidays that are announced late are missed until the calendar is written anew.",
    ),
    Probe(
        "symbols",
        lambda client, _about: client.symbols(),
        "Symbols cannot be mapped to Finnhub's by a list; each is tried.",
    ),
    Probe(
        "search",
        lambda client, about: client.search(text=about.symbol),
        "Search finds only what is stored already.",
    ),
)
