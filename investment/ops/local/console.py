"""What the starter says to the person at the terminal."""

import sys


class StartError(Exception):
    """The platform cannot start or go on. The message says what happened, and what to do next."""


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
