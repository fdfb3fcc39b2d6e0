"""
Measure what the quota ledger gets out of its limits in a simulated day, and that it never passes one.

Usage: ./scripts/bench.sh quota_day [--hours N] [--rate N] [--parts A,B,C] [--server URL] …

Eight worker processes ask four providers at once, in all lanes, through the product's gateway over
HTTP; two sandboxes, whose clocks differ from ours, count rolling and fixed windows and take random
time to answer. Everything is on the one clock, which runs fast: at a rate of 100 a real millisecond
of ours is a tenth of a second of the measured day.

    A  every lane asks for more than there is, nothing fails
    B  planned calls alone: an hour for windows of minutes, a day (faster) for windows of hours
    C  as A, faster, while workers are killed and paused, calls never answered, the state server is
       flushed and restarted with its file and without, PostgreSQL is gone

Of each provider (``…_after_faults``: in C):

    limit           what its windows allow in the hours of A, were every call instant
    sent            calls that reached it
    refused         those that it refused, by its own count, in A and B: must be 0
    used_share      sent in A over Σ limit·s/(s + L) of the binding windows; L, the mean time a call takes,
                    is measured around the sending alone: what the ledger adds is the ledger's
    share_of_limit  sent in A over limit
    planned_share   sent in B over the same sum; ``reserve`` is the share kept for interactive calls
    refused_after_faults, sent_after_faults: must be 0, and more than 0

``--server URL`` asks another counting server than ours. It must answer:

    PUT  /_sandbox/clock   {"origin", "started", "rate"}: at real time t (seconds since the epoch) it is
                           origin + (t - started) * rate; its windows pass in that time
    PUT  /_sandbox/keys    {"key": "k", "plan": "30/1,60/60"}: from now on count this key's calls in these
                           windows (calls/seconds); ",headers" after them asks for X-Ratelimit headers
    PUT  /_sandbox/delays  how long calls take (delays.py of the sandbox); may be ignored
    GET  /_sandbox/counts  {"keys": {"k": {"received": n, "admitted": n, "refused": n}}}
    GET  anything else     with "Authorization: Bearer k": 200 with any body, or 429
"""

import argparse
import contextlib
import fcntl
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console
from rich.table import Table

from tests.end_to_end.quota_storm.faults import every_fault
from tests.end_to_end.quota_storm.profiles import Profile, with_kinds
from tests.end_to_end.quota_storm.stage import ROOT, Stage, Tally

HOUR, DAY = 3600.0, 86_400.0
PACE = 10.0  # real seconds between two lines of progress
FEW = 4  # askers of a provider, where its use is measured
# Of the ways there and back, in the clock's seconds: a mean of 0.2, one in 300 above 3. In C longer.
WAIT = {"median": 0.08, "spread": 1.3, "most": 8.0}
LONG_WAIT = {"median": 0.3, "spread": 1.3, "most": 12.0}
KILL_EVERY = 7.0  # real seconds
MINUTE_SHARE, USED, PLANNED = 0.97, 0.98, 0.98

Figures = dict[str, dict[str, Any]]


def watch(stage: Stage, part: str, profiles: tuple[Profile, ...], span: float) -> Callable[[float], None]:
    """Return what writes a line of progress now and then."""
    told = time.monotonic()

    def look(passed: float) -> None:
        nonlocal told
        if time.monotonic() - told < PACE:
            return
        told = time.monotonic()
        try:
            tallies = {profile.name: stage.tally(profile, part) for profile in profiles}
        except OSError as error:
            print(f"  {part}: {error}", file=sys.stderr)
            return
        counts = "  ".join(f"{name} {tally.sent}" for name, tally in tallies.items())
        refused = sum(tally.refused for tally in tallies.values())
        print(
            f"  {part} {passed / HOUR:5.1f} h of {span / HOUR:.1f}  sent: {counts}  refused: {refused}",
            file=sys.stderr,
            flush=True,
        )

    return look


def measure_use(stage: Stage, options: argparse.Namespace, figures: Figures) -> None:
    """Part A."""
    span, profiles = options.hours * HOUR, with_kinds()
    stage.set_clock(rate=options.rate)
    stage.open(profiles, "A", before=WAIT, after=WAIT)
    tallies = stage.storm(profiles, "A", span=span, askers=FEW, look=watch(stage, "A", profiles, span))
    for profile in profiles:
        tally = tallies[profile.name]
        figures[profile.name] |= {
            "limit": profile.limit(span),
            "sent": tally.sent,
            "refused": figures[profile.name]["refused"] + tally.refused,
            "used_share": round(tally.sent / profile.usable(span, tally.call), 4),
            "share_of_limit": round(tally.sent / profile.limit(span), 4),
            "call_seconds": round(tally.call, 3),
        }


