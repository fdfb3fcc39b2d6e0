"""Making split-adjusted bars raw again, so that no series mixes two bases."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from investment.lib.errors import DomainError
from investment.market.models import CorporateAction, Instrument
from investment.market.selectors.instruments import Ids
from investment.providers.contracts import BarColumns, Floats


class SplitsUnknown(DomainError):
    """The splits since the bars are not all known, so that their raw prices are not either."""

    code = "splits_unknown"


def undo_splits(
    *, bars: BarColumns, sessions: Sequence[date], instrument_ids: Ids, as_of: date
) -> BarColumns:
    """
    Return the bars as traded: prices times, volume by the splits after each session.

    :param as_of: the day on whose basis the bars are; later splits are not undone.
    :raises SplitsUnknown: if the actions of an instrument are not known from its first bar on.
    """
    days = np.array(sessions, dtype="datetime64[D]")
    ratio = np.ones(len(days))
    for instrument in Instrument.objects.filter(pk__in=np.unique(instrument_ids).tolist()):
        own = instrument_ids == instrument.pk
        first: date = days[own].min().item()
        if instrument.actions_withheld or instrument.actions_from is None or instrument.actions_from > first:
            since = f"only since {instrument.actions_from}" if instrument.actions_from else "not at all"
            why = instrument.actions_withheld or f"they are known {since}"
            raise SplitsUnknown(
                f"The bars of {instrument.symbol} from {first} on are adjusted for splits, and cannot be"
                f" made raw without all splits since then: {why}."
                " Import the splits first, or a file of raw prices.",
                symbol=instrument.symbol,
            )
        for action in instrument.actions.filter(
            kind=CorporateAction.Kind.SPLIT, withdrawn_at=None, ex_date__gt=first, ex_date__lte=as_of
        ):
            assert action.ratio is not None  # noqa: S101 - for the type checker: a constraint says so
            ratio[own & (days < np.datetime64(action.ex_date))] *= action.ratio
    return as_traded(bars=bars, ratio=ratio)


def as_traded(*, bars: BarColumns, ratio: Floats) -> BarColumns:
    """
    Return split-adjusted bars with each row's prices times its ratio, and its volume divided by it.

    Rounded to a millionth: whoever adjusted the prices rounded them too.
    """

    def times(prices: Floats) -> Floats:
        return np.round(prices * ratio, 6).astype(np.float64)

    return BarColumns(
        symbols=bars.symbols,
        open=times(bars.open),
        high=times(bars.high),
        low=times(bars.low),
        close=times(bars.close),
        volume=np.round(bars.volume / ratio, 4).astype(np.float64),
        vwap=times(bars.vwap),
        trades=bars.trades,
    )
