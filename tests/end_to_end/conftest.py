"""A clone of its own for each test that starts the platform."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.platforms import Prepared, Starts, make_clone, prepare


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make_clone(tmp_path)


@pytest.fixture
def start(clone: Path, tmp_path: Path) -> Iterator[Starts]:
    """Start ``./scripts/run.sh`` in the test's own clone."""
    starts = Starts(clone, tmp_path)
    yield starts
    starts.end()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Made by the first process of tests that needs it, for all of them."""
    folder = tmp_path_factory.getbasetemp()
    return prepare((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "prepared")


@pytest.fixture(scope="module")
def start_in_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starts]:
    """Likewise, in one clone for all tests of the module."""
    folder = tmp_path_factory.mktemp("module")
    starts = Starts(make_clone(folder), folder)
    yield starts
    starts.end()