def measure_planned(stage: Stage, options: argparse.Namespace, figures: Figures) -> None:
    """Part B."""
    short = tuple(profile for profile in with_kinds() if profile.longest < HOUR)
    long = tuple(profile for profile in with_kinds() if profile.longest >= HOUR)
    for part, profiles, span, rate in (
        ("B-minutes", short, HOUR, options.rate),
        ("B-hours", long, DAY, options.planned_rate),
    ):
        stage.set_clock(rate=rate)
        stage.open(profiles, part, before=WAIT, after=WAIT)
        look = watch(stage, part, profiles, span)
        tallies = stage.storm(profiles, part, span=span, lanes=("planned",), askers=FEW, look=look)
        for profile in profiles:
            tally = tallies[profile.name]
            figures[profile.name] |= {
                "refused": figures[profile.name]["refused"] + tally.refused,
                "planned_share": round(tally.sent / profile.usable(span, tally.call), 4),
                "reserve": profile.reserve,
            }


def measure_faults(stage: Stage, options: argparse.Namespace, figures: Figures) -> None:
    """Part C."""
    span, profiles = options.hours * HOUR, with_kinds(turned=True)
    stage.set_clock(rate=options.fault_rate)
    stage.open(profiles, "C", before=LONG_WAIT, after=LONG_WAIT, never=0.01)
    tallies = stage.storm(
        profiles,
        "C",
        span=span,
        faults=every_fault(stage, outage=options.outage, pause=7.0),
        kill_every=KILL_EVERY,
        look=watch(stage, "C", profiles, span),
    )
    print(f"  C: the workers met with {stage.troubles()}", file=sys.stderr)
    for profile in profiles:
        tally: Tally = tallies[profile.name]
        figures[profile.name] |= {
            "refused_after_faults": tally.refused,
            "sent_after_faults": tally.sent,
        }


PARTS = {"A": measure_use, "B": measure_planned, "C": measure_faults}


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def report(figures: Figures) -> None:
    """Print the table; a figure that misses its target has an exclamation mark."""
    table = Table(box=None, header_style="", pad_edge=False)
    columns = {
        "limit": None, "sent": None, "refused": None, "call_seconds": None, "used_share": USED,
        "share_of_limit": None, "planned_share": None, "reserve": None, "sent_after_faults": None,
        "refused_after_faults": None,
    }  # fmt: skip
    table.add_column("provider")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    longest = {profile.name: profile.longest for profile in with_kinds()}
    for provider, found in figures.items():
        wanted = columns | {
            "share_of_limit": MINUTE_SHARE if longest[provider] >= 60 else None,
            "planned_share": PLANNED * (1 - found.get("reserve", 1.0)),
        }
        cells = []
        for name in columns:
            value, least = found.get(name), wanted[name]
            missed = (least is not None and value is not None and value < least) or (
                name.startswith("refused") and value
            )
            cells.append(("–" if value is None else f"{value:,}") + (" !" if missed else ""))
        table.add_row(provider, *cells)
    Console(width=170).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=24.0, help="simulated, of A and C (%(default)s)")
    parser.add_argument("--rate", type=float, default=100.0, help="of the clock in A and B (%(default)s)")
    parser.add_argument("--planned-rate", type=float, default=1200.0, help="in B's day (%(default)s)")
    parser.add_argument("--fault-rate", type=float, default=240.0, help="in C (%(default)s)")
    parser.add_argument(
        "--outage", type=float, default=60.0, help="real seconds without PostgreSQL in C (%(default)s)"
    )
    parser.add_argument("--parts", default=",".join(PARTS), help="(%(default)s)")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1, help="of latencies and kills")
    parser.add_argument("--server", metavar="URL", help="another counting server than our sandbox")
    options = parser.parse_args()

    figures: Figures = {
        profile.name: {
            "limit": None,
            "sent": None,
            "refused": 0,
            "used_share": None,
            "refused_after_faults": None,
        }
        for profile in with_kinds()
    }
    parent = ROOT / ".runtime"
    parent.mkdir(mode=0o700, exist_ok=True)
    # Named and locked as those of with_servers.py, which removes what a killed run has left behind.
    runtime = Path(tempfile.mkdtemp(prefix="temporary-", dir=parent))
    began = time.monotonic()
    with (
        locked(runtime / "lock"),
        Stage(runtime, workers=options.workers, server=options.server, seed=options.seed) as stage,
    ):
        for part in options.parts.split(","):
            print(f"part {part}", file=sys.stderr, flush=True)
            PARTS[part](stage, options, figures)
    report(figures)
    print(
        json.dumps(
            {
                "providers": figures,
                "hours": options.hours,
                "rate": options.rate,
                "seconds": round(time.monotonic() - began),
                "load_average": os.getloadavg()[2],
            }
        )
    )


if __name__ == "__main__":
    main()
