"""Which mode to start in, and the environment that its processes get."""

import argparse
import contextlib
import errno
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from investment.lib.modes import Mode
from investment.ops.local.arguments import CURRENT, DEFAULT_SYMBOLS
from investment.ops.local.console import StartError
from investment.ops.local.provider_keys import goes_live

SEED = 7
# Settings of providers begin with these.
PROVIDER_PREFIXES = ("MASSIVE_", "FINNHUB_", "ALPHAVANTAGE_", "NEWSAPI_", "ECB_", "SEC_")
_WITH_KEYS = ("MASSIVE_", "FINNHUB_", "ALPHAVANTAGE_", "NEWSAPI_")
# Where the sandbox speaks like each of them.
_SANDBOX_PATHS = {
    "MASSIVE_BASE_URL": "",
    "FINNHUB_BASE_URL": "/finnhub/api/v1",
    "ALPHAVANTAGE_BASE_URL": "/alphavantage/query",
    "NEWSAPI_BASE_URL": "/newsapi/v2",
    "ECB_BASE_URL": "/ecb/stats/eurofxref",
    "SEC_BASE_URL": "/sec",
    "SEC_DATA_URL": "/sec/data",
}
_WILDCARDS = ("0.0.0.0", "::", "*")  # noqa: S104  # what --host may say, not what we bind by ourselves


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables of a ``.env`` file: lines ``NAME=value``, the value perhaps in quotes."""
    variables = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or name.startswith("#"):
            continue
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        if value:
            variables[name.strip()] = value
    return variables


def choose_mode(arguments: argparse.Namespace, given: Mapping[str, str]) -> tuple[Mode, Path | None]:
    """
    Return the mode and the folder of the data mode: asked for, else live with something real to ask.

    :raises StartError: if the folder is none of bars, or a key or contact cannot be used.
    """
    if arguments.data:
        folder = (arguments.invoked_from / arguments.data).resolve()
        if not (folder / "dataset.toml").is_file():
            raise StartError(
                f"{folder} is no folder of bars: it has no dataset.toml (see docs/how-to/import-bars.md)."
            )
        return Mode.for_data(folder), folder
    if arguments.symbols is None and goes_live(given):
        return Mode.parse("live"), None
    return Mode.parse(f"sample-{SEED}-{arguments.symbols or DEFAULT_SYMBOLS}"), None


def check_reset(asked: str | None, mode: Mode) -> bool:
    """
    Return whether ``--reset`` means this mode.

    :raises StartError: if another mode is named, or the live one is not named.
    """
    if asked is None:
        return False
    if asked == CURRENT:
        if mode.kind == "live":
            raise StartError(
                "This is the live mode: to drop its data, type its name: ./scripts/run.sh --reset live"
            )
        return True
    if asked not in (mode.kind, mode.name):
        raise StartError(
            f"--reset {asked}: this start is in mode {mode.name}, and only that can be dropped. "
            "Give the same --data or --symbols as when it was started."
        )
    return True


def mode_address(address: str, mode: Mode, *, embedded: bool) -> str:
    """Return the address of the mode's own database on the server of ``address``."""
    base = urlsplit(address).path.strip("/")
    if not embedded and not base:
        raise StartError(
            "DATABASE_URL names no database; it must be postgres://user:password@host:port/database"
        )
    return with_database(address, mode.database if embedded else f"{base}_{mode.name}".replace("-", "_"))


