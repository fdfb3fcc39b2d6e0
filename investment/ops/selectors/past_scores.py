"""Whether there is something to do about past scores where no night comes."""

from django.conf import settings
from django.db.models import Q

from investment.ops.models import Run

_BRINGS = (Run.Kind.SESSION, Run.Kind.BACKFILL, Run.Kind.IMPORT)


def past_scores_wanted() -> bool:
    """
    True with a folder of bars, whose clock stands still, where prices came in since past months were scored.

    Elsewhere the schedule's entry does it each night. One query.
    """
    if settings.MODE.kind != "data":
        return False
    # A session's job that failed or waits has brought nothing; past scores that failed would fail again.
    over = Q(state=Run.State.DONE) | Q(kind=Run.Kind.SCORES, state__in=[Run.State.WAITING, Run.State.FAILED])
    last = Run.objects.filter(over, kind__in=[*_BRINGS, Run.Kind.SCORES]).order_by("-pk").first()
    return last is not None and (last.kind != Run.Kind.SCORES or last.state == Run.State.WAITING)
