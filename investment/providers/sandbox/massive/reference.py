"""Who is listed: the paged list of tickers, one ticker's details, types and exchanges."""

from datetime import date
from typing import Any

from investment.providers.sandbox.massive import paging
from investment.providers.sandbox.massive.call import MassiveCall
from investment.providers.sandbox.massive.refusals import Refused
from investment.providers.sandbox.sources import Listing

SORTS = (
    "ticker", "name", "market", "locale", "primary_exchange", "type", "currency_symbol", "currency_name",
    "base_currency_symbol", "base_currency_name", "cik", "composite_figi", "share_class_figi",
    "last_updated_utc", "delisted_utc",
)  # fmt: skip
MOST_RELATED = 10
MARKETS = ("stocks", "crypto", "fx", "otc", "indices")
TYPES = {
    "CS": "Common Stock",
    "ADRC": "American Depository Receipt Common",
    "ETF": "Exchange Traded Fund",
    "PFD": "Preferred Stock",
    "WARRANT": "Warrant",
    "RIGHT": "Rights",
    "UNIT": "Unit",
    "FUND": "Fund",
    "ETN": "Exchange Traded Note",
}
EXCHANGES = [
    (10, "exchange", "New York Stock Exchange", "NYSE", "XNYS", "N"),
    (11, "exchange", "NYSE Arca, Inc.", "NYSE ARCA", "ARCX", "P"),
    (12, "exchange", "Nasdaq", "NASDAQ", "XNAS", "T"),
]


def tickers(call: MassiveCall) -> dict[str, Any]:
    """A page of tickers, as they were on ``date`` where one is given."""
    request = call.request
    active = call.flag("active", default=True)
    on = call.date("date") or call.today
    call.choice("market", default="stocks", among=MARKETS)
    sort = call.choice("sort", default="ticker", among=SORTS)
    order = call.choice("order", default="asc", among=("asc", "desc"))
    limit = call.integer("limit", default=100, most=1000)

    # Of the markets only stocks are played; the others are empty, as are CUSIPs.
    played = (call.param("market") or "stocks") == "stocks" and call.param("cusip") is None
    listings = call.source.listings(on) if played else []
    rows = [_row(listing, on) for listing in listings if listing.record.active == active]
    rows = paging.keep(rows, request, "ticker")
    for field, parameter in (("type", "type"), ("primary_exchange", "exchange"), ("cik", "cik")):
        wanted = call.param(parameter)
        if wanted is not None:
            rows = [row for row in rows if row.get(field) == wanted]
    search = call.param("search")
    rows = _relevant(rows, search) if search else paging.in_order(rows, sort, descending=order == "desc")
    shown, rest = paging.page(rows, request, limit)
    answer = {"results": shown, "status": "OK", "count": len(shown)}
    return answer | ({"next_url": rest} if rest else {})


def ticker(call: MassiveCall) -> dict[str, Any]:
    """Everything about one ticker; a renamed or delisted one is found only with a ``date``."""
    on = call.date("date") or call.today
    listing = call.source.listing(call.request.path_params["ticker"], on)
    if listing is None:
        raise Refused.ticker_not_found()
    return {"results": _row(listing, on) | listing.details, "status": "OK"}


def events(call: MassiveCall) -> dict[str, Any]:
    """
    The tickers under which an instrument has traded, newest first.

    It is asked for by its ticker of today, or by its composite FIGI: that finds what was delisted, too.
    """
    asked = call.request.path_params["id"]
    wanted = (call.param("types") or "ticker_change").split(",")
    listings = call.source.listings(call.today)
    found = [
        listing.record
        for listing in listings
        if asked == listing.record.composite_figi
        or (asked == listing.record.symbol and listing.record.active)
    ]
    if not found:
        raise Refused.ticker_not_found()
    record, known = found[0], call.source.invented
    changes: list[tuple[date, str]] = []
    for line in known.market.named(record.symbol) if known else ():
        if line.symbol_on(call.today) == record.symbol and line.composite_figi == record.composite_figi:
            changes.append((line.listed_on, line.symbol))
            if line.renamed_on and line.renamed_on <= call.today:
                changes.append((line.renamed_on, line.later_symbol))
    told = {"name": record.name, "composite_figi": record.composite_figi, "cik": record.cik}
    rows = [
        {"ticker_change": {"ticker": symbol}, "type": "ticker_change", "date": since.isoformat()}
        for since, symbol in reversed(changes)
        if "ticker_change" in wanted
    ]
    return {"results": {n: v for n, v in told.items() if v is not None} | {"events": rows}, "status": "OK"}


def related(call: MassiveCall) -> dict[str, Any]:
    """Companies of the same sector; a folder of real bars does not say who they are."""
    asked, known = call.request.path_params["ticker"], call.source.invented
    line = known.market.find(asked, call.today) if known else None
    if call.source.listing(asked, call.today) is None:
        raise Refused.ticker_not_found()
    others = [
        each
        for each in (known.market.lines if known and line else ())
        if line and each is not line and (each.type_code, each.sector) == ("CS", line.sector)
    ]
    rows = [{"ticker": each.symbol_on(call.today)} for each in others if each.listed(call.today)]
    return {"results": rows[:MOST_RELATED], "status": "OK", "ticker": asked}


def types(call: MassiveCall) -> dict[str, Any]:
    """The words behind the type codes."""
    rows = [
        {"code": code, "description": words, "asset_class": "stocks", "locale": "us"}
        for code, words in TYPES.items()
        if call.param("asset_class") in (None, "stocks") and call.param("locale") in (None, "us")
    ]
    return {"results": rows, "status": "OK", "count": len(rows)}


def exchanges(call: MassiveCall) -> dict[str, Any]:
    """The exchanges on which something of ours is listed."""
    rows = [
        {
            "id": number, "type": kind, "asset_class": "stocks", "locale": "us", "name": name,
            "acronym": acronym, "mic": mic, "operating_mic": mic, "participant_id": participant,
        }
        for number, kind, name, acronym, mic, participant in EXCHANGES
        if call.param("asset_class") in (None, "stocks") and call.param("locale") in (None, "us")
    ]  # fmt: skip
    return {"results": rows, "status": "OK", "count": len(rows)}


def _row(listing: Listing, on: date) -> dict[str, Any]:
    """What is not known is left out."""
    record = listing.record
    row = {
        "ticker": record.symbol,
        "name": record.name,
        "market": "stocks",
        "locale": "us",
        "primary_exchange": record.exchange,
        "type": listing.type_code,
        "active": record.active,
        "currency_name": record.currency.lower() if record.currency else None,
        "cik": record.cik,
        "composite_figi": record.composite_figi,
        "share_class_figi": record.share_class_figi,
        "last_updated_utc": f"{on}T00:00:00Z",
        "delisted_utc": f"{record.delisted_on}T00:00:00Z" if record.delisted_on else None,
    }
    return {name: value for name, value in row.items() if value is not None}


def _relevant(rows: list[dict[str, Any]], search: str) -> list[dict[str, Any]]:
    """The ticker itself first, then tickers that begin like it, then names."""
    wanted = search.casefold()

    def rank(row: dict[str, Any]) -> int | None:
        symbol, name = str(row["ticker"]).casefold(), str(row["name"]).casefold()
        tests = (symbol == wanted, symbol.startswith(wanted), name.startswith(wanted), wanted in name)
        return tests.index(True) if any(tests) else None

    ranked = [(rank(row), str(row["ticker"]), row) for row in rows]
    found = [(place, symbol, row) for place, symbol, row in ranked if place is not None]
    return [row for _, _, row in sorted(found, key=lambda entry: entry[:2])]
