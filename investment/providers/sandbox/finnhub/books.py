"""What Finnhub knows of companies beyond their prices: the sample market's books and papers."""

from datetime import date

from investment.providers.sandbox.finnhub.call import FinnhubCall
from investment.providers.sandbox.sample.instruments import Instrument
from investment.providers.sandbox.sources import Invented

COMPANIES = ("CS", "ADRC")


def line_of(call: FinnhubCall, symbol: str) -> tuple[Invented, Instrument] | None:
    """
    Return whoever trades under this symbol today, with the books that tell of it.

    None also where a folder of real prices is served, which knows of no companies.
    """
    known = call.source.invented
    line = known.market.find(symbol, call.today) if known else None
    return (known, line) if known is not None and line is not None else None


def company_of(call: FinnhubCall, symbol: str) -> tuple[Invented, Instrument] | None:
    """Return the same for a line that stands for a company; None for funds, preferreds, warrants."""
    found = line_of(call, symbol)
    return found if found is not None and found[1].type_code in COMPANIES else None


def companies_on(known: Invented, day: date) -> list[Instrument]:
    return [line for line in known.market.lines if line.type_code in COMPANIES and line.listed(day)]
