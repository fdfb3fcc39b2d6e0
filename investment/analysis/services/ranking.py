"""The ranking of one session: who is compared, and how each one scores."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Q

from investment.analysis.calculators import scoring
from investment.analysis.calculators.eligibility import BOARDS, THRESHOLDS, Texts, ineligible, unset
from investment.analysis.calculators.own_bars import Vector
from investment.analysis.models import Figures, Score
from investment.analysis.services.results import lock_results
from investment.lib.errors import DomainError
from investment.market.models import Instrument

_READ = dict.fromkeys((*scoring.READS, "median_dollar_volume_63", "sessions_traded_63"))
_PARTS = tuple(part.name for part in scoring.PARTS)
_COLUMNS = (
    "session", "instrument_id", "board", "unranked", "score", "rank", "board_size", *_PARTS, "ranked_at",
)  # fmt: skip


class NotAnalysed(DomainError):
    """The session has no figures to rank by."""

    code = "not_analysed"


@dataclass(frozen=True, slots=True)
class Ranked:
    """How many instruments of a session have a rank on each board, how many have none, and why."""

    stocks: int
    etfs: int
    unranked: int
    reasons: dict[str, int]


def rank_session(*, session: date, now: datetime, guard: Callable[[], None] | None = None) -> Ranked:
    """
    Score and rank the instruments of ``session``, and say of every other one why it is not ranked.

    A score row is written for every instrument that traded, and for every listed one that did not. Safe to
    repeat: the session's rows are replaced in one transaction. Do not call it for a session that is not
    complete: a rank among half the market is wrong.

    :param guard: called last in the transaction; what it raises undoes the writing.
    :raises NotAnalysed: if the session has no figures.
    """
    about, figures = _read(session)
    if not np.isfinite(figures["close"]).any():
        raise NotAnalysed(f"{session} has no figures: analyse it first", session=session.isoformat())
    rows = _rank(about, figures)
    rows["session"] = np.full(len(about["id"]), session, dtype=object)
    rows["ranked_at"] = np.full(len(about["id"]), now, dtype=object)
    with transaction.atomic():
        _store(session, rows)
        if guard is not None:
            guard()
    codes, counts = np.unique([code for code in rows["unranked"] if code is not None], return_counts=True)
    ranked = [board for board, code in zip(rows["board"], rows["unranked"], strict=True) if code is None]
    return Ranked(
        stocks=ranked.count("stocks"),
        etfs=ranked.count("etfs"),
        unranked=int(counts.sum()),
        reasons=dict(zip((str(code) for code in codes), counts.tolist(), strict=True)),
    )


def _read(session: date) -> tuple[dict[str, Texts], dict[str, Vector]]:
    """Return who is to be judged and their figures; those that did not trade have none."""
    read = Figures.objects.filter(session=session).values_list("instrument_id", *_READ)
    values = {row[0]: row[1:] for row in read}
    instruments = list(
        Instrument.objects.filter(Q(active=True) | Q(pk__in=list(values)))
        .order_by("pk")
        .values_list("pk", "symbol", "kind", "currency", "actions_from", "actions_withheld")
    )
    unknown = (None,) * len(_READ)
    table = np.array([values.get(row[0], unknown) for row in instruments], dtype=np.float64)
    table = table.reshape(len(instruments), len(_READ))
    names = ("id", "symbol", "kind", "currency", "actions_from", "actions_withheld")
    about = {
        name: np.array([row[place] for row in instruments] + [None], dtype=object)[:-1]
        for place, name in enumerate(names)
    }
    return about, {name: table[:, place] for place, name in enumerate(_READ)}


def _rank(about: dict[str, Texts], figures: dict[str, Vector]) -> dict[str, Texts]:
    """Return the columns of scores, without session and time."""
    count = len(about["id"])
    reasons = ineligible(
        kinds=about["kind"],
        currencies=about["currency"],
        price=figures["close"],
        median_dollar_volume=figures["median_dollar_volume_63"],
        sessions_traded=figures["sessions_traded_63"],
    )
    lacking = unset(reasons) & ~scoring.complete(figures)
    withheld = np.array([bool(text) for text in about["actions_withheld"]], dtype=bool)
    reasons[lacking] = "too_little_history"
    reasons[lacking & (withheld | unset(about["actions_from"]))] = "actions_unknown"

    rows: dict[str, Texts] = {name: np.full(count, None, dtype=object) for name in _COLUMNS}
    rows["instrument_id"] = about["id"]
    rows["unranked"] = reasons
    boards = np.array([BOARDS.get(kind) for kind in about["kind"]] + [None], dtype=object)[:-1]
    for board in sorted(set(BOARDS.values())):
        places = np.nonzero(np.equal(boards, board).astype(bool) & unset(reasons))[0]
        rows["board"][places] = board
        if len(places) < THRESHOLDS.fewest:
            reasons[places] = "too_few"
            rows["board_size"][places] = len(places)
            continue
        scored = scoring.score(
            {name: values[places] for name, values in figures.items()}, symbols=about["symbol"][places]
        )
        rows["score"][places] = scored.score
        rows["rank"][places] = scored.ranks
        rows["board_size"][places] = scored.board_size
        for name, values in scored.parts.items():
            rows[name][places] = values
    return rows


def _store(session: date, rows: dict[str, Texts]) -> None:
    """Replace the scores of the session, in the caller's transaction."""
    table = Score._meta.db_table
    lock_results(table=table, session=session)
    Score.objects.filter(session=session)._raw_delete(using="default")
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy,
    ):
        for row in _rows(rows):
            copy.write_row(row)


def _rows(rows: dict[str, Texts]) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[name].tolist() for name in _COLUMNS), strict=True)
