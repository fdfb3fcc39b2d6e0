import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

from investment.lib.modes import Mode
from investment.ops.local.databases import latest_sample
from investment.ops.local.environment import mode_address, with_database

BASE = "carrying"


def address_of(one: Mode) -> str:
    return mode_address(with_database(os.environ["DATABASE_URL"], BASE), one, embedded=False)


@contextmanager
def databases(**started: str | None) -> Iterator[None]:
    """Databases that were prepared on a day and last started on another, or were never prepared."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        try:
            for name, days in started.items():
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
                if days is not None:
                    with psycopg.connect(with_database(server, name)) as made:
                        for table, day in zip(
                            ("ops_installation", "accounts_loginlink"), days.split(), strict=False
                        ):
                            made.execute(
                                f"CREATE TABLE {table} AS SELECT date '{day}' AS created_at".encode()
                            )
                        made.execute(b"CREATE TABLE IF NOT EXISTS accounts_loginlink (created_at date)")
            yield
        finally:
            for name in started:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def test_the_sample_that_was_started_last_is_found_among_all_databases() -> None:
    server = os.environ["DATABASE_URL"]

    assert latest_sample(server, address_of) == ""
    with databases(
        carrying_sample_7_30="2026-01-01 2026-03-01",
        carrying_sample_7_500="2026-02-01 2026-02-02",  # prepared later, started last earlier
        carrying_sample_7_60="2026-02-28",  # prepared and never started
        carrying_sample_7_40=None,  # being made
        other_carrying_sample_7_50="2026-04-01 2026-05-01",  # another installation's
        carrying_live="2026-06-01 2026-06-01",
    ):
        found = latest_sample(server, address_of)

    assert urlsplit(found).path == "/carrying_sample_7_30"
    assert re.sub(r"/carrying_sample_7_30", urlsplit(server).path, found, count=1) == server
