"""News in the admin: for looking. What follows from copies is made anew by the platform alone."""

from typing import TYPE_CHECKING

from django.contrib import admin

from investment.accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from investment.news.models import Reading, Story, StoryCopy, StoryTie

if TYPE_CHECKING:
    CopyTable = admin.TabularInline[StoryCopy, Story]
    TieTable = admin.TabularInline[StoryTie, Story]
    ReadingTable = admin.TabularInline[Reading, Story]
else:  # Django's own classes take no parameters at run time
    CopyTable = TieTable = ReadingTable = admin.TabularInline


class CopyInline(ReadOnlyInline, CopyTable):
    model = StoryCopy
    ordering = ("published_at", "url_digest", "provider")
    fields = (
        "provider",
        "source",
        "publisher",
        "headline",
        "url",
        "published_at",
        "first_seen_at",
        "parent_id",
    )
    readonly_fields = fields


class TieInline(ReadOnlyInline, TieTable):
    model = StoryTie
    raw_id_fields = ("instrument",)
    ordering = ("published_at", "id")
    fields = ("instrument", "how", "in_headline", "published_at", "label", "score", "reader", "read_from")


class ReadingInline(ReadOnlyInline, ReadingTable):
    model = Reading
    ordering = ("instrument_id", "reader")
    fields = ("instrument", "reader", "label", "score", "relevance", "method", "published_at", "read_at")


@admin.register(Story)
class StoryAdmin(ReadOnlyAdmin):
    list_display = ("published_at", "headline", "publisher", "language", "first_seen_at")
    list_filter = ("language",)
    search_fields = ("headline", "url")
    ordering = ("-published_at", "-id")
    exclude = ("search",)
    inlines = (CopyInline, TieInline, ReadingInline)
    show_full_result_count = False


@admin.register(StoryCopy)
class StoryCopyAdmin(ReadOnlyAdmin):
    list_display = ("published_at", "provider", "source", "headline", "publisher", "first_seen_at")
    list_filter = ("provider", "source")
    search_fields = ("headline", "url")
    ordering = ("-published_at", "-id")
    exclude = ("places", "parent")
    readonly_fields = ("parent_id",)
    show_full_result_count = False


@admin.register(StoryTie)
class StoryTieAdmin(ReadOnlyAdmin):
    list_display = ("published_at", "instrument", "story", "how", "in_headline", "label", "score", "reader")
    list_filter = ("how", "label", "reader")
    search_fields = ("=instrument__symbol",)
    list_select_related = ("instrument", "story")
    ordering = ("-published_at", "-id")
    show_full_result_count = False


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    list_display = ("published_at", "instrument", "story", "reader", "label", "score", "relevance", "method")
    list_filter = ("reader", "label", "method")
    search_fields = ("=instrument__symbol",)
    list_select_related = ("instrument", "story")
    ordering = ("-published_at", "-id")
    show_full_result_count = False
