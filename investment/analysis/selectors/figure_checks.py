"""How far providers' figures agree with those of filings, as of when they were last compared."""

from typing import NamedTuple

from django.db import connection


class Agreement(NamedTuple):
    """Of the companies compared, how many agree on a figure, and by how much the middle one differs."""

    provider: str
    figure: str
    compared: int
    agree: int
    middle: float


def agreements() -> list[Agreement]:
    """Return the agreement on every figure that was compared, by provider and figure."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT provider, figure, count(*), count(*) FILTER (WHERE agrees),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(differs_by))
              FROM market_figurecheck GROUP BY provider, figure ORDER BY provider, figure
            """
        )
        return [Agreement(*row) for row in cursor.fetchall()]
