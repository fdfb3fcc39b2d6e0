"""The sandbox's command line, in one place for the command and for the process that it becomes."""

import argparse

from investment.providers.sandbox.plans import PLANS

HELP = """\
Serve the market of this installation as its providers would: their addresses, keys,
limits, errors and oddities. Sample mode has an invented market; --data a folder's.

START   manage.py sandbox --port 9000          (any free port; ^C ends it)
LOOK    http://127.0.0.1:9000/_sandbox/        a page: what each key sent, what was
                                               refused, what is not as usual
ASK     its providers, on one port, with their own paths below:
    massive       /                      WebSocket /stocks
    finnhub       /finnhub/api/v1        WebSocket /finnhub/ws
    alphavantage  /alphavantage/query
    newsapi       /newsapi/v2
    ecb           /ecb/stats/eurofxref   needs no key
    sec           /sec, /sec/data        needs a User-Agent with an e-mail address

A key is the <NAME>_API_KEY of the environment, and sample-key where none is set:

    curl -H 'Authorization: Bearer sample-key' localhost:9000/v3/reference/tickers
    curl 'localhost:9000/finnhub/api/v1/stock/symbol?exchange=US&token=sample-key'
    curl 'localhost:9000/alphavantage/query?function=SYMBOL_SEARCH&keywords=a&apikey=k'
    curl -H 'X-Api-Key: sample-key' 'localhost:9000/newsapi/v2/everything?q=shares'
    curl localhost:9000/ecb/stats/eurofxref/eurofxref-daily.xml
    curl -A 'Jane jane@example.com' localhost:9000/sec/files/company_tickers.json

DRIVE   it without a key, from this machine alone:
    S=localhost:9000/_sandbox  J='Content-Type: application/json'

  What was asked:
    curl $S/counts                    by provider and key: received, admitted, refused
    curl $S/calls                     the last calls, one by one

  Keys and plans. A plan is one of the provider's, or windows of your own; null takes
  the key away.
    massive       basic starter developer advanced unlimited
    finnhub       free paid standard
    alphavantage  free premium_75 premium_150 premium_300 premium_600 premium_1200
                  unlimited before_2024
    newsapi       developer business advanced disabled
    curl -X PUT $S/keys -d '{"provider": "finnhub", "key": "k", "plan": "paid"}'
    curl -X PUT $S/keys -d '{"key": "k", "plan": "5/1,60/60,headers"}'
  Windows roll, or start with the clock's multiples of their length (finnhub's do):
    curl -X PUT $S/windows -d '{"provider": "massive", "window": "fixed"}'

  Faults, of an ENDPOINT: finnhub.quote, any of finnhub.*, any at all *; a bare name
  is Massive's. "times" is how many answers (1); null: until disarmed.
    curl $S/faults                    kinds, endpoints, and what is armed
    curl -H "$J" $S/faults \\
        -d '{"kind": "status", "endpoint": "finnhub.*", "status": 502, "times": 2}'
    curl -H "$J" $S/faults \\
        -d '{"kind": "trickle", "endpoint": "grouped", "seconds": 20}'
    curl -H "$J" $S/faults -d '{"kind": "reset", "endpoint": "finnhub.line"}'
    curl -X DELETE $S/faults

  Latency, in the clock's seconds: constant, exponential, or heavy-tailed with a
  median and a p99; before a call is counted or after; of all calls or an ENDPOINT.
    curl -X PUT $S/delays \\
        -d '{"after": {"distribution": "heavy", "median": 0.2, "p99": 3}, "seed": 1}'
    curl -X PUT $S/delays \\
        -d '{"endpoint": "sec.*", "after": {"distribution": "constant", "median": 1}}'
    curl -X PUT $S/delays -d '{"never": 0.01}'      one in a hundred gets no answer

  Deviations: one provider's prices disagree with the others'.
    curl -X PUT $S/deviations/finnhub -d '{"stale": 900}'            15 minutes late
    curl -X PUT $S/deviations/massive -d '{"scale": 100, "symbols": ["ZLUD"]}'
    curl -X PUT $S/deviations/alphavantage -d '{"shift": 1}'         a day late
    curl -X DELETE $S/deviations/finnhub
  With --data, what one provider tells of a symbol can come from a file of its own:
    manage.py sandbox --port 9000 --second-source alphavantage:AAPL=other.csv

  Clock: the product's own (manage.py clock), until it is given another: here an
  hour a minute from the first of March 2026 on.
    curl -X PUT $S/clock -d '{"origin": 1772323200, "started": '$(date +%s)', "rate": 60}'

  All of it away again, counts and calls too:
    curl -X POST -H "$J" $S/reset
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
        action="append",
        default=[],
        metavar="[PROVIDER=]rolling|fixed",
        help="whether the windows of limits roll, or start with the clock's multiples of their length; may "
        "be repeated (default: fixed for finnhub, rolling for others)",
    )
    parser.add_argument(
        "--latency",
        action="append",
        default=[],
        metavar="[ENDPOINT:]DISTRIBUTION,median=S[,p99=S]",
        help="how long calls take, from the start; may be repeated: heavy,median=0.2,p99=3, "
        "'finnhub.*:constant,median=1', exponential,median=0.1,never=0.01,seed=1",
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
        "--second-source",
        action="append",
        default=[],
        metavar="PROVIDER:SYMBOL=FILE",
        help="let a provider tell raw bars of a symbol from another file than the folder's; may be repeated",
    )
    parser.add_argument(
        "--deviation",
        action="append",
        default=[],
        metavar="PROVIDER:NAME=VALUE,…",
        help="let a provider's prices differ from the start; may be repeated: "
        "finnhub:stale=900, massive:scale=100,symbols=ZLUD+QUAX, alphavantage:shift=1",
    )
