"""
Servers, sandboxes and workers of the storm, and what can be done to them.

Nothing here knows Django: the rows are not looked at, and what counts is the providers' own count.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import redis

from investment.lib.clock import Reading
from investment.ops.local import environment as env
from investment.ops.local.children import Children
from investment.ops.local.databases import ensure_database
from investment.ops.local.keys import installation_secrets
from investment.ops.local.quarters import remove_quarters
from investment.ops.local.servers import Servers
from tests.end_to_end.quota_storm.profiles import INTERACTIVE_SHARE, Kind, Profile

ROOT = Path(__file__).resolve().parents[3]
MODE = "sample-99-60"
# How far the providers' clocks are ahead of ours, in the one clock's seconds.
OFFSETS: dict[Kind, float] = {"rolling": 37.3, "fixed": -1234.5}
LANES = ("essential", "interactive", "planned", "interactive", "planned")
STARTS_WITHIN = 60.0  # real seconds
_LONGER = 30.0  # real seconds for which a storm may go on until the long windows are full


@dataclass(slots=True)
class Tally:
    """What one provider counted, and how long answered calls took (the one clock's seconds)."""

    sent: int = 0
    admitted: int = 0
    refused: int = 0
    call: float = 0.0


@dataclass(slots=True)
class Worker:
    """A process of the storm; ``said`` is what it wrote last."""

    process: subprocess.Popen[str]
    orders: str
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    ready: threading.Event = field(default_factory=threading.Event)
    _listening: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def end(self) -> None:
        """Kill it by force, wherever it is."""
        self.process.kill()
        self.process.wait()
        self._listening.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _listen(self) -> None:
        """Keep what it says; in a thread."""
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError):  # closed, or a line cut by a kill
            for line in self.process.stdout:
                self.said = json.loads(line)
                self.ready.set()

    def tell(self) -> None:
        """Let it begin."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write("go\n")
            self.process.stdin.flush()


def _unseen(_passed: float) -> None:
    """Look away."""


class Stage:
    """
    Everything that a storm needs, under ``runtime``; a context manager.

    :param server: the address of another counting server than the sandbox; see benchmarks/quota_day.py.
    """

    def __init__(self, runtime: Path, *, workers: int = 8, server: str | None = None, seed: int = 1) -> None:
        self.runtime = runtime
        self.count = workers
        self.server = server
        self.chance = random.Random(seed)  # noqa: S311 - nothing secret
        self.seed = seed
        self.workers: list[Worker] = []
        self.gone: list[Worker] = []
        self.urls: dict[Kind, str] = {}
        self.clock = Reading(time.time(), time.time(), 1.0)
        self.kill_every: float | None = None
        self._look: Callable[[float], None] = _unseen
        self._began = self._killed = 0.0
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Stage":
        with contextlib.ExitStack() as stack:
            stack.callback(remove_quarters, self.runtime)
            secrets = installation_secrets(self.runtime)
            # PostgreSQL as in use: one that forgets in a crash what it has committed is no ledger.
            self.servers = stack.enter_context(Servers(self.runtime, secrets))
            self.environment = self._environment(secrets)
            self.children = Children(ROOT, self.runtime, self.environment)
            stack.callback(self.children.stop)
            stack.callback(self._end_workers)
            self.http = stack.enter_context(httpx.Client(timeout=10.0, trust_env=False))
            self.state = redis.Redis.from_url(self.servers.addresses["REDIS_URL"])
            stack.callback(self.state.close)
            self.set_clock(rate=1.0)
            self._start_providers()
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity=0"],
                cwd=ROOT, env=self.environment, check=True,
            )  # fmt: skip
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    # The clock

    def now(self) -> float:
        """Return the time on the one clock, in seconds since the epoch."""
        return self.clock.at(time.time())

    def set_clock(self, *, rate: float) -> None:
        """Go on at ``rate`` from the time it is, everywhere."""
        real = time.time()
        self.clock = Reading(self.clock.at(real), real, rate)
        self.state.hset(f"{MODE}:clock", mapping=self._clock())
        for url in set(self.urls.values()):
            self._put(url, "clock", {"origin": self.clock.origin, "started": real, "rate": rate})

    def _clock(self) -> dict[Any, str]:
        return {name: repr(getattr(self.clock, name)) for name in ("origin", "started", "rate")}

    # The providers

    def open(self, profiles: Sequence[Profile], part: str, **delays: Any) -> None:
        """Give each profile a key of its own for this part, and let calls take their time."""
        for url in set(self.urls.values()):
            self._put(url, "delays", {"seed": self.seed, **delays})
        for profile in profiles:
            self._put(
                self.urls[profile.kind], "keys", {"key": f"{profile.name}-{part}", "plan": profile.plan}
            )

    def tally(self, profile: Profile, part: str) -> Tally:
        """Return what the provider counted in this part."""
        answer = self.http.get(f"{self.urls[profile.kind]}/_sandbox/counts").raise_for_status().json()
        counts = answer["keys"].get(f"{profile.name}-{part}", {})
        said = [worker.said.get(profile.name, {}) for worker in self.workers + self.gone]
        answered = sum(each.get("answered", 0) for each in said)
        seconds = sum(each.get("seconds", 0.0) for each in said) * self.clock.rate
        return Tally(
            sent=counts.get("received", 0),
            admitted=counts.get("admitted", 0),
            refused=counts.get("refused", 0),
            call=seconds / answered if answered else 0.0,
        )

    def troubles(self) -> dict[str, int]:
        """Return what else the workers met with, by name."""
        found: Counter[str] = Counter()
        for worker in self.workers + self.gone:
            for each in worker.said.values():
                found.update(each["troubles"])
                found.update({f"HTTP {code}": n for code, n in each["statuses"].items() if code != "200"})
        return dict(found)

    # The workers

    def start(self, profiles: Sequence[Profile], part: str, lanes: Sequence[str], askers: int) -> None:
        """Start the workers, of which ``askers`` ask each provider, and let all begin at once."""
        self.gone.clear()
        orders: list[list[dict[str, Any]]] = [[] for _ in range(self.count)]
        place = 0
        for profile in profiles:
            for number in range(min(askers, self.count)):
                orders[place % self.count].append(
                    {
                        "name": profile.name,
                        "scope": f"{profile.name}:storm-{part}",
                        "key": f"{profile.name}-{part}",
                        "url": self.urls[profile.kind],
                        "windows": profile.windows,
                        "interactive_share": INTERACTIVE_SHARE,
                        "lane": lanes[number % len(lanes)],
                    }
                )
                place += 1
        self.workers += [self._start_worker(json.dumps(each)) for each in orders]
        for worker in self.workers:
            if not worker.ready.wait(STARTS_WITHIN):
                raise RuntimeError("a worker did not start")
        for worker in self.workers:
            worker.tell()

    def stop(self) -> None:
        """Let the workers end what they are at, and keep what they said."""
        for worker in self.workers:
            assert worker.process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                worker.process.stdin.close()
        for worker in self.workers:
            worker.process.send_signal(signal.SIGCONT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.process.wait(15)
        self.gone += self.workers
        self._end_workers()

    def alive(self) -> None:
        """:raises RuntimeError: if a worker or a server ended by itself."""
        if words := self.servers.ended():
            raise RuntimeError(words)
        for worker in self.workers:
            if worker.process.poll() is not None:
                last = "\n".join((self.runtime / "workers.log").read_text().splitlines()[-15:])
                raise RuntimeError(f"a worker ended by itself with {worker.process.returncode}:\n{last}")

    def _start_worker(self, orders: str) -> Worker:
        with (self.runtime / "workers.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.end_to_end.quota_storm.worker", orders],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return Worker(process, orders)

    def _end_workers(self) -> None:
        for worker in self.workers:
            worker.end()
        self.workers.clear()

    def storm(
        self,
        profiles: Sequence[Profile],
        part: str,
        *,
        span: float,
        lanes: Sequence[str] = LANES,
        askers: int = 8,
        faults: Sequence[tuple[float, Callable[[], None]]] = (),
        kill_every: float | None = None,
        look: Callable[[float], None] = _unseen,
        full: Mapping[str, int] | None = None,
    ) -> dict[str, Tally]:
        """
        Let the workers ask for ``span`` seconds of the one clock, and return what each provider counted.

        As many as ``askers`` ask each provider at once: more than are needed only wake each other up.
        ``faults`` are done at their fractions of the span; each ``kill_every`` real seconds a worker is
        killed besides. ``look`` is told twice a second how many of the seconds have passed. Where a busy
        machine has not sent as many calls as ``full`` says by then, it goes on for a while.
        """
        self.kill_every, self._look = kill_every, look
        self.start(profiles, part, lanes, askers)
        self._began = self.now()
        self._killed = time.monotonic()
        for fraction, fault in faults:
            self.let(max(0.0, (self._began + span * fraction - self.now()) / self.clock.rate))
            fault()
        self.let(max(0.0, (self._began + span - self.now()) / self.clock.rate))
        tallies = {profile.name: self.tally(profile, part) for profile in profiles}
        end = time.monotonic() + _LONGER
        while any(tallies[name].sent < calls for name, calls in (full or {}).items()):
            if time.monotonic() > end:
                break
            self.let(0.5)
            tallies = {profile.name: self.tally(profile, part) for profile in profiles}
        self.stop()
        # What was under way at the end counts no more, but must not have been too much either.
        for profile in profiles:
            tally, last = tallies[profile.name], self.tally(profile, part)
            tally.refused, tally.call = last.refused, last.call
        return tallies

    def let(self, seconds: float) -> None:
        """Let real seconds pass, with kills."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(0.5, left))
            if self.kill_every is not None and time.monotonic() - self._killed > self.kill_every:
                self.kill_worker()
                self._killed = time.monotonic()
            self.alive()
            self._look(self.now() - self._began)

    # What can go wrong

    def kill_worker(self) -> None:
        """Kill one by force, wherever it is, and start another in its place."""
        number = self.chance.randrange(len(self.workers))
        killed = self.workers[number]
        killed.end()
        self.gone.append(killed)
        self.workers[number] = worker = self._start_worker(killed.orders)
        worker.tell()

    @contextlib.contextmanager
    def paused_worker(self) -> Iterator[None]:
        """Stop one as a suspended machine would, until the block ends."""
        process = self.workers[self.chance.randrange(len(self.workers))].process
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """FLUSHALL; but the one clock, which production does not have there, is back in the same step."""
        with self.state.pipeline(transaction=True) as pipe:
            pipe.flushall()
            pipe.hset(f"{MODE}:clock", mapping=self._clock())
            pipe.execute()

    def restart_state(self, *, crash: bool = False, lose: bool = False) -> None:
        """Restart the state server, with its file or with nothing but the one clock, there from the start."""
        words = ["HSET", f"{MODE}:clock", *(str(part) for pair in self._clock().items() for part in pair)]
        command = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
        self.servers.take_away("state", crash=crash)
        self.servers.bring_back("state", memory=command.encode() if lose else None)

    @contextlib.contextmanager
    def without_database(self, *, crash: bool = False) -> Iterator[None]:
        """PostgreSQL is gone until the block ends."""
        self.servers.take_away("postgres", crash=crash)
        try:
            yield
        finally:
            self.servers.bring_back("postgres")

    # How it is started

    def _environment(self, secrets: dict[str, str]) -> dict[str, str]:
        ours = ("MASSIVE_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "CACHE_URL", "INVESTMENT_", "DATA_DIR")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        addresses = self.servers.addresses
        database = env.with_database(addresses["DATABASE_URL"], "storm")
        ensure_database(addresses["DATABASE_URL"], database)
        return env.base_environment(ROOT, kept | addresses) | {
            "DATABASE_URL": database,
            "INVESTMENT_MODE": MODE,
            "DJANGO_SECRET_KEY": secrets["django"],
            "RUNTIME_DIR": str(self.runtime),
        }

    def _start_providers(self) -> None:
        if self.server is not None:
            self.urls = dict.fromkeys(OFFSETS, self.server.rstrip("/"))
            return
        for kind, offset in OFFSETS.items():
            # A port that was free may be somebody else's a moment later.
            self.urls[kind] = next(filter(None, (self._start_sandbox(kind, offset) for _ in range(5))))

    def _start_sandbox(self, kind: Kind, offset: float) -> str | None:
        """Return the address of a sandbox once it answers, None if it ended instead."""
        port = env.free_port()
        url = f"http://127.0.0.1:{port}"
        order = [sys.executable, "-m", "investment.providers.sandbox"]
        order += [f"--port={port}", f"--window={kind}", f"--clock-offset={offset}"]
        with (self.runtime / "providers.log").open("ab") as log:
            process = self.children.start(order, log)
        deadline = time.monotonic() + STARTS_WITHIN
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if self.http.get(f"{url}/_sandbox/counts").is_success:
                    return url
            time.sleep(0.1)
        return None

    def _put(self, url: str, what: str, document: dict[str, Any]) -> None:
        answer = self.http.put(f"{url}/_sandbox/{what}", json=document)
        # Another server may have its own idea of how long calls take.
        if what != "delays" or self.server is None:
            answer.raise_for_status()
