"""The second stage of a session's job: fetch the splits and dividends that are due around it."""

from datetime import date, datetime, time, timedelta

from django.db.models import Min, QuerySet

from investment.market.services.actions import (
    ingest_actions,
    release_market_actions,
    withhold_market_actions,
)
from investment.market.services.origins import NewOrigin
from investment.ops.calculators import timetable
from investment.ops.models import SessionJob, SessionStage
from investment.ops.selectors import history
from investment.ops.services import stage_bars
from investment.ops.services.sources import source_name
from investment.ops.services.work import Pause, Work
from investment.providers.errors import (
    MalformedPayload,
    NotEntitled,
    OutOfHistory,
    PermanentProviderError,
    TransientProviderError,
)
from investment.quotas.errors import QuotaExhausted

# Corrections come late, announcements early.
BEFORE = timedelta(days=7)
AFTER = timedelta(days=14)
WITHHELD = "withheld"  # in the detail of a stage whose question the plan refused
# Sessions that are due together are asked for together, up to this far apart.
TOGETHER = timedelta(days=60)


def fetch_due_actions(work: Work) -> Pause | None:
    """
    Fetch the market's splits and dividends with an ex-date around the session, and store them.

    Where the plan does not include them the stage is over all the same: what depends on them is
    then unknown, and says why.
    """
    start, end = work.session - BEFORE, work.session + AFTER
    if history.brings_actions(work.session):
        # A first start has few calls, and prices come first.
        work.detail |= {"put_off": "The history asks for them"}
        return None
    if _asked_already(work.session, start, end):
        work.detail |= {"asked_with_another_session": True}
        return None
    start = min(start, _first_withheld() - BEFORE)
    end = max(end, _last_due(work.session) + AFTER)
    work.tell(SessionStage.Name.ACTIONS, 0, 2)
    try:
        _fetch(work, start, end)
    except QuotaExhausted as error:
        return stage_bars.waiting_for_quota(work, error)
    except TransientProviderError as error:
        return stage_bars.passing_failure(work, error)
    except (NotEntitled, OutOfHistory) as error:
        words = stage_bars.explain(error)
        with work.lease.writing():
            withhold_market_actions(reason=words)
        work.detail |= {WITHHELD: words}
    except MalformedPayload as error:
        return stage_bars.refused(work, str(error))
    except PermanentProviderError as error:
        return stage_bars.permanent_failure(work, error)
    work.detail |= {"start": start.isoformat(), "end": end.isoformat(), "asked_at": work.now.isoformat()}
    work.tell(SessionStage.Name.ACTIONS, 2, 2)
    return None


def _fetch(work: Work, start: date, end: date) -> None:
    with stage_bars.provider_of(work, lane="planned") as provider:
        splits = provider.splits(start=start, end=end)
        work.tell(SessionStage.Name.ACTIONS, 1, 2)
        dividends = provider.dividends(start=start, end=end)
        call_id = provider.last_call_id
    origin = NewOrigin(
        provider=source_name(),
        endpoint="splits and dividends",
        call_id=call_id,
        fetched_at=work.now,
        detail=f"{start} to {end}",
    )
    with work.lease.writing():
        if release_market_actions():
            forget_withheld()
        report = ingest_actions(
            splits=splits,
            dividends=dividends,
            start=start,
            end=end,
            origin=origin,
            now=work.now,
        )
    work.detail |= {
        "splits": len(splits),
        "dividends": len(dividends),
        "new": report.inserted,
        "withdrawn": report.withdrawn,
        "refused": report.refused,
    }


def _asked_already(session: date, start: date, end: date) -> bool:
    """True if another session's job has asked for these dates since this session ended."""
    ended = timetable.new_york(session + timedelta(days=1), time(0))
    others = SessionStage.objects.filter(
        name=SessionStage.Name.ACTIONS,
        state=SessionStage.State.DONE,
        job__session__range=(session - TOGETHER, session + TOGETHER),
        detail__has_key="asked_at",
    )
    return any(
        date.fromisoformat(detail["start"]) <= start
        and date.fromisoformat(detail["end"]) >= end
        and datetime.fromisoformat(detail["asked_at"]) >= ended
        for detail in others.values_list("detail", flat=True)
    )


def forget_withheld() -> None:
    """Let no session's actions count as missing any more: all of them are told again."""
    _withheld().update(detail={})


def _withheld() -> QuerySet[SessionStage]:
    """Return the stages since which the market's actions are withheld."""
    return SessionStage.objects.filter(name=SessionStage.Name.ACTIONS, detail__has_key=WITHHELD)


def _first_withheld() -> date:
    """Return the first session whose actions are still missing; the end of time if none is."""
    return _withheld().aggregate(first=Min("job__session"))["first"] or date.max


def _last_due(session: date) -> date:
    """Return the last session near this one whose actions are still to be fetched."""
    pending = SessionStage.objects.filter(
        name=SessionStage.Name.ACTIONS,
        job__session__range=(session, session + TOGETHER),
    ).exclude(state=SessionStage.State.DONE)
    open_jobs = pending.exclude(job__state=SessionJob.State.CLOSED)
    return max(open_jobs.values_list("job_id", flat=True), default=session)
