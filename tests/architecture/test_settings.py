"""The settings are the one reader of the environment, and .env.example says all that they read."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The starter composes the environment of the processes, before Django; what comes after asks the settings.
COMPOSERS = {
    "investment/settings/env.py",
    "investment/wsgi.py",  # doors: they name the settings
    "investment/celery.py",
    "investment/providers/management/commands/sandbox.py",  # hands it on to the process that it becomes
}
COMPOSING_FOLDER = "investment/ops/local/"


def test_env_example_lists_exactly_the_variables_that_the_settings_read() -> None:
    read: set[str] = set()
    for source in (ROOT / "investment" / "settings").glob("*.py"):
        read |= set(re.findall(r'env\.\w+\(\s*"(\w+)"', source.read_text()))

    documented = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert sorted(documented) == sorted(read)


def test_env_example_explains_every_variable_and_gives_no_secret() -> None:
    explained = False
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line.startswith("#"):
            explained = True
        elif line:
            assert explained, f"{line} has no comment above it"
            assert line.endswith("="), f"{line} has a value"
        else:
            explained = False


def test_only_the_settings_and_the_starter_read_the_environment() -> None:
    readers = set()
    for source in (ROOT / "investment").rglob("*.py"):
        name = source.relative_to(ROOT).as_posix()
        if name in COMPOSERS or name.startswith(COMPOSING_FOLDER) or "/tests/" in name:
            continue
        for node in ast.walk(ast.parse(source.read_text())):
            names = {node.attr} if isinstance(node, ast.Attribute) else set()
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                names = {alias.name for alias in node.names}
            if names & {"environ", "getenv"}:
                readers.add(name)

    assert readers == set()
