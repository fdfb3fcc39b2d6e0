"""The daily job, runs and the schedule in the admin."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from investment.accounts.admin import ReadOnlyAdmin
from investment.accounts.services import audit
from investment.lib import clock
from investment.ops.models import (
    BackfillStep,
    History,
    Installation,
    Lock,
    Run,
    ScheduleEntry,
    SessionJob,
    SessionStage,
)
from investment.ops.schedule import SCHEDULE
from investment.ops.services import job_rows, leases

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:  # Django's own classes take no parameters at run time
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline


class StageInline(TabularInline):
    model = SessionStage
    can_delete = False
    fields = ("name", "state", "started_at", "finished_at", "seconds", "detail")
    ordering = ("position",)
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(SessionJob)
class SessionJobAdmin(ReadOnlyAdmin):
    """«Run now» makes a job due; the schedule nudges a worker within a second or two."""

    list_display = (
        "session",
        "state",
        "rows",
        "usual_rows",
        "next_try_at",
        "reread_due_at",
        "attempts",
        "in_work",
        "error",
    )
    list_filter = ("state",)
    ordering = ("-session",)
    date_hierarchy = "session"
    inlines = (StageInline,)
    actions = ("run_now",)

    @admin.display(boolean=True, description="in work")
    def in_work(self, job: SessionJob) -> bool:
        return leases.is_held(job)

    def has_run_now_permission(self, request: HttpRequest) -> bool:
        """Who may change jobs elsewhere may run them here, though nobody edits the rows by hand."""
        return request.user.has_perm("ops.change_sessionjob")

    @admin.action(description="Run now", permissions=["run_now"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[SessionJob]) -> None:
        for job in queryset.order_by("session"):
            if leases.is_held(job):
                words = f"Session {job.session} is being worked on by {job.lease_owner} already."
                messages.warning(request, words)
                continue
            job_rows.ask_again(session=job.session, now=clock.now())
            audit.record(
                action="session.run_now",
                now=clock.real_now(),
                actor=request.user if request.user.is_authenticated else None,
                target=job.session.isoformat(),
            )
            messages.success(request, f"Session {job.session} is due now: a worker takes it up in a moment.")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = (
        "started_at",
        "kind",
        "subject",
        "trigger",
        "state",
        "seconds",
        "calls",
        "inserted",
        "changed",
        "unchanged",
        "refused",
        "analysed",
        "ranked",
        "error",
    )
    list_filter = ("kind", "state", "trigger")
    ordering = ("-started_at", "-pk")
    search_fields = ("subject", "error")


@admin.register(ScheduleEntry)
class ScheduleEntryAdmin(ModelAdmin):
    """What the code's table says, when it is due next, and a switch to pause it."""

    list_display = ("name", "what", "new_york", "due_at", "last_sent_at", "paused")
    list_editable = ("paused",)
    readonly_fields = ("name", "due_at", "last_sent_at")
    ordering = ("due_at",)

    @admin.display(description="what")
    def what(self, row: ScheduleEntry) -> str:
        return next((entry.what for entry in SCHEDULE if entry.name == row.name), "")

    @admin.display(description="New York time")
    def new_york(self, row: ScheduleEntry) -> str:
        return next((f"{entry.at:%H:%M}" for entry in SCHEDULE if entry.name == row.name), "")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(BackfillStep)
class BackfillStepAdmin(ReadOnlyAdmin):
    list_display = ("kind", "key", "first", "last", "done_at", "note")
    list_filter = ("kind",)
    search_fields = ("key",)
    ordering = ("-done_at",)


@admin.register(History)
class HistoryAdmin(ReadOnlyAdmin):
    list_display = ("state", "plan", "since", "until", "next_try_at", "pieces", "error")


@admin.register(Installation)
class InstallationAdmin(ReadOnlyAdmin):
    list_display = ("mode", "created_at")


@admin.register(Lock)
class LockAdmin(ReadOnlyAdmin):
    list_display = ("name", "lease_owner", "lease_until", "heartbeat_at")
    ordering = ("name",)
