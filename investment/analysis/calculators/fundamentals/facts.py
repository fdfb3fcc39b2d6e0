"""What companies told, figure by figure, as :mod:`books` wants it."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from investment.analysis.calculators.fundamentals.lines import READERS
from investment.providers.contracts import CompanyFact


class Told(NamedTuple):
    """
    One figure of one filing. ``tag`` is ``taxonomy:Tag``; ``start`` is None for a balance.

    ``fiscal_year`` and ``fiscal_period`` are those of the filing, not of the figure.
    """

    tag: str
    unit: str
    value: float
    start: date | None
    end: date
    filed: date
    accession: str
    form: str
    fiscal_year: int | None = None
    fiscal_period: str | None = None


class Split(NamedTuple):
    """``ratio`` new shares for an old one, traded so from ``ex_date`` on."""

    ex_date: date
    ratio: float


_ABOUT = 0.005  # a class of shares given out as a dividend is told as a split of 1.998
_EXACTLY = 5e-5  # a third in four decimals
_PARTS = (*range(2, 13), 100)  # 5 for 4 and the like, and per cents


def is_of_shares(ratio: float) -> bool:
    """
    Whether a ratio can be that of a split or a stock dividend.

    Lists of splits also have spin-offs, told by the factor that makes prices comparable: 1.281 new for an
    old one. They change no share count. Splits are whole numbers for whole numbers, stock dividends so
    many per cent.
    """
    if ratio <= 1.0:
        return ratio > 0
    if abs(ratio - round(ratio)) <= _ABOUT * ratio and round(ratio) > 1:
        return True
    return any(abs(ratio * part - round(ratio * part)) <= _EXACTLY * ratio * part for part in _PARTS)


class Measure(NamedTuple):
    """A unit as filed: which currency (None for shares), per share or not, and times what."""

    currency: str | None
    per_share: bool
    scale: float


# A scale is believed where the unit itself names it. From the size of a figure nothing is concluded.
_SCALED = re.compile(
    r"(?P<unit>[A-Za-z/]+?)[ _-]*(?:in[ _-]*)?(?P<scale>thousands?|millions?)", re.IGNORECASE
)
_SCALES = {"t": 1e3, "m": 1e6}
_CURRENCY = re.compile(r"[A-Z]{3}")


@lru_cache(maxsize=4096)
def measure(unit: str) -> Measure | None:
    """Return what a unit says; None for one that is neither money nor shares."""
    scale = 1.0
    if scaled := _SCALED.fullmatch(unit):
        unit, scale = scaled["unit"], _SCALES[scaled["scale"][0].lower()]
    if unit.lower() == "shares":
        return Measure(None, False, scale)
    money, _, per = unit.partition("/")
    if not _CURRENCY.fullmatch(money) or per.lower() not in ("", "share", "shares"):
        return None
    return Measure(money, bool(per), scale)


def from_company_facts(facts: Iterable[CompanyFact]) -> Iterator[Told]:
    """Yield what some standard line reads of a company's facts."""
    for fact in facts:
        tag = f"{fact.taxonomy}:{fact.tag}"
        if tag in READERS:
            yield Told(
                tag=tag,
                unit=fact.unit,
                value=float(fact.value),
                start=fact.start,
                end=fact.end,
                filed=fact.filed,
                accession=fact.accession,
                form=fact.form,
                fiscal_year=fact.fiscal_year,
                fiscal_period=fact.fiscal_period,
            )
