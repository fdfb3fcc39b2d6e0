from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from investment.lib.modes import Mode, data_digest


@given(seed=st.integers(0, 999_999_999), symbols=st.integers(0, 999_999))
def test_a_sample_mode_reads_back_as_it_was_written(seed: int, symbols: int) -> None:
    mode = Mode.parse(f"sample-{seed}-{symbols}")

    assert (mode.kind, mode.seed, mode.symbols) == ("sample", seed, symbols)
    assert Mode.parse(mode.name) == mode


@given(st.text(max_size=40).filter(lambda text: text != "live"))
@example("sample-٧-٥٠٠")
@example("sample--7-500")
@example("data-0123456789AB")
def test_anything_else_is_refused_with_the_three_forms(text: str) -> None:
    with pytest.raises(ValueError, match="sample-<seed>-<symbols>"):
        Mode.parse(text)


def test_only_the_sample_is_synthetic() -> None:
    assert Mode.parse("sample-7-500").synthetic
    assert not Mode.parse("data-0123456789ab").synthetic
    assert not Mode.parse("live").synthetic


def test_databases_of_modes_differ() -> None:
    names = {Mode.parse(m).database for m in ("live", "sample-7-500", "sample-8-500", "data-0123456789ab")}

    assert len(names) == 4
    assert "investment_sample_7_500" in names


def test_the_digest_changes_with_a_name_or_a_byte_and_with_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "bars"
    folder.mkdir()
    (folder / "A.csv").write_text("1")
    first = data_digest(folder)

    assert data_digest(folder) == first

    (folder / "A.csv").write_text("2")
    assert data_digest(folder) != first

    (folder / "A.csv").write_text("1")
    (folder / "A.csv").rename(folder / "B.csv")
    assert data_digest(folder) != first
    assert Mode.for_data(folder).digest == data_digest(folder)
