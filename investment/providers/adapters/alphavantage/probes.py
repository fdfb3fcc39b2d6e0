"""Which of Alpha Vantage's endpoints the product uses, and what it lacks without each."""

from collections.abc import Sequence

from investment.providers.probing import Probe

PROBES: Sequence[Probe] = (
    Probe(
        "overview",
        lambda client, about: client.overview(symbol=about.symbol),
        "Fundamentals come from Finnhub and the SEC alone.",
    ),
    Probe(
        "currency_exchange_rate",
        lambda client, _about: client.fx_rate(base="EUR", quote="USD"),
        "Currencies have the ECB's rate of the day, none of the moment.",
    ),
    Probe(
        "fx_daily",
        lambda client, _about: client.fx_daily(base="EUR", quote="USD"),
        "The ECB's rates are not checked against a second source.",
    ),
    Probe(
        "news_sentiment",
        lambda client, about: client.news(symbols=[about.symbol], limit=1),
        "Headlines have no sentiment from Alpha Vantage.",
    ),
    Probe(
        "time_series_daily",
        lambda client, about: client.daily_bars(symbol=about.symbol),
        "Bars are not checked against this source.",
    ),
    Probe(
        "global_quote",
        lambda client, about: client.quote(symbol=about.symbol),
        "No last session from Alpha Vantage; others have it.",
    ),
    Probe(
        "symbol_search",
        lambda client, about: client.search(text=about.symbol),
        "Search finds only what is stored already.",
    ),
    Probe(
        "dividends",
        lambda client, about: client.dividends(symbol=about.symbol, currency="USD"),
        "Dividends are not checked against this source.",
    ),
    Probe(
        "splits",
        lambda client, about: client.splits(symbol=about.symbol),
        "Splits are not checked against this source.",
    ),
)