def with_database(address: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def base_environment(root: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return ``given`` with what every process of ours needs, in whatever shell we were started."""
    return dict(given) | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), given.get("PATH", os.defpath)]),
        "PYTHONPATH": str(root),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "investment.settings.development",
        # Threads of the algebra library, and pools of memory for each thread: they cost and gain us nothing.
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def mode_environment(
    mode: Mode, folder: Path | None, secrets: Mapping[str, str], sandbox_port: int
) -> dict[str, str]:
    """Return what tells the processes their mode; with the sandbox as provider unless it is live."""
    variables = {"INVESTMENT_MODE": mode.name, "DATA_DIR": str(folder or "")}
    if mode.kind != "live":
        address = f"http://127.0.0.1:{sandbox_port}"
        for prefix in _WITH_KEYS:
            variables |= {f"{prefix}API_KEY": secrets["sandbox"], f"{prefix}API_KEY_FILE": ""}
        variables |= {name: address + path for name, path in _SANDBOX_PATHS.items()}
        variables |= {
            "FINNHUB_STREAM_URL": f"ws://127.0.0.1:{sandbox_port}/finnhub/ws",
            "FINNHUB_PLAN": "free",
            "ALPHAVANTAGE_PLAN": "free",
            "NEWSAPI_PLAN": "developer",
            "SEC_CONTACT": "sample mode <nobody@example.com>",
            "SEC_CONTACT_FILE": "",
            # A folder may reach beyond the free plan's two years; the sample market has its true limits.
            "MASSIVE_PLAN": "unlimited" if mode.kind == "data" else "basic",
            "SANDBOX_PORT": str(sandbox_port),
        }
    return variables


def allowed_hosts(host: str, given: Mapping[str, str]) -> str:
    """Return the names by which browsers may reach us: loopback, ``host``, for a wildcard this machine's."""
    names = ["127.0.0.1", "localhost", "[::1]"]
    names += [name for name in given.get("DJANGO_ALLOWED_HOSTS", "").split(",") if name]
    if host in _WILDCARDS:
        names += [socket.gethostname(), *_own_addresses()]
    else:
        names.append(in_url(host))
    return ",".join(dict.fromkeys(names))


def own_address(host: str, port: int) -> str:
    """Return the address at which we reach the page from here."""
    return f"http://{'127.0.0.1' if host in _WILDCARDS else in_url(host)}:{port}"


def bind_address(host: str, port: int) -> str:
    return f"{'0.0.0.0' if host == '*' else in_url(host)}:{port}"  # noqa: S104  # the person said so


def in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _own_addresses() -> list[str]:
    addresses = []
    with contextlib.suppress(socket.gaierror):  # a machine need not know its own name
        addresses = [str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None)]
    # Without a network there is loopback alone.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # sends nothing; asks the kernel which address it would use
        addresses.append(probe.getsockname()[0])
    return [in_url(address) for address in addresses]


@contextlib.contextmanager
def claimed_port(host: str, asked: int | None, default: int) -> Iterator[int]:
    """
    Yield ``asked``, or the first free port from ``default`` on, claimed until the block ends.

    Seconds lie between our finding a port free and the page's listening on it. The claim keeps the
    starters of other clones away meanwhile; the kernel drops it when we end, however that is.

    :raises StartError: if the asked one is in use, or nothing can be bound at ``host``.
    """
    for port in [asked] if asked else range(default, default + 50):
        with socket.socket(socket.AF_UNIX) as claim:
            problem = _claim_problem(claim, port) or _bind_problem(host, port)
            if problem is None:
                yield port
                return
        if asked or not isinstance(problem, _InUse):
            raise StartError(str(problem))
    raise StartError(f"Ports {default} to {default + 49} are all in use; choose another with --port.")


def free_port() -> int:
    """Return a port of loopback that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _InUse(Exception):
    pass


def _claim_problem(claim: socket.socket, port: int) -> Exception | None:
    """Bind ``claim`` to a name that only one process of this machine can have."""
    try:
        claim.bind(f"\0investment-port-{port}")
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _InUse(f"Port {port} is in use; choose another with --port.")
        raise
    return None


def _bind_problem(host: str, port: int) -> Exception | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("" if host == "*" else host, port))
            probe.listen(1)
        except socket.gaierror:
            return StartError(f"--host {host}: not an address of this machine.")
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return _InUse(f"Port {port} is in use; choose another with --port.")
            return StartError(f"Cannot listen on {host} port {port}: {error.strerror}.")
    return None
