"""
Start the platform on this machine, keep it running until told to stop: what ``scripts/run.sh`` becomes.

Servers, then ``manage.py prepare`` (schema, calendar, first admin, sample data), then the processes of the
Procfile, then the main job; the page is served before the job begins.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from investment.lib.modes import Mode
from investment.ops.local import environment as env
from investment.ops.local.arguments import DEFAULT_PORT, parser
from investment.ops.local.children import Children, wait_for
from investment.ops.local.console import StartError, complain, say
from investment.ops.local.databases import check_redis, drop_mode, ensure_database, latest_sample
from investment.ops.local.keys import installation_secrets
from investment.ops.local.provider_keys import PRICES, is_given, secret, what_was_found, why_not_live
from investment.ops.local.running import announced
from investment.ops.local.servers import Servers

ROOT = Path(__file__).resolve().parents[3]
_SERVED_WITHIN = 90.0  # seconds
_NOT_FINISHED = 2  # run_session's code where nothing went wrong and it will be tried again
_ROOM = 500 * 2**20  # bytes that must be free before we begin
_KINDS = {"sample": "a fictional sample market", "data": "your folder of bars", "live": "live data"}
_WITHOUT_PRICES = (
    "No prices without a key: put MASSIVE_API_KEY into .env and start again. "
    "The SEC's companies and the ECB's rates come by themselves within minutes."
)
_SERVER_OF = {"DATABASE_URL": "postgres", "REDIS_URL": "state", "CACHE_URL": "cache"}


# Called while waiting; raises when there is no point in going on.
Check = Callable[[], None]


class Stopped(Exception):
    """The person, or the machine, asked us to stop."""


class Platform:
    """One run: made from the arguments, ended by a signal or by a part that ends."""

    def __init__(self, arguments: list[str]) -> None:
        self.arguments = parser().parse_args(arguments)
        self.runtime = ROOT / ".runtime"
        self._sample_address = ""
        self._asked_to_stop = False

    def run(self) -> None:
        """:raises StartError: if it cannot start or go on. Returns when asked to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        given = env.base_environment(ROOT, env.read_env_file(ROOT / ".env") | dict(os.environ))
        mode, folder = env.choose_mode(self.arguments, given)
        reset = env.check_reset(self.arguments.reset, mode)
        self._say_what_was_found(mode, given)
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        with (
            self._only_one(),
            env.claimed_port(self.arguments.host, self.arguments.port, DEFAULT_PORT) as port,
        ):
            self._check_room()
            secrets = installation_secrets(self.runtime)
            outside = {name for name in _SERVER_OF if given.get(name) or given.get(f"{name}_FILE")}
            wanted = frozenset(server for name, server in _SERVER_OF.items() if name not in outside)
            with Servers(self.runtime, secrets, wanted) as servers:
                variables = given | self._addresses(given, servers, mode, reset=reset)
                variables |= env.mode_environment(mode, folder, secrets, env.free_port())
                variables |= self._places(given, mode, port, secrets)
                with announced(self.runtime, variables, os.environ):
                    self._serve(mode, port, servers, variables)

    def _serve(self, mode: Mode, port: int, servers: Servers, variables: dict[str, str]) -> None:
        log = self.runtime / "log" / "processes.log"
        log.parent.mkdir(exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        children = Children(ROOT, self.runtime, variables)

        def check() -> None:
            if self._asked_to_stop:
                raise Stopped
            if words := servers.ended():
                raise StartError(words)

        try:
            credentials = self.runtime / f"credentials-{mode.name}.json"
            login_link = self.runtime / f"login-link-{mode.name}"
            self._prepare(children, check, credentials, login_link)
            names = ["web", "worker", "beat"] + (["sandbox"] if mode.kind != "live" else [])
            # The clock of a folder of bars stands still: nothing becomes any older, and nothing is planned.
            names += ["planner", "fetcher"] if mode.kind != "data" else []
            honcho = [sys.executable, "-m", "honcho", "start", "--no-colour", "--env", os.devnull]
            with log.open("wb") as output:
                processes = children.start([*honcho, *names], output)

            def check_all() -> None:
                check()
                if processes.poll() is not None:
                    raise StartError(f"A process ended and does not come back; {log}:\n{_tail(log)}")

            self._wait_until_served(port, check_all, log)
            self._tell(mode, port, credentials, login_link)
            if mode.kind == "live" and not is_given(variables, PRICES):
                say(_WITHOUT_PRICES)
            elif not self.arguments.no_job:
                self._main_job(mode, children, check_all, port)
            say("Press Ctrl-C to stop.")
            while True:
                check_all()
                time.sleep(0.2)
        except Stopped:
            say("\nStopping …")
        finally:
            children.stop()

    def _prepare(self, children: Children, check: Check, credentials: Path, login_link: Path) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), "prepare"]
        command += ["--credentials", str(credentials), "--login-link", str(login_link)]
        # By the environment, and to this process alone: the address holds a password.
        sample = {"SAMPLE_DATABASE_URL": self._sample_address, "SAMPLE_DATABASE_URL_FILE": ""}
        code = wait_for(children.start(command, variables=sample), check)
        if code != 0:
            raise StartError(f"«manage.py prepare» failed (code {code}); its words are above.")

    def _main_job(self, mode: Mode, children: Children, check: Check, port: int) -> None:
        started = time.monotonic()
        job = children.start([sys.executable, str(ROOT / "manage.py"), "run_session", "--catch-up"])
        code = wait_for(job, check)
        if code not in (0, _NOT_FINISHED):
            complain(f"The daily job did not finish (code {code}); the schedule will try it again.")
            return
        took = f"took {time.monotonic() - started:.0f} s"
        words = took if code == 0 else "is not finished, as said above; the schedule goes on with it"
        say(f"The daily job {words}. The stocks are at {self._address(port)}/")
        if mode.kind == "live":
            say("Names, kinds and earlier days come by themselves, as the plan's free calls allow.")

    def _tell(self, mode: Mode, port: int, credentials: Path, login_link: Path) -> None:
        """Say where to look and how to get in; the password only once, when its account was made."""
        address = self._address(port)
        say(f"\n  Address        {address}/          ({_KINDS[mode.kind]})")
        if credentials.exists():
            account = json.loads(credentials.read_text())
            say(f"  Admin          {account['username']}")
            say(f"  Password       {account['password']}   (shown this once)")
            credentials.unlink()
        link = f"{address}{login_link.read_text()}"
        login_link.unlink()
        say(f"  Log in with    {link}   (once, within 10 minutes, on this machine)")
        say(f"  Log            {self.runtime / 'log' / 'processes.log'}\n")

    def _say_what_was_found(self, mode: Mode, given: dict[str, str]) -> None:
        if mode.kind == "live":
            say("Live mode:")
            for line in what_was_found(given):
                say(f"  {line}")
        elif mode.kind == "sample" and self.arguments.symbols is None and (words := why_not_live(given)):
            say(words)

    def _wait_until_served(self, port: int, check: Check, log: Path) -> None:
        deadline = time.monotonic() + _SERVED_WITHIN
        while time.monotonic() < deadline:
            check()
            try:
                with urllib.request.urlopen(f"{self._address(port)}/api/health", timeout=2):  # noqa: S310  # our own
                    return
            except OSError:  # not yet; urllib's errors are among them
                time.sleep(0.1)
        raise StartError(
            f"The page was not served within {_SERVED_WITHIN:.0f} s; the end of {log}:\n{_tail(log)}"
        )

    def _addresses(
        self, given: dict[str, str], servers: Servers, mode: Mode, *, reset: bool
    ) -> dict[str, str]:
        """Return the addresses of the mode's database and of both Redis, all reachable; emptied if asked."""
        found = {name: servers.addresses.get(name) or secret(given, name) for name in _SERVER_OF}
        server, embedded = found["DATABASE_URL"], "DATABASE_URL" in servers.addresses

        def address_of(one: Mode) -> str:
            return env.mode_address(server, one, embedded=embedded)

        address = address_of(mode)
        for name in ("REDIS_URL", "CACHE_URL"):
            check_redis(name, found[name])
        if reset:
            redis_addresses = [found["REDIS_URL"], found["CACHE_URL"]]
            drop_mode(
                mode, server=server, address=address, redis_addresses=redis_addresses, files=self._files(mode)
            )
            say(f"Dropped everything of mode {mode.name}.")
        ensure_database(server, address)
        if mode.kind != "sample":
            self._sample_address = secret(given, "SAMPLE_DATABASE_URL") or latest_sample(server, address_of)
        return found | {"DATABASE_URL": address} | {f"{name}_FILE": "" for name in _SERVER_OF}

    def _places(
        self, given: dict[str, str], mode: Mode, port: int, secrets: dict[str, str]
    ) -> dict[str, str]:
        files = self._files(mode)
        files.mkdir(mode=0o700, parents=True, exist_ok=True)
        return {
            "RUNTIME_DIR": str(files),
            "WEB_BIND": env.bind_address(self.arguments.host, port),
            "DJANGO_ALLOWED_HOSTS": env.allowed_hosts(self.arguments.host, given),
            "DJANGO_SECRET_KEY": secret(given, "DJANGO_SECRET_KEY") or secrets["django"],
            "DJANGO_SECRET_KEY_FILE": "",
        }

    def _files(self, mode: Mode) -> Path:
        return self.runtime / "modes" / mode.name

    def _address(self, port: int) -> str:
        return env.own_address(self.arguments.host, port)

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        with (self.runtime / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StartError("This clone already runs; stop that first, or use another clone.") from None
            yield

    def _check_room(self) -> None:
        free = shutil.disk_usage(self.runtime).free
        if free < _ROOM:
            raise StartError(
                f"Only {free // 2**20} MB are free at {self.runtime}; it takes at least {_ROOM // 2**20} MB."
            )

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])


def main(arguments: list[str]) -> int:
    try:
        Platform(arguments).run()
    except StartError as error:
        complain(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
