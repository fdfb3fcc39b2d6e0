"""What is compared, what becomes of a disagreement, and who is blamed for it."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from investment.acquisition.calculators.comparison import BarValues
from investment.acquisition.importance import Tier
from investment.acquisition.kinds import RULES, Kind, Source
from investment.acquisition.models import CrossCheck, Trust
from investment.acquisition.selectors.cross_checks import Candidate, candidates, comparable, served_by
from investment.acquisition.services.cross_checks import Checked, check, compare
from investment.acquisition.services.demand import declare_interest
from investment.acquisition.tests.told import BAR, DAYS, NOW, Told, all_days, begin, series, stored
from investment.market.models import BarRevision, DailyBar, DataIssue, Instrument, Origin, Ticker
from investment.providers import errors
from investment.providers.contracts import BarSeries, MalformedRow

pytestmark = pytest.mark.django_db

MASSIVE, ALPHA = (
    next(each for each in RULES[Kind.BARS].sources if each.provider == name and not each.market)
    for name in ("massive", "alphavantage")
)
THIRD = replace(ALPHA, provider="third", endpoint="bars")
OTHER = BAR._replace(close=101.5)


@pytest.fixture(autouse=True)
def calendar() -> None:
    begin()


def look(told: Told, source: Source = ALPHA, malformed: Sequence[MalformedRow] = ()) -> Checked:
    instrument = Instrument.objects.get(symbol="ABC")
    return compare(
        instrument_id=instrument.pk,
        series=series(told, malformed=malformed),
        source=source,
        call_id=None,
        now=NOW,
    )


def trust() -> dict[str, tuple[int, int]]:
    return {row.provider: (row.agreed, row.disagreed) for row in Trust.objects.all()}


def open_days() -> list[date | None]:
    issues = DataIssue.objects.filter(kind="disagreement", closed_at=None).order_by("session")
    return list(issues.values_list("session", flat=True))


def test_what_agrees_is_counted_once_and_leaves_nothing_behind() -> None:
    stored(all_days())
    first, again = look(all_days()), look(all_days())

    assert (first.compared, first.agreed, first.disagreed) == (7, 7, 0)
    assert (again.compared, again.agreed, again.disagreed) == (7, 0, 0)
    assert trust() == {"massive": (7, 0), "alphavantage": (7, 0)}
    assert not DataIssue.objects.exists()
    assert not BarRevision.objects.exists()
    assert Origin.objects.count() == 1


def test_a_value_that_differs_is_kept_beside_the_stored_one_which_stays() -> None:
    stored(all_days())
    found = look(all_days(but={DAYS[2]: OTHER}))
    look(all_days(but={DAYS[2]: OTHER}))

    issue = DataIssue.objects.get()
    assert issue.message == (
        "ABC on 2026-03-04: close 101 from Massive (sample), 101.5 from Alpha Vantage (sample): 49.3 basis "
        "points apart, up to 10.0 are usual. Both are kept; nothing was changed."
    )
    assert found.found == {DAYS[2]: issue.message}
    assert (issue.detail["stored"], issue.times) == ("massive", 2)
    assert {name: each["source"] for name, each in issue.detail["sources"].items()} == {
        "massive": "massive",
        "alphavantage": "sample",
    }
    assert BarRevision.objects.get().close == 101.5
    assert DailyBar.objects.get(session=DAYS[2]).close == 101.0
    assert trust() == {"massive": (6, 1), "alphavantage": (6, 1)}

    look(all_days(but={DAYS[2]: BAR._replace(close=101.9)}))  # it says a third thing: that is kept, too
    assert sorted(BarRevision.objects.values_list("close", flat=True)) == [101.5, 101.9]
    assert DataIssue.objects.get().detail["values"]["alphavantage"]["close"] == 101.9
    assert trust() == {"massive": (6, 1), "alphavantage": (6, 1)}


def test_who_takes_a_word_back_keeps_the_blame_and_the_other_loses_it() -> None:
    stored(all_days())
    look(all_days(but={DAYS[2]: OTHER}))
    corrected = look(all_days())

    assert corrected.closed == [DAYS[2]]
    assert open_days() == []
    assert trust() == {"massive": (7, 0), "alphavantage": (6, 1)}
    look(all_days())
    assert trust() == {"massive": (7, 0), "alphavantage": (6, 1)}


def test_a_stored_bar_that_its_own_source_corrects_is_its_own_fault() -> None:
    stored(all_days())
    look(all_days(but={DAYS[2]: OTHER}))
    stored({DAYS[2]: OTHER})
    look(all_days(but={DAYS[2]: OTHER}))

    assert open_days() == []
    assert trust() == {"massive": (6, 1), "alphavantage": (7, 0)}


def test_where_both_change_nobody_is_cleared() -> None:
    stored(all_days())
    look(all_days(but={DAYS[2]: OTHER}))
    stored({DAYS[2]: BAR._replace(close=100.0)})
    look(all_days(but={DAYS[2]: BAR._replace(close=100.0)}))

    assert open_days() == []
    assert trust() == {"massive": (6, 1), "alphavantage": (6, 1)}


@pytest.mark.parametrize(
    ("third", "expected"),
    [
        (BAR, {"massive": (7, 0), "alphavantage": (6, 1), "third": (7, 0)}),
        (OTHER, {"massive": (6, 1), "alphavantage": (7, 0), "third": (7, 0)}),
        (
            BAR._replace(close=100.0),
            {"massive": (6, 1), "alphavantage": (6, 1), "third": (6, 1)},
        ),
    ],
)
def test_a_third_source_decides_and_the_disagreement_stays_to_be_seen(
    third: BarValues, expected: dict[str, tuple[int, int]]
) -> None:
    stored(all_days())
    look(all_days(but={DAYS[2]: OTHER}))
    look(all_days(but={DAYS[2]: third}), THIRD)

    assert trust() == expected
    assert open_days() == [DAYS[2]]
    assert set(DataIssue.objects.get().detail["values"]) == {"massive", "alphavantage", "third"}


def test_a_change_of_mind_after_agreement_is_a_disagreement() -> None:
    stored(all_days())
    look(all_days())
    look(all_days(but={DAYS[1]: OTHER}))

    assert open_days() == [DAYS[1]]
    assert trust() == {"massive": (6, 1), "alphavantage": (6, 1)}


def test_a_session_that_one_of_them_lacks_is_a_disagreement_in_words() -> None:
    stored(all_days(but={DAYS[3]: None}))
    stored({DAYS[3]: BAR}, symbol="XYZ")  # the session is there, but not of this instrument
    look(all_days(but={DAYS[1]: None}))

    words = dict(DataIssue.objects.values_list("session", "message"))
    assert set(words) == {DAYS[1], DAYS[3]}
    assert "Alpha Vantage (sample) has no bar, Massive (sample) has (close 101)" in words[DAYS[1]]
    assert "Massive (sample) has no bar, Alpha Vantage (sample) has (close 101)" in words[DAYS[3]]
    assert BarRevision.objects.get().session == DAYS[3]
    assert not DailyBar.objects.filter(session=DAYS[3], instrument__symbol="ABC").exists()


def test_a_gap_that_is_none_is_not_held_against_anybody() -> None:
    nothing = BAR._replace(volume=0.0)
    stored(all_days(but={DAYS[0]: None, DAYS[2]: None, DAYS[4]: nothing, DAYS[6]: None}))
    # Before and after what is stored; a session that nobody was asked about yet; one without trades.
    look(all_days(but={DAYS[4]: None}))

    assert open_days() == []
    assert trust() == {"massive": (3, 0), "alphavantage": (3, 0)}


def test_nothing_is_compared_before_a_listing_or_while_sources_still_correct_it() -> None:
    instrument = stored(all_days())
    Instrument.objects.filter(pk=instrument.pk).update(listed_on=DAYS[2])
    found = compare(
        instrument_id=instrument.pk,
        series=series(all_days(OTHER)),
        source=ALPHA,
        call_id=None,
        now=datetime(2026, 3, 10, 22, tzinfo=UTC),  # of the last session only an hour ago
    )
    assert (found.since, found.until) == (DAYS[2], DAYS[5])
    assert list(found.found) == DAYS[2:6]


def test_what_a_ticker_was_before_is_another_story() -> None:
    stored(all_days())
    Ticker.objects.update(first_session=DAYS[3])
    assert look(all_days(OTHER)).since == DAYS[3]


def test_where_rows_cannot_be_read_a_gap_may_be_one_of_them() -> None:
    stored(all_days())
    bad = [MalformedRow(0, "{}", "no close", "ABC")]
    assert look(all_days(but={DAYS[1]: None}), malformed=bad).found == {}
    impossible = BAR._replace(high=1.0)
    assert look(all_days(but={DAYS[1]: None, DAYS[2]: impossible})).found == {}


def test_only_another_source_of_the_same_basis_is_compared() -> None:
    raw = Origin(provider="massive", channel="fetched", basis="raw", endpoint="daily_bars")
    finnhub = next(each for each in RULES[Kind.BARS].sources if each.provider == "finnhub")
    assert comparable(ALPHA, raw)
    assert not comparable(MASSIVE, raw)
    assert not comparable(finnhub, raw)
    assert not comparable(ALPHA, Origin(provider="massive", channel="fetched", basis="splits"))
    assert not comparable(finnhub, Origin(provider="massive", channel="fetched", basis="splits"))
    assert not comparable(ALPHA, Origin(provider="finnhub", channel="fetched", basis="raw"))
    file = Origin(provider="folder", channel="imported", basis="raw")
    assert comparable(ALPHA, file)
    assert served_by(file) == "folder"
    assert served_by(Origin(provider="sample", channel="fetched", endpoint="daily")) == "alphavantage"

    stored(all_days(), provider="alphavantage")
    assert look(all_days(OTHER)).compared == 0
    assert trust() == {}


def test_what_is_worth_most_comes_first_and_what_was_checked_waits() -> None:
    big, _, held = (
        stored(all_days(BAR._replace(volume=volume)), symbol=symbol)
        for symbol, volume in (("BIG", 9000.0), ("SMALL", 1000.0), ("HELD", 1000.0))
    )
    declare_interest(who="test", instrument_ids=[held.pk], kind=Kind.QUOTE, tier=Tier.HELD, now=NOW)

    assert [each.symbol for each in candidates(source=ALPHA, now=NOW)] == ["HELD", "BIG", "SMALL"]
    assert candidates(source=MASSIVE, now=NOW) == []
    CrossCheck.objects.create(
        kind="bars", instrument=held, provider="alphavantage", since=DAYS[0], until=DAYS[6], checked_at=NOW
    )
    CrossCheck.objects.create(
        kind="bars",
        instrument=big,
        provider="alphavantage",
        since=DAYS[0],
        until=DAYS[5],
        checked_at=NOW - timedelta(days=1),
    )
    chosen = candidates(source=ALPHA, now=NOW)
    assert [(each.symbol, each.since) for each in chosen] == [("BIG", DAYS[5]), ("SMALL", DAYS[0])]
    assert [each.symbol for each in candidates(source=ALPHA, now=NOW, symbols=["HELD"])] == ["HELD"]


class Adapter(SimpleNamespace):
    """An adapter that answers every question with one error, or one series."""

    last_call_id = None

    def daily_bars(self, **_question: object) -> BarSeries:
        if isinstance(self.answer, Exception):
            raise self.answer
        found: BarSeries = self.answer
        return found


def ask(answer: object) -> Checked:
    instrument = Instrument.objects.get(symbol="ABC")
    candidate = Candidate(instrument.pk, "ABC", DAYS[0], DAYS[-1], 1.0)
    return check(adapter=Adapter(answer=answer), source=ALPHA, candidate=candidate, writing=nullcontext)


def test_what_a_source_does_not_know_is_remembered_so_that_others_come_first() -> None:
    stored(all_days())
    assert ask(errors.UnknownSymbol("never heard of it", provider="alphavantage")).error
    assert candidates(source=ALPHA, now=NOW) == []
    assert CrossCheck.objects.get().error == "never heard of it"
    assert trust() == {}
    mixed = replace(series(all_days()), basis="splits")
    assert ask(mixed).error == "The bars of ABC are splits, and should be raw"
    assert ask(series(all_days())).compared == 7


@pytest.mark.parametrize(
    "error",
    [
        errors.NotEntitled("not in the plan", provider="alphavantage"),
        errors.CredentialsRejected("no such key", provider="alphavantage"),
        errors.ProviderUnavailable("nobody there", provider="alphavantage"),
    ],
)
def test_what_would_fail_for_all_is_not_held_against_one(error: Exception) -> None:
    stored(all_days())
    with pytest.raises(type(error)):
        ask(error)
    assert not CrossCheck.objects.exists()
