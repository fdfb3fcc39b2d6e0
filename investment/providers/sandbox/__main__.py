"""
The sandbox's process. ``manage.py sandbox`` becomes it: Django's apps, which it does not need,
would take a quarter of its memory.
"""

import argparse
import sys

from django.conf import settings

from investment.lib import clock
from investment.providers.datafolder import FolderRefused
from investment.providers.sandbox.limiter import Limiter
from investment.providers.sandbox.options import add_arguments
from investment.providers.sandbox.plans import PLANS, Plan, read_plan
from investment.providers.sandbox.server import NothingToServe, make_server, make_source
from investment.providers.sandbox.state import Sandbox

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
        keys=_keys(options.key, PLANS[plan]),
        clock=clock.now,
        limiter=Limiter(options.window),
        range_to_today=options.range_to_today,
        clock_offset=options.clock_offset,
        rate=clock.rate,
    )
    sys.stdout.write(f"The sandbox serves {mode.name} on http://{options.host}:{options.port}, plan {plan}\n")
    sys.stdout.flush()
    make_server(sandbox, host=options.host, port=options.port).run()


def _keys(extra: list[str], plan: Plan) -> dict[str, Plan]:
    """The configured key has the usual plan; ``KEY=PLAN`` adds others."""
    configured = settings.MASSIVE_API_KEY
    keys = {USUAL_KEY if configured == NO_KEY else configured: plan}
    for text in extra:
        key, _, name = text.rpartition("=")
        if not key:
            sys.exit(f"--key takes KEY=PLAN, was {text!r}")
        try:
            keys[key] = read_plan(name)
        except ValueError as error:
            sys.exit(f"--key takes KEY=PLAN: {error}")
    return keys


if __name__ == "__main__":
    main(sys.argv[1:])
