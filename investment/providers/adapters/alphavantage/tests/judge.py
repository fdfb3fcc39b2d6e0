"""The client alpha_vantage in the judges' environment, as a process that is asked line by line."""

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

ROOT = Path(__file__).parents[5]


class Judge:
    """Asks through the client: its whole answer, or how it failed. See tests/sdk/judge_alpha_vantage.py."""

    def __init__(self) -> None:
        python = Path(os.environ.get("SDK_PYTHON") or ROOT / ".venv-sdk" / "bin" / "python")
        if not python.exists():
            pytest.fail(f"the judges' interpreter {python} is missing: ./scripts/test.sh makes it")
        self._process = subprocess.Popen(
            [str(python), str(ROOT / "tests" / "sdk" / "judge_alpha_vantage.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, method: str, *, url: str, key: str, form: str = "json", **keywords: Any) -> Any:
        """``method`` is ``TimeSeries.get_daily``; ``form`` is json, csv or pandas."""
        kind, name = method.split(".")
        question = {
            "url": url, "key": key, "class": kind, "method": name, "keywords": keywords, "format": form,
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.terminate()
        self._process.wait()
