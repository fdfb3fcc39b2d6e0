"""Management commands where nothing runs: help works, and everything else says what to start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow

_OURS = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "DJANGO_SECRET_KEY", "DJANGO_SETTINGS_MODULE")


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    # Somebody may have started this clone: with an address of its own a command stays apart from that.
    environment["DATABASE_URL"] = "postgres://nobody@nowhere/none"
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_help_can_be_read() -> None:
    done = manage("sandbox", "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert "/_sandbox/" in done.stdout


def test_a_command_says_what_has_to_run() -> None:
    done = manage("quotas")

    assert done.returncode == 1
    assert "beside a running ./scripts/run.sh" in done.stderr
    assert "Traceback" not in done.stderr
