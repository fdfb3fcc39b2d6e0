"""
Taking back what a source has told: its bars go, and what another source has told comes forward.

What was not chosen, or was replaced, is among the revisions: the best of them becomes the chosen bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from investment.market.models import ESTIMATES, Company, CorporateAction, FxRate, Publication
from investment.market.services.precedence import as_sql

_VALUES = "open, high, low, close, volume, vwap, trades, origin_id"
_RANK = as_sql(channel="source.channel", basis="source.basis")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """
    What was taken back. Of the ``bars`` that were chosen ``promoted`` have another source's value now.

    ``revisions`` are rows that were not chosen any more. ``gaps`` counts, by session, the bars that nobody
    else has.
    """

    bars: int = 0
    promoted: int = 0
    revisions: int = 0
    gaps: dict[date, int] = field(default_factory=dict)


def withdraw_bars(*, origin_ids: Sequence[int], first: date = date.min, last: date = date.max) -> Withdrawn:
    """
    Delete the bars and revisions of some origins in a range of sessions, both ends included.

    Where other origins have the same bar, the one of the best source is chosen again, of equal ones the
    latest. Call it in a transaction that has locked the years (:func:`bar_table.lock_years`).
    """
    asked: dict[str, date | list[int]] = {"origins": list(origin_ids), "first": first, "last": last}
    within = "origin_id = ANY(%(origins)s) AND session BETWEEN %(first)s AND %(last)s"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS withdrawn_bar"
            " (session date NOT NULL, instrument_id bigint NOT NULL) ON COMMIT DELETE ROWS"
        )
        cursor.execute("TRUNCATE withdrawn_bar")
        cursor.execute(f"DELETE FROM market_barrevision WHERE {within}", asked)  # noqa: S608 - our own words
        revisions = cursor.rowcount
        cursor.execute(
            f"WITH gone AS (DELETE FROM market_dailybar WHERE {within} RETURNING session, instrument_id)"  # noqa: S608
            " INSERT INTO withdrawn_bar SELECT session, instrument_id FROM gone",
            asked,
        )
        bars = cursor.rowcount
        cursor.execute("ANALYZE withdrawn_bar")
        cursor.execute(_PROMOTE)
        promoted = cursor.rowcount
        cursor.execute(_GAPS, asked)
        gaps = dict(cursor.fetchall())
    return Withdrawn(bars=bars, promoted=promoted, revisions=revisions, gaps=gaps)


_PROMOTE = f"""
WITH best AS (
    SELECT DISTINCT ON (kept.session, kept.instrument_id) kept.*
    FROM market_barrevision kept
    JOIN withdrawn_bar USING (session, instrument_id)
    LEFT JOIN market_origin source ON source.id = kept.origin_id
    ORDER BY kept.session, kept.instrument_id, {_RANK} DESC, source.fetched_at DESC, kept.id DESC
), moved AS (
    DELETE FROM market_barrevision WHERE id IN (SELECT id FROM best)
)
INSERT INTO market_dailybar (session, instrument_id, {_VALUES})
SELECT session, instrument_id, {_VALUES} FROM best
"""  # noqa: S608 - only our own words

_GAPS = """
SELECT gone.session, count(*) FROM withdrawn_bar gone
WHERE NOT EXISTS (
    SELECT FROM market_dailybar bar
    WHERE bar.session = gone.session AND bar.instrument_id = gone.instrument_id
      AND bar.session BETWEEN %(first)s AND %(last)s
)
GROUP BY gone.session
"""


def withdraw_actions(*, provider: str) -> tuple[int, int]:
    """
    Delete a provider's splits and dividends; return how many, and how many of others are valid again.

    Those of another source that this provider's had replaced had been withdrawn in the same moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE market_corporateaction other SET withdrawn_at = NULL
            WHERE other.id IN (
                SELECT DISTINCT ON (older.instrument_id, older.kind, older.ex_date, older.ratio, older.amount)
                       older.id
                FROM market_corporateaction older
                JOIN market_corporateaction told
                  ON told.instrument_id = older.instrument_id AND told.kind = older.kind
                 AND told.ex_date = older.ex_date AND told.known_at = older.withdrawn_at
                WHERE told.provider = %s AND told.withdrawn_at IS NULL AND older.provider <> %s
                ORDER BY older.instrument_id, older.kind, older.ex_date, older.ratio, older.amount,
                         older.known_at DESC
            ) AND NOT EXISTS (
                SELECT FROM market_corporateaction same
                WHERE same.instrument_id = other.instrument_id AND same.kind = other.kind
                  AND same.ex_date = other.ex_date AND same.ratio IS NOT DISTINCT FROM other.ratio
                  AND same.amount IS NOT DISTINCT FROM other.amount AND same.withdrawn_at IS NULL
            )
            """,
            [provider, provider],
        )
        promoted = cursor.rowcount
    deleted, _ = CorporateAction.objects.filter(provider=provider).delete()
    return deleted, promoted


def withdraw_reference(*, provider: str) -> int:
    """
    Delete the rates, the companies, their filings and the figures of those that a provider told.

    Returns how many rows that were.
    """
    Publication.objects.filter(source=provider).delete()
    rates, _ = FxRate.objects.filter(source=provider).delete()
    figures = withdraw_facts(provider=provider)
    companies, _ = Company.objects.filter(source=provider).delete()
    return rates + figures + companies


def withdraw_facts(*, provider: str) -> int:
    """Delete the figures of filings that a provider told; return how many rows that were."""
    deleted = 0
    with connection.cursor() as cursor:
        for statement in _WITHDRAW_FACTS:
            cursor.execute(statement, [provider, provider])
            deleted += cursor.rowcount
    return deleted


def withdraw_estimates(*, provider: str) -> int:
    """Delete what a provider told of earnings, recommendations and figures; return how many rows."""
    return sum(model._default_manager.filter(source=provider).delete()[0] for model in ESTIMATES)


# Of companies that go as well, too: no foreign key takes their figures along.
_OWN = """
    SELECT company.id FROM market_company company
    LEFT JOIN market_factimport told ON told.company_id = company.id
    WHERE company.source = %s OR told.source = %s
"""
_REPORTS = f"SELECT id FROM market_factreport WHERE company_id IN ({_OWN})"  # noqa: S608 - our own words
_WITHDRAW_FACTS = (
    f"DELETE FROM market_fact WHERE report_id IN ({_REPORTS})",  # noqa: S608
    f"DELETE FROM market_factreport WHERE company_id IN ({_OWN})",  # noqa: S608
    f"DELETE FROM market_factimport WHERE company_id IN ({_OWN})",  # noqa: S608
)
