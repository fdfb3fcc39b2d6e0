"""What this installation keeps secret: made once, at random, readable by its owner alone."""

import json
import os
import secrets
from pathlib import Path

_NAMES = ("django", "postgres", "state", "cache", "sandbox")


def installation_secrets(runtime: Path) -> dict[str, str]:
    """Return the secrets of a ``runtime`` folder by name; missing ones are made and stored."""
    path = runtime / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = {name: secrets.token_urlsafe(48) for name in _NAMES if name not in known}
    if missing:
        write_private(path, json.dumps(known | missing, indent=1))
    return known | missing


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    unfinished.replace(path)
