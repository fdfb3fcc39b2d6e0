"""The import contracts hold, and each kind of them is seen to fail: one that cannot fail checks nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to plant violations in."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "investment", tmp_path / "investment", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {"PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def plant(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    file.write_text(f"{file.read_text()}\n{line}\n")


@pytest.mark.slow
def test_the_contracts_hold(copy: Path) -> None:
    result = lint_imports(copy)

    assert result.returncode == 0, result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("lib/planted.py", "import investment.market.models", "Apps are layered"),
        ("quotas/planted.py", "from investment.ops import models", "Apps are layered"),
        (
            "market/models/planted.py",
            "import investment.market.services",
            "Inside an app, interfaces call services",
        ),
        ("market/planted.py", "import rest_framework", "Only the api package speaks HTTP inwards"),
        ("analysis/planted.py", "import httpx", "Only the providers package speaks HTTP outwards"),
        ("analysis/calculators/planted.py", "import django.conf", "Calculators are pure"),
        ("acquisition/calculators/planted.py", "import django.utils.timezone", "Calculators are pure"),
        ("acquisition/policy.py", "import redis", "Calculators are pure"),
        ("acquisition/planted.py", "import investment.analysis", "Apps are layered"),
        (
            "providers/adapters/planted.py",
            "import investment.quotas.models",
            "Adapters and the sandbox know no Django model",
        ),
        (
            "providers/contracts.py",
            "import investment.providers.adapters",
            "Adapters sit between the gateway and the contracts",
        ),
        ("api/planted.py", "import pandas", "Only the exchange calendars bring in pandas"),
    ],
)
def test_a_planted_import_breaks_its_contract(copy: Path, module: str, line: str, contract: str) -> None:
    plant(copy / "investment" / module, line)

    result = lint_imports(copy)

    assert result.returncode == 1
    broken = [row for row in result.stdout.splitlines() if row.rstrip().endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), result.stdout


@pytest.mark.slow
def test_a_folder_that_no_layer_names_breaks_the_contract(copy: Path) -> None:
    plant(copy / "investment" / "unlisted" / "__init__.py", "")

    result = lint_imports(copy)

    assert result.returncode == 1
    assert "unlisted" in result.stdout
