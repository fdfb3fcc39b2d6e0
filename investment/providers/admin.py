"""What was learned of the providers' plans, to be read."""

from django.contrib import admin

from investment.accounts.admin import ReadOnlyAdmin
from investment.providers.models import Entitlement, HistoryFloor, ListedSpelling, UncoveredSymbol

_COMMON = ("words", "since", "heard_at", "ask_again_at", "scope")


class _LearnedAdmin(ReadOnlyAdmin):
    ordering = ("provider", "endpoint", "scope")
    search_fields = ("endpoint", "words")
    show_full_result_count = False


@admin.register(Entitlement)
class EntitlementAdmin(_LearnedAdmin):
    list_display = ("provider", "endpoint", "included", *_COMMON)
    list_filter = ("provider", "included")


@admin.register(HistoryFloor)
class HistoryFloorAdmin(_LearnedAdmin):
    list_display = ("provider", "endpoint", "floor", "refused_first", "refused_last", *_COMMON)
    list_filter = ("provider",)


@admin.register(ListedSpelling)
class ListedSpellingAdmin(ReadOnlyAdmin):
    list_display = ("provider", "ours", "symbol", "figi", "heard_at")
    list_filter = ("provider",)
    search_fields = ("ours", "symbol", "figi")
    ordering = ("provider", "symbol")
    show_full_result_count = False


@admin.register(UncoveredSymbol)
class UncoveredSymbolAdmin(_LearnedAdmin):
    list_display = ("provider", "endpoint", "symbol", *_COMMON)
    list_filter = ("provider", "endpoint")
    search_fields = ("symbol", "words")
