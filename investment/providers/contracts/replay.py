"""What a kept answer was an answer to."""

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for bars or actions; both days are included. ``symbol`` None is the whole market."""

    kind: Literal["market_day", "series", "splits", "dividends"]
    first: date
    last: date
    symbol: str | None = None
