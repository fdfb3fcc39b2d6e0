"""The first stage of a session's job: fetch the whole market in one call, and store it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.conf import settings

from investment.lib.json import JSONDict
from investment.market.models import DataIssue
from investment.market.selectors.bars import usual_row_count
from investment.market.services.bars import AnswerRefused, IngestReport, ingest_market_day
from investment.market.services.issues import close_issue, open_issue
from investment.market.services.origins import NewOrigin
from investment.ops.calculators import timetable
from investment.ops.models import SessionJob, SessionStage
from investment.ops.services.job_rows import reopen_analysis, reopen_later
from investment.ops.services.leases import Held
from investment.ops.services.sources import provider_under, source_name
from investment.ops.services.work import Pause, Work
from investment.providers import gateway
from investment.providers.contracts import MarketDay
from investment.providers.errors import (
    MalformedPayload,
    NotPublishedYet,
    PermanentProviderError,
    TransientProviderError,
)
from investment.quotas.contracts import Lane
from investment.quotas.errors import QuotaExhausted

ENDPOINT = "grouped_daily"
# Fewer rows than this share of the usual number: the answer is not all there yet.
COMPLETE_SHARE = 0.9


def fetch_and_store(work: Work) -> Pause | None:
    """
    Fetch the whole market of the session and store it; None once it is complete.

    Whatever an answer is short of or gets wrong is visible afterwards: in the job, in its run, and
    as a data issue.
    """
    work.tell(SessionStage.Name.BARS, 0, 1)
    try:
        day, call_id = _fetch(work)
    except QuotaExhausted as error:
        return waiting_for_quota(work, error)
    except NotPublishedYet as error:
        return _not_published(work, error.words or error.message)
    except TransientProviderError as error:
        return passing_failure(work, error)
    except MalformedPayload as error:
        return refused(work, str(error))
    except PermanentProviderError as error:
        return permanent_failure(work, error)
    if day.row_count == 0:
        return _not_published(work, f"{day.session} has no rows yet")
    usual = usual_row_count(work.session)
    try:
        report = _store(work, day, call_id)
    except AnswerRefused as error:  # the market has opened the issue, with the rows that it is about
        return _failed(work, f"Answer refused: {error.message}")
    work.tell(SessionStage.Name.BARS, 1, 1)
    rows = day.row_count - report.refused
    _count(work, report)
    work.lease.update(rows=rows, usual_rows=usual)
    if is_partial(rows=rows, usual=usual) and not work.reread:
        return _partial(work, rows, usual)
    _complete(work, report)
    return None


def is_partial(*, rows: int, usual: int | None) -> bool:
    """
    True where a session has under 90 % of the usual number of rows.

    Never for a folder of real bars: it has what it has, and no more will be published.
    """
    if usual is None or settings.MODE.kind == "data":
        return False
    return rows < COMPLETE_SHARE * usual


def _fetch(work: Work) -> tuple[MarketDay, UUID | None]:
    with provider_of(work, lane="essential") as provider:
        return provider.grouped_daily(session=work.session), provider.last_call_id


@contextmanager
def provider_of(work: Work, *, lane: Lane) -> Iterator[gateway.MeteredMarketData]:
    """Yield the provider, and count what it spends among the calls of this work."""

    def on_wait(until: datetime) -> None:
        work.tell_waiting(f"Waits for a free call until {until:%H:%M:%S} UTC")

    purpose = f"session {work.session}"
    with provider_under(
        work.lease, lane=lane, purpose=purpose, patience=work.patience, on_wait=on_wait
    ) as provider:
        try:
            yield provider
        finally:
            work.tally.calls += provider.calls_spent


def _store(work: Work, day: MarketDay, call_id: UUID | None) -> IngestReport:
    origin = NewOrigin(
        provider=source_name(),
        basis=day.basis,
        call_id=call_id,
        fetched_at=work.now,
        endpoint=ENDPOINT,
        digest=day.digest,
        detail=day.session.isoformat(),
    )
    return keep(work.lease, partial(ingest_market_day, day=day, origin=origin, now=work.now))


def keep(lease: Held, ingest: Callable[[], IngestReport]) -> IngestReport:
    """
    Store an answer under a lease; of one that is refused, the issue that says so is kept.

    :raises AnswerRefused: as ``ingest`` does.
    :raises LeaseLost: if the lease is no longer ours; nothing is kept then.
    """
    refusal = None
    with lease.writing():
        try:
            report = ingest()
        except AnswerRefused as error:
            refusal = error
    if refusal is not None:
        raise refusal
    return report


def _count(work: Work, report: IngestReport) -> None:
    tally = work.tally
    tally.inserted += report.inserted
    tally.changed += report.changed
    tally.unchanged += report.unchanged
    tally.refused += report.refused
    work.detail |= {
        "inserted": report.inserted,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "refused": report.refused,
    }


def _complete(work: Work, report: IngestReport) -> None:
    """Close what was wrong, and let be analysed again whose bars have changed."""
    with work.lease.writing():
        for kind in (DataIssue.Kind.NOT_PUBLISHED, DataIssue.Kind.PARTIAL, DataIssue.Kind.ANSWER_REFUSED):
            close_issue(kind=kind, session=work.session, now=work.now)
        if not work.reread:
            work.lease.update(state=SessionJob.State.DUE)
        if not (report.inserted or report.changed or work.interrupted):
            return
        changed = None if work.interrupted else report.changed_instruments
        if work.reread:
            reopen_analysis(session=work.session, instrument_ids=changed, now=work.now)
        reopen_later(after=work.session, instrument_ids=changed, now=work.now)


def _not_published(work: Work, words: str) -> Pause:
    session, now = work.session, work.now
    if timetable.is_overdue(session=session, now=now):
        _say_overdue(work, words)
    return Pause(
        SessionJob.State.NOT_PUBLISHED,
        timetable.next_try_at(session=session, now=now),
        f"Not published yet: {words}",
        waiting=True,
    )


def _say_overdue(work: Work, words: str) -> None:
    """A session that is done is not overdue: only its correction could not be read."""
    if not work.reread:
        _open_issue(
            work,
            DataIssue.Kind.NOT_PUBLISHED,
            f"Session {work.session} is not there after a day of asking or more. {_next(work.session, work)}",
            {"words": words},
        )


def _partial(work: Work, rows: int, usual: int | None) -> Pause:
    session, now = work.session, work.now
    message = f"Session {session} has {rows} rows where {usual} are usual: stored, not ranked."
    words = f"{message} {_next(session, work)}"
    _open_issue(work, DataIssue.Kind.PARTIAL, words, {"rows": rows, "usual": usual})
    return Pause(SessionJob.State.PARTIAL, timetable.next_try_at(session=session, now=now), message)


def waiting_for_quota(work: Work, error: QuotaExhausted) -> Pause:
    """Pause until the ledger expects a free slot."""
    if work.asked_for_a_day:
        _say_overdue(work, error.message)
    again = error.retry_at or timetable.soon(session=work.session, now=work.now)
    return Pause(SessionJob.State.DUE, again, error.message, waiting=True)


def passing_failure(work: Work, error: TransientProviderError) -> Pause:
    """Pause until the provider wants to be asked again, or for a moment where it did not say."""
    if work.asked_for_a_day:
        _say_overdue(work, explain(error))
    told = error.retry_at if error.retry_at is not None and error.retry_at > work.now else None
    again = timetable.soon(session=work.session, now=work.now)
    if told is not None:
        again = min(told, work.now + timetable.OVERDUE)
    return Pause(SessionJob.State.DUE, again, explain(error), passing=True, come_back=told)


def refused(work: Work, words: str) -> Pause:
    """An answer that cannot be believed: nothing of it is stored, and it is asked for again."""
    message = f"An answer for session {work.session} was refused: {words}. {_next(work.session, work)}"
    _open_issue(work, DataIssue.Kind.ANSWER_REFUSED, message, {"words": words})
    return _failed(work, f"Answer refused: {words}")


def _failed(work: Work, error: str) -> Pause:
    again = timetable.next_try_at(session=work.session, now=work.now)
    return Pause(SessionJob.State.FAILED, again, error)


def permanent_failure(work: Work, error: PermanentProviderError) -> Pause:
    """Repeating the request is pointless until a person changes something."""
    session = work.session
    words = explain(error)
    _open_issue(
        work,
        DataIssue.Kind.ANSWER_REFUSED,
        f"Session {session} cannot be had: {words}. Mend it, then «run now» or manage.py "
        f"run_session --session {session}.",
        {"words": error.words, "code": error.code},
    )
    return Pause(SessionJob.State.FAILED, None, words)


def _open_issue(work: Work, kind: DataIssue.Kind, message: str, detail: JSONDict) -> None:
    with work.lease.writing():
        open_issue(kind=kind, message=message, session=work.session, detail=detail, now=work.now)


def explain(error: PermanentProviderError | TransientProviderError) -> str:
    """Return our words and the provider's own, where they say more."""
    if error.words and error.words not in error.message:
        return f"{error.message}: «{error.words}»"
    return error.message


def _next(session: date, work: Work) -> str:
    again = timetable.next_try_at(session=session, now=work.now)
    if again is None:
        return f"It is not asked for again by itself: manage.py run_session --session {session}."
    return f"It is asked for again at {again.astimezone(timetable.NEW_YORK):%Y-%m-%d %H:%M} New York."
