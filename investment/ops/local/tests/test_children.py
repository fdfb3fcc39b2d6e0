import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from investment.ops.local import starter, with_servers
from investment.ops.local.children import Children, wait_for

pytestmark = pytest.mark.slow  # each starts processes and waits for their end

ROOT = Path(__file__).resolve().parents[4]
# Two processes that only SIGKILL ends, of which the first becomes the parent of the second.
STUBBORN = (
    "trap '' TERM INT HUP; (trap '' TERM INT HUP; while :; do sleep 1; done) & while :; do sleep 1; done"
)


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    made = Children(ROOT, tmp_path, os.environ)
    yield made
    made.stop()


def descendants(process: subprocess.Popen[bytes], at_least: int) -> list[psutil.Process]:
    parent = psutil.Process(process.pid)
    deadline = time.monotonic() + 10
    while len(found := parent.children(recursive=True)) < at_least:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return [parent, *found]


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []


def test_a_command_ends_with_its_own_code_and_leaves_nothing(children: Children) -> None:
    before = set(psutil.Process().children(recursive=True))
    process = children.start(["sh", "-c", "sleep 60 & exit 7"])

    assert process.wait(10) == 7
    children.stop()
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_stubborn_group_is_killed_when_the_fifo_closes(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investment.ops.local.children._KINDLY", 0.5)
    process = children.start(["sh", "-c", STUBBORN])
    everything = descendants(process, 4)

    children.stop()

    assert_gone(everything)


def test_a_group_dies_with_the_one_who_started_it(tmp_path: Path) -> None:
    code = f"""
import os, time
from pathlib import Path
from investment.ops.local.children import Children
Children(Path({str(ROOT)!r}), Path({str(tmp_path)!r}), os.environ).start(["sh", "-c", {STUBBORN!r}])
time.sleep(60)
"""
    owner = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    everything = descendants(owner, 5)

    owner.kill()
    owner.wait()

    assert_gone(everything)


def test_a_group_dies_with_its_owner_even_if_its_lifeline_was_killed_before(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investment.ops.local.children._KINDLY", 0.5)
    process = children.start(["sh", "-c", STUBBORN])
    everything = descendants(process, 4)

    process.kill()
    children.stop()

    assert_gone(everything)


def test_a_lifeline_whose_owner_is_dead_starts_nothing(children: Children, tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    children.environment["LIFELINE_OWNER"] = str(dead.pid)

    process = children.start(["touch", str(tmp_path / "started")])

    assert process.wait(10) == 1
    assert not (tmp_path / "started").exists()


def test_a_command_that_keeps_ending_is_given_up(children: Children, tmp_path: Path) -> None:
    count = f"echo x >> {tmp_path / 'starts'}; exit 3"

    process = children.start(["--restart", "sh", "-c", count])

    assert process.wait(30) == 3
    assert (tmp_path / "starts").read_text() == "x\n" * 5


def test_a_check_that_raises_ends_the_waiting(children: Children) -> None:
    process = children.start(["sleep", "60"])

    with pytest.raises(starter.Stopped):
        wait_for(process, check=_stop)


def _stop() -> None:
    raise starter.Stopped


def test_a_command_runs_beside_servers_that_are_gone_afterwards(tmp_path: Path) -> None:
    seen = tmp_path / "seen"

    code = with_servers.run(
        ["sh", "-c", f'echo "$DATABASE_URL" "$RUNTIME_DIR" > {seen}; exit 5'], durable=False
    )

    address, runtime = seen.read_text().split()
    assert code == 5
    assert address.startswith("postgres://investment:")
    assert not Path(runtime).exists()


def test_servers_whose_command_was_killed_are_cleared_away_next_time(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    command = [sys.executable, "-m", "investment.ops.local.with_servers"]
    killed = subprocess.Popen([*command, "sh", "-c", f'echo "$RUNTIME_DIR" > {seen}; sleep 60'], cwd=ROOT)
    _wait_until(lambda: seen.exists() and bool(seen.read_text()))
    everything = descendants(killed, 4)
    killed.kill()
    killed.wait()
    assert_gone(everything)
    assert Path(seen.read_text().strip()).exists()

    subprocess.run([*command, "true"], cwd=ROOT, check=True)

    assert not Path(seen.read_text().strip()).exists()


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
