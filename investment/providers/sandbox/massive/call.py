"""One request to Massive: its parameters, and which days its plan tells of."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from investment.providers.sandbox.massive.refusals import Refused
from investment.providers.sandbox.speakers import Call

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class MassiveCall(Call):
    """A call whose helpers refuse in Massive's words."""

    @property
    def word(self) -> str:
        """The status of bars: those of a plan that is told later say so."""
        return "DELAYED" if self.plan.terms.get("delay") else "OK"

    @property
    def last_told(self) -> date:
        """The last day whose bars the plan may see by now."""
        if self.plan.end_of_day:
            return date.fromordinal(self.today.toordinal() - 1)
        session = self.session(self.today)
        closed = session is None or self.now >= session.closes_at
        return self.today if closed else date.fromordinal(self.today.toordinal() - 1)

    def must_see(self, day: date) -> None:
        """:raises Refused: if the plan does not tell of that day, or not yet."""
        if day < self.floor or (self.plan.end_of_day and day > self.today):
            raise Refused.timeframe()
        if self.plan.end_of_day and day == self.today:
            raise Refused.before_end_of_day()

    def clipped(self, start: date, end: date) -> tuple[date, date]:
        """
        Return the part of a range that the plan tells of; the first may lie after the second.

        :raises Refused: if all of it lies before the plan's history or in the future, or is today.
        """
        if end < self.floor or (self.plan.end_of_day and start > self.today):
            raise Refused.timeframe()
        if self.plan.end_of_day and (
            start == self.today or (end >= self.today and self.sandbox.range_to_today == "refuse")
        ):
            raise Refused.before_end_of_day()
        return max(start, self.floor), min(end, self.last_told)

    def flag(self, name: str, *, default: bool) -> bool:
        """:raises Refused: if it is neither ``true`` nor ``false``."""
        value = self.param(name)
        if value is None:
            return default
        if value not in ("true", "false"):
            raise Refused.bad_request(f"The parameter '{name}' must be true or false")
        return value == "true"

    def integer(self, name: str, *, default: int, most: int) -> int:
        """:raises Refused: if it is no number from 1 to ``most``."""
        value = self.param(name)
        if value is None:
            return default
        if not value.isdecimal() or not 1 <= int(value) <= most:
            raise Refused.bad_request(f"The parameter '{name}' must be an integer from 1 to {most}")
        return int(value)

    def choice(self, name: str, *, default: str, among: tuple[str, ...]) -> str:
        """:raises Refused: if it is none of them."""
        value = self.param(name)
        if value is None:
            return default
        if value not in among:
            raise Refused.bad_request(f"The parameter '{name}' must be one of: {', '.join(among)}")
        return value

    def date(self, name: str) -> date | None:
        """:raises Refused: if it is given and no date."""
        value = self.param(name)
        return None if value is None else parse_date(value, name)


def parse_date(text: str, name: str) -> date:
    """:raises Refused: if the text is not like 2024-01-31."""
    parsed = None
    if DATE.fullmatch(text):
        with suppress(ValueError):  # the 31st of February
            parsed = date.fromisoformat(text)
    if parsed is None:
        raise Refused.bad_request(f"Could not parse the time parameter: '{name}'. Use YYYY-MM-DD")
    return parsed
