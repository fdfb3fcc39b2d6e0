"""What an address of Massive's asked: for making records again from kept answers."""

from datetime import date
from urllib.parse import parse_qs, unquote, urlsplit

from investment.providers.adapters.massive.symbols import from_massive
from investment.providers.contracts.replay import Asked

_RANGES = {"splits": "execution_date", "dividends": "ex_dividend_date"}


def asked(endpoint: str, address: str) -> Asked | None:
    """
    Return what was asked; None for what makes no bars or actions, and for a list's later pages.

    :param address: path and query, as the archive keeps them.
    """
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if "cursor" in query:
        return None
    try:
        if endpoint == "grouped_daily":
            if query.get("adjusted") != "false" or query.get("include_otc", "false") != "false":
                return None
            session = date.fromisoformat(parts.path.rsplit("/", 1)[1])
            return Asked("market_day", session, session)
        if endpoint == "daily_bars":
            ticker, _, _, _, first, last = parts.path.split("/")[-6:]
            return Asked(
                "series", date.fromisoformat(first), date.fromisoformat(last), from_massive(unquote(ticker))
            )
        if endpoint in _RANGES:
            field = _RANGES[endpoint]
            symbol = from_massive(query["ticker"]) if "ticker" in query else None
            first, last = query[f"{field}.gte"], query[f"{field}.lte"]
            return Asked(
                "splits" if endpoint == "splits" else "dividends",
                date.fromisoformat(first),
                date.fromisoformat(last),
                symbol,
            )
    except (ValueError, KeyError, IndexError):
        return None
    return None
