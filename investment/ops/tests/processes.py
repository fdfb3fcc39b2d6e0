"""Processes of ours, for tests that kill and stop them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from investment.ops.tests.stage import MONDAY

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0  # seconds


@contextmanager
def process(environment: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours in a group of its own, ended with the block whatever happens."""
    started = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield started
    finally:
        kill(started)
        if started.stdout is not None:
            started.stdout.close()


def kill(started: subprocess.Popen[bytes]) -> None:
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def run_session(environment: dict[str, str]) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return process(environment, "manage.py", "run_session", "--session", MONDAY.isoformat())


def wait_until(condition: Callable[[], bool], what: str, within: float = PATIENCE) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < within, f"not within {within:.0f} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - started


def blocked_backends() -> int:
    """Return how many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def holding(statement: str) -> Iterator[None]:
    """Hold what ``statement`` locks, on a connection of its own, until the block ends."""
    parameters = connection.get_connection_params()
    with psycopg.connect(
        host=parameters.get("host"),
        port=parameters.get("port"),
        user=parameters.get("user"),
        password=parameters.get("password"),
        dbname=parameters["dbname"],
    ) as other:
        other.execute(statement)
        yield
        other.rollback()
