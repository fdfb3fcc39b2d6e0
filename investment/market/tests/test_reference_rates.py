"""Reference rates: the last value told is valid and every other one is kept; none is carried on silently."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.market.calculators.crossing import ONE, cross_rate
from investment.market.models import FxRate, Publication
from investment.market.selectors import fx
from investment.market.services.fx import StoredRates, store_rates
from investment.providers.contracts.fx import FxHistory, FxRates, Validators

NOW = datetime(2026, 1, 9, 16, 5, tzinfo=UTC)  # a Friday
MONDAY, TUESDAY, FRIDAY = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 9)


def document(days: Mapping[date, Mapping[str, str]]) -> FxHistory:
    fixings = [
        FxRates(day, "EUR", {quote: Decimal(rate) for quote, rate in rates.items()})
        for day, rates in sorted(days.items())
    ]
    return FxHistory(fixings, [], "digest", Validators('"one"', "Fri, 09 Jan 2026 15:00:00 GMT"))


def store(
    days: Mapping[date, Mapping[str, str]], *, name: str = fx.DAILY, now: datetime = NOW
) -> StoredRates:
    return store_rates(document=document(days), name=name, source="ecb", now=now)


def rates(base: str = "EUR", *, on: date = FRIDAY) -> dict[str, Decimal]:
    return {rate.quote: rate.rate for rate in fx.rates_on(on=on, base=base).rates}


tellings = st.lists(
    st.dictionaries(
        st.sampled_from([MONDAY, TUESDAY]),
        st.dictionaries(st.sampled_from(["USD", "JPY"]), st.sampled_from(["1.1", "1.2", "1.30"]), min_size=1),
        min_size=1,
    ),
    max_size=6,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tellings=tellings)
def test_the_last_value_told_is_valid_and_every_earlier_one_is_kept_with_its_time(
    tellings: list[dict[date, dict[str, str]]],
) -> None:
    expected: dict[tuple[date, str], list[tuple[Decimal, datetime]]] = {}
    with transaction.atomic():
        for number, told in enumerate(tellings):
            now = NOW + timedelta(hours=number)
            before = FxRate.objects.count()
            done = store(told, now=now)
            for day, values in told.items():
                for quote, text in values.items():
                    values_so_far = expected.setdefault((day, quote), [])
                    if not values_so_far or values_so_far[-1][0] != Decimal(text):
                        values_so_far.append((Decimal(text), now))
            assert done.inserted + done.corrected == FxRate.objects.count() - before
            assert done.inserted + done.corrected + done.unchanged == sum(map(len, told.values()))

        found: dict[tuple[date, str], list[FxRate]] = {}
        for row in FxRate.objects.order_by("fetched_at", "pk"):
            found.setdefault((row.day, row.quote), []).append(row)
        assert {key: [(row.rate, row.fetched_at) for row in rows] for key, rows in found.items()} == expected
        for rows in found.values():
            ends = [row.superseded_at for row in rows]
            assert ends == [*(row.fetched_at for row in rows[1:]), None]
            assert {row.first_seen_at for row in rows} == {rows[0].fetched_at}
        transaction.set_rollback(True)


positive = st.decimals(min_value="0.0001", max_value="100000", places=4)


@given(base=positive, quote=positive, third=positive)
def test_rates_by_way_of_the_euro_hang_together(base: Decimal, quote: Decimal, third: Decimal) -> None:
    close = Decimal("1e-10")
    there, back = cross_rate(base=base, quote=quote), cross_rate(base=quote, quote=base)
    on, direct = cross_rate(base=quote, quote=third), cross_rate(base=base, quote=third)

    assert abs(there * back - 1) < close
    assert abs(there * on / direct - 1) < close
    assert cross_rate(base=base, quote=base) == 1
    assert cross_rate(base=ONE, quote=quote) == quote  # against the euro: as it was fixed


@pytest.mark.django_db
def test_a_day_has_the_rates_of_one_fixing_and_crosses_are_computed() -> None:
    store({MONDAY: {"USD": "1.25", "GBP": "0.8", "BGN": "1.9558"}, TUESDAY: {"USD": "1.2", "GBP": "0.9"}})

    assert rates(on=MONDAY) == {"USD": Decimal("1.25"), "GBP": Decimal("0.8"), "BGN": Decimal("1.9558")}
    assert rates("USD", on=MONDAY)["GBP"] == Decimal("0.64")
    assert rates("USD", on=MONDAY)["EUR"] == Decimal("0.8")
    assert {rate.computed for rate in fx.rates_on(on=MONDAY, base="USD").rates} == {True}
    assert {rate.computed for rate in fx.rates_on(on=MONDAY).rates} == {False}
    # Of one that was corrected the last value counts, also in a history.
    store({TUESDAY: {"USD": "1.21"}})
    FxRate.objects.filter(superseded_at__isnull=False).update(source="ecb")  # now behind the other, on disk
    assert rates(on=TUESDAY)["USD"] == Decimal("1.21")
    assert fx.rate_history(quote="USD", until=TUESDAY, days=1).points == [(TUESDAY, Decimal("1.21"))]
    # One that has left ends, whichever side it is on.
    assert set(rates(on=TUESDAY)) == {"USD", "GBP"}
    gone = fx.rates_on(on=TUESDAY, base="BGN")
    assert (gone.day, gone.rates) == (TUESDAY, [])
    assert "2026-01-05" in gone.words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "day", "words"),
    [
        (MONDAY, MONDAY, ""),
        (MONDAY + timedelta(days=7), MONDAY, "these are of 2026-01-05"),
        (MONDAY + timedelta(days=8), None, "more than 7 days"),
        (MONDAY - timedelta(days=1), None, "begin on 2026-01-05"),
    ],
)
def test_no_rate_is_carried_on_silently_or_for_more_than_a_week(
    on: date, day: date | None, words: str
) -> None:
    store({MONDAY: {"USD": "1.25"}})

    found = fx.rates_on(on=on)

    assert (found.day, [rate.day for rate in found.rates]) == (day, [day] if day else [])
    assert words in found.words
    assert bool(found.words) == bool(words)


@pytest.mark.django_db
def test_a_history_has_the_days_on_which_both_were_fixed() -> None:
    store({MONDAY: {"USD": "1.25", "HRK": "7.5"}, TUESDAY: {"USD": "1.2"}, FRIDAY: {"USD": "1.1"}})

    def points(quote: str, base: str = "EUR", days: int = 90) -> list[tuple[date, Decimal]]:
        return fx.rate_history(quote=quote, base=base, until=FRIDAY, days=days).points

    assert points("USD") == [
        (MONDAY, Decimal("1.25")), (TUESDAY, Decimal("1.2")), (FRIDAY, Decimal("1.1")),
    ]  # fmt: skip
    assert points("USD", days=4) == [(TUESDAY, Decimal("1.2")), (FRIDAY, Decimal("1.1"))]
    assert points("EUR", "USD")[0] == (MONDAY, Decimal("0.8"))
    assert points("HRK", "USD") == [(MONDAY, Decimal(6))]
    ended = fx.rate_history(quote="HRK", until=FRIDAY, days=2)
    assert ended.points == []
    assert "2026-01-05 to 2026-01-05" in ended.words


@pytest.mark.django_db
@pytest.mark.parametrize("base", ["GBX", "GBp", "ZZZ", "usd", "US", "U\0D", "dollars"])
def test_what_is_no_currency_is_refused_in_words(base: str) -> None:
    store({MONDAY: {"USD": "1.25", "GBP": "0.8"}})

    with pytest.raises(fx.UnknownCurrency, match="hundredth of GBP" if base[:2] == "GB" else "ISO 4217"):
        fx.rates_on(on=MONDAY, base=base)


@pytest.mark.django_db
def test_a_working_day_without_rates_is_doubtful_until_a_document_covers_it() -> None:
    store({MONDAY: {"USD": "1.25"}})
    assert fx.first_doubtful_day(source="ecb") is None  # the whole history comes next anyway
    store({MONDAY: {"USD": "1.25"}}, name=fx.HISTORY)
    store({FRIDAY: {"USD": "1.1"}})

    assert fx.first_doubtful_day(source="ecb") == TUESDAY
    store({TUESDAY: {"USD": "1.2"}, FRIDAY: {"USD": "1.1"}}, name=fx.RECENT)
    assert fx.first_doubtful_day(source="ecb") is None  # it covers Wednesday and Thursday
    store({FRIDAY + timedelta(days=3): {"USD": "1.3"}})
    assert fx.first_doubtful_day(source="ecb") is None  # a weekend
    store({FRIDAY + timedelta(days=5): {"USD": "1.3"}})
    assert fx.first_doubtful_day(source="ecb") == FRIDAY + timedelta(days=4)
    assert Publication.objects.get(name=fx.DAILY).last_day == FRIDAY + timedelta(days=5)
