"""Admin of the analysis. Figures and scores have composite keys, which admin refuses; the pages show them."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from investment.analysis.models import MarketReturn, ScoredMonth, ScoreRecord

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's own class takes no parameter at run time
    ModelAdmin = admin.ModelAdmin


class Computed(ModelAdmin):
    """What is computed and never typed in."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(MarketReturn)
class MarketReturnAdmin(Computed):
    """What the market was made of after each session."""

    list_display = ("session", "members", "log_return", "analysed_at")
    ordering = ("-session",)


@admin.register(ScoreRecord)
class ScoreRecordAdmin(Computed):
    """How each score of each session did."""

    list_display = ("session", "board", "score", "correlation", "instruments", "until", "computed_at")
    list_filter = ("board", "score")
    date_hierarchy = "session"
    ordering = ("-session", "board", "score")


@admin.register(ScoredMonth)
class ScoredMonthAdmin(Computed):
    """Which past months were scored afterwards, and of what."""

    list_display = ("session", "sessions", "companies", "stories", "scored_at", "note")
    ordering = ("-session",)
