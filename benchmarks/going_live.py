"""
Measure going live: from an empty database to prices on the page, and to a complete history.

Usage: ./scripts/bench.sh going_live [--symbols N] [--sessions N]

    seconds_to_prices   from «manage.py prepare» on an empty database to symbols and prices at /api/stocks,
                        with a key whose plan has 5 calls a minute; nobody has accepted any terms
    symbols             how many of them there are then
    first_endpoint      what the provider was asked first
    history_seconds     with a plan without limits: until the history of --sessions is stored and analysed
    history_calls       how many calls that took
    equal_bars          its bars are those of the same days ingested one by one, without a provider

The provider is our own sandbox in a process of its own, warmed up, over HTTP.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._scratch import end, scratch_database, start_django

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300.0  # seconds for anything to begin
SEED = 7
BASIC, UNLIMITED, OWN = "benchmark-key-basic", "benchmark-key-unlimited", "benchmark-key-of-our-own"
CHECKSUMS = """
    SELECT session::text, md5(string_agg(bar, ' ' ORDER BY bar))
    FROM (SELECT session, concat_ws(',', open, high, low, close, volume, vwap, trades) AS bar
          FROM market_dailybar) AS bars
    GROUP BY session ORDER BY session
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


@contextmanager
def process(command: list[str], **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Let a process of ours run, in silence, until the block ends."""
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | variables,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        end(started)


def get(url: str, token: str) -> dict[str, Any] | None:
    """Return what an address answers; None while it does not."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - our own
            told: dict[str, Any] = json.load(answer)
            return told
    except OSError:  # urllib's errors are among them
        return None


def wait_for(url: str, token: str, wanted: str) -> dict[str, Any]:
    """Return an address' answer as soon as it has something under ``wanted``."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        told = get(url, token)
        if told and told.get(wanted):
            return told
        time.sleep(0.1)
    raise SystemExit(f"{url} told nothing within {PATIENCE:.0f} s")


def to_prices() -> dict[str, Any]:
    """Go live with a free plan; return how long it took until there were prices, and of how many."""
    began = time.monotonic()
    with ExitStack() as running:
        subprocess.run(manage("prepare"), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        bind = f"127.0.0.1:{free_port()}"
        web = [
            sys.executable,
            "-m",
            "gunicorn",
            "investment.wsgi:application",
            "--bind",
            bind,
            "--threads",
            "8",
        ]
        worker = [sys.executable, "-m", "celery", "--app", "investment", "worker", "--pool", "solo"]
        for command in (
            [*web, "--no-control-socket"],
            worker,
            manage("beat"),
            manage("run_session", "--catch-up"),
        ):
            running.enter_context(process(command))
        made = manage("create_token", "--name", "benchmark")
        said = subprocess.run(made, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        token = max(said.split(), key=len)
        told = wait_for(f"http://{bind}/api/stocks?limit=10&sort=-close", token, "results")
        took = time.monotonic() - began
        if any(row["close"] is None for row in told["results"]):
            raise SystemExit("There are symbols, but no prices")
    start_django()
    from investment.quotas.models import Call

    first = Call.objects.order_by("reserved_at").first()
    return {
        "seconds_to_prices": round(took, 1),
        "symbols": told["count"],
        "first_endpoint": first.endpoint if first else None,
    }


def in_a_process(what: str, sessions: int, symbols: int) -> dict[str, Any]:
    """Do one part in a process and with a database of its own; return what it printed last."""
    with scratch_database(f"going_live_{what}"):
        command = [
            sys.executable, __file__, "--part", what, "--sessions", str(sessions), "--symbols", str(symbols)
        ]  # fmt: skip
        output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    told: dict[str, Any] = json.loads(output.splitlines()[-1])
    return told


def checksums() -> dict[str, str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(CHECKSUMS)
        return dict(cursor.fetchall())


def history(sessions: int) -> dict[str, Any]:
    """Bring in a history as beat and a worker would, one after the other."""
    from django.core.management import call_command

    from investment.lib import clock
    from investment.market.selectors.sessions import latest_closed_session, sessions_before
    from investment.ops.models import History, Run
    from investment.ops.selectors.jobs import due_jobs
    from investment.ops.services.history import bring_history, open_history
    from investment.ops.services.session_job import advance_session
    from investment.providers.services.terms import accept
    from investment.providers.terms import NON_DISPLAY
    from investment.quotas.models import Call

    call_command("prepare")
    accept(clause=NON_DISPLAY, provider="massive", by="benchmark", actor=None, now=clock.now())
    open_history(now=clock.now())
    since = sessions_before(latest_closed_session(clock.now()), sessions)[0]
    History.objects.update(since=since)
    began = time.monotonic()
    call_command("run_session", "--catch-up")
    while History.objects.get().state == History.State.WAITING or due_jobs(now=clock.now()).exists():
        job = due_jobs(now=clock.now()).first()
        if job is not None:
            advance_session(session=job.session, now=clock.now(), trigger=Run.Trigger.SCHEDULE)
        elif bring_history(now=clock.now(), trigger=Run.Trigger.SCHEDULE) is None:
            time.sleep(0.1)
    took = time.monotonic() - began
    row = History.objects.get()
    return {
        "seconds": round(took, 1),
        "calls": Call.objects.count(),
        "state": row.state,
        "bars": checksums(),
    }


def direct(sessions: int, symbols: int) -> dict[str, Any]:
    """Ingest the same days of the same market, straight from it, the oldest first."""
    from django.core.management import call_command

    from investment.lib import clock
    from investment.market.selectors.sessions import latest_closed_session, sessions_before
    from investment.market.services.bars import ingest_market_day
    from investment.market.services.origins import NewOrigin
    from investment.providers.contracts import MarketDay
    from investment.providers.sandbox.server import sample_source

    call_command("prepare")
    now = clock.now()
    from django.conf import settings

    market = sample_source(seed=SEED, symbols=symbols, now=now, runtime_dir=settings.RUNTIME_DIR).market
    for session in sessions_before(latest_closed_session(now), sessions):
        day = MarketDay(session, market.day(session), [], "raw", "")
        ingest_market_day(day=day, origin=NewOrigin(provider="sample", channel="imported"), now=now)
    return {"bars": checksums()}


def part(wanted: argparse.Namespace) -> None:
    start_django()
    told = history(wanted.sessions) if wanted.part == "history" else direct(wanted.sessions, wanted.symbols)
    print(json.dumps(told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--symbols", type=int, default=12_000)
    parser.add_argument("--sessions", type=int, default=66, help="of history, with a plan without limits")
    parser.add_argument("--part", choices=["history", "direct"], help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.part:
        part(wanted)
        return
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    keys = [
        f"--key={key}={plan}"
        for key, plan in ((BASIC, "basic"), (UNLIMITED, "unlimited"), (OWN, "unlimited"))
    ]
    sandbox = manage("sandbox", "--port", str(port), *keys)
    with process(sandbox, INVESTMENT_MODE=f"sample-{SEED}-{wanted.symbols}"):
        wait_for(f"{url}/v3/reference/tickers?active=true&limit=1", OWN, "results")
        os.environ.update(INVESTMENT_MODE="live", MASSIVE_BASE_URL=url)
        warm_up(url)
        os.environ.update(MASSIVE_API_KEY=BASIC, MASSIVE_PLAN="basic")
        with scratch_database("going_live"):
            figures = to_prices()
        os.environ.update(MASSIVE_API_KEY=UNLIMITED, MASSIVE_PLAN="unlimited")
        brought = in_a_process("history", wanted.sessions, wanted.symbols)
    plain = in_a_process("direct", wanted.sessions, wanted.symbols)
    figures |= {
        "sessions": len(brought["bars"]),
        "history_seconds": brought["seconds"],
        "history_calls": brought["calls"],
        "equal_bars": brought["state"] == "done" and brought["bars"] == plain["bars"],
    }
    print(f"\n{figures['symbols']:,} symbols\n")
    print(f"prices on the page after  {figures['seconds_to_prices']:7.1f} s     wanted: within 60 s")
    print(f"  asked first             {figures['first_endpoint']}")
    print(f"history of {figures['sessions']} sessions    {figures['history_seconds']:7.1f} s")
    print(f"  the bars are equal      {figures['equal_bars']}")
    print()
    print(json.dumps(figures))


def warm_up(url: str) -> None:
    """Let the sandbox have computed its newest days: a provider's are there."""
    from datetime import date, timedelta

    for back in range(1, 5):
        day = date.today() - timedelta(days=back)  # noqa: DTZ011 - any recent days will do
        get(f"{url}/v2/aggs/grouped/locale/us/market/stocks/{day}", OWN)


if __name__ == "__main__":
    main()
