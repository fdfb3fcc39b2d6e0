import fcntl
from pathlib import Path

from investment.ops.local.with_servers import _remove_abandoned


def test_what_a_killed_run_left_is_removed_and_nobody_elses_folder(tmp_path: Path) -> None:
    for name in ("temporary-killed", "temporary-running", "temporary-ending", "servers"):
        (tmp_path / name / "servers").mkdir(parents=True)
        if name != "temporary-ending":  # it removes its lock before the rest
            (tmp_path / name / "lock").touch()

    with (tmp_path / "temporary-running" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_abandoned(tmp_path)

    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["servers", "temporary-ending", "temporary-running"]
