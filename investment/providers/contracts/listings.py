"""How a provider sorts instruments, and under which tickers one of them has traded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from investment.providers.contracts.market import InstrumentKind


@dataclass(frozen=True, slots=True)
class InstrumentType:
    """One of the provider's codes for kinds of instruments, in its words and in ours."""

    code: str
    description: str
    kind: InstrumentKind
    asset_class: str | None = None


@dataclass(frozen=True, slots=True)
class TickerChange:
    """``symbol`` is the ticker from ``since`` on."""

    symbol: str
    since: date


@dataclass(frozen=True, slots=True)
class TickerHistory:
    """The tickers of one instrument, oldest first; the last one is its present (or last) one."""

    name: str
    changes: Sequence[TickerChange]
    cik: str | None = None
    composite_figi: str | None = None
