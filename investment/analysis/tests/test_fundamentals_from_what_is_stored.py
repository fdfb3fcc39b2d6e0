from datetime import UTC, date, datetime

import pytest

from investment.analysis.calculators.fundamentals.facts import from_company_facts
from investment.analysis.calculators.fundamentals.lines import READERS
from investment.analysis.selectors.fundamentals import told_by
from investment.market.selectors.facts import companies_with_facts
from investment.market.services.facts import store_facts
from investment.providers.adapters.sec import records

pytestmark = pytest.mark.django_db


def test_what_is_stored_reads_as_what_was_sent(request: pytest.FixtureRequest) -> None:
    folder = request.config.rootpath / "investment/providers/adapters/sec/tests/payloads"
    sent = records.company_facts((folder / "companyfacts.json").read_bytes(), cik=None)
    store_facts(told=[sent], tags=READERS, source="sec", now=datetime(2026, 3, 3, tzinfo=UTC))

    (found,) = told_by(companies=companies_with_facts(), as_of=date(2026, 3, 3))

    # A filing's year is stored once for all its figures, of which some leave it out.
    told = [fact._replace(fiscal_year=2024, fiscal_period="FY") for fact in from_company_facts(sent.facts)]
    stored = [fact._replace(fiscal_year=2024, fiscal_period="FY") for fact in found[1]]
    assert sorted(stored, key=str) == sorted(told, key=str)
    assert {fact.fiscal_year for fact in found[1]} == {2023, 2024}
    assert len(found[1]) == 5  # revenue twice, shares, earnings per share and equity
