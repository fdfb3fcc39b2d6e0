"""Signing in with a password, with a brake on guessing."""

import hashlib
from datetime import datetime

from django.contrib.auth import authenticate
from django.core.cache import cache

from investment.accounts.errors import InvalidCredentials, TooManyAttempts
from investment.accounts.models import User
from investment.accounts.services import audit

ATTEMPTS = 5  # failures per user name and address
LOCKED_FOR = 15 * 60  # seconds, counted from the first failure


def sign_in(*, username: str, password: str, address: str, now: datetime) -> User:
    """
    Return the user with these credentials. Starting a session is the caller's.

    :param address: where the attempt comes from; failures are counted per name and address.
    :param now: real time, aware.
    :raises InvalidCredentials: if they are wrong or the user may not sign in.
    :raises TooManyAttempts: after :data:`ATTEMPTS` failures, also for the right password.
    """
    key = _counter(username, address)
    # Counted before the password is looked at, so that attempts sent at once are all counted.
    cache.add(key, 0, timeout=LOCKED_FOR)
    try:
        attempts = cache.incr(key)
    except ValueError:  # it expired, or was evicted, since the line above
        attempts = 1
    if attempts > ATTEMPTS:
        raise TooManyAttempts(
            f"Too many failed attempts; try again in {LOCKED_FOR // 60} minutes", retry_after=LOCKED_FOR
        )

    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        audit.record(action="login.failed", now=now, target=username, address=address)
        raise InvalidCredentials("No active user has this name and password")

    cache.delete(key)
    audit.record(action="login", now=now, actor=user, target=user.username, address=address, by="password")
    return user


def _counter(username: str, address: str) -> str:
    subject = hashlib.sha256(f"{username.casefold()}\0{address}".encode()).hexdigest()
    return f"accounts:failed:{subject}"
