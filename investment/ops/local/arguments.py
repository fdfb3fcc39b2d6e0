"""
What ``./scripts/run.sh`` accepts; explained in that script's header, which ``--help`` prints.

Also run as a script, by the machine's Python before anything is installed, so that a typing error is
answered at once: only the standard library.
"""

import argparse
import sys
from pathlib import Path

DEFAULT_PORT = 8000
DEFAULT_SYMBOLS = 500
# Stands for «--reset» without a name; no mode is called so.
CURRENT = "(current)"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="./scripts/run.sh", add_help=False, allow_abbrev=False)
    # Where the person is, for a relative --data; given by the script, not by people.
    made.add_argument("--from", dest="invoked_from", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    market = made.add_mutually_exclusive_group()
    market.add_argument("--data", metavar="DIR", type=Path)
    market.add_argument("--symbols", metavar="N", type=_symbols)
    made.add_argument("--port", metavar="P", type=_port)
    made.add_argument("--host", metavar="H", default="127.0.0.1")
    made.add_argument("--reset", metavar="MODE", nargs="?", const=CURRENT)
    made.add_argument("--no-job", action="store_true")
    return made


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


def _symbols(text: str) -> int:
    if not text.isdigit() or not 30 <= int(text) <= 20_000:
        raise argparse.ArgumentTypeError(f"the sample market has 30 to 20000 symbols, not {text!r}")
    return int(text)


if __name__ == "__main__":
    parser().parse_args(sys.argv[1:])
