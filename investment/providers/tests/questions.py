"""Every question that an adapter takes, found by looking: so that a new one is asked by itself."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

# An argument of this name has this value, wherever it must be given.
VALUES: Mapping[str, object] = {
    "start": date(2026, 2, 2),
    "end": date(2026, 2, 27),
    "session": date(2026, 2, 27),
    "base": "EUR",
    "quote": "USD",
    "currency": "USD",
    "text": "a",
    "timespan": "day",
    "which": "submissions",
    "piece": 2**20,
    "query": "a",
}
ALSO = ("piece", "query")  # given where they need not be


def questions(
    adapter: object, *, folder: Path, **values: object
) -> Iterator[tuple[str, Callable[[Any], object]]]:
    """
    Yield each public method's name, and what asks it of the adapter; of pages the first.

    :param values: what the arguments of these names are, besides the usual ones.
    """
    known = {**VALUES, "to": folder / "download.zip", **values}
    kind = type(getattr(adapter, "_adapter", adapter))  # of one that is metered
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_"):
            asked = inspect.signature(method).parameters.values()
            needed = [p.name for p in asked if p.default is p.empty and p.name != "self"]
            given = needed + [p.name for p in asked if p.name in ALSO]
            yield name, partial(_ask, name, {each: known[each] for each in given})


def _ask(name: str, arguments: Mapping[str, object], adapter: Any) -> object:
    found = getattr(adapter, name)(**arguments)
    return next(found, None) if isinstance(found, Iterator) else found
