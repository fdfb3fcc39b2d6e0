#!/usr/bin/env python3
"""Run a management command; beside a running ./scripts/run.sh, on what that runs on."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PYTHON = ROOT / ".venv" / "bin" / "python"
NOWHERE = {
    "DATABASE_URL": "postgres://nobody@nowhere/none",
    "REDIS_URL": "redis://nowhere/0",
    "CACHE_URL": "redis://nowhere/0",
    "DJANGO_SECRET_KEY": "for reading help alone",
}


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
    if {"help", "--help", "-h"} & set(sys.argv[1:]):
        # Help is read before anything runs; it connects to nothing.
        for name, value in NOWHERE.items():
            os.environ.setdefault(name, value)
    from django.core.exceptions import ImproperlyConfigured

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"error: {error}\nCommands work beside a running ./scripts/run.sh: start it first.")


if __name__ == "__main__":
    main()
