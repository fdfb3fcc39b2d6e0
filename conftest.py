"""
What every test stands on: real servers, which nothing here starts.

``./scripts/test.sh`` starts fresh ones and passes their addresses in the environment.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from investment.lib.redis import cache, state

ROOT = Path(__file__).parent
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_configure() -> None:
    """Give each parallel worker numbered Redis databases of its own, as pytest-django does for PostgreSQL."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker.startswith("gw"):
        return
    number = int(worker.removeprefix("gw")) + 1
    for name in ("REDIS_URL", "CACHE_URL"):
        address = _numbered(os.environ[name], number)
        os.environ[name] = address
        setattr(settings, name, address)
    settings.CACHES["default"]["LOCATION"] = settings.CACHE_URL
    settings.CELERY_BROKER_URL = _numbered(settings.CELERY_BROKER_URL, number)


def _numbered(address: str, number: int) -> str:
    """
    Return the address of database ``number`` on the same Redis.

    >>> _numbered("redis://127.0.0.1:6379/0", 2), _numbered("unix://:secret@/a/b.sock?db=0", 2)
    ('redis://127.0.0.1:6379/2', 'unix://:secret@/a/b.sock?db=2')
    """
    changed, found = re.subn(r"(?<=[?&]db=)\d+|(?<=virtual_host=)\d+|(?<=\d/)\d+$", str(number), address)
    if not found:
        raise ValueError("A Redis address for tests must end with the number of its database")
    return changed


@pytest.hookimpl(trylast=True)  # after Hypothesis has marked its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("hypothesis"):
            # What is reached by chance does not count, and watching takes longer than what is watched.
            item.add_marker(pytest.mark.no_cover)
    if SHARED_DATA.is_dir():
        return
    missing = pytest.mark.skip(reason="../shared/data, a folder of real prices, is not beside this clone")
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(missing)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real prices beside the clone; for tests marked ``shared_data``."""
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _no_keys_left_behind() -> Iterator[None]:
    """Every test begins and ends without this mode's keys: ledger, clock, cache."""
    _remove_keys()
    yield
    _remove_keys()


def _remove_keys() -> None:
    for client in (state(), cache()):
        keys = list(client.scan_iter(match=f"{settings.MODE.name}:*", count=1000))
        if keys:
            client.unlink(*keys)


_KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(autouse=True, scope="session")
def _quick_flush() -> Iterator[None]:
    """
    After a test that commits, empty the tables that it wrote to instead of all.

    Django truncates every table and fills in content types and permissions again, which takes longer
    than most of our tests; the calls alone are in hundreds of partitions.
    """
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: _empty_tables())
    yield
    patch.undo()


def _empty_tables() -> None:
    ours = sorted(set(connection.introspection.django_table_names(only_existing=True)) - _KEPT)
    with connection.cursor() as cursor:
        checks = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {connection.ops.quote_name(name)})"  # noqa: S608 - our tables
            for name in ours
        )
        cursor.execute(checks)
        written = ", ".join(connection.ops.quote_name(name) for (name,) in cursor.fetchall())
        if written:
            cursor.execute(f"TRUNCATE {written} CASCADE")


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """The environment for a process of ours (``manage.py …``) that works on this test's database."""
    parameters = connection.settings_dict
    address = re.sub(
        r"(postgres(?:ql)?://[^/]*/)[^?]*", rf"\g<1>{parameters['NAME']}", os.environ["DATABASE_URL"]
    )
    return dict(os.environ) | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "investment.settings.test"}
