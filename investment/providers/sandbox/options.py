"""The sandbox's command line, in one place for the command and for the process that it becomes."""

import argparse

from investment.providers.sandbox.plans import PLANS

HELP = """\
Serve the market of this installation (INVESTMENT_MODE: the invented one, or the
folder DATA_DIR) as its providers would: their addresses, keys, limits, errors and
oddities.

    massive        /                         finnhub   /finnhub/api/v1, ws /finnhub/ws
    alphavantage   /alphavantage/query       newsapi   /newsapi/v2
    ecb            /ecb/stats/eurofxref      sec       /sec, /sec/data

Each provider's key is its <NAME>_API_KEY (sample-key where none is set). Try:

    curl -H 'Authorization: Bearer sample-key' http://127.0.0.1:PORT/v3/reference/tickers
    curl 'http://127.0.0.1:PORT/finnhub/api/v1/stock/symbol?exchange=US&token=sample-key'

Drive it from this machine, without a key, under /_sandbox/ (a page for browsers):

    curl http://127.0.0.1:PORT/_sandbox/counts       what was asked and refused
    curl http://127.0.0.1:PORT/_sandbox/calls        the last calls, one by one

Keys: give one a plan, or windows of your own; null takes it away.

    curl -X PUT http://127.0.0.1:PORT/_sandbox/keys \\
        -d '{"provider": "finnhub", "key": "k", "plan": "30/1,60/60,headers"}'

Faults: "endpoint" is a provider's (finnhub.quote), any of a provider (finnhub.*) or
any at all (*); a bare name is Massive's. "times": null is until disarmed.

    curl http://127.0.0.1:PORT/_sandbox/faults       the kinds there are
    curl -H 'Content-Type: application/json' http://127.0.0.1:PORT/_sandbox/faults \\
        -d '{"kind": "status", "endpoint": "finnhub.*", "times": 2, "status": 502}'
    curl -H 'Content-Type: application/json' http://127.0.0.1:PORT/_sandbox/faults \\
        -d '{"kind": "trickle", "endpoint": "grouped", "seconds": 20}'
    curl -X DELETE http://127.0.0.1:PORT/_sandbox/faults

Delays: log-normal waits before and after a call is counted, and calls never answered.

    curl -X PUT http://127.0.0.1:PORT/_sandbox/delays \\
        -d '{"before": {"median": 0.2}, "after": {"median": 0.2}, "never": 0.01, "seed": 1}'

Deviations: one provider's prices disagree with the others' (stale, scale, shift).

    curl -X PUT http://127.0.0.1:PORT/_sandbox/deviations/finnhub -d '{"stale": 900}'
    curl -X PUT http://127.0.0.1:PORT/_sandbox/deviations/massive \\
        -d '{"scale": 100, "symbols": ["ZLUD"]}'
    curl -X DELETE http://127.0.0.1:PORT/_sandbox/deviations/finnhub

All of it away again:

    curl -X POST -H 'Content-Type: application/json' http://127.0.0.1:PORT/_sandbox/reset

Its clock is the product's (manage.py clock), unless PUT /_sandbox/clock gives it another.
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
        "--day",
        choices=["utc", "new-york"],
        default="utc",
        help="where a fixed window of a day starts with midnight; no provider documents it "
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
    parser.add_argument(
        "--deviation",
        action="append",
        default=[],
        metavar="PROVIDER:NAME=VALUE,…",
        help="let a provider's prices differ from the start; may be repeated: "
        "finnhub:stale=900, massive:scale=100,symbols=ZLUD+QUAX, alphavantage:shift=1",
    )
