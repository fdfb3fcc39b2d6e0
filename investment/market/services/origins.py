"""Where a batch of rows comes from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from investment.market.models import Origin


@dataclass(frozen=True, slots=True)
class NewOrigin:
    """
    An answer or a file that is about to be stored. It becomes a row only if something is.

    ``fetched_at`` is when we asked, or read the file; None is the ``now`` of the call it is given to.
    """

    provider: str
    channel: str = Origin.Channel.FETCHED
    basis: str = Origin.Basis.RAW
    fetched_at: datetime | None = None
    endpoint: str = ""
    call_id: UUID | None = None
    digest: str = ""
    detail: str = ""


def reserve_origin_id() -> int:
    """Return an id for an origin that may or may not be written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('market_origin', 'id'))")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - for the type checker: nextval answers or raises
    return int(row[0])


def write_origin(*, origin: NewOrigin, now: datetime, id_: int | None = None) -> int:
    """Store where a batch comes from and return its id."""
    # Plain SQL: the ORM would need three times as long, in the path of every ingest.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO market_origin
                (id, provider, channel, basis, fetched_at, endpoint, call_id, digest, detail)
            VALUES (coalesce(%s, nextval(pg_get_serial_sequence('market_origin', 'id'))),
                    %s, %s, %s, %s, %s, %s, %s, %s)
            RETURNING id
            """,
            [
                id_,
                origin.provider,
                origin.channel,
                origin.basis,
                origin.fetched_at or now,
                origin.endpoint,
                origin.call_id,
                origin.digest,
                origin.detail[:255],
            ],
        )
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - for the type checker: the statement answers or raises
    return int(row[0])
