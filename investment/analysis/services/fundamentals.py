"""The fundamental score of all stocks at the close of one session, from what was known at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db import transaction

from investment.analysis.calculators import scoring
from investment.analysis.calculators.eligibility import BOARDS
from investment.analysis.calculators.fundamentals import score
from investment.analysis.calculators.fundamentals.health import altman, piotroski
from investment.analysis.calculators.fundamentals.ratios import ratios
from investment.analysis.calculators.fundamentals.snapshot import columns
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.models import FundamentalScore
from investment.analysis.selectors.fundamentals import Known, known_of
from investment.analysis.services.results import Columns, replace_results

KINDS = tuple(kind for kind, board in BOARDS.items() if board == "stocks")


@dataclass(frozen=True, slots=True)
class Scored:
    """How many instruments told anything, how many have a score, and how many rows were written."""

    known: int
    scored: int
    written: int


def score_fundamentals(*, session: date, now: datetime, guard: Callable[[], None] | None = None) -> Scored:
    """
    Compute and store the fundamental scores of a session. Repeatable; writes only what differs.

    Filings of the session's own day are left to the next: most are made after the close, so who trades at
    this close could not know them.

    :param guard: called last in the transaction; what it raises undoes the writing.
    """
    told = known_of(kinds=KINDS, as_of=session, filed_by=session - timedelta(days=1))
    known = sorted(told, key=lambda each: each.instrument)
    if not known:
        return Scored(0, 0, 0)
    rows = _score(known)
    count = len(known)
    results: Columns = {
        "session": np.full(count, np.datetime64(session, "D")),
        "instrument_id": np.array([each.instrument for each in known], dtype=np.int64),
        "scored_at": np.full(count, np.datetime64(now.replace(tzinfo=None), "us")),
        **rows,
    }
    with transaction.atomic():
        written = replace_results(
            table=FundamentalScore._meta.db_table,
            session=session,
            columns=results,
            written_at="scored_at",
            instrument_ids=None,
        )
        if guard is not None:
            guard()
    return Scored(count, int(np.isfinite(rows["score"]).sum()), written)


def _score(known: list[Known]) -> dict[str, Vector]:
    inputs = columns([each.snapshot for each in known])
    found = ratios(inputs)
    sic = np.array([each.sic for each in known], dtype=np.int64)
    points, risk = piotroski(inputs), altman(inputs, sic=sic)
    ages = np.array([_age(each) for each in known], dtype=np.float64)
    compared = score.comparable(
        found, piotroski=points.score, piotroski_known=points.known, age_days=ages, sic=sic
    )
    complete = scoring.complete(compared, parts=score.PARTS)
    symbols = np.array([each.symbol for each in known], dtype=object)
    scored = scoring.score(
        {name: values[complete] for name, values in compared.items()},
        symbols=symbols[complete],
        parts=score.PARTS,
    )
    rows = {"score": scored.score, **scored.parts}
    return {
        **{name: _spread(values, complete) for name, values in rows.items()},
        "piotroski": points.score,
        "piotroski_known": points.known.astype(np.float64),
        "altman": risk.score,
        "age_days": ages,
        **_stored(found),
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


def _age(each: Known) -> float:
    end = each.snapshot.period_end
    return np.nan if end is None else float((each.snapshot.as_of - end).days)
