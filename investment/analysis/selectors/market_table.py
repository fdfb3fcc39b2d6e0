"""The table of all instruments: figures, score, source and a small chart of each."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from investment.analysis.calculators.eligibility import BOARDS
from investment.analysis.selectors.analysis import latest_analysed_session
from investment.analysis.selectors.reasons import Reason, unranked_reason
from investment.market.selectors.latest import Source, latest_bars, latest_session_with_bars
from investment.market.selectors.sessions import sessions_before
from investment.providers.selectors.terms import withheld_from_scores

SPARK = 42  # sessions

_INSTRUMENT = ("symbol", "name", "kind", "exchange", "currency")
_FIGURES = (
    "close", "volume", "return_1", "return_5", "return_21", "return_63", "return_126", "return_252", "rsi_14",
    "volatility_252", "distance_from_high_252", "beta_252", "mean_dollar_volume_20",
)  # fmt: skip
_SCORE = ("score", "rank", "board", "unranked")
# Where each column comes from. Only these names ever reach the text of a query.
_COLUMNS: Final = {
    **{name: f"instrument.{name}" for name in _INSTRUMENT},
    **{name: f"figures.{name}" for name in _FIGURES},
    **{name: f"score.{name}" for name in _SCORE},
}
# Where no session is analysed there are prices all the same.
_PRICES: Final = {
    **_COLUMNS,
    **{name: "NULL::double precision" for name in _FIGURES if name not in ("close", "volume")},
}
# Sorted by without being a column: what was traded in the session, before there is a mean of it.
_UNSHOWN: Final = {"dollar_volume": "figures.close * figures.volume"}
SORTS: Final = (*(name for name in _COLUMNS if name not in ("currency", "board", "unranked")), *_UNSHOWN)

_FROM = """
    FROM market_instrument instrument
    LEFT JOIN {table} figures
           ON figures.session = %(session)s AND figures.instrument_id = instrument.id
    LEFT JOIN analysis_score score
           ON score.session = %(session)s AND score.instrument_id = instrument.id
"""


@dataclass(frozen=True, slots=True)
class StockRow:
    """
    One instrument with its figures of the table's session; ``None`` is unknown.

    Of a ``stale`` one, without a bar in that session, ``session``, ``close``, ``volume`` and ``source`` are
    those of its last bar, and all figures are unknown. ``spark`` has the closes of the last 42 sessions,
    adjusted for splits.
    """

    symbol: str
    name: str
    kind: str
    exchange: str | None
    currency: str | None
    session: date | None
    close: float | None
    volume: float | None
    return_1: float | None
    return_5: float | None
    return_21: float | None
    return_63: float | None
    return_126: float | None
    return_252: float | None
    rsi_14: float | None
    volatility_252: float | None
    distance_from_high_252: float | None
    beta_252: float | None
    mean_dollar_volume_20: float | None
    score: float | None
    rank: int | None
    board: str | None
    unranked: Reason | None
    source: Source | None
    spark: list[float | None] | None
    stale: bool

    @property
    def dollar_volume(self) -> float | None:
        """What changed hands in the table's session, at its close."""
        return None if self.stale or self.close is None or self.volume is None else self.close * self.volume


@dataclass(frozen=True, slots=True)
class MarketPage:
    """
    A page of the table: ``count`` is how many fit the filters, ``session`` the latest analysed one.

    Where none is analysed it is the latest with prices.
    """

    count: int
    session: date | None
    results: list[StockRow]


