"""What providers' answers have taught us of plans, histories and symbols, and the answers as they came."""

from django.db import models
from django.db.models import F, Q


class Learned(models.Model):
    """
    Something learned about an endpoint under a key. Another key (another scope) knows nothing of it.

    All times are the one clock's. ``words`` are the provider's own, without the key.
    """

    provider = models.CharField(max_length=32)
    scope = models.CharField(max_length=80, help_text="The key's digest and what is metered together")
    endpoint = models.CharField(max_length=64)
    since = models.DateTimeField(help_text="When we first heard so, without another answer since")
    heard_at = models.DateTimeField(help_text="When we last heard so")
    words = models.CharField(max_length=500, blank=True, help_text="The provider's own")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP's")

    class Meta:
        abstract = True


class Entitlement(Learned):
    """
    Whether the plan of a key includes an endpoint, as its answers tell.

    No row: nobody has asked yet. What is not included is not asked for until ``ask_again_at``, when
    one call passes.
    """

    included = models.BooleanField()
    ask_again_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "endpoint"], name="providers_entitlement_key"),
            models.CheckConstraint(
                condition=Q(included=True, ask_again_at__isnull=True)
                | Q(included=False, ask_again_at__isnull=False),
                name="providers_entitlement_refused_is_asked_again",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.endpoint}: {'included' if self.included else 'not in the plan'}"


class HistoryFloor(Learned):
    """
    How far back the plan of a key does not reach at an endpoint.

    Days before ``floor`` are out of its history: told by the provider, or the day after one that was
    refused. Questions from ``refused_first`` or earlier up to ``refused_last`` or earlier are refused
    as well: there the range as a whole was refused, and nobody said because of which of its days.
    Floors only move forward, so what was refused stays so; at ``ask_again_at`` one call passes, because
    the plan may be another.
    """

    floor = models.DateField()
    refused_first = models.DateField()
    refused_last = models.DateField()
    ask_again_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "endpoint"], name="providers_historyfloor_key"),
            models.CheckConstraint(
                condition=Q(refused_first__lte=F("refused_last")), name="providers_historyfloor_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.endpoint}: nothing before {self.floor}"


class UncoveredSymbol(Learned):
    """
    A symbol that a provider does not know at an endpoint: not asked for until ``ask_again_at``.

    Of each endpoint by itself: a fund has no company's profile, and quotes all the same.
    """

    symbol = models.CharField(max_length=64)
    ask_again_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "endpoint", "symbol"], name="providers_uncoveredsymbol_key"
            ),
            models.CheckConstraint(condition=~Q(symbol=""), name="providers_uncoveredsymbol_symbol"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.endpoint}: no {self.symbol}"


class RawBody(models.Model):
    """
    The body of one or more answers, packed; the same bytes are kept once however often they come.

    ``digest`` is that of the bytes as they were before they were packed for the way, without our key.
    """

    digest = models.CharField(max_length=64, primary_key=True, help_text="SHA-256, hexadecimal")
    packed = models.BinaryField(help_text="zlib")
    size = models.PositiveIntegerField(help_text="Bytes, unpacked")
    keep_until = models.DateTimeField(help_text="The longest of its answers'")

    class Meta:
        verbose_name_plural = "raw bodies"
        indexes = [models.Index(fields=["keep_until"], name="providers_rawbody_keep_until")]

    def __str__(self) -> str:
        return self.digest


class RawAnswer(models.Model):
    """
    One answer that can become stored truth: to which question, when, and what it said.

    ``asked`` is the address below the provider's own, without any key. ``received_at`` is on the one clock.
    """

    call_id = models.UUIDField(help_text="The call in the quota ledger")
    provider = models.CharField(max_length=32)
    scope = models.CharField(max_length=80)
    endpoint = models.CharField(max_length=64)
    asked = models.TextField(help_text="Path and query, without any key")
    status = models.PositiveSmallIntegerField(help_text="HTTP's")
    content_type = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()
    body = models.ForeignKey(RawBody, models.PROTECT, null=True, blank=True, related_name="answers")
    not_kept = models.CharField(max_length=255, blank=True, help_text="Why there is no body")
    keep_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(body__isnull=False, not_kept="") | (Q(body__isnull=True) & ~Q(not_kept="")),
                name="providers_rawanswer_body_or_why_not",
            ),
            models.UniqueConstraint(fields=["call_id"], name="providers_rawanswer_one_a_call"),
        ]
        indexes = [
            models.Index(fields=["provider", "received_at"], name="providers_rawanswer_received"),
            models.Index(fields=["keep_until"], name="providers_rawanswer_keep_until"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.endpoint} {self.received_at:%Y-%m-%d %H:%M}"


class ListedSpelling(models.Model):
    """
    How a provider spells what has a FIGI, as its own list of symbols told last, and what we call it.

    ``ours`` is empty where we know of no active instrument with that FIGI.
    """

    provider = models.CharField(max_length=32)
    figi = models.CharField(max_length=12, help_text="The composite one")
    symbol = models.CharField(max_length=64, help_text="The provider's")
    ours = models.CharField(max_length=32, blank=True)
    heard_at = models.DateTimeField(help_text="On the one clock")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "figi"], name="providers_listedspelling_once"),
        ]
        indexes = [
            models.Index(
                fields=["provider"],
                condition=~Q(ours="") & ~Q(ours=F("symbol")),
                name="providers_listedspelling_other",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.symbol}: {self.ours or '—'}"
