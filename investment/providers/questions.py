"""What a question to a provider is about, as far as a refusal of it may concern other questions."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

_SYMBOLS = ("symbol", "cik", "exchange")  # the first of them that is told
_ONE_DAY = ("session", "on")
_FIRST, _LAST = ("start", "since"), ("end", "before", "until")
_PAIR = ("base", "quote")
_LONGEST = 64  # characters of a symbol


@dataclass(frozen=True, slots=True)
class Question:
    """
    The symbol (or pair of currencies, or exchange) and the days, both included, that a question is about.

    None where it is about no single one. An exchange that nobody named is no part of the question.

    ``as_of``: it asks how things were on a day. A symbol that is unknown on one day may be known on
    another.
    """

    symbol: str | None = None
    first: date | None = None
    last: date | None = None
    as_of: bool = False

    @classmethod
    def of(cls, ask: Callable[..., object], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Self:
        """
        Return what a call of an adapter's method is about, told by the names of its arguments.

        :raises TypeError: if the method does not take these arguments.
        """
        try:
            said: Mapping[str, Any] = inspect.signature(ask).bind(*args, **kwargs).arguments
        except ValueError:  # of some callables nothing is known
            said = kwargs
        symbol = next((str(said[name])[:_LONGEST] for name in _SYMBOLS if said.get(name)), None)
        if symbol is None and all(isinstance(said.get(name), str) for name in _PAIR):
            symbol = "/".join(said[name] for name in _PAIR)[:_LONGEST]
        day = _day(said, _ONE_DAY)
        first, last = day or _day(said, _FIRST), day or _day(said, _LAST)
        if first or last:
            first, last = first or date.min, last or date.max
        return cls(symbol, first, last, as_of=said.get("on") is not None)


def _day(said: Mapping[str, Any], names: tuple[str, ...]) -> date | None:
    for name in names:
        value = said.get(name)
        if isinstance(value, datetime):
            return value.astimezone(UTC).date() if value.tzinfo else value.date()
        if isinstance(value, date):
            return value
    return None
