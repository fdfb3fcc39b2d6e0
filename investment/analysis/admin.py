"""Admin of the analysis. Figures and scores have composite keys, which admin refuses; the pages show them."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from investment.analysis.models import MarketReturn

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[MarketReturn]
else:  # Django's own class takes no parameter at run time
    ModelAdmin = admin.ModelAdmin


@admin.register(MarketReturn)
class MarketReturnAdmin(ModelAdmin):
    """What the market was made of after each session; computed, never typed in."""

    list_display = ("session", "members", "log_return", "analysed_at")
    ordering = ("-session",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: MarketReturn | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MarketReturn | None = None) -> bool:
        return False
