"""
Taking copies back: a story without any goes, else its next copy has the word and what is tied is made anew.

Those that were one story stay one: that they are was said by a copy that may be gone now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from investment.news.models import Story, StoryCopy
from investment.news.services.following import follow_up
from investment.news.services.ingest import lock_stories

BATCH: Final = 1000  # copies


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """``stories`` had no other copy; of ``retold`` ones another copy has the word now, or had it before."""

    copies: int = 0
    stories: int = 0
    retold: int = 0

    def __add__(self, other: "Withdrawn") -> "Withdrawn":
        return Withdrawn(self.copies + other.copies, self.stories + other.stories, self.retold + other.retold)


@transaction.atomic
def withdraw_news(*, source: str, now: datetime) -> Withdrawn:
    """Delete all that a source has told, all or nothing. Repeatable: the second time there is nothing."""
    lock_stories()
    done = Withdrawn()
    of_source = StoryCopy.objects.filter(source=source).order_by("pk").values_list("pk", flat=True)
    while keys := list(of_source[:BATCH]):
        done += withdraw_copies(keys=keys, now=now)
    return done


def withdraw_copies(*, keys: Sequence[int], now: datetime) -> Withdrawn:
    """Delete some copies. Call it in a transaction, under the lock of the stories."""
    of = set(StoryCopy.objects.filter(pk__in=keys).values_list("story_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"stories": list(of), "gone": list(keys)})
        cursor.execute("DELETE FROM news_storycopy WHERE id = ANY(%s)", [list(keys)])
        copies = cursor.rowcount
    left = set(StoryCopy.objects.filter(story_id__in=of).values_list("story_id", flat=True))
    Story.objects.filter(pk__in=of - left).delete()
    follow_up(story_ids=left, now=now)
    return Withdrawn(copies=copies, stories=len(of - left), retold=len(left))


_NEXT = """
UPDATE news_storycopy copy SET parent_id = CASE WHEN copy.id <> next.id THEN next.id END
FROM (
    SELECT DISTINCT ON (story_id) story_id, id FROM news_storycopy
    WHERE story_id = ANY(%(stories)s) AND NOT id = ANY(%(gone)s)
    ORDER BY story_id, published_at, url_digest, provider
) next
WHERE copy.story_id = next.story_id AND NOT copy.id = ANY(%(gone)s)
  AND (copy.id = next.id OR copy.parent_id = ANY(%(gone)s))
"""
