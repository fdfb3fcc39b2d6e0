"""
Measure what a new user waits for: the first start in a fresh clone, the second start, and the memory.

Usage: ./scripts/bench.sh first_start [--symbols N]

    first_seconds   from ./scripts/run.sh in a fresh clone to analysed, ranked stocks
    served_seconds  of that, until the page answers
    second_seconds  from a second ./scripts/run.sh to the page
    settled_mb      sum of the proportional set sizes of all processes, a minute after the job
    peak_mb         the largest such sum from the servers' start on; setup_peak_mb before it (pip, npm)

The clone holds what is committed. Packages come through the machine's caches and registries, so
the first figure depends on the network; the others do not.
"""

import argparse
import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
SETTLE = 60.0  # seconds after the job
PATIENCE = 900.0  # seconds for a start
_DONE = "The daily job took"
_SERVED = "  Address "


def free_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def memory(of: psutil.Process) -> float:
    """Return the sum of the proportional set sizes of a process and all below it, in MB."""
    total = 0
    for process in (of, *of.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
            total += process.memory_full_info().pss
    return total / 2**20


@dataclass
class Start:
    """One run of scripts/run.sh: what it has said, and the memory it took, sampled each half second."""

    clone: Path
    arguments: list[str]
    port: int
    lines: list[tuple[float, str]] = field(default_factory=list)
    samples: list[tuple[float, float]] = field(default_factory=list)

    @contextlib.contextmanager
    def running(self) -> Iterator["Start"]:
        environment = {k: v for k, v in os.environ.items() if k not in _OURS}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            ["./scripts/run.sh", "--port", str(self.port), *self.arguments],
            cwd=self.clone,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        readers = [threading.Thread(target=each, daemon=True) for each in (self._read, self._sample)]
        for reader in readers:
            reader.start()
        try:
            yield self
        finally:
            self.process.terminate()
            self.process.wait(60)
            for reader in readers:
                reader.join(10)

    def wait_for_line(self, beginning: str) -> float:
        """Return after how many seconds a line began like this."""
        while time.monotonic() - self.began < PATIENCE:
            for at, line in list(self.lines):
                if line.startswith(beginning):
                    return at
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit("run.sh did not get there:\n" + "\n".join(line for _, line in self.lines))

    def wait_for_page(self) -> float:
        """Return after how many seconds the page answered."""
        while time.monotonic() - self.began < PATIENCE:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/health", timeout=2).close()
                return time.monotonic() - self.began
            time.sleep(0.05)
        raise SystemExit("the page did not answer")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append((time.monotonic() - self.began, line.rstrip("\n")))

    def _sample(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            top = psutil.Process(self.process.pid)
            while self.process.poll() is None:
                self.samples.append((time.monotonic() - self.began, memory(top)))
                time.sleep(0.5)


# What scripts/bench.sh sets for benchmarks that need servers; this one starts its own.
_OURS = {
    "DATABASE_URL", "REDIS_URL", "CACHE_URL", "INVESTMENT_MODE", "RUNTIME_DIR", "DJANGO_SECRET_KEY",
    "DJANGO_SETTINGS_MODULE", "MASSIVE_API_KEY", "MASSIVE_BASE_URL", "MASSIVE_PLAN", "DATA_DIR",
    "LIFELINE_FIFO", "LIFELINE_OWNER", "VIRTUAL_ENV",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--symbols", type=int, default=500)
    wanted = parser.parse_args()
    arguments = ["--symbols", str(wanted.symbols)]
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        with Start(clone, arguments, free_port()).running() as first:
            served = first.wait_for_line(_SERVED)
            done = first.wait_for_line(_DONE)
            prepared = next(at for at, line in first.lines if line.startswith("Calendar"))
            time.sleep(SETTLE)
            settled = first.samples[-1][1]
        with Start(clone, arguments, free_port()).running() as second:
            again = second.wait_for_page()
            second.wait_for_line(_DONE)
    figures = {
        "symbols": wanted.symbols,
        "first_seconds": round(done, 1),
        "served_seconds": round(served, 1),
        "second_seconds": round(again, 1),
        "settled_mb": round(settled),
        "peak_mb": round(max(mb for at, mb in first.samples if at >= prepared)),
        "setup_peak_mb": round(max(mb for at, mb in first.samples if at < prepared)),
    }
    print(f"\n{wanted.symbols} symbols, a fresh clone\n")
    print(f"ranked stocks after          {done:6.1f} s     wanted: within 300 s")
    print(f"  of that, page served after {served:6.1f} s")
    print(f"second start, page after     {again:6.1f} s     wanted: within 10 s")
    print(f"memory a minute after        {settled:6.0f} MB    aim: under 900 MB")
    print(f"  at its peak                {figures['peak_mb']:6} MB")
    print(f"  during set-up              {figures['setup_peak_mb']:6} MB")
    print()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
