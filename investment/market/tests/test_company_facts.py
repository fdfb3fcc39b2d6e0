"""Figures of filings: stored once, never changed, read as of a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from investment.market.kept_tags import kept_tags
from investment.market.models import Company, Fact, FactImport, FactReport
from investment.market.selectors.facts import companies_with_facts, facts_of
from investment.market.services.facts import Stored, store_company_facts, store_facts
from investment.providers.contracts import CompanyFact, CompanyFacts, MalformedRow

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)
TAGS = {"us-gaap:Revenues", "us-gaap:Assets"}


def fact(
    tag: str = "Revenues", value: str = "100", *, filed: date = date(2024, 2, 15), **fields: object
) -> CompanyFact:
    made = CompanyFact(
        taxonomy="us-gaap", tag=tag, unit="USD", value=Decimal(value), start=date(2023, 1, 1),
        end=date(2023, 12, 31), filed=filed, form="10-K", accession=f"0000000001-{filed:%y-%m%d}00",
        fiscal_year=2023, fiscal_period="FY",
    )  # fmt: skip
    return replace(made, **fields)  # type: ignore[arg-type]


def company(*facts: CompanyFact, cik: str = "0000000001", digest: str = "a") -> CompanyFacts:
    return CompanyFacts(cik=cik, name="Some Corp", facts=facts, digest=digest)


def store(*told: CompanyFacts | MalformedRow, tags: set[str] = TAGS, now: datetime = NOW) -> Stored:
    return store_facts(told=told, tags=tags, source="sample", now=now)


def stored(filed_by: date = date(2030, 1, 1)) -> list[tuple[str, float, date, int, date]]:
    return sorted(
        (row.tag, row.value, row.end, row.days, row.filed)
        for _, rows in facts_of(companies=companies_with_facts(), filed_by=filed_by)
        for row in rows
    )


def test_figures_arrive_as_they_were_filed() -> None:
    done = store(company(fact(), fact("Assets", "12.5", start=None), fact("Goodwill", "3")))

    assert (done.companies, done.reports, done.facts) == (1, 1, 2)
    assert stored() == [
        ("us-gaap:Assets", 12.5, date(2023, 12, 31), 0, date(2024, 2, 15)),
        ("us-gaap:Revenues", 100.0, date(2023, 12, 31), 365, date(2024, 2, 15)),
    ]
    assert Company.objects.get().name == "Some Corp"


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_figure_told_twice_in_a_filing_the_more_exact_one_stays(order: int) -> None:
    store(company(*[fact(value="383285"), fact(value="383000")][::order]))

    assert [value for _, value, *_ in stored()] == [383285.0]


def test_a_unit_that_nobody_reads_takes_nothing_with_it() -> None:
    store(company(fact(unit="x" * 100), fact("Assets", "12.5", start=None)))

    assert [tag for tag, *_ in stored()] == ["us-gaap:Assets"]


def test_the_same_answer_again_changes_nothing() -> None:
    store(company(fact()))

    done = store(company(fact()), now=NOW + timedelta(days=1))

    assert (done.companies, done.unchanged, done.reports, done.facts) == (0, 1, 0, 0)
    assert FactImport.objects.get().imported_at == NOW


def test_a_restatement_is_a_further_figure_and_the_old_day_reads_as_before() -> None:
    restated = fact(value="90", filed=date(2025, 2, 15))
    store(company(fact()))

    done = store(company(fact(), restated, digest="b"))

    assert (done.reports, done.facts) == (1, 1)
    assert [row[1] for row in stored(date(2025, 2, 14))] == [100.0]
    assert [row[1] for row in stored(date(2025, 2, 15))] == [90.0, 100.0]


def test_what_is_told_no_more_stays_and_what_a_known_filing_adds_is_added() -> None:
    store(company(fact(), fact("Assets", "5", start=None)))

    done = store(company(fact(), fact(value="24", start=date(2023, 10, 1)), digest="b"))

    assert (done.reports, done.facts) == (0, 1)
    assert [row[:2] for row in stored()] == [
        ("us-gaap:Assets", 5.0), ("us-gaap:Revenues", 24.0), ("us-gaap:Revenues", 100.0),
    ]  # fmt: skip


def test_further_tags_are_taken_from_the_same_answer() -> None:
    store(company(fact(), fact("Goodwill", "3")))

    done = store(company(fact(), fact("Goodwill", "3")), tags={*TAGS, "us-gaap:Goodwill"})

    assert (done.unchanged, done.facts) == (0, 1)


def test_a_figure_that_a_filing_tells_twice_is_stored_once() -> None:
    assert store(company(fact(), fact())).facts == 1


def test_companies_do_not_mix_and_what_cannot_be_read_is_told() -> None:
    broken = MalformedRow(3, "{", "CIK0000000003.json: no JSON")

    done = store(company(fact()), broken, company(fact(value="7"), cik="0000000002"))

    assert done.malformed == [broken]
    assert FactReport.objects.count() == 2  # one accession, two companies that filed it together
    found = facts_of(companies=companies_with_facts(), filed_by=NOW.date())
    assert [[row.value for row in rows] for _, rows in found] == [[100.0], [7.0]]
    assert Fact.objects.count() == 2


def test_one_company_by_itself_is_stored_as_the_archive_would_and_says_of_when_it_is() -> None:
    told = company(fact(), fact("Goodwill", "3"), fact(value="7", filed=date(2026, 3, 3)))

    def ask() -> datetime:
        return store_company_facts(instrument_id=1, record=told, source="sample", now=NOW, call_id=None)

    assert ask() == datetime(2026, 3, 3, tzinfo=UTC)  # what was filed last
    assert len(stored()) == 2  # goodwill is read by nobody
    assert ask() == datetime(2026, 3, 3, tzinfo=UTC)
    assert len(stored()) == 2
    assert store(told, tags=set(kept_tags())).unchanged == 1
