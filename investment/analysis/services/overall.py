"""The overall score of one session: what its parts come to, and the ranks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection, transaction

from investment.analysis.calculators import overall
from investment.analysis.calculators.eligibility import BOARDS, THRESHOLDS, Texts
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.models import OverallScore
from investment.analysis.services.results import replace_results

_READ = """
SELECT technical.instrument_id, instrument.symbol, instrument.kind, technical.unranked, technical.score,
       fundamental.score, sentiment.score
  FROM analysis_score technical
  JOIN market_instrument instrument ON instrument.id = technical.instrument_id
  LEFT JOIN analysis_fundamentalscore fundamental
    ON fundamental.session = technical.session AND fundamental.instrument_id = technical.instrument_id
  LEFT JOIN analysis_sentimentscore sentiment
    ON sentiment.session = technical.session AND sentiment.instrument_id = technical.instrument_id
 WHERE technical.session = %s
 ORDER BY technical.instrument_id
"""


@dataclass(frozen=True, slots=True)
class Combined:
    """How many instruments were looked at, how many have an overall score, and how many rows were written."""

    known: int
    scored: int
    written: int


def score_overall(*, session: date, now: datetime, guard: Callable[[], None] | None = None) -> Combined:
    """
    Combine the scores of a session, which must be there already. Repeatable; writes only what differs.

    A row for every one that the technical ranking has, ranked or not: what keeps an instrument off its
    boards keeps it off these, too. Where that ranking is missing nothing is written.

    :param guard: called last in the transaction; what it raises undoes the writing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ, [session])
        rows = cursor.fetchall()
    if not rows:
        return Combined(0, 0, 0)
    ids, symbols, kinds, codes = (_texts([row[place] for row in rows]) for place in range(4))
    parts = {
        each.name: np.array([row[4 + place] for row in rows], dtype=np.float64)
        for place, each in enumerate(overall.WEIGHTS)
    }
    columns = _rank(symbols=symbols, kinds=kinds, codes=codes, parts=parts)
    count = len(rows)
    results = {
        "session": np.full(count, np.datetime64(session, "D")),
        "instrument_id": ids.astype(np.int64),
        "scored_at": np.full(count, np.datetime64(now.replace(tzinfo=None), "us")),
        **columns,
        **parts,
    }
    with transaction.atomic():
        written = replace_results(
            table=OverallScore._meta.db_table,
            session=session,
            columns=results,
            written_at="scored_at",
            instrument_ids=None,
        )
        if guard is not None:
            guard()
    return Combined(count, int(np.isfinite(columns["score"].astype(np.float64)).sum()), written)


def _rank(
    *, symbols: Texts, kinds: Texts, codes: Texts, parts: dict[str, Vector]
) -> dict[str, np.typing.NDArray[np.generic]]:
    total, weight = overall.combine(parts)
    count = len(symbols)
    boards, unranked = np.full(count, None, dtype=object), codes.copy()
    ranks, sizes = np.full(count, None, dtype=object), np.full(count, None, dtype=object)
    score = np.full(count, np.nan)
    compared = np.array(
        [code is None or code in overall.LACKING for code in codes], dtype=np.bool_
    ) & np.array([kind in BOARDS for kind in kinds], dtype=np.bool_)
    on = np.array([BOARDS.get(kind) for kind in kinds] + [None], dtype=object)[:-1]
    boards[compared] = on[compared]
    unranked[compared] = "too_little_known"
    for board in sorted(set(BOARDS.values())):
        places = np.nonzero(np.equal(boards, board).astype(np.bool_) & np.isfinite(total))[0]
        sizes[places] = len(places)
        if len(places) < THRESHOLDS.fewest:
            unranked[places] = "too_few"
            continue
        unranked[places] = None
        score[places] = total[places]
        ranks[places] = overall.ranks(total[places], symbols=symbols[places])
    return {
        "board": boards, "unranked": unranked, "score": score, "rank": ranks, "board_size": sizes,
        "weight": weight,
    }  # fmt: skip


def _texts(values: list[object]) -> Texts:
    return np.array([*values, None], dtype=object)[:-1]
