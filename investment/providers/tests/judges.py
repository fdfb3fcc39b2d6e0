"""Providers' own clients, in the environment of the judges: processes that are asked line by line."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def interpreter() -> Path:
    """Return the Python of the judges' environment."""
    python = Path(os.environ.get("SDK_PYTHON") or ROOT / ".venv-sdk" / "bin" / "python")
    if not python.exists():
        pytest.fail(f"the judges' interpreter {python} is missing: ./scripts/test.sh makes it")
    return python


class Judge:
    """Runs ``tests/sdk/<script>.py``; see there for questions and answers."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def put(self, **question: Any) -> None:
        """Put a question whose answer is read later."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()

    def answer(self, **question: Any) -> dict[str, Any]:
        """Return the line that answers a question."""
        self.put(**question)
        return self.next()

    def next(self) -> dict[str, Any]:
        """Return a further line, of a judge that says more than one."""
        assert self._process.stdout is not None
        line: dict[str, Any] = json.loads(self._process.stdout.readline())
        return line

    def ask(self, **question: Any) -> Any:
        """Return what the client understood, or how it failed."""
        answer = self.answer(**question)
        return answer.get("value", answer)


@contextmanager
def judge(script: str, *arguments: str) -> Iterator[Judge]:
    """Run a judge; the test fails where there is no environment for it."""
    with subprocess.Popen(
        [str(interpreter()), str(ROOT / "tests" / "sdk" / f"{script}.py"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Judge(process)
        process.terminate()
