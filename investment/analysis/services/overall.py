"""The overall score of one session: what its parts come to, and the ranks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from investment.analysis.calculators import overall
from investment.analysis.calculators.eligibility import BOARDS, THRESHOLDS, Texts
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.models import OverallScore, Score
from investment.analysis.selectors.session_scores import columns_of
from investment.analysis.services.results import store_scores
from investment.market.models import Instrument


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
    rows = list(
        Score.objects.filter(session=session)
        .order_by("instrument_id")
        .values_list("instrument_id", "unranked")
    )
    if not rows:
        return Combined(0, 0, 0)
    about = {
        pk: (symbol, kind) for pk, symbol, kind in Instrument.objects.values_list("pk", "symbol", "kind")
    }
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    # A row whose instrument is gone is an orphan: nothing is known of its class.
    known = [about.get(pk, ("", "")) for pk, _ in rows]
    symbols, kinds = (_texts([each[place] for each in known]) for place in range(2))
    codes = _texts([row[1] for row in rows])
    parts = {
        each.name: columns_of(session=session, table=each.name, names=["score"], ids=ids)["score"]
        for each in overall.WEIGHTS
    }
    columns = _rank(symbols=symbols, kinds=kinds, codes=codes, parts=parts)
    count = len(rows)
    written = store_scores(
        model=OverallScore,
        session=session,
        now=now,
        columns={"instrument_id": ids, **columns, **parts},
        guard=guard,
    )
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
