"""Refreshing what a person looks at: whichever layer keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from investment.acquisition.kinds import Kind
from investment.acquisition.selectors.seldom import STOCKS
from investment.acquisition.services import refreshing
from investment.acquisition.services.refreshing import NobodyToAsk, NotRefreshed, Price
from investment.market.models import Instrument
from investment.market.selectors.companies import company_of
from investment.ops.services.company import ask_sec
from investment.providers.errors import ProviderError
from investment.quotas.errors import QuotaExhausted

KINDS = (
    Kind.QUOTE, Kind.COMPANY, Kind.FACTS, Kind.NEWS, Kind.METRICS, Kind.OVERVIEW, Kind.RECOMMENDATIONS,
    Kind.EARNINGS,
)  # fmt: skip
OF_COMPANIES = (Kind.COMPANY, Kind.FACTS)


@dataclass(slots=True)
class Refreshed:
    """What was asked for and came, and what not, with the reason in words."""

    refreshed: list[Kind] = field(default_factory=list)
    skipped: dict[Kind, str] = field(default_factory=dict)


def prices_of(
    *, instrument: Instrument, kinds: Sequence[Kind], now: datetime
) -> tuple[list[Price], dict[Kind, str]]:
    """
    Return what refreshing each kind costs in calls, and why those cannot be that are left out.

    Nothing is asked.
    """
    found, cannot = [], {}
    for kind in kinds:
        try:
            _require_something_to_ask_by(instrument, kind)
            found.append(refreshing.price_of(kind=kind, now=now))
        except NotRefreshed as error:
            cannot[kind] = error.message
    return found, cannot


def refresh(*, instrument: Instrument, kinds: Sequence[Kind]) -> Refreshed:
    """
    Ask for each kind now.

    :raises QuotaExhausted: if no call is free and nothing at all was refreshed.
    """
    done, refusal = Refreshed(), None
    for kind in kinds:
        try:
            if kind in OF_COMPANIES:
                ask_sec(instrument=instrument, kind=kind)
            else:
                refreshing.refresh(instrument=instrument, kind=kind)
        except QuotaExhausted as error:
            refusal = refusal or error
            done.skipped[kind] = error.message
        except (NotRefreshed, ProviderError) as error:
            done.skipped[kind] = error.message
        else:
            done.refreshed.append(kind)
    if refusal is not None and not done.refreshed:
        raise refusal
    return done


def _require_something_to_ask_by(instrument: Instrument, kind: Kind) -> None:
    """:raises NobodyToAsk: where no call could tell anything of this instrument."""
    if kind in OF_COMPANIES and instrument.cik is None:
        raise NobodyToAsk(company_of(instrument=instrument).words, symbol=instrument.symbol)
    if kind in OF_COMPANIES:
        return
    if not instrument.active:
        what = {Kind.QUOTE: "its price", Kind.NEWS: "its news"}.get(kind, "of it")
        raise NobodyToAsk(f"{instrument.symbol} is not listed any more: nobody tells {what}")
    if kind not in (Kind.QUOTE, Kind.NEWS) and instrument.kind not in STOCKS:
        words = f"{instrument.symbol} is no company's share: nobody tells such figures of it"
        raise NobodyToAsk(words, symbol=instrument.symbol)
