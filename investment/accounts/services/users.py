"""The first administrator."""

import secrets
from datetime import datetime

from investment.accounts.models import User
from investment.accounts.services import audit


def ensure_admin(*, username: str, now: datetime) -> str | None:
    """
    Make an administrator where there is none.

    :return: its random password, which is kept nowhere; None where an active one exists already.
    """
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return None
    password = secrets.token_urlsafe(15)
    user = User.objects.create_superuser(username, password=password)
    audit.record(action="user.created", now=now, actor=user, target=username, administrator=True)
    return password
