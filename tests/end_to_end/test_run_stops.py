"""However ``./scripts/run.sh`` ends, no process of it is left."""

import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.platforms import Platform, Prepared, Starts, assert_all_gone, make_clone

pytestmark = pytest.mark.slow


@pytest.fixture
def clone(tmp_path: Path, prepared: Prepared) -> Path:
    """A clone whose second start this is: quicker, and nothing here is about the first."""
    made = make_clone(tmp_path)
    prepared.copy_to(made)
    return made


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])  # and SIGTERM below
def test_a_signal_stops_everything_in_order(start: Starts, number: signal.Signals) -> None:
    stops_in_order(start(), number)


def stops_in_order(platform: Platform, number: signal.Signals) -> None:
    everything = platform.tree()

    platform.process.send_signal(number)

    assert platform.process.wait(20) == 0
    assert_all_gone(everything)
    assert "Stopping" in platform.output
    log = (platform.clone / ".runtime" / "servers" / "postgres.log").read_text()
    assert "database system is shut down" in log


@pytest.mark.parametrize(
    "words",
    [("investment.ops.local.starter",), ("honcho", "start")],
    ids=["the script, which is the starter", "honcho"],
)
def test_a_part_killed_by_force_takes_everything_along(start: Starts, words: tuple[str, ...]) -> None:
    platform = start()
    everything = platform.tree()
    assert len(everything) > 10
    assert platform.find("investment.ops.local.starter").pid == platform.process.pid

    platform.find(*words).kill()

    assert_all_gone(everything)


def test_a_script_killed_while_it_sets_up_leaves_nothing(start: Starts, clone: Path) -> None:
    (clone / ".venv").unlink()  # so that it has much to install
    platform = start(wait=False)
    deadline = time.monotonic() + 30
    while not platform.find_all("-m", "pip"):
        assert time.monotonic() < deadline, platform.output
        time.sleep(0.05)
    everything = platform.tree()

    platform.process.kill()

    assert_all_gone(everything)


def test_a_start_after_a_kill_keeps_the_data_and_an_embedded_server_killed_ends_it_with_its_name(
    start: Starts,
) -> None:
    first = start()
    everything = first.tree()
    first.process.kill()
    first.process.wait()

    second = start()  # at once, while the servers of the first may still be ending

    assert "Password" not in second.output
    assert_all_gone([p for p in everything if p.pid not in {q.pid for q in second.tree()}])
    everything = second.tree()

    server = next(p for p in everything if p.name() == "valkey-server")
    server.kill()

    assert second.process.wait(30) == 1
    assert "server ended by itself" in second.output
    assert_all_gone(everything)


def test_a_killed_process_is_started_again_and_the_whole_stops_in_order(start: Starts) -> None:
    platform = start()
    processes = (("gunicorn",), ("celery", "solo"), ("manage.py", "beat"), ("manage.py", "planner"))
    killed = {words: platform.find(*words) for words in (*processes, ("celery", "fetch"))}

    for process in killed.values():
        process.kill()

    for words, process in killed.items():
        assert _wait_for_another(platform, process, words).is_running()
    assert platform.process.poll() is None
    stops_in_order(platform, signal.SIGTERM)


def _wait_for_another(platform: Platform, killed: psutil.Process, words: tuple[str, ...]) -> psutil.Process:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if (found := platform.find_all(*words)) and found[0] != killed:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"{words} was not started again: {platform.output}")
