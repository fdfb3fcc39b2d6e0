"""
Market data in the admin: for looking, not for typing.

Admin refuses composite keys, so that daily bars are shown below their instrument.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from investment.accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from investment.lib import clock
from investment.market.models import (
    BarRevision,
    Company,
    CorporateAction,
    DailyBar,
    DataIssue,
    EarningsDate,
    EarningsReport,
    Fact,
    FactConcept,
    FactImport,
    FactReport,
    FigureCheck,
    Filing,
    FxRate,
    Instrument,
    Origin,
    ProviderMetrics,
    Publication,
    QuarantinedRow,
    Recommendation,
    Session,
    Ticker,
)

if TYPE_CHECKING:
    TickerTable = admin.TabularInline[Ticker, Instrument]
    ActionTable = admin.TabularInline[CorporateAction, Instrument]
    FilingTable = admin.TabularInline[Filing, Company]
    ReportTable = admin.TabularInline[FactReport, Company]
    ImportTable = admin.TabularInline[FactImport, Company]
else:  # Django's own classes take no parameters at run time
    TickerTable = ActionTable = FilingTable = ReportTable = ImportTable = admin.TabularInline

RECENT_BARS = 40
_FACT_COLUMNS = ("tag", "unit", "end", "days", "value")
_BAR_COLUMNS = ("session", "open", "high", "low", "close", "volume", "source")


class TickerInline(ReadOnlyInline, TickerTable):
    model = Ticker
    ordering = ("first_session",)


class ActionInline(ReadOnlyInline, ActionTable):
    model = CorporateAction
    ordering = ("-ex_date",)
    fields = ("kind", "ex_date", "ratio", "amount", "currency", "provider", "known_at", "withdrawn_at")


class FilingInline(ReadOnlyInline, FilingTable):
    model = Filing
    ordering = ("-filed_on",)
    fields = ("form", "filed_on", "period_end", "description", "url", "fetched_at")


class ReportInline(ReadOnlyInline, ReportTable):
    model = FactReport
    verbose_name_plural = "filings whose figures are stored"
    ordering = ("-filed_on", "-accession")
    fields = ("form", "filed_on", "accession", "fiscal_year", "fiscal_period")
    show_change_link = True


class ImportInline(ReadOnlyInline, ImportTable):
    model = FactImport
    verbose_name_plural = "figures of filings"
    fields = ("source", "imported_at", "digest")


@admin.register(Instrument)
class InstrumentAdmin(ReadOnlyAdmin):
    list_display = ("symbol", "name", "kind", "exchange", "currency", "active", "actions_from", "source")
    list_filter = ("kind", "active", "exchange", "source")
    search_fields = ("symbol", "name", "tickers__symbol")
    ordering = ("symbol", "id")
    inlines = (TickerInline, ActionInline)
    readonly_fields = ("recent_bars",)
    show_full_result_count = False

    @admin.display(description=f"Last {RECENT_BARS} bars, raw")
    def recent_bars(self, instrument: Instrument) -> SafeString | str:
        bars = (
            DailyBar.objects.filter(instrument=instrument)
            .select_related("origin")
            .order_by("-session")[:RECENT_BARS]
        )
        rows = format_html_join(
            "\n",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (bar.session, bar.open, bar.high, bar.low, bar.close, f"{bar.volume:,.0f}", bar.origin)
                for bar in bars
            ),
        )
        head = format_html_join("", "<th>{}</th>", ((name,) for name in _BAR_COLUMNS))
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, rows)


@admin.register(CorporateAction)
class CorporateActionAdmin(ReadOnlyAdmin):
    list_display = (
        "ex_date",
        "instrument",
        "kind",
        "ratio",
        "amount",
        "currency",
        "provider",
        "channel",
        "known_at",
        "withdrawn_at",
    )
    list_filter = ("kind", "provider", "channel", ("withdrawn_at", admin.EmptyFieldListFilter))
    search_fields = ("instrument__symbol",)
    list_select_related = ("instrument",)
    ordering = ("-ex_date", "-id")
    show_full_result_count = False


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("session", "opens_at", "closes_at", "early_close")
    list_filter = ("early_close",)
    date_hierarchy = "session"
    ordering = ("-session",)


@admin.register(Origin)
class OriginAdmin(ReadOnlyAdmin):
    list_display = ("fetched_at", "provider", "channel", "basis", "endpoint", "detail", "digest")
    list_filter = ("provider", "channel", "basis")
    search_fields = ("detail", "digest")
    ordering = ("-fetched_at", "-id")
    show_full_result_count = False


@admin.register(BarRevision)
class BarRevisionAdmin(ReadOnlyAdmin):
    list_display = (
        "recorded_at",
        "session",
        "instrument_id",
        "reason",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "origin",
    )
    list_filter = ("reason",)
    list_select_related = ("origin",)
    ordering = ("-recorded_at", "-id")
    show_full_result_count = False


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(ReadOnlyAdmin):
    list_display = ("recorded_at", "session", "symbol", "reason", "payload", "origin")
    search_fields = ("symbol",)
    list_filter = ("reason",)
    list_select_related = ("origin",)
    ordering = ("-recorded_at", "-id")
    show_full_result_count = False


@admin.register(DataIssue)
class DataIssueAdmin(ReadOnlyAdmin):
    list_display = (
        "opened_at",
        "kind",
        "session",
        "instrument",
        "message",
        "times",
        "last_seen_at",
        "closed_at",
    )
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter))
    search_fields = ("message", "instrument__symbol")
    list_select_related = ("instrument",)
    ordering = ("-last_seen_at", "-id")
    actions = ("close",)

    @admin.action(description="Close: seen, and nothing is to be done", permissions=["close"])
    def close(self, request: HttpRequest, issues: QuerySet[DataIssue]) -> None:
        closed = issues.filter(closed_at=None).update(closed_at=clock.now())
        messages.success(request, f"{closed} issues closed; what is still wrong opens a new one.")

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("market.change_dataissue")


@admin.register(FxRate)
class FxRateAdmin(ReadOnlyAdmin):
    list_display = (
        "day",
        "base",
        "quote",
        "rate",
        "source",
        "first_seen_at",
        "fetched_at",
        "superseded_at",
    )
    list_filter = (("superseded_at", admin.EmptyFieldListFilter), "source", "quote")
    ordering = ("-day", "quote", "-id")
    show_full_result_count = False


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ("source", "name", "first_day", "last_day", "rows", "fetched_at", "checked_at")
    ordering = ("source", "name")


@admin.register(Company)
class CompanyAdmin(ReadOnlyAdmin):
    list_display = ("cik", "name", "sic", "sic_description", "state", "source", "fetched_at")
    list_filter = ("source", ("fetched_at", admin.EmptyFieldListFilter))
    search_fields = ("cik", "name")
    ordering = ("name", "cik")
    inlines = (FilingInline, ImportInline, ReportInline)
    show_full_result_count = False


@admin.register(FactReport)
class FactReportAdmin(ReadOnlyAdmin):
    list_display = ("company", "form", "filed_on", "accession", "fiscal_year", "fiscal_period")
    list_filter = ("form",)
    search_fields = ("company__cik", "company__name", "accession")
    list_select_related = ("company",)
    ordering = ("-filed_on", "-id")
    readonly_fields = ("figures",)
    show_full_result_count = False

    @admin.display(description="What it told, as filed")
    def figures(self, report: FactReport) -> SafeString:
        told = (
            Fact.objects.filter(report=report)
            .select_related("concept")
            .order_by("concept__tag", "end", "days")
        )
        rows = format_html_join(
            "\n",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    fact.concept.tag,
                    fact.concept.unit,
                    fact.end,
                    fact.days or "at its end",
                    f"{fact.value:,.12g}",
                )
                for fact in told
            ),
        )
        head = format_html_join("", "<th>{}</th>", ((name,) for name in _FACT_COLUMNS))
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, rows)


@admin.register(FactConcept)
class FactConceptAdmin(ReadOnlyAdmin):
    list_display = ("tag", "unit")
    search_fields = ("tag",)
    ordering = ("tag", "unit")


_BY_SOURCE: tuple[Any, ...] = ("provider", "source")


class _OfAProviderAdmin(ReadOnlyAdmin):
    """What a provider told of an instrument, beside the filings."""

    list_filter = _BY_SOURCE
    search_fields = ("instrument__symbol",)
    list_select_related = ("instrument",)
    show_full_result_count = False


@admin.register(EarningsDate)
class EarningsDateAdmin(_OfAProviderAdmin):
    list_display = (
        "on", "instrument", "hour", "fiscal_year", "fiscal_quarter", "eps_estimate", "eps_actual",
        "revenue_estimate", "revenue_actual", "provider", "source", "fetched_at", "withdrawn_at",
    )  # fmt: skip
    list_filter = (("withdrawn_at", admin.EmptyFieldListFilter), *_BY_SOURCE, "hour")
    ordering = ("-on", "-id")


@admin.register(EarningsReport)
class EarningsReportAdmin(_OfAProviderAdmin):
    list_display = (
        "period", "instrument", "fiscal_year", "fiscal_quarter", "actual", "estimate", "surprise",
        "surprise_ratio", "provider", "source", "fetched_at",
    )  # fmt: skip
    ordering = ("-period", "-id")


@admin.register(Recommendation)
class RecommendationAdmin(_OfAProviderAdmin):
    list_display = (
        "period", "instrument", "strong_buy", "buy", "hold", "sell", "strong_sell", "provider", "source",
        "fetched_at",
    )  # fmt: skip
    ordering = ("-period", "-id")


@admin.register(ProviderMetrics)
class ProviderMetricsAdmin(_OfAProviderAdmin):
    list_display = ("fetched_at", "instrument", "provider", "source", "currency", "quarter", "checked_at")
    ordering = ("-fetched_at", "-id")


@admin.register(FigureCheck)
class FigureCheckAdmin(_OfAProviderAdmin):
    list_display = (
        "instrument", "figure", "provider", "ours", "theirs", "differs_by", "agrees", "period_end",
        "fetched_at", "checked_at",
    )  # fmt: skip
    list_filter = ("agrees", "figure", *_BY_SOURCE)
    ordering = ("agrees", "-checked_at", "-id")
