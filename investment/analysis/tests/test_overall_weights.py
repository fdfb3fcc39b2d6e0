"""What the overall score makes of its parts, worked out by hand."""

import numpy as np
import pytest

from investment.analysis.calculators import overall
from investment.analysis.calculators.rank_correlation import rank_correlation
from investment.analysis.calculators.returns import held_return

NAN = float("nan")


@pytest.mark.parametrize(
    ("technical", "fundamental", "sentiment", "score", "weight"),
    [
        pytest.param(80, 60, 40, 64.0, 1.0, id="all"),
        pytest.param(80, 60, NAN, 70.0, 0.8, id="no sentiment"),
        pytest.param(80, NAN, 50, 70.0, 0.6, id="no fundamentals"),
        pytest.param(NAN, 60, 30, 50.0, 0.6, id="no prices"),
        pytest.param(80, NAN, NAN, NAN, 0.4, id="prices alone are too little"),
        pytest.param(NAN, NAN, 50, NAN, 0.2, id="news alone are too little"),
        pytest.param(0, 0, 0, 0.0, 1.0, id="nought is known"),
    ],
)
def test_known_parts_count_by_their_weights(
    technical: float, fundamental: float, sentiment: float, score: float, weight: float
) -> None:
    parts = {"technical": technical, "fundamental": fundamental, "sentiment": sentiment}

    found, known = overall.combine({name: np.array([float(value)]) for name, value in parts.items()})

    assert found[0] == pytest.approx(score, nan_ok=True)
    assert known[0] == weight


def test_the_weights_are_a_whole() -> None:
    assert sum(each.weight for each in overall.WEIGHTS) == pytest.approx(1)


def test_rank_correlation_shares_the_ranks_of_equals_and_wants_enough_pairs() -> None:
    rising = np.arange(20.0)
    assert rank_correlation(rising, np.exp(rising))[0] == pytest.approx(1)
    assert rank_correlation(rising, -rising)[0] == pytest.approx(-1)
    # Ten pairs of equals, in order: 1 - 6 Σd²/(n³ - n) does not hold with ties, Pearson of the ranks does:
    # variances 33.25 and 33.0, covariance 33.0.
    assert rank_correlation(rising, rising // 2)[0] == pytest.approx(33.0 / (33.25 * 33.0) ** 0.5)
    assert np.isnan(rank_correlation(rising, np.ones(20))[0])
    few, count = rank_correlation(np.append(rising[:-1], NAN), rising)
    assert (np.isnan(few), count) == (True, 19)


def test_a_return_is_that_to_the_last_close() -> None:
    closes = np.array([[100.0, 100.0, NAN, 100.0], [110.0, 90.0, 5.0, NAN], [120.0, NAN, 6.0, NAN]])

    assert held_return(closes) == pytest.approx([0.2, -0.1, NAN, NAN], nan_ok=True)
