"""A clone of its own for each test that starts the platform."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.platforms import Starts, make_clone


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
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a platform that was started once, has its sample market, and was stopped."""
    folder = tmp_path_factory.mktemp("prepared")
    starts = Starts(make_clone(folder), folder)
    try:
        assert starts().stop() == 0
    finally:
        starts.end()
    return starts.clone / ".runtime"


@pytest.fixture(scope="module")
def start_in_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starts]:
    """Likewise, in one clone for all tests of the module."""
    folder = tmp_path_factory.mktemp("module")
    starts = Starts(make_clone(folder), folder)
    yield starts
    starts.end()
