"""People, programs and clients for the tests of the API."""

from datetime import timedelta
from typing import Any

from django.test import Client

from investment.accounts.models import User
from investment.accounts.services.tokens import create_token
from investment.lib import clock

PASSWORD = "a long enough password"


def make_user(username: str = "ada", **fields: Any) -> User:
    return User.objects.create_user(username, password=PASSWORD, **fields)


def signed_in(user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or make_user())
    return client


def program(*scopes: str, user: User | None = None, days: int = 1, ago: timedelta = timedelta()) -> Client:
    """Return a client with an API token of these scopes, made ``ago``."""
    created = create_token(
        user=user or make_user(), name="test", scopes=scopes, days=days, now=clock.real_now() - ago
    )
    return with_token(created.secret)


def with_token(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})
