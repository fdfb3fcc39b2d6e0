import fcntl
from pathlib import Path

from investment.ops.local.running import adopt, announced


def test_a_command_works_on_what_the_running_platform_works_on(tmp_path: Path) -> None:
    variables = {"PATH": "/x", "DATABASE_URL": "postgres:///a", "INVESTMENT_MODE": "live", "HOME": "/h"}
    with (tmp_path / "lock").open("w") as lock, announced(tmp_path, variables, {"HOME": "/h"}):
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment = {"INVESTMENT_MODE": "sample-1-30"}

        adopt(tmp_path, environment)

        assert environment == {"INVESTMENT_MODE": "sample-1-30", "DATABASE_URL": "postgres:///a"}
        assert (tmp_path / "environment.json").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "environment.json").exists()


def test_a_command_that_names_its_database_keeps_it(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock, announced(tmp_path, {"DATABASE_URL": "a", "B": "b"}, {}):
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment = {"DATABASE_URL": "mine"}

        adopt(tmp_path, environment)

        assert environment == {"DATABASE_URL": "mine"}


def test_what_a_killed_platform_left_is_not_taken_over(tmp_path: Path) -> None:
    environment: dict[str, str] = {}
    adopt(tmp_path, environment)
    with announced(tmp_path, {"DATABASE_URL": "a"}, {}):
        adopt(tmp_path, environment)

    assert environment == {}
