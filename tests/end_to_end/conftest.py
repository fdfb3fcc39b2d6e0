"""A clone of its own for each test that starts the platform."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.platforms import Starts, copy_of_the_tree


def make_clone(folder: Path) -> Path:
    """Make a clone in a folder that only its owner may enter (pytest's are so), with a space in its name."""
    if not any(Path(sys.prefix).glob(".installed-*")):
        pytest.fail("These tests reuse the environment that ./scripts/test.sh makes; run them through it.")
    clone = folder / "a clone"
    clone.mkdir()
    return copy_of_the_tree(clone)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make_clone(tmp_path)


@pytest.fixture
def start(clone: Path, tmp_path: Path) -> Iterator[Starts]:
    """Start ``./scripts/run.sh`` in the test's own clone."""
    starts = Starts(clone, tmp_path)
    yield starts
    starts.end()


@pytest.fixture(scope="module")
def start_in_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starts]:
    """Likewise, in one clone for all tests of the module."""
    folder = tmp_path_factory.mktemp("module")
    starts = Starts(make_clone(folder), folder)
    yield starts
    starts.end()
