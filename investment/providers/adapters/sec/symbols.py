"""
Our symbols and the SEC's: the one place where either becomes the other; and the ten digits of a CIK.

Ours are written as the consolidated tape writes them (``BRK.B``, ``BACpL``, ``ACHR.WS``, ``ABC.U``);
the lists of the SEC use dashes (``BRK-B``, ``BAC-PL``, ``ACHR-WT``, ``ABC-UN``).
"""

import re

_OURS = re.compile(
    r"(?P<root>[A-Z0-9]+)(?:(?P<preferred>p(?P<series>[A-Z]?))|(?P<right>r)|(?P<suffix>(?:\.[A-Z]+)+))?",
    re.ASCII,
)
_TO_SEC = {".WS": "-WT", ".U": "-UN"}
_FROM_SEC = {"WT": ".WS", "UN": ".U", "RI": "r"}


def to_sec(symbol: str) -> str:
    """
    Return the SEC's ticker of one of ours.

    :raises ValueError: for what cannot be a ticker.
    """
    parts = _OURS.fullmatch(symbol)
    if parts is None or len(symbol) > 32:
        raise ValueError(f"{symbol[:32]!r} is no ticker of the US stock market")
    root, suffix = parts["root"], parts["suffix"] or ""
    if parts["preferred"]:
        return f"{root}-P{parts['series']}"
    if parts["right"]:
        return f"{root}-RI"
    if suffix.startswith(".WS."):
        return f"{root}-WT{suffix[4:]}"
    return root + _TO_SEC.get(suffix, suffix.replace(".", "-"))


def from_sec(ticker: str) -> str:
    """Return our symbol of a ticker of the SEC's; one without a dash is the same."""
    root, dash, suffix = ticker.upper().partition("-")
    if not dash or not suffix:
        return ticker.upper()
    if suffix in _FROM_SEC:
        return root + _FROM_SEC[suffix]
    if len(suffix) == 2 and suffix[0] == "P":
        return f"{root}p{suffix[1]}"
    if len(suffix) == 3 and suffix.startswith("WT"):
        return f"{root}.WS.{suffix[2]}"
    return f"{root}.{suffix.replace('-', '.')}"


def ten_digits(cik: int | str) -> str:
    """
    Return a CIK as its ten digits: ``320193`` is ``0000320193``.

    :raises ValueError: if it is no CIK.
    """
    text = str(cik).strip() if not isinstance(cik, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) > 0):
        raise ValueError(f"{str(cik)[:32]!r} is no CIK: a number of at most ten digits")
    return text.zfill(10)