def market_table(
    *,
    search: str = "",
    sort: str = "-score",
    kind: str | None = None,
    exchange: str | None = None,
    board: str | None = None,
    ranked: bool | None = None,
    min_price: float | None = None,
    max_price: float | None = None,
    min_score: float | None = None,
    limit: int = 100,
    offset: int = 0,
) -> MarketPage:
    """
    Return a page of all listed instruments after the latest analysed session. Ten queries at most.

    Instruments no longer listed are found only by searching, or if they traded in that session. Unknown
    values come last, whichever way the table is sorted; equal ones by symbol.

    :param search: in the symbol or the name, whatever the case.
    :param sort: one of :data:`SORTS`, with a minus before it for descending.
    :param board: all instruments of the classes that are ranked there, ranked or not.
    :param min_price: raw close of that session, as ``max_price``; leaves out what did not trade.
    :raises ValueError: for a ``sort`` that is none.
    """
    descending, column = sort.startswith("-"), sort.removeprefix("-")
    if column not in SORTS:
        raise ValueError(f"cannot sort by {column!r}; one of {', '.join(SORTS)}")
    session, columns, source = latest_analysed_session(), _COLUMNS, _FROM.format(table="analysis_figures")
    if session is None:
        session, columns, source = latest_session_with_bars(), _PRICES, _FROM.format(table="market_dailybar")
    conditions = ["TRUE" if search else "(instrument.active OR figures.instrument_id IS NOT NULL)"]
    given: dict[str, Any] = {"session": session, "limit": limit, "offset": offset}

    def where(condition: str, **values: Any) -> None:
        conditions.append(condition)
        given.update(values)

    if search:
        pattern = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        where("(instrument.symbol ILIKE %(part)s OR instrument.name ILIKE %(part)s)", part=f"%{pattern}%")
    if kind is not None:
        where("instrument.kind = %(kind)s", kind=kind)
    if exchange is not None:
        where("instrument.exchange = %(exchange)s", exchange=exchange)
    if board is not None:
        kinds = [each for each, its_board in BOARDS.items() if its_board == board]
        where("instrument.kind = ANY(%(kinds)s)", kinds=kinds)
    if ranked is not None:
        where(f"score.rank IS {'NOT ' if ranked else ''}NULL")
    if min_price is not None:
        where("figures.close >= %(min_price)s", min_price=min_price)
    if max_price is not None:
        where("figures.close <= %(max_price)s", max_price=max_price)
    if min_score is not None:
        where("score.score >= %(min_score)s", min_score=min_score)

    order = f"{(columns | _UNSHOWN)[column]} {'DESC' if descending else 'ASC'} NULLS LAST"
    chosen = f"{source} WHERE {' AND '.join(conditions)}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {chosen}", given)
        (count,) = cursor.fetchone() or (0,)
        cursor.execute(
            f"SELECT instrument.id, figures.instrument_id IS NULL, {', '.join(columns.values())} {chosen} "
            f"ORDER BY {order}, instrument.symbol, instrument.id LIMIT %(limit)s OFFSET %(offset)s",
            given,
        )
        rows = cursor.fetchall()
    return MarketPage(count=count, session=session, results=_complete(rows, session))


def _complete(rows: list[tuple[Any, ...]], session: date | None) -> list[StockRow]:
    """Add to the rows of a page where their prices come from, and their small charts."""
    ids = [row[0] for row in rows]
    last = latest_bars(instrument_ids=[row[0] for row in rows if row[1]])
    sources = _sources([row[0] for row in rows if not row[1]], session)
    sparks = _sparks(ids, session)
    results: list[StockRow] = []
    withheld = withheld_from_scores() if any(row[-4] is None and row[-1] is None for row in rows) else {}
    for pk, stale, *cells in rows:
        values: dict[str, Any] = dict(zip(_COLUMNS, cells, strict=True))
        bar = last.get(pk)
        if stale and bar is not None:
            values |= {"close": bar.close, "volume": bar.volume}
        code, source = values.pop("unranked"), (bar.source if bar else None) if stale else sources.get(pk)
        why = None
        if values["score"] is None:
            own = withheld.get(source.provider) if source else None
            why = unranked_reason(code, kind=values["kind"], withheld=own)
        results.append(
            StockRow(
                **values,
                session=(bar.session if bar else None) if stale else session,
                unranked=why,
                source=source,
                spark=sparks.get(pk),
                stale=stale,
            )
        )
    return results


def _sources(ids: list[int], session: date | None) -> dict[int, Source]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT bar.instrument_id, origin.provider, origin.channel, origin.basis, origin.fetched_at
            FROM market_dailybar bar JOIN market_origin origin ON origin.id = bar.origin_id
            WHERE bar.session = %s AND bar.instrument_id = ANY(%s)
            """,
            [session, ids],
        )
        return {row[0]: Source(*row[1:]) for row in cursor.fetchall()}


def _sparks(ids: list[int], session: date | None) -> dict[int, list[float | None]]:
    """
    Return the split-adjusted closes of the last sessions, ``None`` where there was no bar.

    An instrument whose splits are not all known has no chart: a fall of one half may be a split.
    """
    if session is None or not ids:
        return {}
    sessions = sessions_before(session, SPARK)
    places = {(day - session).days: place for place, day in enumerate(sessions)}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT bar.instrument_id, array_agg(bar.session - %s::date), array_agg(bar.close)
            FROM market_dailybar bar JOIN market_instrument instrument ON instrument.id = bar.instrument_id
            WHERE bar.session = ANY(%s) AND bar.instrument_id = ANY(%s)
              AND instrument.actions_withheld = '' AND instrument.actions_from <= %s
            GROUP BY bar.instrument_id
            """,
            [session, sessions, ids, sessions[0]],
        )
        sparks: dict[int, list[float | None]] = {}
        for pk, days, closes in cursor.fetchall():
            spark: list[float | None] = [None] * len(sessions)
            for day, close in zip(days, closes, strict=True):
                spark[places[day]] = close
            sparks[pk] = spark
        cursor.execute(
            """
            SELECT instrument_id, ex_date, ratio FROM market_corporateaction
            WHERE kind = 'split' AND withdrawn_at IS NULL AND ex_date > %s AND ex_date <= %s
              AND instrument_id = ANY(%s)
            """,
            [sessions[0], session, ids],
        )
        for pk, ex_date, ratio in cursor.fetchall():
            if pk in sparks:
                sparks[pk] = [
                    close / ratio if close is not None and day < ex_date else close
                    for day, close in zip(sessions, sparks[pk], strict=True)
                ]
    return sparks
