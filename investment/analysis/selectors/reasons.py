"""Why a figure is unknown, or other than its formula says: in words that are true of its instrument."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from investment.analysis.calculators.eligibility import REASONS
from investment.analysis.models import Figures, MarketReturn
from investment.analysis.selectors.catalogue import FIGURES, Figure
from investment.market.models import DailyBar, Instrument
from investment.market.selectors.sessions import sessions_before

NOT_RANKED_YET = "not_ranked_yet"
WITHHELD = "scores_withheld"
AS_TRADED = "on prices as traded: splits are not known"


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code, and the same for people."""

    code: str
    text: str


def unranked_reason(code: str | None, *, kind: str = "", withheld: str | None = None) -> Reason:
    """
    Return why an instrument has no rank.

    :param code: ``None`` for one whose session is not ranked.
    :param kind: its class, where known.
    :param withheld: why its prices may not feed scores, if they may not.
    """
    if code is None and kind == "unknown":
        code = "class_unknown"
    if code is None and withheld:
        return Reason(WITHHELD, withheld)
    if code is None:
        return Reason(NOT_RANKED_YET, "This session is not ranked: it is not complete yet.")
    return Reason(code, REASONS[code])


def unknown_reasons(
    *, figures: Figures, instrument: Instrument, market: MarketReturn | None
) -> dict[str, str]:
    """
    Return for each unknown figure of a row why it is unknown, by its name.

    Two queries, and none where everything is known.
    """
    unknown = [figure for figure in FIGURES if getattr(figures, figure.name) is None]
    if not unknown:
        return {}
    furthest = max((end for figure in FIGURES for end in figure.ends), default=0)
    sessions = sessions_before(figures.session, furthest + 1)[::-1]
    ends = sorted({sessions[end] for figure in unknown for end in figure.ends if end < len(sessions)})
    traded = set(
        DailyBar.objects.filter(instrument=instrument, session__in=ends).values_list("session", flat=True)
    )
    missing = {end: day for end, day in enumerate(sessions) if day in ends and day not in traded}
    return {
        figure.name: _reason(figure, figures, instrument, market, missing, len(sessions))
        for figure in unknown
    }


def basis_notes(*, figures: Figures, instrument: Instrument) -> dict[str, str]:
    """
    Return for each known figure that is on another basis than its formula says on which, by its name.

    Where a source withholds splits, what is adjusted for splits alone is computed on prices as traded. A row
    with a fully adjusted figure is older than the withholding, so all of it is on the basis that it says.
    """
    known = [figure for figure in FIGURES if getattr(figures, figure.name) is not None]
    if not instrument.actions_withheld or any(figure.basis == "full" for figure in known):
        return {}
    return {figure.name: AS_TRADED for figure in known if figure.basis == "splits"}


def _reason(
    figure: Figure,
    figures: Figures,
    instrument: Instrument,
    market: MarketReturn | None,
    missing: Mapping[int, date],
    sessions: int,
) -> str:
    for end in figure.ends:
        if end >= sessions:
            return f"needs {end + 1} sessions, the calendar has {sessions}"
        if end in missing:
            return f"no bar on {missing[end]}, {end} session{'s' if end > 1 else ''} back"
    if figures.bars < figure.bars:
        about = "about " if figure.recursive else ""
        return f"needs {about}{figure.bars} bars, has {figures.bars}"
    if why := _actions(figure, instrument, figures.session):
        return why
    if figure.market and (market is None or market.members is None):
        return "the market is not known: it has fewer than 30 members"
    if figure.market:
        return "the market is not known in all of these sessions, or the price did not move in them"
    if figure.recursive:
        return "its first bars still weigh too much, or the price has not moved since"
    return "a split or dividend in between is not known or cannot be applied"


def _actions(figure: Figure, instrument: Instrument, session: date) -> str | None:
    """Say what a figure lacks of an instrument's splits and dividends; ``None`` if nothing."""
    if figure.basis == "raw":
        return None
    if instrument.actions_withheld:
        told = f"splits and dividends are not known: {instrument.actions_withheld}"
        return told if figure.basis == "full" else None
    if instrument.actions_from is None:
        return "splits and dividends are not known"
    # A year and a half is more than any figure looks back.
    if instrument.actions_from > session - timedelta(days=550):
        return f"splits and dividends are known from {instrument.actions_from} on only"
    return None
