"""What is wanted, asked and compared, in the admin: for looking, not for typing."""

from django.contrib import admin

from investment.accounts.admin import ReadOnlyAdmin
from investment.acquisition.models import CrossCheck, InFlight, Interest, NewsPoll, Sighting, Trust
from investment.acquisition.selectors.trust import score_of


@admin.register(Interest)
class InterestAdmin(ReadOnlyAdmin):
    """Who wants to know what, and until when."""

    list_display = ("who", "instrument", "kind", "tier", "until", "declared_at")
    list_filter = ("kind", "tier")
    search_fields = ("who", "instrument__symbol")
    list_select_related = ("instrument",)
    ordering = ("-declared_at", "-pk")
    raw_id_fields = ("instrument",)


@admin.register(Sighting)
class SightingAdmin(ReadOnlyAdmin):
    """When each datum was last asked for, and what came of it."""

    list_display = ("instrument", "kind", "provider", "source", "value_at", "seen_at", "tried_at", "error")
    list_filter = ("kind", "provider")
    search_fields = ("instrument__symbol",)
    list_select_related = ("instrument",)
    ordering = ("-tried_at", "-pk")
    raw_id_fields = ("instrument",)


@admin.register(InFlight)
class InFlightAdmin(ReadOnlyAdmin):
    """What is being asked for at this moment."""

    list_display = ("instrument", "kind", "provider", "claimed_at", "until")
    list_filter = ("kind", "provider")
    search_fields = ("instrument__symbol",)
    list_select_related = ("instrument",)
    ordering = ("-claimed_at", "-pk")
    raw_id_fields = ("instrument",)


@admin.register(CrossCheck)
class CrossCheckAdmin(ReadOnlyAdmin):
    """What second sources were asked about. The disagreements themselves are data issues."""

    list_display = (
        "checked_at",
        "instrument",
        "kind",
        "provider",
        "against",
        "since",
        "until",
        "compared",
        "agreed",
        "disagreed",
        "error",
    )
    list_filter = ("kind", "provider")
    search_fields = ("instrument__symbol",)
    list_select_related = ("instrument",)
    ordering = ("-checked_at", "-pk")
    raw_id_fields = ("instrument",)


@admin.register(Trust)
class TrustAdmin(ReadOnlyAdmin):
    """How often each provider's word was confirmed by another source."""

    list_display = ("provider", "kind", "score", "agreed", "disagreed", "updated_at")
    ordering = ("provider", "kind")

    @admin.display(description="score")
    def score(self, row: Trust) -> str:
        return f"{score_of(agreed=row.agreed, disagreed=row.disagreed):.4f}"


@admin.register(NewsPoll)
class NewsPollAdmin(ReadOnlyAdmin):
    """How far each provider's news of the whole market were heard, and what is missing."""

    list_display = (
        "provider",
        "source",
        "reached_at",
        "gap_from",
        "gap_until",
        "polled_at",
        "heard_at",
        "stories",
        "copies",
        "lost",
        "error",
    )
    ordering = ("provider",)
