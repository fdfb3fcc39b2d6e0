"""
Symbols: ours (those of the US tape, ``BRK.B``) and Finnhub's.

Tickers and share classes are spelled alike. How Finnhub spells preferreds, warrants, rights and
units is not documented and not always the same, so it is never guessed: its list of symbols carries
the FIGI, and the two spellings of one FIGI belong together. That list is read every day
(:mod:`investment.providers.services.spellings`), so also what was renamed is found while one of us
still has its old name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_ALIKE = re.compile(r"[A-Z][A-Z0-9]{0,7}(\.[A-Z])?")


@dataclass(frozen=True, slots=True)
class Spelling:
    """``learned`` maps our symbols to Finnhub's where the two differ."""

    learned: Mapping[str, str] = field(default_factory=dict)
    _back: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_back", {theirs: ours for ours, theirs in self.learned.items()})

    def theirs(self, symbol: str) -> str | None:
        """Return Finnhub's symbol; None where we know of none, and asking would find another or nobody."""
        found = self.learned.get(symbol)
        if found is None and _ALIKE.fullmatch(symbol) and symbol not in self._back:
            return symbol
        return found

    def ours(self, symbol: str) -> str:
        """Return our symbol, or Finnhub's own where we know of none."""
        return self._back.get(symbol, symbol)
