"""Builds a sandbox and serves it over HTTP; ``python -m investment.providers.sandbox``."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import uvicorn

from investment.lib.exchange_days import read_apart
from investment.lib.modes import Mode
from investment.providers.sandbox.app import make_app
from investment.providers.sandbox.folder import FolderSource, first_and_last_session
from investment.providers.sandbox.plans import today
from investment.providers.sandbox.sample import EPOCH, SampleMarket
from investment.providers.sandbox.sources import SampleSource, Source
from investment.providers.sandbox.state import Sandbox

YEARS_AHEAD = 2


class NothingToServe(ValueError):
    """The mode has no data of its own."""


def make_source(mode: Mode, *, data_dir: str, runtime_dir: Path, clock: Callable[[], datetime]) -> Source:
    """
    Return what the mode serves.

    :raises NothingToServe: in live mode, and in data mode without a folder.
    :raises FolderRefused: if the folder cannot be read.
    """
    now = clock()
    if mode.seed is not None and mode.symbols is not None:
        return sample_source(seed=mode.seed, symbols=mode.symbols, now=now, runtime_dir=runtime_dir)
    if mode.kind == "data" and data_dir not in ("", "-"):
        return folder_source(Path(data_dir), runtime_dir=runtime_dir)
    raise NothingToServe(
        f"mode {mode.name} has nothing to serve: set INVESTMENT_MODE to sample-<seed>-<symbols>, "
        "or to data-<digest> together with DATA_DIR"
    )


def sample_source(*, seed: int, symbols: int, now: datetime, runtime_dir: Path) -> SampleSource:
    """Return the sample market with its calendar from the epoch to two years after ``now``."""
    last = date(now.year + YEARS_AHEAD, 12, 31)
    days = read_apart(date(EPOCH.year, 1, 1), last, folder=runtime_dir)
    sessions = [day.session for day in days.sessions if day.session >= EPOCH]
    market = SampleMarket(seed=seed, symbols=symbols, sessions=sessions)
    # Computed now, so that the first question is answered as fast as any other.
    market.day(max((session for session in sessions if session <= today(now)), default=EPOCH))
    return SampleSource(market, days)


def folder_source(folder: Path, *, runtime_dir: Path) -> FolderSource:
    """
    Return a folder of bars with the calendar of its years.

    :raises FolderRefused: if it cannot be read.
    """
    first, last = first_and_last_session(folder)
    days = read_apart(date(first.year, 1, 1), date(last.year + 1, 12, 31), folder=runtime_dir)
    return FolderSource(folder, days)


def make_server(sandbox: Sandbox, *, host: str, port: int) -> uvicorn.Server:
    """Return a server that is ready to run; port 0 takes a free one."""
    return uvicorn.Server(
        uvicorn.Config(
            make_app(sandbox),
            host=host,
            port=port,
            loop="asyncio",
            http="h11",
            ws="websockets-sansio",
            lifespan="off",
            log_level="warning",
            access_log=False,  # addresses can carry keys
            server_header=False,
            date_header=False,  # the provider has a clock of its own
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )
