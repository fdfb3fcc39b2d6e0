"""API tokens: made, checked, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from investment.accounts.errors import ScopeNotAllowed, TokenNotFound, TokenRejected
from investment.accounts.models import ApiToken, User
from investment.accounts.services import audit
from investment.accounts.services.secrets import digest, new_secret

_USED_AGAIN_AFTER = timedelta(minutes=1)  # a busy program must not write a row on every request


@dataclass(frozen=True, slots=True)
class CreatedToken:
    """``secret`` exists only here: show it now, it cannot be shown again."""

    token: ApiToken
    secret: str


def create_token(*, user: User, name: str, scopes: Sequence[str], days: int, now: datetime) -> CreatedToken:
    """
    Make a token of ``user`` that is valid for ``days``.

    :param scopes: of :class:`ApiToken.Scope`, at least one; ``admin`` for staff only.
    :param now: real time, aware.
    :raises ScopeNotAllowed: if ``user`` may not give a scope.
    """
    if not scopes or not set(scopes) <= set(ApiToken.Scope.values):
        raise ScopeNotAllowed(f"Scopes are {', '.join(ApiToken.Scope.values)}; give at least one")
    if ApiToken.Scope.ADMIN in scopes and not user.is_staff:
        raise ScopeNotAllowed("Only staff may have a token with the scope admin")
    secret = new_secret("inv_")
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:12],
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record(
        action="token.created", now=now, actor=user, target=str(token), scopes=list(token.scopes), days=days
    )
    return CreatedToken(token, secret)


def check_token(*, secret: str, now: datetime) -> ApiToken:
    """
    Return the token with this secret, its user loaded, and note that it was used.

    :param now: real time, aware.
    :raises TokenRejected: if it is unknown, expired or revoked, or its user is not active.
    """
    token = ApiToken.objects.select_related("user").filter(digest=digest(secret)).first()
    if token is None:
        raise TokenRejected("This API token is unknown")
    if token.revoked_at is not None:
        raise TokenRejected("This API token was revoked")
    if token.expires_at <= now:
        raise TokenRejected("This API token has expired")
    if not token.user.is_active:
        raise TokenRejected("The user of this API token is not active")

    if token.last_used_at is None or now - token.last_used_at >= _USED_AGAIN_AFTER:
        ApiToken.objects.filter(pk=token.pk).filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lt=now)
        ).update(last_used_at=now)
    return token


def revoke_token(*, token_id: int, actor: User, now: datetime) -> None:
    """
    End a token of ``actor`` at once. Revoking it again changes nothing.

    :raises TokenNotFound: if ``actor`` has no such token.
    """
    token = ApiToken.objects.filter(pk=token_id, user=actor).first()
    if token is None:
        raise TokenNotFound(f"You have no API token {token_id}", id=token_id)
    if ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True).update(revoked_at=now):
        audit.record(action="token.revoked", now=now, actor=actor, target=str(token))
