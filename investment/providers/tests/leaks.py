"""
Everything that this installation writes, searched for keys: logs, rows, both Redis, errors, output, files.

A key is known by its beginning and by its end, which no way of writing it changes: so what is cut in two, or
written as in an address, in JSON or in base64, is found as well.
"""

import base64
import binascii
import gzip
import logging
import re
import traceback
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from django.db import connection

from investment.lib import redis

# Whatever speaks of what it does; they are asked to say everything.
LOGGERS = (
    "", "investment", "django", "celery", "kombu", "amqp", "redis", "asyncio", "websockets", "urllib3",
    "httpx", "httpcore", "httpcore.http11", "httpcore.connection", "httpcore.http2", "httpcore.proxy",
    "hpack", "anyio", "concurrent", "uvicorn", "uvicorn.error", "uvicorn.access", "gunicorn", "psycopg",
)  # fmt: skip
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_UNPACKERS = (zlib.decompress, gzip.decompress, lambda body: zlib.decompress(body, -zlib.MAX_WBITS))

Place = tuple[str, str | bytes]


class Secret:
    """A key that looks like no other, with characters that addresses, JSON and HTML write otherwise."""

    def __init__(self, name: str) -> None:
        self.beginning, self.end = f"Zq7{name}Begins", f"Ends{name}Wx9"
        self.value = f"{self.beginning}/+&=%\"'<;{self.end}"

    @property
    def parts(self) -> tuple[bytes, bytes]:
        return self.beginning.lower().encode(), self.end.lower().encode()


class Written(logging.Handler):
    """
    Listens to all loggers, and is told of errors and pages; :meth:`leaks` says where a secret was found.

        with Written(secrets, files=folder) as written:
            …
        assert written.leaks() == []
    """

    def __init__(self, secrets: Iterable[Secret], *, files: Path) -> None:
        super().__init__(level=1)
        self._parts = [part for secret in secrets for part in secret.parts]
        self.files = files
        self._levels: dict[str, int] = {}
        self._handlers: list[logging.Handler] = []
        self.said: list[Place] = []
        self.errors = 0

    def __enter__(self) -> Self:
        for name in LOGGERS:
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.setLevel(logging.DEBUG)
        root = logging.getLogger()
        self._handlers, root.handlers[:] = root.handlers[:], [self]  # the others would write the same
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().handlers[:] = self._handlers
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{record.getMessage()} {record.args!r}"
        if record.exc_info and record.exc_info[1] is not None:
            self.hear(record.exc_info[1])
        self.said.append(
            (f"log of {record.name}", f"{text} {record.exc_text or ''} {record.stack_info or ''}")
        )

    def hear(self, error: BaseException) -> None:
        """Note an error as anything of ours could write it, and all that it came from."""
        self.errors += 1
        seen: set[int] = set()
        rest: list[BaseException | None] = [error]
        while rest:
            one = rest.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            rest += [one.__cause__, one.__context__]
            told = {name: value for name, value in vars(one).items() if not name.startswith("_")}
            notes = getattr(one, "__notes__", [])
            self.said.append(
                (f"error {type(one).__name__}", f"{one} {one!r} {one.args!r} {told!r} {notes!r}")
            )
        self.said.append((f"traceback of {type(error).__name__}", "".join(traceback.format_exception(error))))

    def see(self, place: str, text: str | bytes) -> None:
        """Note a page, or what a command printed."""
        self.said.append((place, text))

    def leaks(self) -> list[str]:
        """Return where a secret was found, each place once."""
        found = {place for place, text in self.everything() if self._holds(text)}
        return sorted(found)

    def everything(self) -> Iterator[Place]:
        yield from self.said
        yield from rows()
        yield from redis_values()
        yield from contents(self.files)

    def _holds(self, text: str | bytes) -> bool:
        body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        return any(part in form.lower() for form in _forms(body) for part in self._parts)


def rows() -> Iterator[Place]:
    """Yield every row of every table, as text; and each of its bytes as they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text, array_agg(a.attname) FILTER (WHERE a.atttypid = 'bytea'::regtype)"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.oid"
        )
        for table, binaries in cursor.fetchall():
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")  # noqa: S608 - from the catalogue
            yield from ((f"table {table}", text) for (text,) in cursor.fetchall())
            for column in binaries or ():
                cursor.execute(f'SELECT "{column}" FROM {table} WHERE "{column}" IS NOT NULL')  # noqa: S608
                yield from ((f"table {table}.{column}", bytes(body)) for (body,) in cursor.fetchall())


def redis_values() -> Iterator[Place]:
    """Yield every key and value of both Redis, of whatever type."""
    for name, client in (("state", redis.state()), ("cache", redis.cache())):
        for key in client.scan_iter(count=1000):
            place = f"{name} server: {key.decode(errors='replace')}"
            yield place, key
            yield from ((place, value) for value in _values(client, key))


def _values(client: Any, key: bytes) -> list[bytes]:
    match client.type(key):
        case b"string":
            found = [client.get(key)]
        case b"hash":
            found = [part for pair in client.hgetall(key).items() for part in pair]
        case b"list":
            found = client.lrange(key, 0, -1)
        case b"set":
            found = list(client.smembers(key))
        case b"zset":
            found = client.zrange(key, 0, -1)
        case b"stream":
            found = [part for _, entry in client.xrange(key) for pair in entry.items() for part in pair]
        case b"none":  # it has expired meanwhile
            found = []
        case other:
            raise AssertionError(f"nobody looks into a value of type {other!r}")
    return [value for value in found if value is not None]


def contents(folder: Path) -> Iterator[Place]:
    for path in folder.rglob("*"):
        yield f"name of {path.name}", str(path.relative_to(folder))
        if path.is_file():
            yield f"file {path.name}", path.read_bytes()


def _forms(body: bytes) -> Iterator[bytes]:
    """Yield a text as it is, unpacked, and what is in it as base64."""
    yield body
    for unpack in _UNPACKERS:
        try:
            yield unpack(body)
        except (zlib.error, OSError, EOFError):
            continue
    for found in _BASE64.findall(body[:200_000]):
        try:
            yield base64.b64decode(
                found + b"=" * (-len(found) % 4), altchars=b"-_" if b"_" in found or b"-" in found else None
            )
        except (binascii.Error, ValueError):
            continue
