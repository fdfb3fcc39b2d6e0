"""The environment of the platform that runs in this clone, for commands given beside it."""

import contextlib
import fcntl
import json
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

from investment.ops.local.keys import write_private

# What a command may not take over: it is about the shell that the platform was started from.
_OF_THE_SHELL = ("PATH", "PYTHONPATH", "PYTHONUNBUFFERED")


@contextlib.contextmanager
def announced(runtime: Path, variables: Mapping[str, str], given: Mapping[str, str]) -> Iterator[None]:
    """Keep what ``variables`` adds to ``given`` in a private file, for as long as this lasts."""
    path = runtime / "environment.json"
    added = {n: v for n, v in variables.items() if given.get(n) != v and n not in _OF_THE_SHELL}
    write_private(path, json.dumps(added, indent=1))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def adopt(runtime: Path, environment: MutableMapping[str, str]) -> None:
    """
    Let a command work on the running platform: add its variables that ``environment`` lacks.

    Does nothing where no platform runs, or where ``DATABASE_URL`` says which database is meant.
    """
    path, lock = runtime / "environment.json", runtime / "lock"
    if environment.get("DATABASE_URL") or not path.exists() or _is_free(lock):
        return
    for name, value in json.loads(path.read_text()).items():
        environment.setdefault(name, value)


def _is_free(lock: Path) -> bool:
    """True if the platform that held ``lock`` has ended; perhaps it was killed and left its files."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
