"""Whatever the SEC's answer legally says, it is read, and as of a day without what is later."""

import json
from datetime import date, timedelta
from math import isfinite

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from investment.analysis.calculators.fundamentals.doubts import scale_doubts
from investment.analysis.calculators.fundamentals.facts import Split, Told, from_company_facts
from investment.analysis.calculators.fundamentals.health import altman, piotroski
from investment.analysis.calculators.fundamentals.lines import LINES, READERS
from investment.analysis.calculators.fundamentals.ratios import ratios
from investment.analysis.calculators.fundamentals.snapshot import Price, columns, snapshot
from investment.analysis.calculators.fundamentals.statements import FLOWS, Statements
from investment.providers.adapters.sec import records

UNITS = ("USD", "USD", "USD", "EUR", "USD/shares", "shares", "pure", "USD in thousands", "usd", "USD/bbl", "")
FORMS = ("10-K", "10-Q", "10-K/A", "10-KT", "10-QT", "8-K", "20-F", "40-F", "6-K", "S-1", "")
VALUES = (0, 0, 1, -1, 0.01, 100, 101, 99_000, 100_000, 100_000_000, 123_456_789, -5_000_000, 1e30, -1e-9)
# Days around the ends of a company's periods; and some that are slips.
ENDS = [date(2019 + n // 4, 3 * (n % 4) + 3, 30) for n in range(16)]
SLIPS = (date(201, 12, 31), date(1, 1, 3), date(2032, 12, 31), date(1999, 12, 31), date(2024, 2, 29))
LENGTHS = (0, 1, 27, 45, 89, 90, 91, 97, 181, 272, 363, 364, 365, 370, 545, 4000)
TAGS = sorted(READERS)


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, str, dict[str, object]]:
    tag = draw(
        st.one_of(st.sampled_from([tag for line in LINES for tag in line.tags[:2]]), st.sampled_from(TAGS))
    )
    end = draw(st.sampled_from(ENDS)) + timedelta(days=draw(st.sampled_from((0, 0, 0, -3, 1, 5))))
    end = draw(st.sampled_from((end,) * 30 + SLIPS))
    filed = draw(st.sampled_from(ENDS)) + timedelta(days=draw(st.integers(20, 60)))
    form = draw(st.sampled_from(FORMS))
    row: dict[str, object] = {
        "end": f"{end}",
        "val": draw(st.one_of(st.sampled_from(VALUES), st.integers(-1000, 100_000))),
        "accn": f"{filed}{form}",
        "fy": draw(st.sampled_from((None, 0, end.year, end.year + 1, 12023))),
        "fp": draw(st.sampled_from((None, "FY", "Q1", "Q3", ""))),
        "form": form,
        "filed": f"{filed}",
    }
    line = READERS[tag][0][0]
    if draw(st.sampled_from((line.kind != "balance",) * 9 + (line.kind == "balance",))):
        back = timedelta(days=draw(st.sampled_from(LENGTHS)))
        row["start"] = f"{end - back if end - date.min > back else date.min}"
    usual = {"money": "USD", "per_share": "USD/shares", "shares": "shares"}[line.unit]
    return tag, draw(st.sampled_from((usual,) * 11 + UNITS)), row


@st.composite
def answers(draw: st.DrawFn) -> list[Told]:
    """A company's facts, read from an answer as it is sent."""
    facts: dict[str, dict[str, dict[str, dict[str, list[dict[str, object]]]]]] = {}
    for tag, unit, row in draw(st.lists(rows(), max_size=70)):
        taxonomy, name = tag.split(":")
        facts.setdefault(taxonomy, {}).setdefault(name, {"units": {}})["units"].setdefault(unit, []).append(
            row
        )
    body = json.dumps({"cik": 1, "entityName": "One", "facts": facts}).encode()
    return list(from_company_facts(records.company_facts(body, cik=None).facts))


days = st.integers(0, 1900).map(lambda days: date(2019, 1, 1) + timedelta(days=days))
splits = st.lists(st.builds(Split, days, st.sampled_from((0.05, 0.125, 1.281, 1.5, 2.0, 20.0))), max_size=3)


@settings(max_examples=120, deadline=None)
@given(answers(), days, splits)
def test_any_answer_is_read_and_nothing_later_is_seen(
    told: list[Told], day: date, split: list[Split]
) -> None:
    statements = Statements.of(told, as_of=day, splits=split)

    then = [fact for fact in told if fact.filed <= day]
    assert statements == Statements.of(
        then, as_of=day, splits=[each for each in split if each.ex_date <= day]
    )
    scale_doubts(statements.books)
    shares = statements.shares(day)
    assert shares is None or shares.value > 0
    found = [figure for name in FLOWS if (end := statements.calendar.latest) is not None
             for figure in (statements.trailing(name, end),)]  # fmt: skip
    for period in (*statements.calendar.years, *statements.calendar.quarters):
        assert period.start <= period.end <= day
        found += statements.period(period).values()
    for figure in found:
        assert figure is None or (figure.facts and figure.known_on <= day and isfinite(figure.value))
    known = columns([snapshot(told, as_of=day, splits=split, price=Price(12.5, day, "USD"))])
    assert all(values.shape == (1,) for values in ratios(known).values())
    for health in (piotroski(known), altman(known, sic=np.array([0]))):
        assert health.known[0] <= len(health.components)


@settings(max_examples=60, deadline=None)
@given(answers(), days, st.randoms(use_true_random=False))
def test_the_order_of_an_answer_means_nothing(told: list[Told], day: date, random: object) -> None:
    shuffled = random.sample(told, len(told))  # type: ignore[attr-defined]

    one, other = Statements.of(told, as_of=day), Statements.of(shuffled, as_of=day)

    assert one.calendar == other.calendar
    for period in (*one.calendar.years, *one.calendar.quarters):
        values = zip(one.period(period).values(), other.period(period).values(), strict=True)
        assert all((a and a.value) == (b and b.value) for a, b in values)
