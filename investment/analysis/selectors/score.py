"""The overall score of one instrument as of a day: its parts, what is missing, its past, and how it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from investment.analysis.calculators import eligibility, overall, scoring, sentiment
from investment.analysis.calculators.fundamentals import score as fundamental
from investment.analysis.models import FundamentalScore, OverallScore, Score, SentimentScore
from investment.analysis.selectors.explanation import ScoreInput
from investment.analysis.selectors.reasons import unranked_reason
from investment.analysis.selectors.score_record import METHOD, RecordView, record_of
from investment.analysis.selectors.session_scores import columns_of, on_boards
from investment.market.models import Instrument

HISTORY = 260  # sessions

_NOUNS = {"stocks": "stocks", "etfs": "ETFs"}
# The inputs of each part: of the first two their own parts, which run from 0 to 100 themselves.
_INPUTS: Final[dict[str, list[tuple[str, str, str]]]] = {
    "technical": [(part.name, part.label, "index") for part in scoring.PARTS],
    "fundamental": [(part.name, part.label, "index") for part in fundamental.PARTS],
    "sentiment": [(item.name, item.label, item.unit) for part in sentiment.PARTS for item in part.inputs],
}


@dataclass(frozen=True, slots=True)
class PartView:
    """
    One part: its share of the whole by the table, and the share it has where others are missing.

    ``missing`` says why it has no score, where it has none.
    """

    name: str
    label: str
    weight: float
    weight_used: float
    score: float | None
    missing: str | None
    inputs: list[ScoreInput]


@dataclass(frozen=True, slots=True)
class PastScore:
    session: date
    score: float | None
    technical: float | None
    fundamental: float | None
    sentiment: float | None


@dataclass(frozen=True, slots=True)
class OverallView:
    """The score after ``session``, the last scored one by ``as_of``; ``None``: nothing was scored by then."""

    session: date | None
    score: float | None
    rank: int | None
    board: str | None
    board_size: int | None
    parts: list[PartView]
    missing: list[str]
    sentence: str
    history: list[PastScore]
    record: list[RecordView]
    method: str


def overall_of(*, instrument: Instrument, as_of: date) -> OverallView:
    """Return an instrument's overall score as of a day; nothing later is read."""
    session = last_scored_session(by=as_of)
    found = OverallScore.objects.filter(instrument=instrument, session=session).first() if session else None
    board = (found.board if found else None) or eligibility.BOARDS.get(instrument.kind)
    parts = _parts(instrument, session, found)
    return OverallView(
        session=session,
        score=found.score if found else None,
        rank=found.rank if found else None,
        board=found.board if found else None,
        board_size=found.board_size if found else None,
        parts=parts,
        missing=[part.name for part in parts if part.score is None],
        sentence=_sentence(session, found, parts),
        history=_history(instrument, session),
        record=record_of(board=board, as_of=as_of) if board else [],
        method=METHOD,
    )


def last_scored_session(*, by: date) -> date | None:
    """Return the last session up to a day that has overall scores."""
    return (
        OverallScore.objects.filter(session__lte=by)
        .order_by("-session")
        .values_list("session", flat=True)
        .first()
    )


def _parts(instrument: Instrument, session: date | None, found: OverallScore | None) -> list[PartView]:
    inputs = _inputs(found)
    parts = []
    for each in overall.WEIGHTS:
        score = getattr(found, each.name) if found else None
        used = found is not None and found.score is not None and score is not None
        parts.append(
            PartView(
                name=each.name,
                label=each.label,
                weight=each.weight,
                weight_used=each.weight / found.weight if found and used else 0.0,
                score=score,
                missing=None if score is not None else _MISSING[each.name](instrument, session),
                inputs=inputs[each.name],
            )
        )
    return parts


