"""
Deleting all data of one provider, as its terms want when a subscription ends.

What another source has told as well comes forward; what nobody else has is a gap that says so. Whatever was
computed from it goes too. The rows of the calls stay: they say what was spent, not what was told.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from investment.accounts.services import audit
from investment.acquisition.services.forgetting import forget_source
from investment.analysis.models import (
    Figures,
    FundamentalScore,
    KnownInputs,
    MarketReturn,
    OverallScore,
    Score,
    ScoredMonth,
    ScoreRecord,
    SentimentScore,
)
from investment.market.models import (
    BarRevision,
    CorporateAction,
    DailyBar,
    DataIssue,
    Instrument,
    Origin,
    QuarantinedRow,
    Quote,
)
from investment.market.services import bar_table
from investment.market.services.actions import withhold_market_actions
from investment.market.services.issues import open_issue
from investment.market.services.withdrawal import (
    withdraw_actions,
    withdraw_bars,
    withdraw_estimates,
    withdraw_facts,
    withdraw_reference,
)
from investment.news.services.withdrawal import withdraw_news
from investment.ops.models import BackfillStep, SessionJob, SessionStage
from investment.ops.selectors.forgetting import asked_as
from investment.ops.services.job_rows import reopen_analysis, reset_stages
from investment.providers.services import archive, spellings

_WORDS = (DataIssue.Kind.ANSWER_REFUSED, DataIssue.Kind.ROWS_QUARANTINED)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """
    What was deleted, in rows; ``promoted`` of the ``bars`` have another source's value now, and
    ``promoted_actions`` of other sources are valid again. ``reference`` are rates, companies, their
    filings and the figures in them, earnings, recommendations and spellings of symbols. ``instruments``
    are gone, ``blanked`` keep their ticker alone. ``news`` are copies of stories. ``computed`` are figures,
    scores and returns of the market.
    """

    bars: int
    promoted: int
    gaps: int
    revisions: int
    quarantined: int
    actions: int
    promoted_actions: int
    reference: int
    instruments: int
    blanked: int
    news: int
    computed: int
    answers: int
    bodies: int


@transaction.atomic
def forget_provider(*, provider: str, by: str, now: datetime) -> Forgotten:
    """
    Delete all data of a provider, all or nothing. Repeatable: the second time there is nothing.

    What is being fetched at the moment waits, and comes afterwards: take the key away first.

    :param by: who says so, for the audit log.
    """
    origins = list(Origin.objects.filter(provider=provider).values_list("pk", flat=True))
    touched = _sessions_of(origins)
    bar_table.lock_years({session.year for session in touched})
    touched = _sessions_of(origins)
    withdrawn = withdraw_bars(origin_ids=origins)
    actions, promoted_actions = withdraw_actions(provider=provider)
    if actions:
        Instrument.objects.update(actions_from=None)
        withhold_market_actions(reason=f"those that {provider} told were deleted with all its data")
    quarantined = QuarantinedRow.objects.filter(origin_id__in=origins).delete()[0]
    # What refused answers said stands in these in their own words.
    DataIssue.objects.filter(kind__in=_WORDS).update(detail={})
    # Where it disagreed with another, its figures stand beside the other's.
    said = DataIssue.objects.filter(kind=DataIssue.Kind.DISAGREEMENT)
    said.filter(detail__told_by__contains=[provider]).delete()
    Origin.objects.filter(pk__in=origins).delete()
    reference = withdraw_estimates(provider=provider)
    # Before the instruments: who stores stories locks these first, and refers to instruments afterwards.
    news = withdraw_news(source=provider, now=now).copies
    instruments, blanked = _forget_facts(provider, now)
    figures = withdraw_facts(provider=provider)
    computed = _forget_computed(touched) if touched else 0
    computed += _forget_scores(FundamentalScore, KnownInputs, now=now) if figures else 0
    computed += _forget_scores(SentimentScore, now=now) if news else 0
    Quote.objects.filter(source=provider).delete()
    forget_source(source=provider)
    if touched:
        BackfillStep.objects.all().delete()
    _label(provider, withdrawn.gaps, now)
    _reopen(touched, now)
    behind = asked_as(provider)
    deleted = archive.forget(providers=behind)
    reference += figures + withdraw_reference(provider=provider) + spellings.forget(providers=behind)
    done = Forgotten(
        bars=withdrawn.bars,
        promoted=withdrawn.promoted,
        gaps=sum(withdrawn.gaps.values()),
        revisions=withdrawn.revisions,
        quarantined=quarantined,
        actions=actions,
        promoted_actions=promoted_actions,
        reference=reference,
        instruments=instruments,
        blanked=blanked,
        news=news,
        computed=computed,
        answers=deleted.answers,
        bodies=deleted.bodies,
    )
    audit.record(
        action="provider.forgotten", now=now, target=provider, by=by, bars=done.bars, actions=done.actions,
        answers=done.answers,
    )  # fmt: skip
    return done


def _sessions_of(origins: list[int]) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT session FROM market_dailybar WHERE origin_id = ANY(%s) ORDER BY session",
            [origins],
        )
        return [row[0] for row in cursor.fetchall()]


def _forget_facts(provider: str, now: datetime) -> tuple[int, int]:
    """Delete instruments that nobody else has told anything of; of the others keep the ticker alone."""
    bars = DailyBar.objects.filter(instrument=OuterRef("pk"))
    others = (
        Exists(bars)
        | Exists(BarRevision.objects.filter(instrument=OuterRef("pk")))
        | Exists(CorporateAction.objects.filter(instrument=OuterRef("pk")))
    )
    told = Instrument.objects.filter(source=provider)
    gone = list(told.exclude(others).values_list("pk", flat=True))
    Instrument.objects.filter(pk__in=gone).delete()
    latest = bars.order_by("-session").values("origin__provider")[:1]
    told_by = CorporateAction.objects.filter(instrument=OuterRef("pk")).values("provider")[:1]
    blanked = told.update(
        name="",
        kind=Instrument.Kind.UNKNOWN,
        exchange=None,
        currency=None,
        listed_on=None,
        delisted_on=None,
        cik=None,
        composite_figi=None,
        share_class_figi=None,
        source=Coalesce(Subquery(latest), Subquery(told_by), Value("unknown")),
        updated_at=now,
    )
    return len(gone), blanked


def _forget_computed(touched: list[date]) -> int:
    """Delete what was computed of these sessions, and of later ones, whose figures reach back over them."""
    deleted = 0
    with connection.cursor() as cursor:
        for model in (Figures, Score, MarketReturn, FundamentalScore, OverallScore, ScoredMonth):
            cursor.execute(
                f"DELETE FROM {model._meta.db_table} WHERE session >= %s",  # noqa: S608 - our own words
                [touched[0]],
            )
            deleted += cursor.rowcount
    # The returns that earlier scores are held against reach into these sessions.
    records, _ = ScoreRecord.objects.filter(until__gte=touched[0]).delete()
    return deleted + records


def _forget_scores(*models: type[Model], now: datetime) -> int:
    """
    Delete what was computed from something that only one provider tells, of whatever session.

    With it go the scores that it was a part of, and how they did. The newest session is scored again from
    what is left; how that did before is worked out again each night.
    """
    deleted = 0
    computed: tuple[type[Model], ...] = (*models, OverallScore, ScoreRecord, ScoredMonth)
    with connection.cursor() as cursor:
        for model in computed:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - our own words
            deleted += cursor.rowcount
    newest = SessionJob.objects.filter(state=SessionJob.State.DONE).order_by("-session").first()
    if newest is not None:
        reset_stages(session=newest.session, names=[SessionStage.Name.SCORE])
        SessionJob.objects.filter(pk=newest.pk).update(next_try_at=now)
    return deleted


def _label(provider: str, gaps: dict[date, int], now: datetime) -> None:
    for session, missing in gaps.items():
        open_issue(
            kind=DataIssue.Kind.PARTIAL,
            session=session,
            message=f"Session {session} lacks {missing:,} bars: they were deleted with all data of "
            f"{provider}, and no other source has them. Another can be asked: manage.py run_session "
            f"--session {session}.",
            detail={"forgotten": provider, "rows": missing},
            now=now,
        )


def _reopen(touched: list[date], now: datetime) -> None:
    """Let done sessions be analysed again where bars are left; the others are partial from now on."""
    if not touched:
        return
    jobs = SessionJob.objects.filter(session__gte=touched[0], state=SessionJob.State.DONE)
    left = Exists(DailyBar.objects.filter(session=OuterRef("session")))
    for session in jobs.filter(left).values_list("session", flat=True):
        reopen_analysis(session=session, instrument_ids=None, now=now)
    for session in jobs.exclude(left).values_list("session", flat=True):
        reset_stages(session=session, names=SessionStage.Name.values)
        SessionJob.objects.filter(pk=session).update(
            state=SessionJob.State.PARTIAL,
            rows=0,
            done_at=None,
            next_try_at=None,
            reread_due_at=None,
            error="Its bars were deleted with all data of their provider",
        )
