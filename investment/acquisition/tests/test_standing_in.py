"""Whatever fails, what stands in for a source is of its basis, and its bars say whose they are."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.acquisition.calculators.standing_in import first_answer, in_order
from investment.acquisition.importance import Tier
from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.services import standing_in
from investment.acquisition.services.bar_sources import single_sources
from investment.acquisition.services.demand import declare_interest
from investment.acquisition.services.standing_in import StoodIn, stand_in, wanted_symbols
from investment.acquisition.tests.told import BAR, DAYS, NOW, all_days, begin, series, stored
from investment.market.models import BarRevision, DailyBar, Instrument, Origin
from investment.market.selectors.provenance import count_sources
from investment.providers import errors, gateway
from investment.providers.contracts import BarSeries


@dataclass(frozen=True)
class Told:
    """A source of a made-up table."""

    name: int
    basis: str


tables = st.lists(st.sampled_from(["raw", "splits", "pence", "extended"]), min_size=1, max_size=6).map(
    lambda bases: [Told(place, basis) for place, basis in enumerate(bases)]
)


@given(tables, st.lists(st.sets(st.integers(0, 5)), max_size=20))
def test_a_series_never_mixes_bases_whatever_fails(sources: list[Told], outages: list[set[int]]) -> None:
    """Session by session, with other sources failing each time."""
    told = []
    for failing in outages:

        def ask(source: Told, failing: set[int] = failing) -> Told:
            if source.name in failing:
                raise errors.ProviderUnavailable("nobody there", provider=str(source.name))
            return source

        done = first_answer(sources, ask, passed_over=(errors.ProviderError,))
        if done.answer is not None:
            told.append(done.answer)
            able = [each for each in in_order(sources) if each.name not in failing]
            assert done.answer == able[0]
        else:
            assert all(each.name in failing for each in in_order(sources))
    assert {each.basis for each in told} <= {sources[0].basis}


def test_a_fault_of_ours_is_no_reason_to_ask_another() -> None:
    def ask(_source: Told) -> Told:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        first_answer([Told(0, "raw"), Told(1, "raw")], ask, passed_over=(errors.ProviderError,))


def test_finnhubs_adjusted_candles_stand_in_for_nobody() -> None:
    assert [each.provider for each in in_order(single_sources())] == ["massive", "alphavantage"]
    for kind in Kind:
        for source in RULES[kind].sources if kind in RULES else ():
            assert all(each.basis == source.basis for each in RULES[kind].stand_ins(source))


@pytest.fixture
def answers(db: None, monkeypatch: pytest.MonkeyPatch) -> list[BarSeries | Exception]:
    """What the next source says; the gateway is not asked."""
    begin()
    said: list[BarSeries | Exception] = []

    def ask_bars(**_question: object) -> BarSeries:
        if isinstance(said[0], Exception):
            raise said[0]
        return said[0]

    class Gateway:
        calls_spent, last_call_id = 1, None

    monkeypatch.setattr(standing_in, "ask_bars", ask_bars)
    monkeypatch.setattr(gateway, "provider", lambda *_, **__: nullcontext(Gateway()))
    return said


def ask(since: date = DAYS[0], until: date = DAYS[-1]) -> StoodIn:
    return stand_in(symbol="ABC", since=since, until=until, now=NOW, epoch=None, writing=nullcontext)


@pytest.mark.django_db
def test_what_is_missing_comes_from_the_next_source_under_its_own_name(
    answers: list[BarSeries | Exception],
) -> None:
    instrument = stored(all_days(but={DAYS[2]: None, DAYS[3]: None, DAYS[6]: None}))
    answers.append(series(all_days(BAR._replace(close=100.5))))

    done = ask(until=DAYS[5])

    assert (done.stored, done.calls, done.provider) == (2, 1, "alphavantage")
    assert done.words == "2 sessions come from Alpha Vantage instead"
    chosen = dict(DailyBar.objects.filter(instrument=instrument).values_list("session", "close"))
    assert chosen == {day: 100.5 if day in DAYS[2:4] else 101.0 for day in DAYS[:6]}
    assert not BarRevision.objects.exists()
    origin = Origin.objects.get(endpoint="daily")
    assert (origin.basis, origin.detail) == ("raw", "ABC, in another's place")
    assert sorted(source.count for source in count_sources(instrument=instrument)) == [2, 4]
    assert ask(until=DAYS[5]).stored == 0

    stored({DAYS[2]: BAR})  # the first source tells it after all
    assert DailyBar.objects.get(instrument=instrument, session=DAYS[2]).close == 101.0
    assert BarRevision.objects.get().close == 100.5


@pytest.mark.django_db
@pytest.mark.parametrize("stored_as", ["raw", "splits"])
@pytest.mark.parametrize("told_as", ["raw", "splits"])
def test_bars_of_another_basis_are_never_put_between_others(
    answers: list[BarSeries | Exception], stored_as: str, told_as: str
) -> None:
    instrument = stored(all_days(but={DAYS[2]: None}))
    Instrument.objects.filter(pk=instrument.pk).update(actions_from=date(2000, 1, 1))
    Origin.objects.update(basis=stored_as)
    answers.append(replace(series(all_days()), basis=told_as))  # type: ignore[arg-type]  # one of the two

    done = ask()

    assert done.stored == (stored_as == told_as)
    assert set(Origin.objects.values_list("basis", flat=True)) == {stored_as}


@pytest.mark.django_db
def test_who_cannot_stand_in_either_says_why(answers: list[BarSeries | Exception]) -> None:
    stored(all_days(but={DAYS[2]: None}))
    answers.append(errors.UnknownSymbol("never heard of it", provider="alphavantage"))
    assert ask().words == "nobody else could be asked (Alpha Vantage: never heard of it)"
    answers[0] = series({DAYS[2]: BAR, DAYS[3]: BAR._replace(high=1.0)})
    assert ask().stored == 1
    answers[0] = series({DAYS[2]: BAR._replace(high=1.0)})
    DailyBar.objects.filter(session=DAYS[2]).delete()
    assert ask().words.startswith("Alpha Vantage was refused: 1 of 1 bars of ABC cannot be true")


@pytest.mark.django_db
def test_only_what_people_hold_and_watch_is_asked_of_others() -> None:
    begin()
    for symbol, tier, kind in (
        ("HELD", Tier.HELD, Kind.BARS),
        ("SEEN", Tier.PAGE, Kind.QUOTE),
        ("WATCHED", Tier.WATCHED, Kind.QUOTE),
    ):
        found = stored(all_days(), symbol=symbol)
        declare_interest(who="test", instrument_ids=[found.pk], kind=kind, tier=tier, now=NOW)
    stored(all_days(), symbol="NOBODYS")

    assert wanted_symbols(symbols=["HELD", "SEEN", "WATCHED", "NOBODYS"], now=NOW) == ["HELD", "WATCHED"]
    assert wanted_symbols(symbols=["WATCHED"], now=NOW) == ["WATCHED"]
