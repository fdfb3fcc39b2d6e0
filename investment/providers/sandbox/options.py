"""The sandbox's command line, in one place for the command and for the process that it becomes."""

import argparse

from investment.providers.sandbox.plans import PLANS

HELP = """\
Serve the market of this installation (INVESTMENT_MODE: the invented one, or the
folder DATA_DIR) as Massive would: same addresses, keys, limits, errors, oddities.

The key is MASSIVE_API_KEY (sample-key where none is set). Try:

    curl -H 'Authorization: Bearer sample-key' http://127.0.0.1:PORT/v3/reference/tickers
    curl -H 'Authorization: Bearer sample-key' \\
        http://127.0.0.1:PORT/v2/aggs/grouped/locale/us/market/stocks/2026-01-05

Drive it from this machine, without a key, under /_sandbox/:

    curl http://127.0.0.1:PORT/_sandbox/counts       what was asked and refused
    curl http://127.0.0.1:PORT/_sandbox/calls        the last calls, one by one
    curl http://127.0.0.1:PORT/_sandbox/faults       the faults there are
    curl -H 'Content-Type: application/json' http://127.0.0.1:PORT/_sandbox/faults \\
        -d '{"kind": "status", "endpoint": "grouped", "times": 2, "status": 503}'
    curl -X DELETE http://127.0.0.1:PORT/_sandbox/faults
    curl -X PUT http://127.0.0.1:PORT/_sandbox/delays \\
        -d '{"before": {"median": 0.2}, "after": {"median": 0.2}, "never": 0.01, "seed": 1}'
    curl -X POST -H 'Content-Type: application/json' http://127.0.0.1:PORT/_sandbox/reset

Its clock is the product's (manage.py clock).
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    parser.add_argument(
        "--plan",
        choices=sorted(PLANS),
        help="plan of the configured key (default: unlimited for a folder of data, else MASSIVE_PLAN)",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="[PROVIDER:]KEY=PLAN",
        help="a further key; may be repeated; without a provider it is Massive's. Windows instead of a "
        "plan: KEY=30/1,60/60 is 30 calls a second and 60 a minute; ',headers' after them puts "
        "X-Ratelimit headers on its answers",
    )
    parser.add_argument(
        "--window",
        choices=["rolling", "fixed"],
        default="rolling",
        help="whether the windows of limits roll, or start with the clock's multiples of their length "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--clock-offset",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how far the provider's clock is ahead of ours (default: %(default)s)",
    )
    parser.add_argument(
        "--range-to-today",
        choices=["clip", "refuse"],
        default="clip",
        help="what the basic plan gets for a range that reaches today (default: %(default)s)",
    )
