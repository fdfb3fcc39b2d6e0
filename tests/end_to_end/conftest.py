"""A clone of its own for each test that starts the platform."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.platforms import GONE_WITHIN, Platform, Start, bare_environment, copy_of_the_tree


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in a folder that only its owner may enter: pytest's are so."""
    stamped = any(Path(sys.prefix).glob(".installed-*"))
    if not stamped:
        pytest.fail("These tests reuse the environment that ./scripts/test.sh makes; run them through it.")
    folder = tmp_path / "a clone"
    folder.mkdir()
    return copy_of_the_tree(folder)


@pytest.fixture
def start(clone: Path, tmp_path: Path) -> Iterator[Start]:
    """Start ``./scripts/run.sh`` with arguments, in ``clone``; whatever is left is killed in the end."""
    started: list[tuple[Platform, list[psutil.Process]]] = []

    def start_platform(*arguments: str, where: Path = clone, wait: bool = True, **variables: str) -> Platform:
        log = tmp_path / f"output-{len(started)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(where / "scripts" / "run.sh"), *(arguments or ("--symbols", "30", "--no-job"))],
                cwd=tmp_path,
                env=bare_environment(**variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        platform = Platform(where, process, log)
        started.append((platform, []))
        if wait:
            platform.wait_until_served()
        started[-1][1].extend(platform.tree())
        return platform

    yield start_platform
    for platform, processes in started:
        for process in {*processes, *platform.tree()}:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        platform.process.wait(GONE_WITHIN)
