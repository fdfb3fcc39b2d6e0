from datetime import timedelta

from django.contrib import admin
from django.utils.html import format_html_join

from investment.accounts.admin import ReadOnlyAdmin
from investment.lib import clock
from investment.quotas.models import Call, Epoch, Scope
from investment.quotas.selectors import window_status


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = (
        "reserved_at",
        "provider",
        "endpoint",
        "lane",
        "purpose",
        "state",
        "status",
        "bytes",
        "duration_seconds",
        "error",
    )
    list_filter = ("state", "lane", "provider", "endpoint")
    ordering = ("-reserved_at",)
    show_full_result_count = False


@admin.register(Scope)
class ScopeAdmin(ReadOnlyAdmin):
    list_display = ("name", "provider", "live")
    readonly_fields = ("live",)

    @admin.display(description="Now")
    def live(self, scope: Scope) -> str:
        """Each window of the scope as it is at this moment."""
        now = clock.now()
        lines = []
        for row in window_status(now=now):
            if row.scope != scope.name:
                continue
            if row.window is None:
                lines.append(("no limit",))
                continue
            lanes = ", ".join(f"{name} {lane.used}+{lane.held}" for name, lane in row.lanes.items())
            next_slot = (row.full_until or row.next_free_at or now) - now if not row.free else timedelta()
            line = f"{row.window.limit} in {row.window.seconds} s: {row.used} used, {row.held} held, "
            line += f"{row.free} free, next slot in {max(0.0, next_slot.total_seconds()):.0f} s ({lanes})"
            lines.append((line,))
        return format_html_join("\n", "<div>{}</div>", lines)


@admin.register(Epoch)
class EpochAdmin(ReadOnlyAdmin):
    list_display = ("name", "number", "owner", "until")
    ordering = ("name",)
