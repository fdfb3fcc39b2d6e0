"""Daily bars of one instrument from whichever source tells them, and how each is asked."""

from datetime import date, timedelta
from typing import Any, Final

from investment.acquisition.kinds import RULES, Kind, Source
from investment.providers import registry
from investment.providers.contracts import BarSeries
from investment.providers.errors import MalformedPayload

# Alpha Vantage tells the last hundred sessions to everybody, and all of them to those who pay.
COMPACT: Final = timedelta(days=140)
_FREE = "free"


def single_sources() -> tuple[Source, ...]:
    """Return who tells bars of one instrument alone, in order."""
    return tuple(source for source in RULES[Kind.BARS].sources if not source.market)


def ask_bars(*, adapter: Any, source: Source, symbol: str, since: date, until: date) -> BarSeries:
    """
    Return the bars of one instrument, with one call; perhaps more or fewer than were asked for.

    :raises MalformedPayload: if they are on another basis than the source's: they must not be taken for it.
    :raises ProviderError, QuotaExhausted: as the adapter does.
    """
    if source.provider == "alphavantage":
        full = registry.plan_of(source.provider) != _FREE and until - since > COMPACT
        series: BarSeries = adapter.daily_bars(symbol=symbol, full=full)
    else:
        series = adapter.daily_bars(symbol=symbol, start=since, end=until)
    if series.basis != source.basis.adjustment:
        raise MalformedPayload(
            f"The bars of {symbol} are {series.basis}, and should be {source.basis.adjustment}",
            provider=source.provider,
        )
    return series
