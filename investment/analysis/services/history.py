"""What an analysis reads: the bars of all instruments, and how they are adjusted as known at its session."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from investment.analysis.calculators.eligibility import Texts
from investment.analysis.calculators.figures import Block
from investment.analysis.calculators.own_bars import Mask, Matrix
from investment.market.calculators.adjustment import Factors
from investment.market.models import CorporateAction, Instrument, Origin
from investment.market.selectors.panel import Panel, fetched_origins, load_factors, load_panel
from investment.market.selectors.sessions import sessions_before
from investment.providers.selectors.terms import withheld_from_scores


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

    Where a source will not tell an instrument's actions, its prices are taken as they were traded for
    what is adjusted for splits alone; what needs dividends is unknown.

    Prices of which a provider's terms let no scores be made (yet) are left out: this is the one place that
    decides what feeds them.
    """
    sessions = sessions_before(session, length)
    forbidden = withheld_from_scores()
    panel = load_panel(sessions=sessions, without_origins=fetched_origins(providers=forbidden))
    factors = load_factors(panel=panel)
    rows = Instrument.objects.values_list("pk", "kind", "currency", "actions_withheld")
    about = {pk: (kind, currency, bool(withheld)) for pk, kind, currency, withheld in rows}
    # A bar whose instrument is gone is an orphan: nothing is known of its class.
    nobody = (Instrument.Kind.UNKNOWN, None, False)
    known = [about.get(pk, nobody) for pk in panel.instrument_ids.tolist()]
    withheld = np.array([each[2] for each in known], dtype=np.bool_)
    if withheld.any():
        factors.splits[:, withheld] = np.nan_to_num(factors.splits[:, withheld], nan=1.0)
    if forbidden:
        _forget_factors(panel, factors, providers=list(forbidden))
    return History(
        sessions=sessions,
        instrument_ids=panel.instrument_ids,
        open=panel.open,
        high=panel.high,
        low=panel.low,
        close=panel.close,
        volume=panel.volume,
        split=factors.splits,
        full=factors.full,
        kinds=np.array([str(each[0]) for each in known], dtype=object),
        currencies=np.array([each[1] for each in known], dtype=object),
    )


def _forget_factors(panel: Panel, factors: Factors, *, providers: list[str]) -> None:
    """
    Let be unknown what only the fetched actions of some providers would tell of other sources' prices.

    Without them a price from before a split would look like one from after it.
    """
    if not panel.sessions:
        return
    told = CorporateAction.objects.filter(
        provider__in=providers,
        channel=Origin.Channel.FETCHED,
        withdrawn_at=None,
        ex_date__gt=panel.sessions[0],
        ex_date__lte=panel.sessions[-1],
    )
    place_of = {pk: place for place, pk in enumerate(panel.instrument_ids.tolist())}
    for instrument_id, ex_date in told.values_list("instrument_id", "ex_date"):
        if instrument_id in place_of:
            before = slice(bisect_left(panel.sessions, ex_date))
            factors.splits[before, place_of[instrument_id]] = np.nan
            factors.full[before, place_of[instrument_id]] = np.nan
