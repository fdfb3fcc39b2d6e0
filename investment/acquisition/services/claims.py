"""Who may ask for a datum: one at a time, whoever it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection

from investment.acquisition.kinds import Kind
from investment.acquisition.models import InFlight


def claim(
    *, kind: Kind, instrument_ids: Iterable[int], provider: str, now: datetime, hold: timedelta
) -> tuple[UUID, list[int]]:
    """
    Claim data that nobody is asking for; return a token, and which of them are ours.

    A claim ends with :func:`release`, or by itself after ``hold``: then whoever had it was killed.
    """
    token, wanted = uuid4(), sorted(set(instrument_ids))
    with connection.cursor() as cursor:
        # A void claim is taken over in the same statement, so that two who see it cannot both have it.
        cursor.execute(
            f"""
            INSERT INTO {InFlight._meta.db_table} AS held
                   (kind, instrument_id, provider, token, claimed_at, until)
            SELECT %s, pk, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS pk
            ON CONFLICT (kind, instrument_id) DO UPDATE
               SET provider = excluded.provider, token = excluded.token,
                   claimed_at = excluded.claimed_at, until = excluded.until
             WHERE held.until <= excluded.claimed_at
            RETURNING instrument_id
            """,  # noqa: S608 - our own words
            [kind.value, provider, token, now, now + hold, wanted],
        )
        return token, [row[0] for row in cursor.fetchall()]


def release(*, token: UUID, kind: Kind, instrument_ids: Iterable[int]) -> int:
    """Give back claims of ours; return how many were still ours."""
    rows = InFlight.objects.filter(token=token, kind=kind, instrument_id__in=list(instrument_ids))
    return rows.delete()[0]
