"""Filings made up for tests: what each tells, in few words."""

import json
from datetime import date
from typing import Any

from investment.analysis.calculators.fundamentals.facts import Told, from_company_facts
from investment.analysis.calculators.fundamentals.statements import Statements
from investment.providers.adapters.sec import records

Value = float | int


class Filing:
    """
    One filing; calls add what it tells: ``filing.flow("Revenues", 100, "2023-01-01", "2023-03-31")``.

    Values are in USD as they stand; tags without a taxonomy are of ``us-gaap``.
    """

    def __init__(self, form: str, filed: str, *, year: int | None = None, period: str | None = None) -> None:
        self.form, self.filed = form, date.fromisoformat(filed)
        self.year, self.period = year, period
        self.accession = f"0000000001-{self.filed:%y}-{self.filed:%m%d}{len(form):02d}"
        self.facts: list[Told] = []

    def flow(self, tag: str, value: Value, start: str, end: str, unit: str = "USD") -> "Filing":
        return self._tell(tag, value, date.fromisoformat(start), end, unit)

    def balance(self, tag: str, value: Value, end: str, unit: str = "USD") -> "Filing":
        return self._tell(tag, value, None, end, unit)

    def _tell(self, tag: str, value: Value, start: date | None, end: str, unit: str) -> "Filing":
        name = tag if ":" in tag else f"us-gaap:{tag}"
        self.facts.append(
            Told(
                name, unit, float(value), start, date.fromisoformat(end), self.filed, self.accession,
                self.form, self.year, self.period,
            )
        )  # fmt: skip
        return self


def annual(filed: Any = "2024-02-15", year: Any = 2023, form: Any = "10-K", **told: float) -> Filing:
    """An annual report that tells flows of its year, and balances at its end where a tag is one."""
    filing = Filing(form, filed, year=year)
    for tag, value in told.items():
        filing.flow(tag, value, f"{year}-01-01", f"{year}-12-31")
    return filing


def facts_of(*filings: Filing) -> list[Told]:
    return [fact for filing in filings for fact in filing.facts]


def company_facts(*filings: Filing) -> bytes:
    """Return the answer of the SEC that tells these filings."""
    taxonomies: dict[str, dict[str, dict[str, dict[str, list[dict[str, object]]]]]] = {}
    for fact in facts_of(*filings):
        taxonomy, tag = fact.tag.split(":")
        concept = taxonomies.setdefault(taxonomy, {}).setdefault(tag, {"units": {}})
        row = {"end": f"{fact.end}", "val": fact.value, "accn": fact.accession, "fy": fact.fiscal_year}
        row |= {"fp": fact.fiscal_period, "form": fact.form, "filed": f"{fact.filed}"}
        start = {"start": f"{fact.start}"} if fact.start else {}
        concept["units"].setdefault(fact.unit, []).append(start | row)
    return json.dumps({"cik": 1, "entityName": "One", "facts": taxonomies}).encode()


def read_as_sent(*filings: Filing, as_of: str = "2030-01-01", **more: object) -> Statements:
    """Read filings by way of the SEC's answer."""
    told = list(from_company_facts(records.company_facts(company_facts(*filings), cik=None).facts))
    return Statements.of(told, as_of=date.fromisoformat(as_of), **more)  # type: ignore[arg-type]


def read(*filings: Filing, as_of: str = "2030-01-01", **more: object) -> Statements:
    return Statements.of(facts_of(*filings), as_of=date.fromisoformat(as_of), **more)  # type: ignore[arg-type]


def quarters(statements: Statements, name: str) -> dict[str, float | None]:
    """Return a flow by quarter: ``{"2023Q4": 30.0}``."""
    found = {}
    for period in statements.calendar.quarters:
        figure = statements.flow(name, period.span)
        label = f"{period.fiscal_year}Q{period.quarter}" if period.quarter else f"to {period.end}"
        found[label] = None if figure is None else figure.value
    return found


def years(statements: Statements, name: str) -> dict[int | None, float | None]:
    found = {}
    for period in statements.calendar.years:
        figure = statements.flow(name, period.span)
        found[period.fiscal_year] = None if figure is None else figure.value
    return found


def trailing(statements: Statements, name: str, end: str) -> float | None:
    figure = statements.trailing(name, date.fromisoformat(end).toordinal())
    return None if figure is None else figure.value


def on(statements: Statements, name: str, day: str) -> float | None:
    figure = statements.balance(name, date.fromisoformat(day).toordinal())
    return None if figure is None else figure.value
