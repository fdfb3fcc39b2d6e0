"""Who may use the platform: people, their programs, and what they did."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class User(AbstractUser):
    """A person who signs in."""


class ApiToken(models.Model):
    """
    A program's key to the API, in its owner's name.

    Only the SHA-256 of the secret is kept; ``prefix`` is its beginning, for people to tell
    tokens apart. It ends at ``expires_at`` or when ``revoked_at`` is set.
    """

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Read and change"
        ADMIN = "admin", "Administer"

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret, hexadecimal")
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_apitoken_expires_later"
            ),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="accounts_apitoken_has_a_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class LoginLink(models.Model):
    """A link that signs its user in once, from this machine, before ``expires_at``."""

    user = models.ForeignKey(User, models.CASCADE, related_name="login_links")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret, hexadecimal")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"login link of {self.user_id}, until {self.expires_at:%Y-%m-%d %H:%M}"


class AuditEntry(models.Model):
    """One thing that somebody did and that may be asked about later. Append-only."""

    at = models.DateTimeField()
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="audit_entries")
    action = models.CharField(max_length=64, help_text="For example login, token.created")
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="accounts_auditentry_at")]

    def __str__(self) -> str:
        return f"{self.action} {self.target}".strip()
