"""
What was written, once whoever brought it, and what it means for whom.

Copies are what was told; stories, ties and readings follow from them and are made anew wherever a copy is
added, changed or taken back (``services/telling.py``). Headline, snippet and link are all that is kept.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q


class Story(models.Model):
    """
    One event in one text, however many copies there are. Its words are those of the copy published first.

    ``published_at`` is the publisher's, ``first_seen_at`` ours, both of the earliest of its copies.
    """

    headline = models.TextField()
    summary = models.TextField(null=True, help_text="A snippet, cut as the provider or we cut it")
    url = models.TextField()
    publisher = models.CharField(max_length=200, blank=True, help_text="Empty: not told")
    language = models.CharField(max_length=8, blank=True, help_text="ISO 639-1; empty: not told")
    image_url = models.TextField(blank=True)
    published_at = models.DateTimeField()
    first_seen_at = models.DateTimeField()
    search = models.GeneratedField(
        expression=SearchVector("headline", "summary", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name_plural = "stories"
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="news_story_newest"),
            GinIndex(fields=["search"], name="news_story_search"),
        ]

    def __str__(self) -> str:
        return self.headline[:80]


class StoryCopy(models.Model):
    """
    What one provider brought of a story. ``provider`` was asked, ``source`` is whose words it told.

    ``parent`` is the earliest copy of the same text that was published before this one; the first copy of a
    story has none. ``places`` are where the search for copies finds it (``calculators/duplicates.py``).
    ``tags`` are the provider's tickers in its order, ``tagged`` the instruments that had them on the day of
    publication, ``about`` those that a question was about to which this was an answer. ``told`` is what
    the provider's own model says: ``[{instrument, label, score, relevance}]``.
    """

    story = models.ForeignKey(Story, models.CASCADE, related_name="copies")
    parent = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="children")
    provider = models.CharField(max_length=32)
    source = models.CharField(max_length=32)
    provider_id = models.CharField(max_length=200, blank=True)
    url = models.TextField()
    url_digest = models.CharField(max_length=64, help_text="Of the address without what counts clicks")
    headline = models.TextField()
    summary = models.TextField(null=True)
    publisher = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    image_url = models.TextField(blank=True)
    published_at = models.DateTimeField()
    first_seen_at = models.DateTimeField()
    tags = ArrayField(models.CharField(max_length=64), default=list)
    tagged = ArrayField(models.BigIntegerField(), default=list)
    about = ArrayField(models.BigIntegerField(), default=list)
    told = models.JSONField(default=list)
    places = ArrayField(models.BigIntegerField(), default=list)
    call_id = models.UUIDField(null=True, help_text="The call in the quota ledger")

    class Meta:
        verbose_name_plural = "story copies"
        constraints = [
            models.UniqueConstraint(fields=["provider", "url_digest"], name="news_storycopy_once"),
        ]
        indexes = [
            models.Index(fields=["url_digest", "published_at"], name="news_storycopy_address"),
            models.Index(fields=["provider", "first_seen_at"], name="news_storycopy_kept"),
            models.Index(fields=["provider", "-published_at"], name="news_storycopy_newest"),
            GinIndex(fields=["places"], name="news_storycopy_places", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.headline[:60]}"


class Label(models.TextChoices):
    """What a story means for who holds the instrument; ``unsure`` is an answer, too."""

    POSITIVE = "positive", "Good"
    NEUTRAL = "neutral", "Neither good nor bad"
    NEGATIVE = "negative", "Bad"
    UNSURE = "unsure", "The reader could not tell"


class StoryTie(models.Model):
    """
    That a story is about an instrument, why, and what it means for it.

    ``published_at`` is that of the first copy that says so, so that a past day can be read as it was.
    ``label`` and ``score`` are a provider's reading where there is one, else ours; ``read_from`` is when the
    copy that they were read from was published. ``score`` runs from -1 to 1; NULL is «unsure», or a
    provider that tells labels alone.
    """

    class How(models.TextChoices):
        TAG = "tag", "The provider's tag"
        TICKER = "ticker", "Its ticker is in the text"
        NAME = "name", "Its name is in the text"
        NAME_IN_CONTEXT = "name in context", "Its name, an ordinary word, is in the text as a company's"

    story = models.ForeignKey(Story, models.CASCADE, related_name="ties")
    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="+", db_index=False)
    how = models.CharField(max_length=16, choices=How)
    in_headline = models.BooleanField()
    published_at = models.DateTimeField()
    label = models.CharField(max_length=16, choices=Label)
    score = models.FloatField(null=True)
    reader = models.CharField(max_length=32, help_text="local, or the provider whose reading it is")
    read_from = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["story", "instrument"], name="news_storytie_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=-1, score__lte=1), name="news_storytie_score"
            ),
        ]
        indexes = [
            models.Index(fields=["instrument", "-published_at"], name="news_storytie_newest"),
            models.Index(fields=["published_at"], name="news_storytie_published"),
        ]

    def __str__(self) -> str:
        return f"{self.story_id} about {self.instrument_id}: {self.label}"


class Reading(models.Model):
    """
    What one reader says that a story means for an instrument: ours (``local``), or a provider's, as told.

    ``published_at`` is that of the copy that was read; ``method`` names what read it.
    """

    class Told(models.TextChoices):
        POSITIVE = "positive", "Good"
        SOMEWHAT_POSITIVE = "somewhat_positive", "Rather good"
        NEUTRAL = "neutral", "Neither good nor bad"
        SOMEWHAT_NEGATIVE = "somewhat_negative", "Rather bad"
        NEGATIVE = "negative", "Bad"
        UNSURE = "unsure", "The reader could not tell"

    story = models.ForeignKey(Story, models.CASCADE, related_name="readings")
    instrument = models.ForeignKey("market.Instrument", models.CASCADE, related_name="+")
    reader = models.CharField(max_length=32)
    label = models.CharField(max_length=32, choices=Told)
    score = models.FloatField(null=True)
    relevance = models.FloatField(null=True, help_text="0 to 1, as the provider tells it")
    method = models.CharField(max_length=32)
    published_at = models.DateTimeField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["story", "instrument", "reader"], name="news_reading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} of {self.story_id} for {self.instrument_id}: {self.label}"
