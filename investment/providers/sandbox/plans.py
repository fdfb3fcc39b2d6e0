"""What a key may ask for: the plans that the sandbox can play, and windows named outright."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from investment.providers.sandbox.limiter import Window

NEW_YORK = ZoneInfo("America/New_York")
WINDOW = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")
HEADERS = "headers"
OUTRIGHT = "LIMIT/SECONDS[,LIMIT/SECONDS…][,headers]"

Words = Literal["massive", "finnhub", "alphavantage", "newsapi"]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    ``windows`` are all enforced at once; ``years`` of history are None where there is no limit.

    With ``end_of_day`` a session is told from midnight in New York on. ``rate_headers`` puts
    X-Ratelimit-Limit, -Remaining and -Reset on every answer. ``words`` says in whose words a call
    too many is refused. ``without`` are the endpoints (by their names) that are refused as not in
    the plan; ``penalty`` is for how many seconds one call too many shuts everything. ``terms`` is
    for what only one provider's speaker knows of.
    """

    name: str
    windows: tuple[Window, ...] = ()
    years: int | None = None
    end_of_day: bool = False
    rate_headers: bool = False
    words: Words = "massive"
    without: frozenset[str] = frozenset()
    penalty: float = 0.0
    terms: Mapping[str, Any] = field(default_factory=dict)


PLANS = {
    "basic": Plan("basic", windows=(Window(5, 60),), years=2, end_of_day=True),
    "unlimited": Plan("unlimited", terms={"sockets": True}),
    "starter": Plan("starter", years=5, terms={"sockets": True, "delay": 900}),
    "developer": Plan("developer", years=10, terms={"sockets": True, "delay": 900}),
    "advanced": Plan("advanced", terms={"sockets": True}),
    # Free plans of other providers: their limits and refusals, in front of Massive's endpoints.
    "finnhub": Plan("finnhub", (Window(30, 1), Window(60, 60)), rate_headers=True, words="finnhub"),
    "alphavantage": Plan("alphavantage", (Window(1, 1), Window(25, 86_400)), words="alphavantage"),
    "newsapi": Plan("newsapi", (Window(50, 43_200), Window(100, 86_400)), words="newsapi"),
}


def read_plan(text: str, plans: Mapping[str, Plan] = PLANS) -> Plan:
    """
    Return one of a provider's plans by its name, or one of windows named outright: ``30/1,60/60``.

    ``headers`` after them asks for rate headers on every answer.

    :raises ValueError: if it is neither.
    """
    if text in plans:
        return plans[text]
    *_, last = parts = text.split(",")
    rate_headers = last == HEADERS
    found = [WINDOW.fullmatch(part) for part in (parts[:-1] if rate_headers else parts)]
    windows = tuple(Window(int(each[1]), int(each[2])) for each in found if each)
    if not windows or len(windows) != len(found):
        raise ValueError(f"no plan {text!r}: give {', '.join(plans)} or {OUTRIGHT}")
    return Plan(text, windows, rate_headers=rate_headers)


def today(now: datetime) -> date:
    """Return the date it is in New York."""
    return now.astimezone(NEW_YORK).date()


def first_day(plan: Plan, day: date) -> date:
    """Return the oldest day that the plan tells of on ``day``; the floor rolls with the calendar."""
    if plan.years is None:
        return date.min
    try:
        return day.replace(year=day.year - plan.years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - plan.years, day=28)
