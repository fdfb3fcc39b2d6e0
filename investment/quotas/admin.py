"""The ledger in the admin: windows as they are now, calls day by day, totals and reigns, all to be read."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from investment.accounts.admin import ReadOnlyAdmin
from investment.lib import clock
from investment.quotas import ids
from investment.quotas.models import Call, Epoch, HourlyTotal, Scope
from investment.quotas.selectors import LedgerStatus, WindowStatus, call_days, ledger_status


def _day_shown(request: HttpRequest) -> date | None:
    """Return the day (UTC) asked for, else today or the latest before it; None where no day has calls."""
    days = call_days()
    asked = request.GET.get(DayFilter.parameter_name)
    known = {day.isoformat(): day for day in days}
    if asked in known:
        return known[asked]
    today = clock.now().date()
    return max((day for day in days if day <= today), default=days[-1] if days else None)


def _calls_of(day: date | None) -> QuerySet[Call]:
    if day is None:
        return Call.objects.none()
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Call.objects.filter(reserved_at__gte=start, reserved_at__lt=start + timedelta(days=1))


class DayFilter(admin.SimpleListFilter):
    """Always one day: the database then opens one partition, and counts no more than that."""

    title = "day (UTC)"
    parameter_name = "day"

    def __init__(self, request: HttpRequest, *arguments: Any) -> None:
        self._shown = _day_shown(request)
        super().__init__(request, *arguments)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(day.isoformat(), day.isoformat()) for day in reversed(call_days())]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, title in self.lookup_choices:
            yield {
                "selected": self._shown is not None and value == self._shown.isoformat(),
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        return queryset & _calls_of(self._shown) if self._shown else queryset.none()


class _OfTheDay(admin.SimpleListFilter):
    """The values that a column has on the day shown: those of all days are too many rows to look through."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        name = self.parameter_name or ""
        values = _calls_of(_day_shown(request)).order_by(name).values_list(name, flat=True).distinct()
        return [(str(value), str(value) or "—") for value in values if value is not None]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        return (
            queryset if self.value() is None else queryset.filter(**{str(self.parameter_name): self.value()})
        )


class ProviderFilter(_OfTheDay):
    title = parameter_name = "provider"


class EndpointFilter(_OfTheDay):
    title = parameter_name = "endpoint"


