"""Reads of the archive of raw answers."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Q, Sum

from investment.providers.models import RawAnswer, RawBody


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer of the archive, without its body."""

    id: int
    call_id: UUID
    provider: str
    endpoint: str
    asked: str
    content_type: str
    received_at: datetime
    digest: str | None
    not_kept: str


def answers(
    *, provider: str | None = None, endpoints: tuple[str, ...] = (), received_by: datetime | None = None
) -> Iterator[Kept]:
    """Yield answers in the order in which they came, oldest first."""
    found = RawAnswer.objects.order_by("received_at", "pk")
    if provider is not None:
        found = found.filter(provider=provider)
    if endpoints:
        found = found.filter(endpoint__in=endpoints)
    if received_by is not None:
        found = found.filter(received_at__lte=received_by)
    columns = ("pk", "call_id", "provider", "endpoint", "asked", "content_type", "received_at", "body_id")
    for row in found.values_list(*columns, "not_kept"):
        yield Kept(*row)


def body_of(digest: str) -> bytes:
    """
    Return a body as it came.

    :raises RawBody.DoesNotExist: if it is not kept any more.
    """
    packed = RawBody.objects.values_list("packed", flat=True).get(pk=digest)
    return zlib.decompress(packed)


@dataclass(frozen=True, slots=True)
class Extent:
    """What the archive has of one provider; ``bytes`` are unpacked."""

    provider: str
    answers: int
    without_body: int
    first: date
    last: date


def extent() -> list[Extent]:
    """Return how much the archive has, by provider."""
    rows = RawAnswer.objects.values("provider").annotate(
        answers=Count("pk"),
        without_body=Count("pk", filter=~Q(not_kept="")),
        first=Min("received_at"),
        last=Max("received_at"),
    )
    return [
        Extent(**{**row, "first": row["first"].date(), "last": row["last"].date()})
        for row in rows.order_by("provider")
    ]


def size() -> int:
    """Return how many bytes the bodies would have, unpacked."""
    return RawBody.objects.aggregate(total=Sum("size"))["total"] or 0
