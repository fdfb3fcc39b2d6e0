"""The fundamental score of all stocks at the close of one session, from what was known at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from investment.analysis.calculators import scoring
from investment.analysis.calculators.eligibility import BOARDS
from investment.analysis.calculators.fundamentals import score
from investment.analysis.calculators.fundamentals.health import altman, piotroski
from investment.analysis.calculators.fundamentals.ratios import ratios
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.models import FundamentalScore
from investment.analysis.services.known_inputs import MarketInputs, market_inputs
from investment.analysis.services.results import store_scores
from investment.market.selectors.panel import fetched_origins
from investment.providers.selectors.terms import withheld_from_scores

KINDS = tuple(kind for kind, board in BOARDS.items() if board == "stocks")


@dataclass(frozen=True, slots=True)
class Scored:
    """How many instruments told anything, how many have a score, and how many rows were written."""

    known: int
    scored: int
    written: int


def score_fundamentals(
    *,
    session: date,
    now: datetime,
    guard: Callable[[], None] | None = None,
    pause: Callable[[], None] | None = None,
) -> Scored:
    """
    Compute and store the fundamental scores of a session. Repeatable; writes only what differs.

    Filings of the session's own day are left to the next: most are made after the close, so who trades at
    this close could not know them.

    :param guard: called last in the transaction; what it raises undoes the writing.
    :param pause: called between pieces of work; what it raises loses nothing of those before.
    """
    found = market_inputs(
        session=session,
        kinds=KINDS,
        without_origins=fetched_origins(providers=withheld_from_scores()),
        pause=pause,
    )
    count = len(found.instrument_ids)
    if not count and not FundamentalScore.objects.filter(session=session).exists():
        return Scored(0, 0, 0)
    rows = _score(found)
    written = store_scores(
        model=FundamentalScore,
        session=session,
        now=now,
        columns={"instrument_id": found.instrument_ids, **rows},
        guard=guard,
    )
    return Scored(count, int(np.isfinite(rows["score"]).sum()), written)


def _score(found: MarketInputs) -> dict[str, Vector]:
    known = ratios(found.columns)
    points, risk = piotroski(found.columns), altman(found.columns, sic=found.sic)
    compared = score.comparable(
        known,
        piotroski=points.score,
        piotroski_known=points.known,
        age_days=found.age_days,
        sic=found.sic,
    )
    complete = scoring.complete(compared, parts=score.PARTS)
    scored = scoring.score(
        {name: values[complete] for name, values in compared.items()},
        symbols=found.symbols[complete],
        parts=score.PARTS,
    )
    rows = {"score": scored.score, **scored.parts}
    return {
        **{name: _spread(values, complete) for name, values in rows.items()},
        "piotroski": points.score,
        "piotroski_known": points.known.astype(np.float64),
        "altman": risk.score,
        "age_days": found.age_days,
        **_stored(known),
    }


def _stored(found: Mapping[str, Vector]) -> dict[str, Vector]:
    names = {field.name for field in FundamentalScore._meta.concrete_fields}
    return {
        name: np.where(np.isfinite(values), values, np.nan) for name, values in found.items() if name in names
    }


def _spread(values: Vector, places: np.typing.NDArray[np.bool_]) -> Vector:
    whole = np.full(len(places), np.nan)
    whole[places] = values
    return whole
