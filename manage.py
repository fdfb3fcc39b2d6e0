#!/usr/bin/env python3
"""Run a management command; beside a running ./scripts/run.sh, on what that runs on."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PYTHON = ROOT / ".venv" / "bin" / "python"


def main() -> None:
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        # Called by the machine's Python: the environment that ./scripts/run.sh made has what we need.
        if not PYTHON.exists() or Path(sys.executable) == PYTHON:
            raise
        os.execv(PYTHON, [str(PYTHON), *sys.argv])  # noqa: S606
    from investment.ops.local.running import adopt

    adopt(ROOT / ".runtime", os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "investment.settings.development")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
