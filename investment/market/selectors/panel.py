"""
The whole market over many sessions, as matrices: what the analysis reads.

Three ways were measured for 300 sessions of 12,000 instruments (``benchmarks/daily_job.py``):
binary COPY needs about 4 s, for the driver hands over each row by itself; ``array_agg`` needs
0.9 s; one ``string_agg`` of each column's bytes, a session a query, over two connections, 0.75 s.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import connection, connections

from investment.lib import pgcopy
from investment.market.calculators.adjustment import Factors, adjustment_factors
from investment.market.models import Instrument, Origin
from investment.market.selectors.actions import load_actions, load_coverage
from investment.market.selectors.instruments import Ids
from investment.providers.contracts import Floats

COLUMNS = ("open", "high", "low", "close", "volume")
_READERS = 2  # connections; the database server works for each in a process of its own
_WORTH_SHARING = 20  # sessions: below, a second connection costs more than it saves


@dataclass(frozen=True, slots=True)
class Panel:
    """
    Raw bars as matrices [session, instrument]; NaN where an instrument has no bar.

    ``sessions`` and ``instrument_ids`` ascend. Every instrument has at least one bar, unless it was
    asked for by its id.
    """

    sessions: list[date]
    instrument_ids: Ids
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def load_panel(
    *,
    sessions: Sequence[date],
    instrument_ids: Iterable[int] | None = None,
    without_origins: Sequence[int] = (),
) -> Panel:
    """
    Read the raw bars of some sessions.

    :param sessions: ascending, without repetition.
    :param instrument_ids: only these instruments; None is all that have a bar in the sessions.
    :param without_origins: bars that came from these are left out, as if there were none.
    """
    left_out = list(without_origins)
    if instrument_ids is not None:
        ids = np.unique(np.fromiter(instrument_ids, dtype=np.int64))
        return _load(sessions, ids, left_out, only=True)[0]
    expected = _listed_since(sessions[0]) if sessions else np.empty(0, dtype=np.int64)
    panel, others = _load(sessions, expected, left_out, only=False)
    if others:
        # Bars after a delisting, or of no instrument at all: rare, but not to be lost.
        panel, _ = _load(sessions, np.union1d(expected, np.array(sorted(others))), left_out, only=False)
    return _without_empty(panel)


def fetched_origins(*, providers: Collection[str]) -> list[int]:
    """Return the origins of what was fetched from some providers; imported files are not among them."""
    if not providers:
        return []
    found = Origin.objects.filter(provider__in=list(providers), channel=Origin.Channel.FETCHED)
    return list(found.values_list("pk", flat=True))


def load_factors(*, panel: Panel, as_of: date | None = None) -> Factors:
    """
    Return the adjustment factors of a panel, as known at ``as_of`` and on its basis.

    :param as_of: default: the panel's last session.

    What lies before the date from which an instrument's actions are known is NaN, with the reason.
    """
    if not panel.sessions or not len(panel.instrument_ids):
        return Factors(np.ones_like(panel.close), np.ones_like(panel.close))
    days = np.array(panel.sessions, dtype="datetime64[D]")
    as_of = max(as_of or panel.sessions[-1], panel.sessions[-1])
    actions = load_actions(instrument_ids=panel.instrument_ids, start=panel.sessions[0], end=as_of)
    factors = adjustment_factors(
        sessions=days, closes=panel.close, actions=actions, as_of=np.datetime64(as_of)
    )
    coverage = load_coverage(instrument_ids=panel.instrument_ids)
    unknown = np.isnat(coverage.since)
    # A price of the day before is good too: only actions after it change it.
    good_from = coverage.since - np.timedelta64(1, "D")
    for place in np.flatnonzero(unknown | (good_from > days[0])).tolist():
        end = len(days) if unknown[place] else int(np.searchsorted(days, good_from[place]))
        factors.splits[:end, place] = np.nan
        factors.full[:end, place] = np.nan
        factors.reasons[place] = coverage.reasons.get(
            place, f"Splits and dividends are known from {coverage.since[place]} on only."
        )
    return factors


def _share(read: Callable[[Sequence[int]], None], rows: range) -> None:
    """
    Let two connections read at once, where that helps and can be.

    Inside a transaction it cannot: another connection would not see what this one has written.
    """
    if connection.in_atomic_block or len(rows) < _WORTH_SHARING:
        read(rows)
        return

    def read_apart(part: Sequence[int]) -> None:
        try:
            read(part)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=_READERS - 1) as pool:
        others = [pool.submit(read_apart, rows[start::_READERS]) for start in range(1, _READERS)]
        read(rows[0::_READERS])
        for other in others:
            other.result()


def _load(sessions: Sequence[date], ids: Ids, left_out: list[int], *, only: bool) -> tuple[Panel, set[int]]:
    """Return the bars of some instruments, and the ids that were met beside them."""
    matrices = {name: np.full((len(sessions), len(ids)), np.nan) for name in COLUMNS}
    # A table instead of a search: ids are dense, and there are millions of rows.
    column_of = np.full(int(ids[-1]) + 1 if len(ids) else 0, -1, dtype=np.int64)
    column_of[ids] = np.arange(len(ids))
    others: set[int] = set()

    def read(rows: Sequence[int]) -> None:
        for row in rows:
            met, values = _read_session(sessions[row], ids if only else None, left_out)
            inside = met < len(column_of)
            columns = np.where(inside, column_of[np.where(inside, met, 0)], -1) if len(ids) else met * 0 - 1
            if (columns < 0).any():
                others.update(met[columns < 0].tolist())
                values = {name: value[columns >= 0] for name, value in values.items()}
                columns = columns[columns >= 0]
            for name, value in values.items():
                matrices[name][row, columns] = value

    _share(read, range(len(sessions)))
    return Panel(sessions=list(sessions), instrument_ids=ids, **matrices), others


def _read_session(session: date, only: Ids | None, left_out: list[int]) -> tuple[Ids, dict[str, Floats]]:
    """Return the instruments with a bar in a session, and their columns in the same order."""
    wanted, asked = "", list[object]([session])
    if only is not None:
        wanted, asked = f"{wanted} AND instrument_id = ANY(%s)", [*asked, only.tolist()]
    if left_out:
        wanted, asked = f"{wanted} AND origin_id <> ALL(%s)", [*asked, left_out]
    columns = ", ".join(f"string_agg(float8send({name}), '')" for name in COLUMNS)
    answer = pgcopy.fetch_row(
        f"SELECT string_agg(int8send(instrument_id), ''), {columns}"  # noqa: S608 - only our own words
        f" FROM market_dailybar WHERE session = %s{wanted}",
        asked,
    )
    if answer is None or answer[0] is None:
        return np.empty(0, dtype=np.int64), {}
    ids = np.frombuffer(answer[0], dtype=">i8").astype(np.int64)
    values = {name: np.frombuffer(text, dtype=">f8") for name, text in zip(COLUMNS, answer[1:], strict=True)}
    return ids, values


def _listed_since(session: date) -> Ids:
    """Return the ascending ids of the instruments that were not delisted before a session."""
    found = Instrument.objects.exclude(delisted_on__lt=session).order_by("pk")
    return np.array(found.values_list("pk", flat=True), dtype=np.int64)


def _without_empty(panel: Panel) -> Panel:
    """Leave out the instruments without any bar."""
    seen = ~np.isnan(panel.close).all(axis=0)
    if seen.all():
        return panel
    return Panel(
        sessions=panel.sessions,
        instrument_ids=panel.instrument_ids[seen],
        **{name: getattr(panel, name)[:, seen] for name in COLUMNS},
    )
