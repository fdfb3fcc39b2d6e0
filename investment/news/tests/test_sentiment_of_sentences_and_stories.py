import pytest
from hypothesis import given
from hypothesis import strategies as st

from investment.news.calculators.readings import evidence_of
from investment.news.calculators.sentiment import LABELS, Sentiment, of_sentence, of_story


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Operating profit fell to EUR 3.1 mn from EUR 5.0 mn.", "negative"),
        ("Operating profit was EUR 5.0 mn, compared with EUR 3.1 mn a year earlier.", "positive"),
        ("Operating loss was EUR 3.1 mn, compared with a loss of EUR 5.0 mn a year earlier.", "positive"),
        ("Costs fell by a tenth.", "positive"),
        ("The company cuts 300 jobs.", "negative"),
        ("The company cuts costs.", "positive"),
        ("It posts a narrower loss.", "positive"),
        ("It beats estimates but guides below consensus.", "negative"),
        ("Its headquarters are located in Lisbon and it employs 30 people.", "neutral"),
        ("The annual general meeting will be held on 3 April.", "neutral"),
        ("Is it time to buy?", "neutral"),
        ("Sales did not grow.", "negative"),
    ],
)
def test_sentences_are_read_as_a_holder_would(text: str, label: str) -> None:
    assert of_sentence(text).label == label


def test_of_two_companies_each_has_its_own() -> None:
    story = "Figment profit rose 12%. Makebelieve profit fell 30%."
    assert of_story("Two reports", story, ["Figment"]).label == "positive"
    assert of_story("Two reports", story, ["Makebelieve"]).label == "negative"


def test_amounts_of_different_units_are_not_compared() -> None:
    assert not any(
        name.startswith("amounts") for name in evidence_of("Sales were EUR 5 mn, compared with 12 % before.")
    )


def test_no_evidence_that_is_clear_either_way_is_unsure() -> None:
    assert Sentiment(negative=0.4, neutral=0.35, positive=0.25).verdict == "unsure"
    assert Sentiment(negative=0.7, neutral=0.2, positive=0.1).verdict == "negative"


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_has_probabilities(headline: str, summary: str) -> None:
    found = of_story(headline, summary, ["Figment"])
    assert sum(getattr(found, label) for label in LABELS) == pytest.approx(1)
    assert -1 <= found.score <= 1


@given(st.integers(1, 999), st.integers(1, 999))
def test_figures_beside_one_another_are_compared(now: int, then: int) -> None:
    evidence = evidence_of(f"Net sales were EUR {now} mn, compared with EUR {then} mn a year ago.")
    near = 1 / 60 < now / then < 60  # farther apart they are of other things
    assert ("amounts:+" in evidence) == (now > then and near)
    assert ("amounts:-" in evidence) == (now < then and near)
