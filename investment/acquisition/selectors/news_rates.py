"""How often there are news of each instrument, from the stories of the last month."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import Count, Min
from django.db.models.functions import TruncDate

from investment.acquisition.calculators.news_moves import Pace, pace
from investment.news.models import StoryTie

MONTH: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
_UNHEARD: Final = 1.0  # stories a day, while there is none of anybody: all are alike then


@dataclass(frozen=True, slots=True)
class NewsRates:
    """Stories and days with stories by instrument, within ``observed`` days; ``usual`` is a day's of one."""

    counts: dict[int, tuple[int, int]]
    observed: float
    usual: float

    def of(self, instrument_ids: list[int]) -> Pace:
        """Return the pace of these, in their order."""
        told = np.array([self.counts.get(pk, (0, 0)) for pk in instrument_ids], np.float64).reshape(-1, 2)
        return pace(told[:, 0], told[:, 1], observed=self.observed, usual=self.usual)


def news_rates(*, now: datetime, instruments: int) -> NewsRates:
    """
    Return how often there are news of everybody; who is not in it has had none.

    :param instruments: of how many there could be.
    """
    ties = StoryTie.objects.filter(published_at__gt=now - MONTH, published_at__lte=now)
    first = ties.aggregate(first=Min("published_at"))["first"]
    if first is None:
        return NewsRates({}, 0.0, _UNHEARD)
    rows = ties.values("instrument_id").annotate(
        stories=Count("pk"), days=Count(TruncDate("published_at"), distinct=True)
    )
    counts = {row["instrument_id"]: (row["stories"], row["days"]) for row in rows.order_by()}
    observed = max((now - first) / _DAY, 1.0)
    stories = sum(told for told, _ in counts.values())
    return NewsRates(counts, observed, stories / observed / max(instruments, len(counts), 1))
