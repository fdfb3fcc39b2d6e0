"""The processes that we start, and how none of them outlives us."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

_KINDLY = 9.0  # seconds from SIGTERM to SIGKILL; honcho itself gives its processes five


class Children:
    """
    Starts commands under ``scripts/lifeline.sh`` and ends them, whatever happens to us.

    We alone hold the write end of a FIFO. When it closes (:meth:`stop`, or our death by any signal) each
    lifeline kills the process group of its command: see the script.
    """

    def __init__(self, root: Path, runtime: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._fifo = runtime / "lifeline"
        self._fifo.unlink(missing_ok=True)
        os.mkfifo(self._fifo, 0o600)
        # For reading too: opening for writing alone would wait for a reader.
        self._end: int | None = os.open(self._fifo, os.O_RDWR | os.O_CLOEXEC)
        self.environment = dict(environment) | {
            "LIFELINE_FIFO": str(self._fifo),
            "LIFELINE_OWNER": str(os.getpid()),
            "LIFELINE": str(root / "scripts" / "lifeline.sh"),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        command: list[str],
        output: IO[bytes] | int | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """
        Start ``command`` in the clone's folder; its output goes to ``output``, or where ours goes.

        ``variables`` are for it alone, beside the environment of all.
        """
        process = subprocess.Popen(
            [self.environment["LIFELINE"], *command],
            cwd=self._root,
            env={**self.environment, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output in (None, subprocess.PIPE) else subprocess.STDOUT,
            # Ctrl-C at the terminal is for us, who stop things in order.
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def stop(self) -> None:
        """End everything: first kindly, the last started first; after some seconds by force."""
        deadline = time.monotonic() + _KINDLY
        for process in reversed(self._running):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        if self._end is not None:
            os.close(self._end)
            self._end = None
        for process in self._running:
            process.wait(_KINDLY)
        self._running.clear()
        self._fifo.unlink(missing_ok=True)


def wait_for(process: subprocess.Popen[bytes], check: Callable[[], None]) -> int:
    """Return the process's exit code; ``check`` is called ten times a second and may raise."""
    while process.poll() is None:
        check()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    return process.returncode