class StatusFilter(_OfTheDay):
    title = parameter_name = "status"


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = (
        "at",
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
    list_filter = (DayFilter, "state", "lane", ProviderFilter, EndpointFilter, StatusFilter)
    ordering = ("-reserved_at",)
    show_full_result_count = False

    @admin.display(description="Reserved at (UTC)", ordering="reserved_at")
    def at(self, call: Call) -> str:
        return f"{call.reserved_at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Call | None:
        """Find a row by the time that its id holds: ids alone have no index."""
        try:
            id_ = UUID(object_id)
        except ValueError:
            return None
        rows = Call.objects.filter(id=id_)
        if id_.version == 7:  # those of the first release are random
            rows = rows.filter(reserved_at=ids.reserved_at_of(id_))
        return rows.first()


@admin.register(HourlyTotal)
class HourlyTotalAdmin(ReadOnlyAdmin):
    list_display = (
        "hour",
        "provider",
        "endpoint",
        "lane",
        "kind",
        "state",
        "status",
        "calls",
        "slots",
        "bytes",
        "seconds",
        "cost",
        "cost_currency",
    )
    list_filter = ("provider", "endpoint", "lane", "kind", "state", "status")
    date_hierarchy = "hour"
    ordering = ("-hour",)
    show_full_result_count = False

    @admin.display(description="Duration, s", ordering="duration_microseconds")
    def seconds(self, total: HourlyTotal) -> str:
        return f"{total.duration_microseconds / 1e6:.3f}" if total.timed else "—"


@admin.register(Scope)
class ScopeAdmin(ReadOnlyAdmin):
    list_display = ("name", "provider", "live")
    fields = ("name", "provider", "live", "declared_at", "number", "longest_hold", "unrecorded")
    readonly_fields = ("live", "number")

    class Media:
        css = {"all": ["quotas/windows.css"]}

    @admin.display(description="Now")
    def live(self, scope: Scope) -> SafeString:
        """Each window of the scope as it is at this moment: a picture, and the same in words."""
        now = clock.now()
        status = ledger_status(now=now, scope=scope.name)
        parts = [(_remarks(status),), *((_window(row, now),) for row in status.windows)]
        return format_html('<div class="quota-windows">{}</div>', format_html_join("", "{}", parts))


def _remarks(status: LedgerStatus) -> SafeString:
    remarks = []
    if not status.memory_known:
        remarks.append("The state server does not know what was spent: it is rebuilt at the next call.")
    if status.emergency:
        remarks.append("The emergency switch is on: only essential calls pass.")
    return format_html_join("", '<p class="quota-remark">{}</p>', ((words,) for words in remarks))


def _window(row: WindowStatus, now: datetime) -> SafeString:
    if row.window is None:
        return format_html("<p>{}</p>", "no limit")
    lanes = format_html_join(
        "",
        "<tr><th scope=row>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
        ((name, lane.used, lane.held, lane.free) for name, lane in row.lanes.items()),
    )
    return format_html(
        '<section class="quota-window"><h3>{} in {}</h3>{}<p>{}</p><p>{}</p>'
        "<details><summary>By lane</summary><table><thead><tr><th scope=col>Lane</th>"
        "<th scope=col>used</th><th scope=col>held</th><th scope=col>free</th></tr></thead>"
        "<tbody>{}</tbody></table></details></section>",
        row.window.limit,
        _length(row.window.seconds),
        _bar(row),
        _legend(row),
        _times(row, now),
        lanes,
    )


def _bar(row: WindowStatus) -> SafeString:
    """The window as a strip, a slot a unit wide. Whoever cannot see it reads the legend instead."""
    limit = row.window.limit if row.window else 1
    segments = (
        ("used", row.used),
        ("held", row.held),
        ("foreign", row.foreign),
        ("free", row.lanes["planned"].free),
        ("kept", row.lanes["interactive"].free - row.lanes["planned"].free),
    )
    drawn, place = [], 0
    for name, slots in segments:
        drawn.append((f"quota-{name}", place, 0, min(slots, limit - place), 10))
        place = min(limit, place + slots)
    in_use = min(limit, row.used + row.held)
    drawn.append(("quota-lent", in_use - row.lent, 8, row.lent, 2))
    rects = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        (rect for rect in drawn if rect[3] > 0),
    )
    return format_html(
        '<svg class="quota-bar" viewBox="0 0 {} 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        limit,
        rects,
    )


def _legend(row: WindowStatus) -> SafeString:
    kept = row.lanes["interactive"].free - row.lanes["planned"].free
    words = [("used", f"{row.used} used"), ("held", f"{row.held} held")]
    if row.lent:
        words.append(("lent", f"{row.lent} of them lent by the interactive lane"))
    if row.foreign:
        words.append(("foreign", f"{row.foreign} used by someone else"))
    words.append(("free", f"{row.free} free"))
    if kept:
        words.append(("kept", f"{kept} of them kept for the interactive lane"))
    return format_html_join(", ", '<span class="quota-swatch quota-{}" aria-hidden="true"></span>{}', words)


def _times(row: WindowStatus, now: datetime) -> str:
    words = []
    if row.closed_until:
        words.append(f"closed until {row.closed_until:%H:%M:%S}, because calls without rows were forgotten")
    if row.full_until:
        words.append(f"used up until {row.full_until:%Y-%m-%d %H:%M:%S}, as the provider said")
    words.append(f"next slot {_ahead(row.next_slot_at, now)}")
    if row.fresh_at:
        words.append(f"all free {_ahead(row.fresh_at, now)} if nothing more is sent")
    return "; ".join(words)


def _ahead(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "now"
    return f"in {_length(max(0, round((moment - now).total_seconds())))} ({moment:%H:%M:%S} UTC)"


def _length(seconds: int) -> str:
    """
    Return a length of time in words that are short.

    >>> _length(60), _length(86_400), _length(5_400)
    ('60 s', '24 h', '1 h 30 min')
    """
    if seconds < 120:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join(f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number)


@admin.register(Epoch)
class EpochAdmin(ReadOnlyAdmin):
    list_display = ("name", "number", "owner")
    ordering = ("name",)
