"""What may not stand in any file of the repository, and what every requirement must say."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Lock files name where each package came from; that is what they are for.
LOCKS = {"frontend/web/package-lock.json"}
HOMES = r"(?<![\w.$}])/(?:home|Users|root|work)/\w"
REGISTRIES = r"(?:pypi|pythonhosted|npmjs|debian)\.org"
UNFINISHED = r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b"
SECRETS = r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}|\bsk-[A-Za-z0-9]{32,}"


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in tracked():
        content = path.read_bytes()
        name = path.relative_to(ROOT).as_posix()
        if b"\0" not in content[:8000] and name not in LOCKS:
            found.append((name, content.decode()))
    return found


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a path of somebody's machine", HOMES),
        ("the host of a package registry", REGISTRIES),
        ("an unfinished mark", UNFINISHED),
        ("a secret", SECRETS),
    ],
)
def test_no_tracked_file_holds(what: str, pattern: str) -> None:
    # This file holds the patterns themselves.
    own = Path(__file__).relative_to(ROOT).as_posix()
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts()
        if name != own
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]

    assert found == [], f"{what}: {found}"


def test_what_the_patterns_look_for_is_found() -> None:
    assert re.search(HOMES, "cd /home/someone")
    assert re.search(REGISTRIES, "https://files.pythonhosted.org/x")
    assert re.search(UNFINISHED, "# TO" + "DO: later")
    assert re.search(SECRETS, "-----BEGIN RSA PRIVATE " + "KEY-----")


def test_no_file_that_a_run_makes_is_tracked() -> None:
    made = (".env", ".runtime/", ".venv", "node_modules/", "frontend/web/dist/", "__pycache__/")
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]

    assert [name for name in names if any(name == m or (m.endswith("/") and m in name) for m in made)] == []


def test_every_requirement_says_why() -> None:
    for path in (ROOT / "requirements").glob("*.in"):
        for line in path.read_text().splitlines():
            if line and not line.startswith(("#", "-r ", "-c ")):
                assert re.search(r"#\s*\w", line), f"{path.name}: {line} gives no reason"


def test_every_requirement_is_compiled_with_hashes() -> None:
    for path in (ROOT / "requirements").glob("*.in"):
        compiled = path.with_suffix(".txt").read_text()
        pins = re.findall(r"^([a-z0-9][\w.-]*)(?:\[[^]]*\])?==\S+(.*)$", compiled, re.MULTILINE)
        assert pins, f"{path.name} is not compiled"
        assert all(rest.rstrip().endswith("\\") for _, rest in pins), (
            f"{path.stem}.txt has a pin without hashes"
        )
        named = re.findall(r"^([A-Za-z0-9][\w.-]*)", path.read_text(), re.MULTILINE)
        missing = {_plain(name) for name in named} - {_plain(name) for name, _ in pins}
        assert missing == set(), f"{path.stem}.txt lacks {missing}; compile it again"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_python_file_is_short_enough_to_read_at_once() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in tracked()
        if path.suffix == ".py"
        and "/migrations/" not in path.as_posix()
        and (lines := len(path.read_text().splitlines())) > 450
    }

    assert long == {}
