"""What an analysis reads: the bars of all instruments, and how they are adjusted as known at its session."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from investment.analysis.calculators.eligibility import Texts
from investment.analysis.calculators.figures import Block
from investment.analysis.calculators.own_bars import Mask, Matrix
from investment.analysis.services.loading import adjustment_factors, load_actions, load_panel
from investment.market.models import Instrument
from investment.market.selectors.sessions import sessions_before


@dataclass(frozen=True, slots=True)
class History:
    """
    Raw bars and factors of every instrument that traded in the sessions, [session, instrument].

    Prices are NaN where there was no bar. See :class:`figures.Block` for the factors.
    """

    sessions: list[date]
    instrument_ids: npt.NDArray[np.int64]
    open: Matrix
    high: Matrix
    low: Matrix
    close: Matrix
    volume: Matrix
    split: Matrix
    full: Matrix
    kinds: Texts
    currencies: Texts

    @property
    def traded(self) -> Mask:
        """Say which instruments have a bar in the last session."""
        return np.asarray(np.isfinite(self.close[-1]), dtype=np.bool_)

    def block(self, columns: npt.NDArray[np.intp]) -> Block:
        """Return the columns at these places."""
        return Block(
            open=self.open[:, columns],
            high=self.high[:, columns],
            low=self.low[:, columns],
            close=self.close[:, columns],
            volume=self.volume[:, columns],
            split=self.split[:, columns],
            full=self.full[:, columns],
        )


def load_history(*, session: date, length: int) -> History:
    """
    Read the ``length`` sessions that end at ``session``, with factors as known then.

    Three queries, whatever the number of instruments, beside that for the calendar.
    """
    sessions = sessions_before(session, length)
    panel = load_panel(sessions=sessions)
    actions = load_actions(until=session)
    split, full = adjustment_factors(panel=panel, actions=actions)
    about = {
        pk: (kind, currency)
        for pk, kind, currency in Instrument.objects.values_list("pk", "kind", "currency")
    }
    # A bar whose instrument is gone is an orphan: nothing is known of its class.
    kinds = [about.get(int(pk), (Instrument.Kind.UNKNOWN, None)) for pk in panel.instrument_ids]
    return History(
        sessions=sessions,
        instrument_ids=panel.instrument_ids,
        open=panel.open,
        high=panel.high,
        low=panel.low,
        close=panel.close,
        volume=panel.volume,
        split=split,
        full=full,
        kinds=np.array([str(kind) for kind, _ in kinds], dtype=object),
        currencies=np.array([currency for _, currency in kinds], dtype=object),
    )
