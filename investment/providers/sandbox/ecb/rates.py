"""Where the rates come from: the sample market's invention, or a folder's real ones."""

import csv
import gzip
import io
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Protocol

from investment.providers.datafolder import FolderRefused
from investment.providers.sandbox.ecb import target
from investment.providers.sandbox.sample.fx import CURRENCIES, Fx

NONE = "N/A"


class Rates(Protocol):
    """Units of each currency for one euro, by day."""

    @property
    def codes(self) -> Sequence[str]:
        """Every currency there ever was, in the order of the documents."""

    def __hash__(self) -> int: ...

    def days_until(self, last: date) -> Sequence[date]:
        """Return the days with rates, oldest first, ``last`` included."""

    def rates(self, day: date) -> Mapping[str, Decimal]:
        """Return what is told on a day, in the order of the documents."""


@dataclass(frozen=True, slots=True)
class SampleRates:
    """The invented ones, on the days on which real ones are fixed."""

    fx: Fx

    @property
    def codes(self) -> Sequence[str]:
        return [currency.code for currency in CURRENCIES]

    def days_until(self, last: date) -> Sequence[date]:
        return target.days_until(last)

    def rates(self, day: date) -> Mapping[str, Decimal]:
        return self.fx.rates(day)


class FolderRates:
    """
    The ECB's own history as a folder holds it: CSV, packed or not, one column for each currency.

    :raises FolderRefused: if the file cannot be read as that.
    """

    def __init__(self, file: Path) -> None:
        try:
            raw = file.read_bytes()
            text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode("ascii")
            header, *rows = [row for row in csv.reader(io.StringIO(text)) if row]
            self.codes = [code for code in header[1:] if code]
            told = {date.fromisoformat(row[0]): row for row in rows}
            self._rates = {
                day: {
                    code: Decimal(cell)
                    for code, cell in zip(self.codes, row[1:], strict=False)
                    if cell not in (NONE, "")
                }
                for day, row in told.items()
            }
        except (OSError, ValueError, IndexError, InvalidOperation) as error:
            raise FolderRefused(f"{file} is no history of the ECB's rates: {error}") from error
        self._days = sorted(self._rates)

    def days_until(self, last: date) -> Sequence[date]:
        return self._days[: bisect_right(self._days, last)]

    def rates(self, day: date) -> Mapping[str, Decimal]:
        return self._rates[day]


def folder_rates(folder: Path) -> FolderRates | None:
    """
    Return the rates that a folder's ``dataset.toml`` names: ``[fx]``, ``file``.

    :raises FolderRefused: if it names a file that cannot be read.
    """
    try:
        told = tomllib.loads((folder / "dataset.toml").read_text()).get("fx", {})
    except (OSError, ValueError):
        return None  # whoever reads the bars says so
    return FolderRates(folder / str(told["file"])) if told.get("file") else None
