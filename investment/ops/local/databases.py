"""Each mode's own database and its own keys: made, and dropped when asked."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

from investment.lib.modes import Mode
from investment.ops.local.console import StartError


def ensure_database(server: str, address: str) -> None:
    """
    Create the database of ``address`` where it is missing; ``server`` is the address of one that exists.

    :raises StartError: if the server cannot be reached or does not let us.
    """
    name = _name(address)
    with _administration(server) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        try:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
            connection.execute(create.format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise StartError(
                f"The user of DATABASE_URL may not create databases, and each mode needs its own. "
                f"As an administrator run: CREATE DATABASE {name} OWNER {_user(address)};"
            ) from None


def latest_sample(server: str, address_of: Callable[[Mode], str]) -> str:
    """
    Return the address of the sample mode's database that was started last; empty where there is none.

    ``address_of`` says where a mode's database is, on the server of ``server``.
    """
    # Whatever its name, it is a sample mode's if that mode's database would be called so.
    with _administration(server) as connection:
        rows = connection.execute(
            "SELECT datname, substring(datname FROM '_sample_([0-9]+_[0-9]+)$') FROM pg_database "
            "WHERE datname ~ '_sample_[0-9]{1,9}_[0-9]{1,6}$' AND datallowconn"
        ).fetchall()
    used: dict[str, datetime] = {}
    for name, numbers in rows:
        address = address_of(Mode.parse(f"sample-{str(numbers).replace('_', '-')}"))
        if _name(address) == name and (at := _last_started(address)):
            used[address] = at
    return max(used, key=lambda address: used[address], default="")


def _last_started(address: str) -> datetime | None:
    """Return when a mode's database last saw a start, each of which makes a login link; None for others."""
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            row = connection.execute(
                "SELECT greatest((SELECT created_at FROM ops_installation), "
                "(SELECT max(created_at) FROM accounts_loginlink))"
            ).fetchone()
    except (psycopg.OperationalError, psycopg.ProgrammingError):  # not ours to read, or never prepared
        return None
    return row[0] if row else None


def drop_mode(mode: Mode, *, server: str, address: str, redis_addresses: list[str], files: Path) -> None:
    """
    Drop what belongs to ``mode`` and nothing else: its database, its keys on each Redis, its files.

    Of the live mode the slots of the quota ledger stay: the providers have not forgotten them.
    """
    with _administration(server) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(drop.format(sql.Identifier(_name(address))))
    for redis_address in redis_addresses:
        with redis.Redis.from_url(redis_address) as client:
            batch: list[bytes] = []
            for key in client.scan_iter(match=f"{mode.name}:*", count=1000):
                if mode.kind == "live" and key.startswith(b"live:quota:"):
                    continue
                batch.append(key)
                if len(batch) == 1000:
                    client.unlink(*batch)
                    batch.clear()
            if batch:
                client.unlink(*batch)
    if files.exists():
        shutil.rmtree(files)


def check_redis(name: str, address: str) -> None:
    """:raises StartError: if no Redis answers at ``address``."""
    try:
        with redis.Redis.from_url(address, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        raise StartError(f"No Redis answers at {name}: {error}") from None


def _administration(server: str) -> psycopg.Connection[tuple[object, ...]]:
    try:
        return psycopg.connect(server, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        parts = urlsplit(server)
        where = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))  # without its password
        raise StartError(f"Cannot connect to PostgreSQL at {where}: {error}") from None


def _name(address: str) -> str:
    return unquote(urlsplit(address).path.lstrip("/"))


def _user(address: str) -> str:
    return unquote(urlsplit(address).username or "")
