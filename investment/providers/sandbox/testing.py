"""
A running sandbox for tests: real HTTP on a free port, a clock that stands where the test puts it.

    with running_sandbox(symbols=40, now=datetime(2026, 3, 3, 5, tzinfo=UTC)) as sandbox:
        client = MassiveClient(sandbox.key, httpx.Client(base_url=sandbox.url))
        sandbox.fault("status", endpoint="grouped", status=503)
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from investment.lib.exchange_days import ExchangeDays, read_apart
from investment.providers.sandbox.desks import give_plan, make_desks, usual_key
from investment.providers.sandbox.faults import FIRST, Fault
from investment.providers.sandbox.folder import FolderSource
from investment.providers.sandbox.limiter import Kind, Limiter
from investment.providers.sandbox.sample import SampleMarket
from investment.providers.sandbox.server import folder_source, make_server, sample_source
from investment.providers.sandbox.sources import SampleSource, Source
from investment.providers.sandbox.state import Sandbox, Tally
from investment.providers.sandbox.table import known_windows

KEY = "test-key-of-the-sandbox"
NOW = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)  # a Tuesday, half an hour into it in New York
STARTS_WITHIN = 10.0  # seconds
# The calendar costs a second and a half to compute; it is the same for all tests of a machine.
CALENDARS = Path(tempfile.gettempdir()) / "investment-exchange-days"


class RunningSandbox:
    """A sandbox that answers on :attr:`url` to :attr:`key`."""

    def __init__(self, sandbox: Sandbox, port: int, now: datetime | None) -> None:
        self.sandbox = sandbox
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.key = KEY
        self.now = now

    @property
    def market(self) -> SampleMarket:
        """The invented market behind it, to compare answers with."""
        source = self.sandbox.source
        if not isinstance(source, SampleSource):
            raise TypeError("this sandbox serves a folder, not the sample market")
        return source.market

    def set_now(self, now: datetime) -> None:
        """Move the clock of a sandbox that was started with ``now``."""
        self.now = now

    def advance(self, **duration: float) -> None:
        """Move the clock on by a ``timedelta`` in its words: ``seconds=61``."""
        if self.now is None:
            raise TypeError("this sandbox has a clock of its own: move that")
        self.now += timedelta(**duration)

    def fault(self, kind: str, **options: Any) -> None:
        """Arm a fault; see :mod:`investment.providers.sandbox.faults`."""
        self.sandbox.faults.arm(Fault(kind, **options))

    def counts(self, provider: str = FIRST) -> Tally:
        """Return what our key asked a provider for so far."""
        return self.sandbox.tally(KEY, provider)

    def reset(self) -> None:
        """Forget calls, counts and faults."""
        self.sandbox.reset()


@contextmanager
def running_sandbox(
    *,
    seed: int = 7,
    symbols: int = 40,
    folder: Path | None = None,
    plan: str = "basic",
    plans: Mapping[str, str] | None = None,
    second_sources: Mapping[str, Mapping[str, Path]] | None = None,
    now: datetime = NOW,
    clock: Callable[[], datetime] | None = None,
    window: Kind | None = None,
    range_to_today: Literal["clip", "refuse"] = "clip",
) -> Iterator[RunningSandbox]:
    """
    Serve the sample market, or ``folder``, from a thread until the block ends.

    :param plan: Massive's; ``plans`` are those of the other providers, by their names.
    :param second_sources: by provider and symbol, files of bars that it tells instead of the folder's.
    :param now: where the clock stands; moved by :meth:`RunningSandbox.advance`.
    :param window: how all windows count; None: as is known of each provider, else rolling.
    :param clock: a clock instead, such as ``investment.lib.clock.now``.
    """
    source: Source = _folder(folder) if folder else _sample(seed, symbols)
    holder: list[RunningSandbox] = []
    desks = make_desks(KEY)
    for provider, name in {FIRST: plan, **(plans or {})}.items():
        give_plan(desks, provider, usual_key(provider, KEY), name)
    sandbox = Sandbox(
        source=source,
        desks=desks,
        clock=clock or (lambda: holder[0].now or NOW),
        limiter=Limiter(window) if window else Limiter(kinds=known_windows()),
        range_to_today=range_to_today,
        others=_others(source, second_sources or {}),
    )
    server = make_server(sandbox, host="127.0.0.1", port=0)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.run, name="sandbox", daemon=True)
    thread.start()
    deadline = time.monotonic() + STARTS_WITHIN
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the sandbox did not start")
        time.sleep(0.005)
    port = int(server.servers[0].sockets[0].getsockname()[1])
    holder.append(RunningSandbox(sandbox, port, None if clock else now))
    try:
        yield holder[0]
    finally:
        server.should_exit = True
        thread.join(STARTS_WITHIN)


def _others(source: Source, told: Mapping[str, Mapping[str, Path]]) -> dict[str, Source]:
    if not isinstance(source, FolderSource):
        return {}
    return {provider: source.telling(files) for provider, files in told.items()}


@lru_cache(maxsize=8)
def _sample(seed: int, symbols: int) -> SampleSource:
    return sample_source(seed=seed, symbols=symbols, now=NOW, runtime_dir=CALENDARS)


def _folder(folder: Path) -> FolderSource:
    return folder_source(folder, runtime_dir=CALENDARS)


def exchange_days(first: str, last: str) -> ExchangeDays:
    """Return the sessions and holidays of New York between two dates, both included."""
    start, end = (datetime.fromisoformat(text).date() for text in (first, last))
    return read_apart(start, end, folder=CALENDARS)
