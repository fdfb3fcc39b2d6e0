import csv
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from investment.analysis.calculators.figures import Block, figures
from investment.analysis.tests.arrays import Market
from investment.analysis.tests.test_figures_follow_their_formulas import compare

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"

pytestmark = pytest.mark.shared_data


def read(symbol: str, *, until: date = date.max) -> Market:
    """Return the symbol's raw bars up to a session, with factors as known after it."""
    with (DATA / "bars" / f"{symbol}.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["session"] <= until.isoformat()]
    days = [row["session"] for row in rows]
    columns = {
        name: np.array([[float(row[name])] for row in rows])
        for name in ("open", "high", "low", "close", "volume")
    }
    split, full = np.ones((len(rows), 1)), np.ones((len(rows), 1))
    with (DATA / "actions.csv").open() as file:
        for action in csv.DictReader(file):
            before = sum(day < action["ex_date"] for day in days)
            if action["symbol"] != symbol or not before or action["ex_date"] > days[-1]:
                continue
            value = float(action["value"])
            if action["kind"] == "split":
                split[:before] /= value
                full[:before] /= value
            else:
                full[:before] *= 1 - value / columns["close"][before - 1, 0]
    market = np.random.default_rng(1).normal(0.0003, 0.01, len(rows))
    return Market(Block(**columns, split=split, full=full), market, [date.fromisoformat(day) for day in days])


@pytest.mark.parametrize("symbol", ["AAPL", "TSLA", "SPY"])
@pytest.mark.parametrize("length", [300, 400, 4000])
def test_every_figure_of_real_prices_equals_its_formula(symbol: str, length: int) -> None:
    compare(read(symbol).window(length))


@pytest.mark.parametrize("symbol", ["AAPL", "TSLA", "SPY"])
def test_figures_from_300_and_400_sessions_equal_the_formula_over_all_of_them(symbol: str) -> None:
    whole = read(symbol)
    expected = figures(whole.block, market=whole.log_returns)

    for length in (300, 400):
        part = whole.window(length)
        for name, values in figures(part.block, market=part.log_returns).items():
            assert math.isfinite(values[0]), name
            scale = max(abs(float(expected[name][0])), float(whole.block.close[-1, 0]))
            assert values[0] == pytest.approx(float(expected[name][0]), abs=1e-9 * scale), name
