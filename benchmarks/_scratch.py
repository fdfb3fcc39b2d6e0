"""A database of a benchmark's own, and timings in pairs."""

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg


@contextmanager
def scratch_database(name: str) -> Iterator[str]:
    """Make a database beside ``DATABASE_URL``'s, point Django at it, and drop it afterwards."""
    given = os.environ["DATABASE_URL"]
    own = f"bench_{name}_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{own}"')
    parts = urlsplit(given)
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{own}"))
    try:
        yield os.environ["DATABASE_URL"]
    finally:
        os.environ["DATABASE_URL"] = given
        if "django" in sys.modules:
            from django.db import connections

            connections.close_all()
        with psycopg.connect(given, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')


def end(process: "subprocess.Popen[Any] | psutil.Popen") -> None:
    """End a process of ours kindly, and by force where that takes long."""
    process.terminate()
    try:
        process.wait(20)
    except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
        process.kill()
        process.wait()


def start_django() -> None:
    """Set Django up on the present ``DATABASE_URL``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "investment.settings.development")
    import django

    django.setup()


def seconds(work: Callable[[], object]) -> float:
    """Return how long ``work`` took on the wall, without the garbage collector in between."""
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class Pair:
    """Median seconds of ours and of the bound, and the median of bound / ours of each pair."""

    ours: float
    bound: float
    ratio: float


def alternate(pairs: list[tuple[Callable[[], object], Callable[[], object]]]) -> Pair:
    """Time (ours, bound) pairs, each beside the other, every second one the other way round."""
    ours: list[float] = []
    bounds: list[float] = []
    for number, (our, bound) in enumerate(pairs):
        if number % 2:
            bounds.append(seconds(bound))
            ours.append(seconds(our))
        else:
            ours.append(seconds(our))
            bounds.append(seconds(bound))
    ratios = [bound / our for our, bound in zip(ours, bounds, strict=True)]
    return Pair(statistics.median(ours), statistics.median(bounds), statistics.median(ratios))
