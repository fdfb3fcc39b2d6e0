"""Bars of one's own, and the sample market's past."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investment.lib.exchange_days import read_apart
from investment.market.models import CorporateAction, DailyBar, Instrument, Origin, QuarantinedRow
from investment.market.selectors.bars import history
from investment.market.selectors.instruments import holders
from investment.market.selectors.sessions import sessions_between
from investment.market.services.bars import AnswerRefused, ingest_market_day, ingest_series
from investment.market.services.calendar import write_sessions
from investment.market.services.imports import (
    ImportRefused,
    import_file,
    import_folder,
    import_sample,
    sample_sessions,
)
from investment.market.services.origins import NewOrigin
from investment.market.tests.days import MONDAY, NOW, bar, instrument, series, split, weekdays
from investment.providers.contracts import MarketDay
from investment.providers.datafolder import FolderRefused
from investment.providers.sandbox.sample import EPOCH, SampleMarket

pytestmark = pytest.mark.django_db

CALENDARS = Path(__file__).parents[3] / ".runtime" / "calendar"
HEAD = "session,open,high,low,close,volume"


def line(session: date, close: float, *, open_: float | None = None) -> str:
    opened = close if open_ is None else open_
    return f"{session},{opened!r},{close * 1.02!r},{close * 0.97!r},{close!r},1000"


def write_folder(path: Path, *, basis: str = "raw", actions: str = "none", lines: list[str]) -> Path:
    (path / "AAA.csv").write_text("\n".join([HEAD, *lines]))
    (path / "dataset.toml").write_text(
        'name = "Mine"\n[[bars]]\nfile = "AAA.csv"\nsymbol = "AAA"\nname = "A Corp."\n'
        f'currency = "USD"\nbasis = "{basis}"\nactions = "{actions}"\n'
    )
    return path


def stored() -> list[tuple[date, float]]:
    return list(DailyBar.objects.order_by("session").values_list("session", "close"))


def test_a_folder_is_stored_with_its_instruments_actions_and_provenance(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 3)
    (tmp_path / "actions.csv").write_text(f"symbol,ex_date,kind,value,currency\nAAA,{days[1]},split,7,\n")
    write_folder(
        tmp_path, actions="actions.csv", lines=[line(days[0], 70), line(days[1], 10), line(days[2], 11)]
    )

    report = import_folder(path=tmp_path, now=NOW)

    assert (report.inserted, report.refused, report.symbols) == (3, 0, ["AAA"])
    one = Instrument.objects.get()
    assert (one.name, one.kind, one.currency, one.actions_from) == ("A Corp.", "common_stock", "USD", days[0])
    origin = Origin.objects.get()
    assert (origin.provider, origin.channel, origin.basis) == ("import:mine", "imported", "raw")
    assert (origin.detail, len(origin.digest)) == ("AAA.csv", 64)
    found = history(instrument=one, start=days[0], end=days[2], adjust="all")
    assert found.close == pytest.approx([10, 10, 11])


def test_the_same_folder_again_changes_nothing(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 3)
    write_folder(tmp_path, lines=[line(day, 70) for day in days])
    import_folder(path=tmp_path, now=NOW)

    report = import_folder(path=tmp_path, now=NOW)

    assert (report.inserted, report.changed, report.unchanged) == (0, 0, 3)
    assert Origin.objects.count() == 1


def test_actions_that_a_folder_does_not_know_leave_adjusted_prices_unknown(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 2)
    write_folder(tmp_path, actions="unknown", lines=[line(day, 70) for day in days])

    import_folder(path=tmp_path, now=NOW)

    found = history(instrument=Instrument.objects.get(), start=days[0], end=days[1], adjust="splits")
    assert not found.known
    assert "unknown" in (found.reason or "")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(closes=st.lists(st.floats(0.01, 5000), min_size=1, max_size=20), data=st.data())
def test_an_import_ends_where_an_ingest_of_the_same_bars_does(
    closes: list[float], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from django.db import transaction

    days = weekdays(MONDAY, len(closes))
    ratio = data.draw(st.sampled_from([None, 2.0, 7.0]))
    row = data.draw(st.integers(0, len(closes) - 1))
    folder = tmp_path_factory.mktemp("folder")
    with transaction.atomic():
        write_folder(folder, lines=[line(day, close) for day, close in zip(days, closes, strict=True)])
        import_folder(path=folder, now=NOW)
        if ratio:
            split(Instrument.objects.get(), days[row], ratio)
        imported = (
            stored(),
            history(
                instrument=Instrument.objects.get(), start=days[0], end=days[-1], adjust="all"
            ).close.tolist(),
        )
        transaction.set_rollback(True)
    with transaction.atomic():
        one = instrument("AAA", actions_from=days[0])
        if ratio:
            split(one, days[row], ratio)
        fetched = series("AAA", days, [bar(close) for close in closes])
        ingest_series(series=fetched, origin=NewOrigin(provider="massive"), now=NOW)
        ingested = stored(), history(instrument=one, start=days[0], end=days[-1], adjust="all").close.tolist()
        transaction.set_rollback(True)

    assert imported == ingested


def test_a_split_adjusted_file_of_a_folder_is_made_raw(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 3)
    (tmp_path / "actions.csv").write_text(f"symbol,ex_date,kind,value,currency\nAAA,{days[1]},split,7,\n")
    write_folder(
        tmp_path,
        basis="splits",
        actions="actions.csv",
        lines=[line(days[0], 10), line(days[1], 10), line(days[2], 11)],
    )

    import_folder(path=tmp_path, now=NOW)

    assert stored() == [(days[0], 70), (days[1], 10), (days[2], 11)]
    assert DailyBar.objects.get(session=days[0]).volume == pytest.approx(1000 / 7, abs=1e-4)
    assert Origin.objects.get().basis == "splits"


def test_a_split_adjusted_file_without_its_splits_is_refused(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 1)
    write_folder(tmp_path, basis="splits", actions="unknown", lines=[line(days[0], 10)])

    with pytest.raises(ImportRefused, match="cannot be made raw"):
        import_folder(path=tmp_path, now=NOW)

    assert stored() == []


def test_a_file_of_raw_bars_is_stored(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 2)
    file = tmp_path / "AAA.csv"
    file.write_text("\n".join([HEAD, *(line(day, 70) for day in days)]))

    report = import_file(path=file, symbol="AAA", basis="raw", now=NOW)

    assert report.inserted == 2
    assert Instrument.objects.get().kind == "unknown"


def test_a_split_adjusted_file_is_made_raw_with_the_splits_we_know(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 3)
    file = tmp_path / "prices.csv"
    file.write_text("\n".join([HEAD, line(days[0], 10), line(days[1], 10)]))
    with pytest.raises(AnswerRefused, match="cannot be made raw"):
        import_file(path=file, symbol="AAA", basis="splits", now=NOW)
    assert stored() == []
    Instrument.objects.all().delete()
    one = instrument("AAA", actions_from=days[0])
    split(one, days[1], 7.0)
    split(one, days[2], 3.0)

    import_file(path=file, symbol="AAA", basis="splits", now=NOW, adjusted_until=days[1])

    assert stored() == [(days[0], 70), (days[1], 10)]


def test_a_bad_row_is_quarantined_with_its_line(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 150)
    lines = [line(day, 70) for day in days]
    lines[4] = f"{days[4]},abc,1,1,1,1"
    lines[0] = line(days[0], 70, open_=90)
    lines.append(line(days[-1] + timedelta(days=1 if days[-1].weekday() < 4 else 8), 70))
    file = tmp_path / "AAA.csv"
    file.write_text("\n".join([HEAD, *lines[:-1]]))
    with pytest.raises(AnswerRefused):
        import_file(path=file, symbol="AAA", basis="raw", now=NOW)

    lines[0] = line(days[0], 70)
    file.write_text("\n".join([HEAD, *lines[:-1]]))
    report = import_file(path=file, symbol="AAA", basis="raw", now=NOW)

    assert (report.inserted, report.refused) == (149, 1)
    row = QuarantinedRow.objects.get()
    assert row.symbol == "AAA"
    assert "line 6" in row.reason


def test_a_bar_of_a_day_without_a_session_is_quarantined(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 150)
    saturday = MONDAY + timedelta(days=5)
    file = tmp_path / "AAA.csv"
    file.write_text("\n".join([HEAD, *(line(day, 70) for day in sorted([*days, saturday]))]))

    report = import_file(path=file, symbol="AAA", basis="raw", now=NOW)

    assert (report.inserted, report.refused) == (150, 1)
    assert QuarantinedRow.objects.get().reason == "the exchange was closed on that day"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_bars", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_asks_for_the_basis_of_a_single_file(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 1)
    file = tmp_path / "AAA.csv"
    file.write_text("\n".join([HEAD, line(days[0], 70)]))

    with pytest.raises(CommandError, match="--basis"):
        run(str(file))
    assert "inserted 1," in run(str(file), "--basis", "raw")
    assert "unchanged 1," in run(str(file), "--basis", "raw")
    assert Instrument.objects.get().symbol == "AAA"


def test_the_command_loads_a_folder_and_says_what_is_wrong_with_one(tmp_path: Path) -> None:
    days = weekdays(MONDAY, 1)
    with pytest.raises(CommandError, match=r"dataset\.toml is missing"):
        run(str(tmp_path))
    write_folder(tmp_path, lines=[line(days[0], 70)])

    assert "inserted 1," in run(str(tmp_path))
    with pytest.raises(CommandError, match="give neither"):
        run(str(tmp_path), "--basis", "raw")
    with pytest.raises(CommandError, match="neither a folder nor a file"):
        run(str(tmp_path / "nothing"))
    with pytest.raises(CommandError, match="one of them only"):
        run()
    with pytest.raises(FolderRefused):
        import_folder(path=tmp_path / "nothing", now=NOW)


SAMPLE_NOW = datetime(2025, 7, 1, 5, 0, tzinfo=UTC)  # 01:00 in New York


@pytest.fixture
def sample() -> SampleMarket:
    last = date(2025, 12, 31)
    days = read_apart(EPOCH, last, folder=CALENDARS).sessions
    write_sessions(first=EPOCH, last=last, days=days)
    return SampleMarket(seed=7, symbols=60, sessions=[day.session for day in days])


def test_the_sample_import_ends_before_the_last_closed_session(sample: SampleMarket) -> None:
    assert sample_sessions(now=SAMPLE_NOW, count=3) == [
        date(2025, 6, 25),
        date(2025, 6, 26),
        date(2025, 6, 27),
    ]


def test_the_sample_markets_past_is_stored_session_by_session_and_resumed(sample: SampleMarket) -> None:
    wanted = sample_sessions(now=SAMPLE_NOW, count=30)
    half = import_sample(first=wanted[0], last=wanted[14], now=SAMPLE_NOW, market=sample)
    told: list[tuple[int, int]] = []

    rest = import_sample(
        first=wanted[0],
        last=wanted[-1],
        now=SAMPLE_NOW,
        market=sample,
        on_progress=lambda done, total: told.append((done, total)),
    )

    assert rest.skipped_sessions == 15
    assert told[-1] == (30, 30)
    assert half.inserted + rest.inserted == DailyBar.objects.count()
    assert set(Origin.objects.values_list("provider", "channel")) == {("sample", "imported")}
    for session in (wanted[0], wanted[-1]):
        expected = sample.day(session)
        ids = holders(session=session)
        closes = dict(DailyBar.objects.filter(session=session).values_list("instrument_id", "close"))
        assert closes == {
            ids[symbol]: close
            for symbol, close in zip(expected.symbols, expected.close.tolist(), strict=True)
        }
    assert not Instrument.objects.filter(kind="unknown").exists()
    assert not Instrument.objects.filter(active=True).exclude(actions_from=wanted[0]).exists()
    told_actions = len(sample.splits(wanted[0], wanted[-1])) + len(sample.dividends(wanted[0], wanted[-1]))
    assert CorporateAction.objects.count() == told_actions > 0


def test_renamed_sample_companies_keep_one_history(sample: SampleMarket) -> None:
    line_ = next(line for line in sample.lines if line.renamed_on and line.delisted_on is None)
    assert line_.renamed_on is not None
    around = sessions_between(line_.renamed_on - timedelta(days=7), line_.renamed_on + timedelta(days=7))

    import_sample(first=around[0], last=around[-1], now=SAMPLE_NOW, market=sample)

    one = Instrument.objects.get(composite_figi=line_.composite_figi)
    assert one.symbol == line_.later_symbol
    traded = {day for day in around if line_.symbol_on(day) in sample.day(day).symbols}
    assert set(DailyBar.objects.filter(instrument=one).values_list("session", flat=True)) == traded
    assert len(traded) > 2


def test_a_sample_session_fetched_again_is_only_confirmed(sample: SampleMarket) -> None:
    wanted = sample_sessions(now=SAMPLE_NOW, count=2)
    import_sample(first=wanted[0], last=wanted[1], now=SAMPLE_NOW, market=sample)

    bars = sample.day(wanted[1])
    day = MarketDay(wanted[1], bars, [], "raw", "")
    report = ingest_market_day(day=day, origin=NewOrigin(provider="sample"), now=SAMPLE_NOW)

    assert (report.inserted, report.changed, report.unchanged) == (0, 0, len(bars))
    assert report.confirmed == len(bars)
    assert np.isfinite(bars.close).all()


def test_the_command_loads_the_sample_market(sample: SampleMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("investment.lib.clock.now", lambda: SAMPLE_NOW)

    assert "inserted" in run("--sample", "--sessions", "2")
    assert "2 sessions had bars already" in run("--sample", "--sessions", "2")
    with pytest.raises(CommandError, match="one of them only"):
        run("--sample", "somewhere")


def test_other_modes_have_no_sample_market(settings: object) -> None:
    from investment.lib.modes import Mode

    settings.MODE = Mode.parse("live")  # type: ignore[attr-defined]
    with pytest.raises(ImportRefused, match="never mix"):
        import_sample(first=MONDAY, last=MONDAY, now=NOW)
