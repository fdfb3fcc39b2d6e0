"""Two releases of the platform side by side, each in a folder of its own, on the same servers."""

import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from investment.lib import redis
from investment.ops.tests.processes import PATIENCE, ROOT, kill, wait_until
from investment.quotas import scripts
from investment.quotas.models import Call, Epoch, Scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(120)]

SCOPE = "provider:stocks:0123456789"
LIMIT = 120
AFTERWARDS = 10  # how often a release that was refused for good asks again

# Spends all it gets, a call each `pause` seconds, and says what it was told: reason ("": granted), real time.
SPENDER = f"""
import json, sys, time
from pathlib import Path
import django
django.setup()
import investment
from investment.lib import redis
from investment.quotas.contracts import Granted, ScopeLimits, Window
from investment.quotas.services import ledger, scopes

assert Path(investment.__file__).is_relative_to(Path.cwd()), "another release's code"
pause = float(sys.argv[1])
windows = (Window(limit={LIMIT}, seconds=43_200, source="a test", interactive_share=0.0),)
scopes.declare(ScopeLimits(scope="{SCOPE}", provider="provider", windows=windows))
redis.state().incr(redis.key("test", "ready"))
while not redis.state().exists(redis.key("test", "go")):
    time.sleep(0.001)
told, last = [], 0
while last < {AFTERWARDS}:
    answer = ledger.reserve(scope="{SCOPE}", lane="planned", purpose="a test", hold_seconds=60)
    reason = "" if isinstance(answer, Granted) else answer.reason
    told.append((reason, time.time()))
    if isinstance(answer, Granted):
        ledger.settle(id=answer.id, outcome="sent")
    last += reason in ("window", "old_release", "old_epoch")
    time.sleep(0.05 if reason else pause)
print(json.dumps(told))
"""

Told = list[tuple[str, float]]


@pytest.fixture
def releases(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders with the package in them."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        shutil.copy(ROOT / "pyproject.toml", folder)
        shutil.copytree(
            ROOT / "investment",
            folder / "investment",
            ignore=shutil.ignore_patterns("__pycache__", "static", "tests"),
        )
    return first, second


@pytest.fixture
def spend(process_environment: dict[str, str]) -> Iterator[Any]:
    """Start a release in its folder, which spends."""
    started: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, pause: float = 0.0) -> subprocess.Popen[bytes]:
        spender = subprocess.Popen(
            [sys.executable, "-c", SPENDER, str(pause)],
            cwd=folder,
            env=process_environment,
            start_new_session=True,
            stdout=subprocess.PIPE,
        )
        started.append(spender)
        wait_until(lambda: spender.poll() is not None or ready() == len(started), "it is ready")
        return spender

    yield start
    for spender in started:
        kill(spender)
        if spender.stdout is not None:
            spender.stdout.close()


def ready() -> int:
    return int(redis.state().get(redis.key("test", "ready")) or 0)


def go() -> None:
    redis.state().set(redis.key("test", "go"), 1)


def told(spender: subprocess.Popen[bytes]) -> Told:
    output, _ = spender.communicate(timeout=PATIENCE)
    assert spender.returncode == 0
    return [(reason, at) for reason, at in json.loads(output)]


def granted(answers: Told) -> int:
    return Counter(reason for reason, _ in answers)[""]


def test_two_releases_at_once_are_granted_together_what_there_is(
    releases: tuple[Path, Path], spend: Any
) -> None:
    spenders = [spend(folder) for folder in releases for _ in range(2)]
    go()

    answers = [told(spender) for spender in spenders]

    shares = [granted(each) for each in answers]
    assert sum(shares) == LIMIT
    assert all(shares), "each had its part"
    # Who asks while another establishes the memory is told to wait a moment.
    assert {reason for each in answers for reason, _ in each} <= {"", "window", "memory_lost"}
    assert Call.objects.count() == LIMIT
    assert Scope.objects.count() == 1


def test_a_release_that_keeps_the_ledger_in_another_way_takes_over_for_good(
    releases: tuple[Path, Path], spend: Any
) -> None:
    older, newer = releases
    speak(newer, scripts.LAYOUT + 1)
    go()
    first = spend(older, pause=0.05)
    time.sleep(1.0)
    second = spend(newer, pause=0.02)

    before, after = told(first), told(second)

    reasons = [reason for reason, _ in before]
    assert reasons[-AFTERWARDS:] == ["old_release"] * AFTERWARDS
    assert reasons.index("old_release") > reasons.index("")
    assert set(reasons) == {"", "old_release"}, "once refused, it stays so"
    begun = min(at for reason, at in after if not reason)
    assert all(at < begun for reason, at in before if not reason), "never both at once"
    waited = [reason for reason, at in after if at < begun]
    assert set(waited) == {"memory_lost"}
    assert {reason for reason, at in after if at >= begun} == {"", "window"}
    # What the older spent counts: not one more than there is, and not one less.
    assert granted(before) + granted(after) == LIMIT
    assert granted(before) > 0
    assert granted(after) > 0
    assert Epoch.objects.get(name="memory").number == int(remembered("memory"))
    assert int(remembered("layout")) == scripts.LAYOUT + 1


def speak(folder: Path, layout: int) -> None:
    """Let the release in ``folder`` keep the ledger in another way."""
    path = folder / "investment" / "quotas" / "scripts" / "__init__.py"
    text = path.read_text()
    assert f"\nLAYOUT = {scripts.LAYOUT}\n" in text
    path.write_text(text.replace(f"\nLAYOUT = {scripts.LAYOUT}\n", f"\nLAYOUT = {layout}\n"))


def remembered(field: str) -> bytes:
    value = redis.state().hget(redis.key(*scripts.EPOCH), field)
    assert isinstance(value, bytes)
    return value
