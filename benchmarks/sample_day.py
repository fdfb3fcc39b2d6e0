"""
Measure a whole day of the running product: what is asked when, and whether it keeps its word.

Usage: ./scripts/bench.sh sample_day [--minutes N] [--symbols N] [--seed N]

Sample mode on fresh servers, the processes of the Procfile, the clock at 60 ×: from half an hour before the
open until the job of the night is done. 15 symbols are held, 40 watched; Finnhub allows 60 calls a minute.

    market_file_calls_per_session   the most calls for the whole market's file of one session: must be 1
    within_target_share             of what is held, and of what is watched: the share of the open time for
                                    which it was younger than promised, sampled twice a second: wanted ≥ 0.95
    predictions                     how often «next call» was read from GET /api/stocks/SYMBOL/freshness
    predictions_true_share          of them, the next call came then: wanted ≥ 0.95
    refused                         calls that a provider refused: must be 0
    cpu_share                       of one core, over the session, by process

A prediction is true if the next call came within 60 s of it, or within 20 % of the time that it was ahead.
At 60 × a minute is a second of the machine's, in which the call has to be chosen, sent, answered and stored
beside everything else; and who comes first in a queue may change, the more the longer it is.

``--minutes`` is of the machine's, for the open time; the clock is then put to the close. The evening, from a
quarter of an hour after the close on, passes at 600 ×.
"""

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
import psutil

from benchmarks._scratch import end, scratch_database, start_django
from investment.lib.modes import Mode
from investment.ops.local.environment import free_port, mode_environment
from investment.ops.local.keys import installation_secrets

ROOT = Path(__file__).resolve().parents[1]
RATE, EVENING = 60.0, 600.0
HELD, WATCHED, PREDICTIONS = 15, 40, 100
BEFORE, AFTER = timedelta(minutes=30), timedelta(minutes=15)
NIGHT = timedelta(hours=11)  # from the close: by then the night's job has long been due
LOOK = 0.2  # real seconds
SAMPLE = 0.5  # real seconds
PATIENCE = 120.0  # real seconds for anything to begin
AT_LEAST, SHARE = 60.0, 0.2  # of a prediction: seconds of the clock, and of the time ahead
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
CELERY = ("-m", "celery", "--app", "investment", "worker", *QUIET)


@dataclass
class Prediction:
    """What was said of one symbol at ``made``; ``came`` is the next call that was made after it."""

    instrument: int
    tier: str
    made: datetime
    due: datetime
    came: datetime | None = None

    @property
    def tolerance(self) -> timedelta:
        return max(timedelta(seconds=AT_LEAST), SHARE * (self.due - self.made))

    @property
    def true(self) -> bool:
        return self.came is not None and abs(self.came - self.due) <= self.tolerance


@dataclass
class Day:
    """What was seen of the session."""

    looks: dict[str, int] = field(default_factory=lambda: {"held": 0, "watched": 0})
    within: dict[str, int] = field(default_factory=lambda: {"held": 0, "watched": 0})
    predictions: list[Prediction] = field(default_factory=list)
    unplanned: int = 0
    open_seconds: float = 0.0
    asked: int = 0
    cpu: dict[str, float] = field(default_factory=dict)


