"""
Our symbols and Alpha Vantage's: the one place where either becomes the other.

We write them as the consolidated tape does: ``BRK.B``, ``ABRpD``, ``ACHR.WS``, ``ABC.U``. Alpha Vantage
marks whatever follows the root with dashes (its LISTING_STATUS): ``BRK-B``, ``ABR-P-D``, ``ACHR-WS``,
``ABC-U``. A dot is the exchange's in its symbols: ``TSCO.LON``.
"""

import re

_OURS = re.compile(r"([A-Z0-9]+)(?:\.([A-OQ-Z]))?(?:(p)([A-Z])?)?(?:\.(WS))?", re.ASCII)
_THEIRS = re.compile(r"([A-Z0-9]+)(?:-([A-OQ-Z]))?(?:-(P)(?:-([A-Z]))?)?(?:-(WS))?", re.ASCII)


def to_alpha_vantage(symbol: str) -> str:
    """Return Alpha Vantage's spelling of our symbol; what is not a US symbol stays as it is."""
    parts = _OURS.fullmatch(symbol)
    return "-".join(part.upper() for part in parts.groups() if part) if parts else symbol


def from_alpha_vantage(symbol: str) -> str:
    """Return our spelling of Alpha Vantage's symbol; what is not a US symbol stays as it is."""
    parts = _THEIRS.fullmatch(symbol)
    if parts is None:
        return symbol
    root, share_class, preferred, series, warrant = parts.groups()
    text = root + (f".{share_class}" if share_class else "")
    text += f"p{series or ''}" if preferred else ""
    return text + (f".{warrant}" if warrant else "")
