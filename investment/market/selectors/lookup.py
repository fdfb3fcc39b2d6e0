"""Finding an instrument by what a person types."""

from investment.market.models import Instrument
from investment.market.selectors.instruments import InstrumentNotFound, get_instrument


def look_up(*, symbol: str) -> Instrument:
    """
    Return the instrument with this ticker; if there is none, one whose ticker differs in case alone.

    Tickers are told apart by case (BACpB is a preferred stock), but people type ``aapl``.

    :raises InstrumentNotFound: if nobody has or had such a ticker.
    """
    if not symbol.isprintable():  # PostgreSQL takes no NUL, and no ticker holds any of the others
        raise InstrumentNotFound(f"No instrument has or had the ticker {symbol!r}", symbol=symbol)
    try:
        return get_instrument(symbol=symbol)
    except InstrumentNotFound:
        found = (
            Instrument.objects.filter(symbol__iexact=symbol)
            .order_by("-active", "-delisted_on", "-id")
            .first()
        )
        if found is None:
            raise
        return found


def look_up_all(*, symbols: list[str]) -> tuple[dict[str, Instrument], list[str]]:
    """
    Return the active instruments by the symbols asked for, and the symbols that nobody has.

    One query, whatever the number; a symbol that differs in case alone is found too.
    """
    wanted = {symbol.upper() for symbol in symbols if symbol.isprintable()}
    exact: dict[str, Instrument] = {}
    loose: dict[str, Instrument] = {}
    # Those no longer listed come first, so that an active one with the same ticker replaces them.
    for instrument in Instrument.objects.extra(
        where=["upper(symbol) = ANY(%s)"], params=[list(wanted)]
    ).order_by("active", "id"):
        exact[instrument.symbol] = instrument
        loose[instrument.symbol.upper()] = instrument
    found = {
        symbol: instrument
        for symbol in symbols
        if (instrument := exact.get(symbol) or loose.get(symbol.upper())) is not None
    }
    return found, [symbol for symbol in symbols if symbol not in found]
