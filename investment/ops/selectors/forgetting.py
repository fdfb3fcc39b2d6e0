"""What there is of one provider, for whoever is about to delete it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import Model

from investment.market.models import (
    ESTIMATES,
    Company,
    CorporateAction,
    Fact,
    FactImport,
    FactReport,
    Filing,
    FxRate,
    Instrument,
    Origin,
    Publication,
    QuarantinedRow,
)
from investment.news.models import StoryCopy
from investment.providers.models import ListedSpelling, RawAnswer


@dataclass(frozen=True, slots=True)
class Holdings:
    """
    What is stored of a provider, in rows.

    Of its chosen ``bars`` another source has ``promoted``; the rest are gaps. ``revisions`` are values that
    are not chosen, or not any more. ``facts`` are instruments that it told us of: those about which others
    have told something as well keep their ticker alone, the rest go. ``reference`` are exchange rates,
    companies, their filings and the figures in them, earnings, recommendations and figures of its own, and
    how it spells symbols. ``news`` are copies of stories.
    """

    bars: int
    promoted: int
    sessions: int
    revisions: int
    quarantined: int
    actions: int
    facts: int
    reference: int
    news: int
    answers: int

    @property
    def gaps(self) -> int:
        return self.bars - self.promoted

    @property
    def empty(self) -> bool:
        return not (
            self.bars
            or self.revisions
            or self.quarantined
            or self.actions
            or self.facts
            or self.reference
            or self.news
            or self.answers
        )


def names() -> list[str]:
    """Return the providers of which something is stored."""
    found = {
        *Origin.objects.values_list("provider", flat=True).distinct(),
        *CorporateAction.objects.values_list("provider", flat=True).distinct(),
        *Instrument.objects.values_list("source", flat=True).distinct(),
        *FxRate.objects.values_list("source", flat=True).distinct(),
        *Publication.objects.values_list("source", flat=True).distinct(),
        *Company.objects.values_list("source", flat=True).distinct(),
        *FactImport.objects.values_list("source", flat=True).distinct(),
        *(name for model in ESTIMATES for name in _sources_of(model)),
        *_sources_of(StoryCopy),
        *_told_by_name(),
    }
    return sorted(found)


def asked_as(provider: str) -> list[str]:
    """
    Return under which names a provider's answers, and its list of symbols, are kept.

    Behind the sandbox all answers are the sample's or the folder's, in whatever language they came.
    """
    behind = {"sample": "sample", "data": "folder"}.get(settings.MODE.kind)
    if provider != behind:
        return [provider]
    answers = RawAnswer.objects.values_list("provider", flat=True).distinct()
    listed = ListedSpelling.objects.values_list("provider", flat=True).distinct()
    return sorted({provider, *answers, *listed})


def holdings(*, provider: str) -> Holdings:
    """Count what is stored of a provider."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH own AS (SELECT id FROM market_origin WHERE provider = %s),
            told AS (SELECT session, instrument_id FROM market_dailybar
                     WHERE origin_id IN (SELECT id FROM own))
            SELECT (SELECT count(*) FROM told),
                   (SELECT count(*) FROM told WHERE EXISTS (
                       SELECT FROM market_barrevision other
                       WHERE other.session = told.session AND other.instrument_id = told.instrument_id
                         AND other.origin_id NOT IN (SELECT id FROM own))),
                   (SELECT count(DISTINCT session) FROM told),
                   (SELECT count(*) FROM market_barrevision WHERE origin_id IN (SELECT id FROM own))
            """,
            [provider],
        )
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - for the type checker: the query has one row
    bars, promoted, sessions, revisions = row
    reports = FactReport.objects.filter(company__fact_import__source=provider)
    return Holdings(
        bars=bars,
        promoted=promoted,
        sessions=sessions,
        revisions=revisions,
        quarantined=QuarantinedRow.objects.filter(origin__provider=provider).count(),
        actions=CorporateAction.objects.filter(provider=provider).count(),
        facts=Instrument.objects.filter(source=provider).count(),
        reference=FxRate.objects.filter(source=provider).count()
        + Company.objects.filter(source=provider).count()
        + Filing.objects.filter(company__source=provider).count()
        + reports.count()
        + Fact.objects.filter(report__in=reports).count()
        + sum(model._default_manager.filter(source=provider).count() for model in ESTIMATES)
        + ListedSpelling.objects.filter(provider__in=asked_as(provider)).count(),
        news=StoryCopy.objects.filter(source=provider).count(),
        answers=RawAnswer.objects.filter(provider__in=asked_as(provider)).count(),
    )


def _sources_of(model: type[Model]) -> Iterator[str]:
    yield from model._default_manager.values_list("source", flat=True).distinct()


def _told_by_name() -> set[str]:
    if settings.MODE.kind != "live":
        return set()
    return {
        *RawAnswer.objects.values_list("provider", flat=True).distinct(),
        *ListedSpelling.objects.values_list("provider", flat=True).distinct(),
    }