@contextmanager
def process(name: str, *arguments: str) -> Iterator[psutil.Popen]:
    """Let a process of ours run until the block ends; what it says is in a file of the run's folder."""
    log = Path(os.environ["RUNTIME_DIR"]) / f"{name}.log"
    with log.open("wb") as output:
        started = psutil.Popen(
            [sys.executable, *arguments], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield started
    finally:
        end(started)
        if started.returncode not in (0, -15, 143, None):
            print(f"{name} ended with {started.returncode}:\n{log.read_text()[-2000:]}", file=sys.stderr)


def cpu(processes: dict[str, psutil.Popen]) -> dict[str, float]:
    """Return the processor seconds of each process and what it started."""
    total = {}
    for name, started in processes.items():
        total[name] = 0.0
        for each in (started, *started.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total[name] += sum(each.cpu_times()[:2])
    return total


def wait_until(condition: Any, what: str, within: float = PATIENCE) -> None:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {within:.0f} s: {what}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code < 500
    except httpx.HTTPError:
        return False


def session_to_live() -> tuple[date, datetime, datetime]:
    """Return a recent full session that is over: Wednesday's of the week before last, or the next one."""
    from investment.lib import exchange_days

    today = datetime.now(UTC).date()
    start = today - timedelta(days=today.weekday() + 12)
    folder = Path(os.environ["RUNTIME_DIR"])
    for session in exchange_days.read_apart(start, today, folder=folder).sessions:
        if session.closes_at - session.opens_at > timedelta(hours=6):
            return session.session, session.opens_at, session.closes_at
    raise SystemExit("There was no full session lately")


def choose() -> dict[str, list[int]]:
    """Declare what is held and watched, spread over the whole market; return the ids of all by tier."""
    from investment.acquisition.importance import Tier
    from investment.acquisition.kinds import Kind
    from investment.acquisition.services.demand import declare_interest
    from investment.lib import clock
    from investment.market.models import Instrument

    stocks = Instrument.objects.filter(active=True, kind=Instrument.Kind.COMMON_STOCK)
    found = list(stocks.order_by("symbol").values_list("pk", flat=True))
    random.Random(1).shuffle(found)  # noqa: S311 - nothing secret
    chosen = {"held": found[:HELD], "watched": found[HELD : HELD + WATCHED]}
    for name, who in chosen.items():
        declare_interest(
            who=f"benchmark:{name}", instrument_ids=who, kind=Kind.QUOTE, tier=Tier(name), now=clock.now()
        )
    return chosen | {"universe": found[HELD + WATCHED :]}


def watch(url: str, token: str, until: datetime, opens: datetime, closes: datetime, day: Day) -> None:
    """Look at the product until a moment of its clock."""
    from investment.acquisition.importance import Tier
    from investment.acquisition.kinds import RULES, Kind
    from investment.acquisition.models import Sighting
    from investment.acquisition.selectors.calendar import open_time
    from investment.lib import clock
    from investment.market.models import Instrument

    tiers = choose()
    chosen = random.Random(2)  # noqa: S311 - nothing secret
    symbols = dict(Instrument.objects.values_list("pk", "symbol"))
    targets = RULES[Kind.QUOTE].targets
    hours = open_time(now=opens)
    every = 0.9 * (min(until, closes) - opens) / PREDICTIONS  # some are of nothing that is planned
    ask_at, sample_at = opens + every / 2, 0.0
    pending: list[Prediction] = []
    rows = Sighting.objects.filter(kind=Kind.QUOTE).order_by()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
        while (now := clock.now()) < until or (pending and now < closes):
            if pending:
                tried = dict(
                    rows.filter(instrument__in=[each.instrument for each in pending]).values_list(
                        "instrument_id", "tried_at"
                    )
                )
                for each in pending:
                    at = tried.get(each.instrument)
                    if at is not None and at > each.made:
                        each.came = at
                pending = [
                    each for each in pending if each.came is None and now < each.due + 2 * each.tolerance
                ]
            if opens <= now < min(until, closes) and time.monotonic() >= sample_at:
                sample_at = time.monotonic() + SAMPLE
                seen = dict(rows.values_list("instrument_id", "seen_at"))
                for name in day.looks:
                    most = targets[Tier(name)]
                    for pk in tiers[name]:
                        at = seen.get(pk)
                        day.looks[name] += 1
                        day.within[name] += at is not None and hours.at(now) - hours.at(at) <= most
            if ask_at <= now < min(until, closes) and len(day.predictions) < PREDICTIONS:
                tier = chosen.choice(list(tiers))
                pk = chosen.choice(tiers[tier])
                told = http.get(f"/api/stocks/{symbols[pk]}/freshness").raise_for_status().json()
                quote = next(datum for datum in told["data"] if datum["kind"] == "quote")
                if quote["next_call_at"] is None:
                    day.unplanned += 1
                    ask_at += every / 4
                else:
                    due = datetime.fromisoformat(quote["next_call_at"])
                    made = datetime.fromisoformat(told["at"])
                    if due < min(until, closes):
                        day.predictions.append(Prediction(pk, tier, made, due))
                        pending.append(day.predictions[-1])
                        ask_at += every
            time.sleep(LOOK)


def file_calls() -> dict[str, int]:
    """Return how often each session's whole-market file was asked for, by the call's purpose."""
    from django.db.models import Count

    from investment.quotas.models import Call

    calls = Call.objects.filter(endpoint="grouped_daily").exclude(state=Call.State.NOT_SENT)
    return dict(calls.values_list("purpose").annotate(Count("pk")).order_by("purpose"))


def live_a_day(wanted: argparse.Namespace, sandbox_url: str) -> dict[str, Any]:
    """Run the product for a day; return what it came to."""
    start_django()
    from django.core.management import call_command

    from investment.lib import clock
    from investment.ops.models import SessionJob

    session, opens, closes = session_to_live()
    clock.set_clock(origin=opens - BEFORE, rate=0)
    call_command("prepare", verbosity=0)
    said = subprocess.run(
        [sys.executable, "manage.py", "create_token", "--name", "benchmark"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    token = max(said.split(), key=len)
    bind, day = f"127.0.0.1:{free_port()}", Day()
    commands = {
        "web": ("-m", "gunicorn", "investment.wsgi:application", "--bind", bind, "--threads", "8",
                "--no-control-socket"),
        "worker": (*CELERY, "--pool", "solo"),
        "fetcher": (*CELERY, "--pool", "threads", "--concurrency", "4", "--queues", "fetch",
                    "--hostname", "fetcher@%h"),
        "beat": ("manage.py", "beat"),
        "planner": ("manage.py", "planner"),
    }  # fmt: skip
    with ExitStack() as running:
        sandbox = ("manage.py", "sandbox", "--port", os.environ["SANDBOX_PORT"])
        processes = {"sandbox": running.enter_context(process("sandbox", *sandbox))}
        wait_until(lambda: answers(f"{sandbox_url}/_sandbox/counts"), "the sandbox")
        for name, command in commands.items():
            processes[name] = running.enter_context(process(name, *command))
        wait_until(lambda: answers(f"http://{bind}/api/health"), "the page")
        clock.set_clock(origin=opens - BEFORE, rate=RATE)
        until = closes
        if wanted.minutes is not None:
            until = min(closes, opens + timedelta(minutes=wanted.minutes) * RATE)
        wait_until(lambda: clock.now() >= opens, "the open")
        began, spent = time.monotonic(), cpu(processes)
        watch(f"http://{bind}", token, until, opens, closes, day)
        took = time.monotonic() - began
        day.cpu = {name: (used - spent[name]) / took for name, used in cpu(processes).items()}
        memory = {
            name: round(sum(p.memory_full_info().pss for p in (one, *one.children(recursive=True))) / 2**20)
            for name, one in processes.items()
        }
        day.open_seconds = (min(clock.now(), closes) - opens).total_seconds()
        calls = counted(sandbox_url)
        if clock.now() < closes:  # what is under way when the clock jumps would be counted by two clocks
            processes["planner"].terminate()
            time.sleep(2)
        clock.set_clock(origin=max(clock.now(), closes), rate=RATE)
        wait_until(lambda: clock.now() >= closes + AFTER, "the evening")
        clock.set_clock(origin=clock.now(), rate=EVENING)
        wait_until(
            lambda: SessionJob.objects.filter(session=session, state="done").exists(), "the night's job"
        )
        refused = sum(each["refused"] for each in counted(sandbox_url).values())
        files = file_calls()
    return figures(session, day, calls, files, refused, memory)


def counted(sandbox_url: str) -> dict[str, dict[str, int]]:
    """Return what each provider counted."""
    told = httpx.get(f"{sandbox_url}/_sandbox/counts", trust_env=False).raise_for_status().json()
    found: dict[str, dict[str, int]] = {}
    for provider, keys in told["providers"].items():
        found[provider] = {name: sum(t[name] for t in keys.values()) for name in ("received", "refused")}
    return found


def figures(
    session: date,
    day: Day,
    calls: dict[str, dict[str, int]],
    files: dict[str, int],
    refused: int,
    memory: dict[str, int],
) -> dict[str, Any]:
    predictions = day.predictions
    by_tier = {
        tier: [each.true for each in predictions if each.tier == tier]
        for tier in ("held", "watched", "universe")
    }
    for each in predictions:
        if not each.true:
            late = f"{(each.came - each.due).total_seconds():+.0f} s" if each.came else "did not come"
            ahead = (each.due - each.made).total_seconds()
            print(f"not true: {each.tier}, {each.made:%H:%M:%S} said in {ahead:.0f} s; {late}")
    return {
        "session": session.isoformat(),
        "market_file_calls_per_session": max(files.values(), default=0),
        "market_file_calls": files,
        "within_target_share": {
            name: round(day.within[name] / max(1, day.looks[name]), 4) for name in day.looks
        },
        "predictions": len(predictions),
        "predictions_true_share": round(sum(p.true for p in predictions) / max(1, len(predictions)), 4),
        "true_share_by_tier": {
            tier: round(sum(true) / max(1, len(true)), 4) for tier, true in by_tier.items()
        },
        "not_in_the_next_hour": day.unplanned,
        "quotes_a_minute": round(60 * calls["finnhub"]["received"] / max(1.0, day.open_seconds), 1),
        "refused": refused,
        "cpu_share": {name: round(share, 3) for name, share in day.cpu.items()},
        "memory_mb": memory,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument(
        "--minutes", type=float, metavar="N", help="real minutes of the session; all by default"
    )
    parser.add_argument("--symbols", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    mode = Mode.parse(f"sample-{wanted.seed}-{wanted.symbols}")
    port = free_port()
    secrets = installation_secrets(Path(os.environ["RUNTIME_DIR"]))
    os.environ.update(mode_environment(mode, None, secrets, port))
    with scratch_database("sample_day"):
        found = live_a_day(wanted, f"http://127.0.0.1:{port}")
    within, true = found["within_target_share"], found["predictions_true_share"]
    print(f"\n{found['session']}, {wanted.symbols} symbols\n")
    print(f"calls for a session's file      {found['market_file_calls_per_session']:6d}     wanted: 1")
    for name, share in within.items():
        print(f"within target, {name:<16} {share:6.1%}     wanted: at least 95 %")
    print(f"predictions that came true      {true:6.1%}     of {found['predictions']}; wanted: at least 95 %")
    print(f"calls refused                   {found['refused']:6d}     wanted: 0")
    print(f"quotes a minute                 {found['quotes_a_minute']:6.1f}     of the 48 for the plan")
    print(
        "share of a core                 " + ", ".join(f"{k} {v:.0%}" for k, v in found["cpu_share"].items())
    )
    print(
        "memory (PSS)                    " + ", ".join(f"{k} {v} MB" for k, v in found["memory_mb"].items())
    )
    print()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
