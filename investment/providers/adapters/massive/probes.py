"""Which of Massive's endpoints the product uses, and what it lacks without each."""

from collections.abc import Sequence
from datetime import timedelta

from investment.providers.probing import Probe, first_page

WEEK = timedelta(days=7)

PROBES: Sequence[Probe] = (
    Probe(
        "grouped_daily",
        lambda client, about: client.grouped_daily(session=about.session),
        "No daily bars of the whole market: prices, rankings and signals stay empty.",
    ),
    Probe(
        "tickers",
        lambda client, _about: first_page(client.instruments()),
        "No list of stocks: only what you hold or watch can be looked up.",
    ),
    Probe(
        "splits",
        lambda client, about: client.splits(start=about.session - WEEK, end=about.session),
        "Prices cannot be adjusted for splits: returns and scores are withheld.",
    ),
    Probe(
        "dividends",
        lambda client, about: client.dividends(start=about.session - WEEK, end=about.session),
        "Total returns are withheld; price returns remain.",
    ),
    Probe(
        "daily_bars",
        lambda client, about: client.daily_bars(symbol=about.symbol, start=about.session, end=about.session),
        "The history of a single stock comes only as fast as whole days are read.",
    ),
    Probe(
        "previous_close",
        lambda client, about: client.previous_close(symbol=about.symbol),
        "A single stock's last close is known only once the whole market's day is read.",
    ),
    Probe(
        "open_close",
        lambda client, about: client.open_close(symbol=about.symbol, session=about.session),
        "Prices before and after the session are not shown.",
    ),
    Probe(
        "ticker",
        lambda client, about: client.instrument(symbol=about.symbol),
        "Companies have no address, industry or number of shares from Massive.",
    ),
    Probe(
        "ticker_events",
        lambda client, about: client.ticker_history(symbol=about.symbol),
        "Renamed stocks are not joined to their old names by themselves.",
    ),
    Probe(
        "ticker_types",
        lambda client, _about: client.instrument_types(),
        "Kinds of instruments are shown by their codes.",
    ),
    Probe(
        "aggregates_minute",
        lambda client, about: client.aggregates(
            symbol=about.symbol, timespan="minute", start=about.session, end=about.session
        ),
        "Charts within a day are empty.",
    ),
    Probe(
        "aggregates_second",
        lambda client, about: client.aggregates(
            symbol=about.symbol, timespan="second", start=about.session, end=about.session
        ),
        "Charts within a minute are empty; nothing else needs them.",
    ),
    Probe(
        "news",
        lambda client, about: first_page(client.news(symbol=about.symbol, page_size=1)),
        "No headlines from Massive; those of other providers remain.",
    ),
    Probe(
        "market_status",
        lambda client, _about: client.market_status(),
        "Whether the market is open is told by our own calendar alone.",
    ),
    Probe(
        "market_holidays",
        lambda client, _about: client.market_holidays(),
        "Holidays that are announced late are missed until the calendar is written anew.",
    ),
)
