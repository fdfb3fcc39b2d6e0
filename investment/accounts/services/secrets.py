"""Secrets that we show once and keep only as a digest."""

import hashlib
import secrets


def new_secret(prefix: str = "") -> str:
    """Return 256 random bits as text that is safe in a URL."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """
    Return the SHA-256 of ``secret``, hexadecimal.

    A slow hash would add nothing: the secrets are random, not chosen by people.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
