"""
Run one command beside servers of its own, which are gone afterwards: what ``test.sh`` and ``bench.sh`` use.

Usage: python -m investment.ops.local.with_servers [--durable] COMMAND [ARGUMENT...]

``--durable`` lets PostgreSQL wait for the disk as it does in use; tests need not.
"""

import fcntl
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from investment.ops.local import environment as env
from investment.ops.local.children import Children, wait_for
from investment.ops.local.console import StartError, complain
from investment.ops.local.databases import ensure_database
from investment.ops.local.environment import PROVIDER_PREFIXES
from investment.ops.local.keys import installation_secrets
from investment.ops.local.quarters import remove_quarters
from investment.ops.local.servers import Servers

ROOT = Path(__file__).resolve().parents[3]
# Small, and another market than any that people look at.
_MODE = "sample-99-60"


def run(command: list[str], *, durable: bool) -> int:
    """Return the exit code of ``command``, run in the clone's folder; 130 when asked to stop."""
    stopping = False

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    parent = ROOT / ".runtime"
    parent.mkdir(mode=0o700, exist_ok=True)
    _remove_abandoned(parent)
    runtime = Path(tempfile.mkdtemp(prefix="temporary-", dir=parent))
    with (runtime / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        secrets = installation_secrets(runtime)
        try:
            with Servers(runtime, secrets, for_tests=not durable) as servers:
                children = Children(ROOT, runtime, _environment(runtime, secrets, servers, durable=durable))

                def check() -> None:
                    if stopping:
                        raise KeyboardInterrupt
                    if words := servers.ended():
                        raise StartError(words)

                try:
                    return wait_for(children.start(command), check)
                except KeyboardInterrupt:
                    return 130
                finally:
                    children.stop()
        finally:
            remove_quarters(runtime)


def _environment(
    runtime: Path, secrets: dict[str, str], servers: Servers, *, durable: bool
) -> dict[str, str]:
    """Return an environment that owes nothing to an installation: no provider's key, no other server."""
    ours = (
        *PROVIDER_PREFIXES,
        "DJANGO_",
        "DATABASE_URL",
        "SAMPLE_DATABASE_URL",
        "REDIS_URL",
        "CACHE_URL",
        "INVESTMENT_",
        "DATA_DIR",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    address = env.with_database(servers.addresses["DATABASE_URL"], "investment")
    ensure_database(servers.addresses["DATABASE_URL"], address)
    return env.base_environment(ROOT, kept | servers.addresses) | {
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": f"investment.settings.{'development' if durable else 'test'}",
        "INVESTMENT_MODE": _MODE,
        "DJANGO_SECRET_KEY": secrets["django"],
        "RUNTIME_DIR": str(runtime),
    }


def _remove_abandoned(parent: Path) -> None:
    """Remove the folders of runs that were killed: nobody holds their locks."""
    for runtime in parent.glob("temporary-*"):
        try:
            lock = (runtime / "lock").open("r+")
        except FileNotFoundError:  # its run makes, or removes, the folder at this moment
            continue
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            remove_quarters(runtime)


def main(arguments: list[str]) -> int:
    durable = arguments[:1] == ["--durable"]
    try:
        return run(arguments[durable:], durable=durable)
    except StartError as error:
        complain(f"error: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
