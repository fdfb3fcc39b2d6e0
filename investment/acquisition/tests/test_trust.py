"""What a provider's word is worth, and that it is shown with its counts."""

from datetime import UTC, datetime

import pytest

from investment.acquisition.kinds import Kind
from investment.acquisition.models import Trust
from investment.acquisition.selectors.trust import score_of, trust_scores
from investment.acquisition.selectors.usage import api_usage

NOW = datetime(2026, 3, 4, 22, tzinfo=UTC)


def test_a_score_begins_in_the_middle_and_moves_with_its_counts() -> None:
    assert score_of(agreed=0, disagreed=0) == 0.5
    assert score_of(agreed=1, disagreed=0) == pytest.approx(2 / 3)
    assert score_of(agreed=752, disagreed=3) == pytest.approx(753 / 757)
    assert score_of(agreed=0, disagreed=8) == pytest.approx(0.1)


@pytest.mark.django_db
def test_usage_shows_a_score_with_its_counts_and_none_for_whom_nobody_compared() -> None:
    Trust.objects.create(provider="alphavantage", kind=Kind.BARS, agreed=752, disagreed=3, updated_at=NOW)

    usage = {each.provider: each.trust for each in api_usage(now=NOW).providers}

    assert [(each.kind, each.agreed, each.disagreed) for each in usage["alphavantage"]] == [("bars", 752, 3)]
    assert usage["alphavantage"][0].words == (
        "752 of 755 daily bars agreed with another source; 3 did not, "
        "and nobody has shown the other to be wrong."
    )
    assert usage["massive"] == ()
    assert trust_scores().keys() == {"alphavantage"}
