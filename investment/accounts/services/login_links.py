"""Links that sign in once, on this machine, for ten minutes."""

from datetime import datetime, timedelta

from investment.accounts.errors import LoginLinkRefused
from investment.accounts.models import LoginLink, User
from investment.accounts.services import audit
from investment.accounts.services.secrets import digest, new_secret

VALID_FOR = timedelta(minutes=10)


def create_login_link(*, user: User, now: datetime) -> str:
    """
    Return the secret of a new link of ``user``: its address is ``/login/<secret>``.

    :param now: real time, aware; the link ends ten minutes later.
    """
    secret = new_secret()
    # Old links are of no use to anybody; the audit entries remain.
    LoginLink.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    LoginLink.objects.create(user=user, digest=digest(secret), created_at=now, expires_at=now + VALID_FOR)
    audit.record(action="login_link.created", now=now, actor=user, target=user.username)
    return secret


def use_login_link(*, secret: str, address: str, now: datetime) -> User:
    """
    Spend the link and return its user. Of two who come at once, one is refused.

    :param now: real time, aware.
    :raises LoginLinkRefused: if it is unknown, used or expired, or its user is not active.
    """
    # No join here: the claim must be decided by the very row that the UPDATE locks.
    links = LoginLink.objects.filter(digest=digest(secret), used_at__isnull=True, expires_at__gt=now)
    if links.update(used_at=now) != 1:
        audit.record(action="login_link.refused", now=now, address=address)
        raise LoginLinkRefused(
            "This login link was used before or has expired. `manage.py login_link` prints a new one."
        )
    user = LoginLink.objects.select_related("user").get(digest=digest(secret)).user
    if not user.is_active:
        raise LoginLinkRefused("The user of this login link is not active")
    audit.record(action="login", now=now, actor=user, target=user.username, address=address, by="link")
    return user
