"""Remembering which version of a provider's document we have."""

from datetime import date, datetime

from investment.market.models import Publication

_MARK = 255  # characters; a longer one is of no use to us


def remember(
    *,
    name: str,
    source: str,
    now: datetime,
    etag: str | None,
    last_modified: str | None,
    digest: str,
    rows: int,
    first_day: date | None = None,
    last_day: date | None = None,
) -> None:
    """Remember which version of a document we have, from now on."""
    told = {
        "etag": etag if etag and len(etag) <= _MARK else None,
        "last_modified": last_modified if last_modified and len(last_modified) <= _MARK else None,
        "digest": digest,
        "rows": rows,
        "first_day": first_day,
        "last_day": last_day,
        "fetched_at": now,
        "checked_at": now,
    }
    Publication.objects.update_or_create(source=source, name=name, defaults=told)


def remember_checked(*, name: str, source: str, now: datetime) -> None:
    """Remember that the version that we have is the newest."""
    Publication.objects.filter(source=source, name=name).update(checked_at=now)
