"""
The sandbox's process. ``manage.py sandbox`` becomes it: Django's apps, which it does not need,
would take a quarter of its memory.
"""

import argparse
import sys
from datetime import UTC, tzinfo
from pathlib import Path

from django.conf import settings

from investment.lib import clock
from investment.providers.datafolder import FolderRefused
from investment.providers.sandbox.delays import Delays
from investment.providers.sandbox.desks import give_plan, make_desks
from investment.providers.sandbox.deviations import Deviation
from investment.providers.sandbox.faults import FIRST
from investment.providers.sandbox.folder import FolderSource
from investment.providers.sandbox.limiter import Kind, Limiter
from investment.providers.sandbox.options import add_arguments
from investment.providers.sandbox.plans import NEW_YORK
from investment.providers.sandbox.server import NothingToServe, make_server, make_source
from investment.providers.sandbox.sources import Source
from investment.providers.sandbox.state import Desk, Sandbox
from investment.providers.sandbox.table import known_windows, speakers, unknown_endpoint

NO_KEY = "-"
USUAL_KEY = "sample-key"


def main(arguments: list[str]) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="manage.py sandbox")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    mode = settings.MODE
    plan = options.plan or ("unlimited" if mode.kind == "data" else settings.MASSIVE_PLAN)
    try:
        source = make_source(
            mode, data_dir=settings.DATA_DIR, runtime_dir=settings.RUNTIME_DIR, clock=clock.now
        )
    except (NothingToServe, FolderRefused) as error:
        sys.exit(f"The sandbox cannot start: {error}")
    sandbox = Sandbox(
        source=source,
        desks=_desks(options.key, plan),
        clock=clock.now,
        limiter=_limiter(options.window, UTC if options.day == "utc" else NEW_YORK),
        range_to_today=options.range_to_today,
        clock_offset=options.clock_offset,
        rate=clock.rate,
        deviations=_deviations(options.deviation),
        others=second_sources(options.second_source, source),
    )
    for told in options.latency:
        _delay(sandbox, told)
    sys.stdout.write(f"The sandbox serves {mode.name} on http://{options.host}:{options.port}, plan {plan}\n")
    sys.stdout.flush()
    make_server(sandbox, host=options.host, port=options.port).run()


def _limiter(told: list[str], zone: tzinfo) -> Limiter:
    """``fixed`` and ``rolling`` are for all, whatever is known of a provider; ``finnhub=fixed`` for one."""
    kind: Kind | None = None
    kinds: dict[str, Kind] = {}
    for text in told:
        provider, named, window = text.rpartition("=")
        if window not in ("rolling", "fixed") or (named and provider not in speakers()):
            sys.exit(f"--window takes rolling, fixed or PROVIDER=rolling|fixed, was {text!r}")
        if named:
            kinds[provider] = "fixed" if window == "fixed" else "rolling"
        else:
            kind = "fixed" if window == "fixed" else "rolling"
    return Limiter(kind or "rolling", zone, kinds if kind else known_windows() | kinds)


def _delay(sandbox: Sandbox, told: str) -> None:
    """``heavy,median=0.2,p99=2`` is for all calls, ``finnhub.*:constant,median=1`` for some."""
    endpoint, named, rest = told.rpartition(":")
    wrong = unknown_endpoint(endpoint) if named else ""
    if wrong:
        sys.exit(f"--latency: {wrong}")
    try:
        delays = Delays.parse(rest)
    except ValueError as error:
        sys.exit(f"--latency takes [ENDPOINT:]DISTRIBUTION,median=SECONDS…, and {error}")
    if named and endpoint != "*":
        sandbox.delays_at[endpoint if "." in endpoint else f"{FIRST}.{endpoint}"] = delays
    else:
        sandbox.delays = delays


def _deviations(told: list[str]) -> dict[str, Deviation]:
    deviations = {}
    for text in told:
        provider, _, rest = text.partition(":")
        try:
            if provider not in speakers():
                sys.exit(f"--deviation: no provider {provider!r}; there are: {', '.join(speakers())}")
            deviations[provider] = Deviation.parse(rest)
        except ValueError as error:
            sys.exit(f"--deviation takes PROVIDER:NAME=VALUE,…, and {error}")
    return deviations


def second_sources(told: list[str], source: Source) -> dict[str, Source]:
    """Return what providers tell from files of their own; ends the process where that cannot be."""
    files: dict[str, dict[str, Path]] = {}
    for text in told:
        provider, _, rest = text.partition(":")
        symbol, named, file = rest.partition("=")
        if provider not in speakers() or not (symbol and named and file):
            sys.exit(f"--second-source takes PROVIDER:SYMBOL=FILE, was {text!r}")
        files.setdefault(provider, {})[symbol] = Path(file)
    if not files:
        return {}
    if not isinstance(source, FolderSource):
        sys.exit("--second-source is for a folder of data: the sample market has --deviation")
    try:
        return {name: source.telling(each) for name, each in files.items()}
    except FolderRefused as error:
        sys.exit(f"--second-source: {error}")


def _desks(extra: list[str], plan: str) -> dict[str, Desk]:
    """
    The configured keys have the configured plans; ``PROVIDER:KEY=PLAN`` adds others.

    Where no key is configured it is ``sample-key``.
    """
    desks = make_desks(USUAL_KEY)
    wanted = [(FIRST, settings.MASSIVE_API_KEY, plan)]
    for name, speaker in speakers().items():
        if name != FIRST:
            key = getattr(settings, f"{name.upper()}_API_KEY", NO_KEY)
            wanted.append((name, key, getattr(settings, f"{name.upper()}_PLAN", speaker.usual)))
    try:
        for provider, key, name in wanted:
            if key != NO_KEY:
                desks[provider].keys.clear()
            give_plan(desks, provider, USUAL_KEY if key == NO_KEY else key, name)
        for text in extra:
            key, _, name = text.rpartition("=")
            if not key:
                sys.exit(f"--key takes KEY=PLAN, was {text!r}")
            provider, colon, rest = key.partition(":")
            named = bool(colon) and provider in speakers()
            give_plan(desks, provider if named else FIRST, rest if named else key, name)
    except ValueError as error:
        sys.exit(f"--key takes KEY=PLAN, and {error}")
    return desks


if __name__ == "__main__":
    main(sys.argv[1:])
