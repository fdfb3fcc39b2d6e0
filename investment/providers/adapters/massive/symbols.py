"""
Our symbols and Massive's: the one place where either becomes the other.

Both are written as the consolidated tape writes them, with dots (the convention CQS,
https://www.nasdaqtrader.com/Trader.aspx?id=CQSSymbolConvention): share classes ``BRK.B``, preferred
stock ``BACpA``, warrants ``ACHR.WS`` and ``ABC.WS.A``, units ``ABC.U``, rights ``ABCr``, when issued
``ABCw``. Case tells them apart: ``BACpA`` is not ``BACPA``. Listings of Nasdaq carry their kind in a
fifth letter (``ABCDW``), which both write alike. Whatever else has a colon (``X:BTCUSD``, ``I:SPX``)
is no US stock, and not ours.
"""

import re

from investment.providers.contracts import InstrumentKind

MOST = 32  # characters; the longest that the market stores

_TICKER = re.compile(rf"[A-Za-z0-9][A-Za-z0-9.\-/]{{0,{MOST - 1}}}", re.ASCII)
_SUFFIX = re.compile(
    r"[A-Z0-9]+"
    r"(?P<class>\.[A-TVX-Z])?"
    r"(?P<preferred>p[A-Z]?)?"
    r"(?P<right>r)?"
    r"(?P<warrant>\.WS(\.[A-Z])?)?"
    r"(?P<unit>\.U)?"
    r"(w|\.WD|\.CL|\.CV|\.EC|\.PP)*",
    re.ASCII,
)
_KINDS: dict[str, InstrumentKind] = {
    "preferred": "preferred",
    "right": "right",
    "warrant": "warrant",
    "unit": "unit",
}


def to_massive(symbol: str) -> str:
    """:raises ValueError: for what cannot be a ticker of the US stock market."""
    return _checked(symbol)


def from_massive(ticker: str) -> str:
    """:raises ValueError: for what cannot be a ticker of the US stock market."""
    return _checked(ticker)


def kind_of(symbol: str) -> InstrumentKind:
    """Return the kind that a symbol's suffix tells, or «unknown»: most symbols have none."""
    parts = _SUFFIX.fullmatch(symbol)
    if parts is None:
        return "unknown"
    return next((kind for name, kind in _KINDS.items() if parts[name]), "unknown")


def _checked(symbol: str) -> str:
    if not _TICKER.fullmatch(symbol):
        raise ValueError(f"{symbol[:MOST]!r} is no ticker of the US stock market")
    return symbol
