"""What is written about instruments, as it could be read at an instant."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from investment.lib import pgcopy
from investment.news.calculators.flow import NOMINAL, REACH, Floats, Flows, Ints, flows_of
from investment.news.calculators.telling import LOCAL
from investment.providers.selectors.terms import withheld_from_scores

__all__ = ["Flows", "flows"]

# A label that counts was read from words that were public; if not, the one is taken that was: there is one,
# for our own reading is of the copy that made the tie.
_VALUE = """
CASE WHEN {row}.score IS NOT NULL THEN {row}.score
     WHEN {row}.label IN ('positive', 'somewhat_positive') THEN %(good)s::float8
     WHEN {row}.label IN ('negative', 'somewhat_negative') THEN %(bad)s::float8
     WHEN {row}.label = 'neutral' THEN %(neither)s::float8 END
"""
_READ_THEN = f"""
(SELECT {_VALUE.format(row="reading")} FROM news_reading reading
 WHERE reading.story_id = tie.story_id AND reading.instrument_id = tie.instrument_id
   AND reading.published_at <= %(as_of)s AND NOT reading.reader = ANY(%(withheld)s)
 ORDER BY reading.reader = %(local)s, reading.published_at, reading.reader LIMIT 1)
"""  # noqa: S608 - only our own words
# Not those that only providers have told whose words may not be made into scores.
_ALLOWED = """
(cardinality(%(withheld)s::text[]) = 0 OR EXISTS (
    SELECT FROM news_storycopy copy WHERE copy.story_id = tie.story_id
      AND copy.published_at <= %(as_of)s AND NOT copy.provider = ANY(%(withheld)s)))
"""
_TIES = f"""
SELECT string_agg(int8send(instrument_id), ''), string_agg(float8send(age), ''),
       string_agg(float8send(coalesce(value, 'NaN')), '')
FROM (
    SELECT instrument_id,
           extract(epoch FROM %(as_of)s::timestamptz - published_at)::float8 / 86400 AS age,
           CASE WHEN read_from <= %(as_of)s AND NOT reader = ANY(%(withheld)s)
                THEN {_VALUE.format(row="tie")} ELSE {_READ_THEN} END AS value
    FROM news_storytie tie
    WHERE published_at > %(since)s AND published_at <= %(as_of)s
      AND (%(ids)s::bigint[] IS NULL OR instrument_id = ANY(%(ids)s::bigint[])) AND {_ALLOWED}
    ORDER BY instrument_id, published_at, story_id
) AS told
"""  # noqa: S608 - only our own words
_FIRST = f"""
SELECT string_agg(int8send(asked.id), ''), string_agg(float8send(
           extract(epoch FROM %(as_of)s::timestamptz - earliest.published_at)::float8 / 86400), '')
FROM unnest(%(ids)s::bigint[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT published_at FROM news_storytie tie
    WHERE instrument_id = asked.id AND published_at <= %(as_of)s AND {_ALLOWED}
    ORDER BY published_at LIMIT 1
) AS earliest
"""  # noqa: S608 - only our own words


def flows(*, as_of: datetime, instrument_ids: Sequence[int] | None = None) -> Flows:
    """
    Return volume and sentiment of the news about instruments, from what was published at ``as_of`` or before.

    News of providers whose terms forbid scores at present are left out. Two queries, whatever the number.

    :param instrument_ids: whose, in this order, each once; None is all of which anything was written in the
        last 97 days, by their numbers.
    """
    asked: dict[str, Any] = {
        "as_of": as_of,
        "since": as_of - timedelta(days=REACH),
        "withheld": sorted(withheld_from_scores()),
        "ids": None if instrument_ids is None else list(instrument_ids),
        "local": LOCAL,
        "good": NOMINAL["positive"],
        "bad": NOMINAL["negative"],
        "neither": NOMINAL["neutral"],
    }
    ties = pgcopy.fetch_row(_TIES, asked)
    owners, ages, values = _ints(ties, 0), _floats(ties, 1), _floats(ties, 2)
    ids = np.unique(owners) if instrument_ids is None else np.array(instrument_ids, dtype=np.int64)
    first = pgcopy.fetch_row(_FIRST, asked | {"ids": ids.tolist()})
    order = np.argsort(ids, kind="stable")
    known_for = np.full(len(ids), np.nan)
    known_for[_places(ids, order, _ints(first, 0))] = _floats(first, 1)
    return flows_of(
        instrument_ids=ids, owners=_places(ids, order, owners), ages=ages, values=values, known_for=known_for
    )


def _places(ids: Ints, order: Ints, wanted: Ints) -> Ints:
    """Return where each of ``wanted`` stands in ``ids``, whose sorting is ``order``."""
    found: Ints = order[np.searchsorted(ids, wanted, sorter=order)]
    return found


def _ints(row: tuple[Any, ...] | None, column: int) -> Ints:
    told = b"" if row is None or row[column] is None else row[column]
    return np.frombuffer(told, dtype=">i8").astype(np.int64)


def _floats(row: tuple[Any, ...] | None, column: int) -> Floats:
    told = b"" if row is None or row[column] is None else row[column]
    return np.frombuffer(told, dtype=">f8").astype(np.float64)
