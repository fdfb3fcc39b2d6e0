"""
How an endpoint is found to be in a plan: one cheap question, and what the product lacks without its answers.

Each adapter has its own in ``adapters/<name>/probes.py: PROBES``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """What to ask about: a liquid symbol, a recent trading day that is over, and a company's SEC number."""

    symbol: str
    session: date
    cik: int = 320193  # Apple Inc.


@dataclass(frozen=True, slots=True)
class Probe:
    """
    A question of one call to the endpoint of that name, which is what its requests are called.

    ``without``: a sentence for people on what is missing where the plan does not include it.
    """

    endpoint: str
    ask: Callable[[Any, Example], object]
    without: str


def first_page(pages: Iterable[object]) -> object:
    """Return the first page of a list, for which one call is made."""
    return next(iter(pages), None)
