"""Why a score is what it is: its parts, their inputs, and one plain sentence."""

from dataclasses import dataclass

import numpy as np
from django.db import connection

from investment.analysis.calculators import scoring
from investment.analysis.models import Score
from investment.analysis.selectors.reasons import unranked_reason

_NOUNS = {"stocks": "stocks", "etfs": "ETFs"}


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """One figure that is compared: its value, and how many percent of the others it is ahead of."""

    name: str
    label: str
    unit: str
    value: float | None
    percentile: float | None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of the score, 0 to 100, and its share of the whole."""

    name: str
    label: str
    value: float | None
    weight: float
    inputs: list[ScoreInput]


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A score with its parts."""

    value: float | None
    rank: int | None
    board: str
    board_size: int | None
    parts: list[ScorePart]


def score_view(score: Score | None) -> ScoreView | None:
    """Return a score with its parts and their inputs; ``None`` where there is none. One query."""
    if score is None or score.score is None or score.board is None:
        return None
    values, percentiles = _compared(score)
    parts = [
        ScorePart(
            name=part.name,
            label=part.label,
            value=getattr(score, part.name),
            weight=part.weight,
            inputs=[
                ScoreInput(item.name, item.label, item.unit, values[item.name], percentiles[item.name])
                for item in part.inputs
            ],
        )
        for part in scoring.PARTS
    ]
    return ScoreView(score.score, score.rank, score.board, score.board_size, parts)


def explain(view: ScoreView | None, *, unranked: str | None = None) -> str:
    """
    Return one plain sentence that says why the score is what it is.

    :param unranked: the code of the reason where there is no score.
    """
    if view is None:
        text = unranked_reason(unranked).text
        return f"Not ranked: {text[0].lower()}{text[1:]}"
    known = [part for part in view.parts if part.value is not None]
    best = max(known, key=lambda part: part.value or 0.0)
    worst = min(known, key=lambda part: part.value or 0.0)
    board = f"{view.board_size:,} {_NOUNS[view.board]}"
    place = f"Rank {view.rank:,} of {board} with a score of {view.value:.1f} of 100"
    if best.value == worst.value:
        return f"{place}: all its parts are equally strong."
    return f"{place}: strongest in {_told(best, best=True)}, weakest in {_told(worst, best=False)}."


def _told(part: ScorePart, *, best: bool) -> str:
    """
    Return a part in words, with the input that speaks most for its being best or worst.

    None of its inputs is known where the figures were made anew and not yet ranked.
    """
    inputs = [item for item in part.inputs if item.value is not None and item.percentile is not None]
    if not inputs:
        return f"{part.label.lower()} ({part.value:.0f})"
    chosen = (max if best else min)(inputs, key=lambda item: item.percentile or 0.0)
    return (
        f"{part.label.lower()} ({part.value:.0f}; {_lower(chosen.label)} {_number(chosen)}, "
        f"ahead of {_share(chosen.percentile or 0.0)})"
    )


def _share(percentile: float) -> str:
    """Return a percentile, which counts the others, in words; only the best is ahead of all."""
    if percentile in (0, 100):
        return "all others" if percentile else "none"
    return f"{min(max(percentile, 1), 99):.0f} % of the others"


def _lower(label: str) -> str:
    return label if label.split(maxsplit=1)[0].isupper() else label[0].lower() + label[1:]


def _number(item: ScoreInput) -> str:
    value = item.value or 0.0
    if item.unit == "fraction":
        signed = "" if item.name.startswith("volatility") else "+"
        return f"{value * 100:{signed}.1f} %".replace("-", "−")
    if item.name.startswith("net_volume"):
        return f"{value:+.1f} usual days".replace("-", "−")
    return f"{value:.1f}".replace("-", "−")


def _compared(score: Score) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """Return the instrument's inputs and their percentiles among the ranked of its board."""
    columns = ", ".join(f'figures."{name}"' for name in scoring.READS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT score.instrument_id, {columns} FROM analysis_score score "  # noqa: S608 - our names
            "JOIN analysis_figures figures USING (session, instrument_id) "
            "WHERE score.session = %s AND score.board = %s AND score.rank IS NOT NULL",
            [score.session, score.board],
        )
        rows = cursor.fetchall()
    table = np.array([row[1:] for row in rows], dtype=np.float64).reshape(len(rows), len(scoring.READS))
    figures = {name: table[:, place] for place, name in enumerate(scoring.READS)}
    place = [row[0] for row in rows].index(score.instrument_id)
    inputs = scoring.measure(figures)
    better = {item.name: item.higher_is_better for part in scoring.PARTS for item in part.inputs}
    values = {name: _known(column[place]) for name, column in inputs.items()}
    percentiles = {
        name: _known(scoring.percentile(column, higher_is_better=better[name])[place])
        for name, column in inputs.items()
    }
    return values, percentiles


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
