"""Reads."""

from django.db.models import QuerySet

from investment.accounts.errors import AccountError
from investment.accounts.models import ApiToken, User


class UserNotFound(AccountError):
    code = "user_not_found"


def get_user(*, username: str | None = None) -> User:
    """
    Return the user with this name; without a name, the first administrator.

    :raises UserNotFound: if there is none.
    """
    if username is not None:
        user = User.objects.filter(username=username).first()
    else:
        user = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if user is None:
        who = f"user {username!r}" if username is not None else "administrator"
        raise UserNotFound(f"There is no {who}; `manage.py createsuperuser` makes one")
    return user


def list_tokens(*, user: User) -> QuerySet[ApiToken]:
    """Return the tokens of ``user`` that were not revoked, newest first, expired ones included."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True).order_by("-pk")
