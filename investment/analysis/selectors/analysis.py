"""The analysis of one instrument."""

from dataclasses import dataclass
from datetime import date

from investment.analysis.models import Figures, MarketReturn, Score
from investment.analysis.selectors.catalogue import FIGURES, Unit
from investment.analysis.selectors.explanation import ScoreView, explain, score_view
from investment.analysis.selectors.reasons import (
    Reason,
    basis_notes,
    unknown_reasons,
    unranked_reason,
)
from investment.market.models import Instrument


@dataclass(frozen=True, slots=True)
class FigureValue:
    """
    One figure with what it is.

    ``reason`` says why it is unknown, where it is; ``note`` on what a known one rests, where it is not on
    what its formula says.
    """

    name: str
    label: str
    group: str
    value: float | None
    unit: Unit
    reason: str | None
    note: str | None
    formula: str


@dataclass(frozen=True, slots=True)
class MarketIndex:
    """What beta and correlation are measured against."""

    name: str
    members: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """
    The analysis of an instrument after ``session``.

    ``session`` is ``None`` where it was never analysed; then there are no figures.
    """

    session: date | None
    market: MarketIndex | None
    figures: list[FigureValue]
    score: ScoreView | None
    unranked: Reason | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where an instrument stands after the latest analysed ``session``.

    ``stale`` says that it has no figures of that session: it did not trade, or nothing is analysed.
    """

    session: date | None
    return_1: float | None
    score: float | None
    rank: int | None
    board: str | None
    unranked: Reason | None
    stale: bool


def latest_analysed_session() -> date | None:
    """Return the last session that was analysed."""
    return MarketReturn.objects.order_by("-session").values_list("session", flat=True).first()


def latest_analysis(*, instrument: Instrument, session: date | None = None) -> Analysis:
    """
    Return the analysis after ``session``; by default the instrument's last one. Six queries at most.

    A session in which it was not analysed gives an analysis without figures.
    """
    rows = Figures.objects.filter(instrument=instrument)
    if session is not None:
        rows = rows.filter(session=session)
    figures = rows.order_by("-session").first()
    if figures is None:
        asked = session or latest_analysed_session()
        score = Score.objects.filter(instrument=instrument, session=asked).first() if asked else None
        reason = unranked_reason(score.unranked if score else None, kind=instrument.kind)
        told = "Not analysed yet." if asked is None else f"Not analysed: it has no figures of {asked}."
        if score is not None:
            told = explain(None, unranked=score.unranked)
        return Analysis(session, None, [], None, reason, told)

    market = MarketReturn.objects.filter(session=figures.session).first()
    score = Score.objects.filter(instrument=instrument, session=figures.session).first()
    reasons = unknown_reasons(figures=figures, instrument=instrument, market=market)
    notes = basis_notes(figures=figures, instrument=instrument)
    view = score_view(score)
    code = score.unranked if score else None
    sentence = explain(view, unranked=code)
    if notes:
        sentence += " Averages, bands and oscillators take its prices as traded: its splits are not known."
    return Analysis(
        session=figures.session,
        market=MarketIndex(market.name, market.members) if market and market.members else None,
        figures=[
            FigureValue(
                name=figure.name,
                label=figure.label,
                group=figure.group,
                value=getattr(figures, figure.name),
                unit=figure.unit,
                reason=reasons.get(figure.name),
                note=notes.get(figure.name),
                formula=figure.formula,
            )
            for figure in FIGURES
        ],
        score=view,
        unranked=None if view else unranked_reason(code, kind=instrument.kind),
        sentence=sentence,
    )


def standing(*, instrument: Instrument) -> Standing:
    """Return where an instrument stands after the latest analysed session. Three queries."""
    session = latest_analysed_session()
    if session is None:
        return Standing(None, None, None, None, None, unranked_reason(None, kind=instrument.kind), stale=True)
    figures = Figures.objects.filter(instrument=instrument, session=session).first()
    score = Score.objects.filter(instrument=instrument, session=session).first()
    ranked = score is not None and score.score is not None
    return Standing(
        session=session,
        return_1=figures.return_1 if figures else None,
        score=score.score if score else None,
        rank=score.rank if score else None,
        board=score.board if score else None,
        unranked=None if ranked else unranked_reason(score.unranked if score else None, kind=instrument.kind),
        stale=figures is None,
    )
