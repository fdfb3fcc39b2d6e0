"""A platform that a test started with ``./scripts/run.sh``, and how to look after it."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import cache_from_source
from pathlib import Path

import psutil
import pytest

from investment.ops.local.quarters import leave_quarters

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN = 120.0  # seconds; two cores may be busy with other tests
GONE_WITHIN = 20.0
SERVED = "Press Ctrl-C to stop."


@dataclass
class Platform:
    """One ``./scripts/run.sh`` in one clone."""

    clone: Path
    process: subprocess.Popen[bytes]
    log: Path
    started: float = field(default_factory=time.monotonic)

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def address(self) -> str:
        found = re.search(r"Address\s+(http://\S+?)/?\s", self.output)
        assert found, self.output
        return found[1]

    def tree(self) -> list[psutil.Process]:
        """Return the process and all that descends from it, whatever its session."""
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def find(self, *words: str) -> psutil.Process:
        """Return the process, highest in the tree, whose command line has all ``words``."""
        found = self.find_all(*words)
        assert found, f"no process with {words}; {self.output}"
        return found[0]

    def find_all(self, *words: str) -> list[psutil.Process]:
        found = []
        for process in self.tree():
            with contextlib.suppress(psutil.Error):  # it may have ended since
                line = " ".join(process.cmdline())
                if all(word in line for word in words) and "lifeline" not in line:
                    found.append(process)
        return found

    def wait_until_served(self) -> float:
        """Return the seconds from the start until it served its page."""
        deadline = time.monotonic() + STARTED_WITHIN
        while SERVED not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        return time.monotonic() - self.started

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(GONE_WITHIN)


def assert_all_gone(processes: list[psutil.Process]) -> None:
    """Fail unless every one of ``processes`` ends soon; psutil tells a reused process id from the old one."""
    _, alive = psutil.wait_procs(processes, timeout=GONE_WITHIN)
    left = [f"{p.pid} {p.cmdline()}" for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    assert left == []


def copy_of_the_tree(folder: Path) -> Path:
    """Copy what a clone would hold and what is compiled, with our environment, without the frontend."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        if name and not name.startswith("frontend/") and (ROOT / name).is_file():
            _copy(name, folder)
            if name.endswith(".py") and (compiled := cache_from_source(name)) and (ROOT / compiled).exists():
                _copy(compiled, folder)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


def _copy(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(ROOT / name, folder / name)


def make_clone(folder: Path) -> Path:
    """Make a clone in a folder that only its owner may enter (pytest's are so), with a space in its name."""
    if not any(Path(sys.prefix).glob(".installed-*")):
        pytest.fail("These tests reuse the environment that ./scripts/test.sh makes; run them through it.")
    clone = folder / "a clone"
    clone.mkdir()
    return copy_of_the_tree(clone)


def bare_environment(**variables: str) -> dict[str, str]:
    """Return the environment of somebody who has set nothing: not the tests' servers, no keys."""
    kept = ("PATH", "HOME", "LANG")
    return {name: os.environ[name] for name in kept if name in os.environ} | variables


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    A platform that was started once, has its sample market, and was stopped in order.

    :ivar output: what its start said.
    :ivar health: what it answered at /api/health.
    """

    runtime: Path
    output: str
    health: str

    def copy_to(self, clone: Path) -> None:
        """Let the next start of ``clone`` be its second one."""
        subprocess.run(["cp", "--archive", str(self.runtime), str(clone)], check=True)


def prepare(folder: Path) -> Prepared:
    """Prepare one in ``folder``, or find it there: tests in several processes share it."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        clone, log, health = folder / "a clone", folder / "output-0.log", folder / "health.json"
        if not health.exists():
            starts = Starts(make_clone(folder), folder)
            try:
                platform = starts()
                with urllib.request.urlopen(f"{platform.address}/api/health", timeout=10) as answer:  # noqa: S310  # our own
                    said = answer.read()
                assert platform.stop() == 0
            finally:
                starts.end()
            health.write_bytes(said)
        return Prepared(clone / ".runtime", log.read_text(), health.read_text())


class Starts:
    """Starts ``./scripts/run.sh`` as somebody who has set nothing; whatever is left is killed in the end."""

    def __init__(self, clone: Path, folder: Path) -> None:
        self.clone = clone
        self._folder = folder
        self._started: list[tuple[Platform, list[psutil.Process]]] = []

    def __call__(
        self,
        *arguments: str,
        where: Path | None = None,
        wait: bool = True,
        variables: Mapping[str, str] | None = None,
    ) -> Platform:
        """Start in ``where`` (else the clone), with the fewest symbols and without the job unless told."""
        clone = where or self.clone
        log = self._folder / f"output-{len(self._started)}.log"
        command = [str(clone / "scripts" / "run.sh"), *(arguments or ("--symbols", "30", "--no-job"))]
        platform = launch(clone, command, log, bare_environment(**(variables or {})), self._folder)
        self._started.append((platform, []))
        if wait:
            platform.wait_until_served()
        self._started[-1][1].extend(platform.tree())
        return platform

    def end(self) -> None:
        for platform, processes in self._started:
            for process in {*processes, *platform.tree()}:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            platform.process.wait(GONE_WITHIN)
            leave_quarters(platform.clone / ".runtime")


def launch(clone: Path, command: list[str], log: Path, environment: dict[str, str], cwd: Path) -> Platform:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Platform(clone, process, log)
