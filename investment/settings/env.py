"""Read the environment, and refuse to start on anything doubtful. The only reader of it."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return ``$NAME``; an empty value counts as not set."""
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set; .env.example says what it is for")
    return value


def flag(name: str, *, default: bool) -> bool:
    value = text(name, str(default))
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} must be 'True' or 'False', was {value!r}")
    return value == "True"


def integer(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be an integer, was {value!r}") from None


def secret(name: str, default: str | None = None) -> str:
    """Return ``$NAME``, or the content of the file ``$NAME_FILE`` (a Docker secret)."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as e:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {e.strerror}") from e
    return text(name, default)


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of ``$NAME``."""
    return [word.strip() for word in text(name, default or ",").split(",") if word.strip()]


def database(name: str) -> dict[str, Any]:
    """
    Return Django's settings for ``$NAME``, a ``postgres://user:password@host:port/database`` address.

    A host given as ``?host=/directory`` is a Unix socket's directory.

    :raises ImproperlyConfigured: if it is not set or not such an address. The address itself,
        which holds a password, is never in the message.
    """
    parts = urlsplit(secret(name))
    query = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is not a number") from None
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must be postgres://user:password@host:port/database")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": query.pop("port", None) or port or "",
        "CONN_MAX_AGE": 60,  # seconds
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }
