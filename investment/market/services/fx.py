"""Storing reference rates, and which version of a document they came from."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from investment.market.services.publications import remember
from investment.providers.contracts.fx import FxHistory


@dataclass(frozen=True, slots=True)
class StoredRates:
    """How many rates of a document were new, had another value before, and were known."""

    inserted: int
    corrected: int
    unchanged: int


def store_rates(*, document: FxHistory, name: str, source: str, now: datetime) -> StoredRates:
    """
    Store a document's rates, and remember its version under ``name``. Repeatable; the whole history at once.

    A rate that differs from the one that we have follows it: the old row stays, with the time at which it
    was superseded. What the document does not tell stays as it is.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # One writer at a time: two that correct the same rate would both follow the same row.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('market_fxrate'))")
        cursor.execute(
            "CREATE TEMPORARY TABLE told (day date, base text, quote text, rate numeric(30, 15),"
            " first_seen_at timestamptz, known boolean NOT NULL DEFAULT false)"
        )
        with cursor.copy("COPY told (day, base, quote, rate) FROM STDIN") as copy:
            for fixing in document.days:
                for quote, rate in fixing.rates.items():
                    copy.write_row((fixing.day, fixing.base, quote, rate))
        # Without it two hundred thousand rows are joined as if they were a handful.
        cursor.execute("ANALYZE told")
        cursor.execute(
            """
            UPDATE told SET first_seen_at = valid.first_seen_at, known = valid.rate = told.rate
            FROM market_fxrate AS valid
            WHERE valid.source = %s AND valid.day = told.day AND valid.base = told.base
              AND valid.quote = told.quote AND valid.superseded_at IS NULL
            """,
            [source],
        )
        cursor.execute(
            """
            UPDATE market_fxrate AS old SET superseded_at = %s
            FROM told
            WHERE told.first_seen_at IS NOT NULL AND NOT told.known AND old.superseded_at IS NULL
              AND old.source = %s AND old.day = told.day AND old.base = told.base AND old.quote = told.quote
            """,
            [now, source],
        )
        corrected = cursor.rowcount
        cursor.execute(
            """
            INSERT INTO market_fxrate (day, base, quote, rate, source, first_seen_at, fetched_at)
            SELECT day, base, quote, rate, %s, coalesce(first_seen_at, %s), %s FROM told WHERE NOT known
            """,
            [source, now, now],
        )
        new = cursor.rowcount
        cursor.execute("DROP TABLE told")
        count = sum(len(fixing.rates) for fixing in document.days)
        remember(
            name=name,
            source=source,
            now=now,
            etag=document.validators.etag,
            last_modified=document.validators.last_modified,
            digest=document.digest,
            first_day=document.first,
            last_day=document.last,
            rows=count,
        )
    return StoredRates(inserted=new - corrected, corrected=corrected, unchanged=count - new)
