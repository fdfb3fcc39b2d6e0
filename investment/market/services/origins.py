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
    values: dict[str, str | int | datetime | UUID | None] = {
        "provider": origin.provider,
        "channel": origin.channel,
        "basis": origin.basis,
        "fetched_at": origin.fetched_at or now,
        "endpoint": origin.endpoint,
        "call_id": origin.call_id,
        "digest": origin.digest,
        "detail": origin.detail[:255],
    }
    if id_ is not None:
        values["id"] = id_
    # Plain SQL: the ORM would need three times as long, in the path of every ingest.
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO market_origin ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})"  # noqa: S608 - our own words
            " RETURNING id",
            list(values.values()),
        )
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - for the type checker: the statement answers or raises
    return int(row[0])
