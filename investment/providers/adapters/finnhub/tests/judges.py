"""Finnhub's own clients, in the environment of the judges: a process that is asked line by line."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[5]


class Judge:
    """Runs ``tests/sdk/<script>.py``; see there for questions and answers."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **question: Any) -> Any:
        """Return what the client understood, or how it failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer.get("value", answer)


@contextmanager
def judge(script: str) -> Iterator[Judge]:
    """:raises FileNotFoundError: where there is no such environment: ``./scripts/test.sh`` makes it."""
    python = os.environ.get("SDK_PYTHON") or ROOT / ".venv-sdk" / "bin" / "python"
    with subprocess.Popen(
        [str(python), str(ROOT / "tests" / "sdk" / f"{script}.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Judge(process)
        process.terminate()