def _inputs(found: OverallScore | None) -> dict[str, list[ScoreInput]]:
    """Return the inputs of each part with their percentiles among those of the board. Four queries."""
    if found is None or found.board is None:
        return {
            table: [ScoreInput(name, label, unit, None, None) for name, label, unit in inputs]
            for table, inputs in _INPUTS.items()
        }
    ids, boards = on_boards(found.session)
    ids = ids[boards == found.board]
    own = int(np.searchsorted(ids, found.instrument_id))
    result: dict[str, list[ScoreInput]] = {}
    for table, inputs in _INPUTS.items():
        result[table] = []
        names = [name for name, _, _ in inputs]
        columns = columns_of(session=found.session, table=table, names=names, ids=ids)
        for name, label, unit in inputs:
            values = columns[name]
            place = scoring.percentile(values)[own]
            result[table].append(ScoreInput(name, label, unit, _known(values[own]), _known(place)))
    return result


def _no_technical(instrument: Instrument, session: date | None) -> str:
    row = Score.objects.filter(instrument=instrument, session=session).first() if session else None
    if row is None and session is not None:
        return f"It was not among what was ranked on {session}."
    return unranked_reason(row.unranked if row else None, kind=instrument.kind).text


def _no_fundamental(instrument: Instrument, session: date | None) -> str:
    if eligibility.BOARDS.get(instrument.kind) != "stocks":
        return "Only companies' stocks have one."
    row = FundamentalScore.objects.filter(instrument=instrument, session=session).first() if session else None
    if row is None:
        return "No figures of its filings are known as of that day."
    if row.age_days is None or row.age_days > fundamental.UNUSABLE_AFTER:
        return f"Its newest figures are older than {fundamental.UNUSABLE_AFTER} days."
    return (
        "Its filings tell too little for one of the parts (value, quality, growth, safety), or of fewer than "
        f"{eligibility.THRESHOLDS.fewest} companies enough is known."
    )


def _no_sentiment(instrument: Instrument, session: date | None) -> str:
    if session is None or not (rows := SentimentScore.objects.filter(session=session)).exists():
        return "No news yet."
    row = rows.filter(instrument=instrument).first()
    told = row.stories_30 if row else 0
    if row is None or told < sentiment.FEWEST_STORIES:
        stories = "story" if told == 1 else "stories"
        return f"{told or 'No'} {stories} in 30 days; {sentiment.FEWEST_STORIES} are needed."
    return (
        f"{told} stories in 30 days, but too few that could be read, or fewer than "
        f"{eligibility.THRESHOLDS.fewest} instruments to compare with."
    )


_MISSING: Final = {
    "technical": _no_technical,
    "fundamental": _no_fundamental,
    "sentiment": _no_sentiment,
}


def _history(instrument: Instrument, session: date | None) -> list[PastScore]:
    """Return the scores up to a session, oldest first."""
    if session is None:
        return []
    rows = (
        OverallScore.objects.filter(instrument=instrument, session__lte=session, board__isnull=False)
        .order_by("-session")
        .values_list("session", "score", "technical", "fundamental", "sentiment")[:HISTORY]
    )
    return [PastScore(*row) for row in rows][::-1]


def _sentence(session: date | None, found: OverallScore | None, parts: Sequence[PartView]) -> str:
    if session is None:
        return "Not scored yet."
    known = [part for part in parts if part.score is not None]
    lacking = [part for part in parts if part.score is None]
    if found is None or found.score is None:
        return _why_none(found, session, lacking)
    told = " and ".join(f"{part.label.lower()} {part.score:.0f} at {part.weight_used:.0%}" for part in known)
    words = (
        f"{found.score:.1f} of 100 after {found.session}, rank {found.rank:,} of {found.board_size:,} "
        f"{_NOUNS[str(found.board)]}: {told.replace('%', ' %')}."
    )
    if lacking:
        names = " and ".join(part.label.lower() for part in lacking)
        words += f" Without {names}, so the others weigh more."
    return words


def _why_none(found: OverallScore | None, session: date, lacking: Sequence[PartView]) -> str:
    if found is None or found.unranked is None:
        return f"No score after {session}: it was not among what was ranked."
    if found.unranked in overall.REASONS:
        names = " and ".join(part.label.lower() for part in lacking)
        return f"No score after {session}: {names} unknown. {overall.REASONS[found.unranked]}"
    return f"No score after {session}: {unranked_reason(found.unranked).text}"


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
