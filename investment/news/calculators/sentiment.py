"""
What a story means for the holder of one company: good, bad, neither, or unsure.

The evidence that :mod:`investment.news.calculators.readings` finds in a sentence is weighed by a
multinomial logistic regression whose weights are in ``sentiment_weights.json``. They are written by
``benchmarks/sentiment.py --write-weights`` from the sentences beside it, and by nothing else.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import Final, Literal

from investment.news.calculators.readings import Evidence, Span, evidence_of

Label = Literal["negative", "neutral", "positive"]
Verdict = Literal["negative", "neutral", "positive", "unsure"]

LABELS: Final[tuple[Label, ...]] = ("negative", "neutral", "positive")
WEIGHTS: Final = Path(__file__).with_name("sentiment_weights.json")
METHOD: Final = "evidence-2"  # stored beside each verdict, so that a later method can be told apart
# The probability below which the answer is «unsure»: there six in ten are right, as benchmarks/sentiment.py
# prints under ``sure_from``.
SURE_FROM: Final = 0.6
HEADLINE_WEIGHS: Final = 2.0  # as much as two sentences of the summary
SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!Inc\.)(?<!Corp\.)(?<!Co\.)(?<!Ltd\.)\s+(?=[\"“'(]?[A-Z0-9$€£])"
)


@dataclass(frozen=True, slots=True)
class Sentiment:
    """The three probabilities add up to 1. ``score`` runs from -1 (bad) to 1 (good)."""

    negative: float
    neutral: float
    positive: float

    @property
    def score(self) -> float:
        return self.positive - self.negative

    @property
    def label(self) -> Label:
        """The most probable answer, however improbable."""
        return max(LABELS, key=lambda label: getattr(self, label))

    @property
    def verdict(self) -> Verdict:
        return self.label if max(self.negative, self.neutral, self.positive) >= SURE_FROM else "unsure"


@cache
def _weights() -> dict[str, tuple[float, float, float]]:
    return {name: tuple(row) for name, row in json.loads(WEIGHTS.read_text())["weights"].items()}


def weigh(evidence: Evidence) -> Sentiment:
    """Turn evidence into probabilities. Evidence that no sentence of the benchmark had weighs nothing."""
    weights = _weights()
    sums = [0.0, 0.0, 0.0]
    for name, amount in evidence.items():
        row = weights.get(name)
        if row is not None:
            for place in range(3):
                sums[place] += row[place] * amount
    top = max(sums)
    odds = [exp(value - top) for value in sums]
    whole = sum(odds)
    return Sentiment(*(value / whole for value in odds))


def of_sentence(text: str, about: Span | None = None) -> Sentiment:
    """Judge one sentence. ``about`` is where the company stands in it, if that is known."""
    return weigh(evidence_of(text, about))


def of_story(headline: str, summary: str | None, names: Iterable[str] = ()) -> Sentiment:
    """
    Judge a story from the point of view of the company that is called by one of ``names``.

    The headline weighs as two sentences. A sentence counts in full if it names the company, in half if it
    names none and the headline does (it goes on about it), and not at all if the company is named elsewhere
    only. If nothing names it, every sentence counts: the provider said that the story is about it.
    """
    sentences = [headline, *(SENTENCE_END.split(summary) if summary else ())]
    names = tuple(names)
    spans = [_place(sentence, names) for sentence in sentences]
    named = any(span is not None for span in spans)
    total, sums = 0.0, [0.0, 0.0, 0.0]
    for number, (sentence, span) in enumerate(zip(sentences, spans, strict=True)):
        weight = HEADLINE_WEIGHS if number == 0 else 1.0
        if named and span is None:
            weight *= 0.5 if number and spans[0] is not None else 0.0
        if weight and sentence.strip():
            one = of_sentence(sentence, span)
            total += weight
            for place, label in enumerate(LABELS):
                sums[place] += weight * getattr(one, label)
    if not total:
        return of_sentence(headline)
    return Sentiment(*(value / total for value in sums))


def _place(sentence: str, names: Sequence[str]) -> Span | None:
    for name in names:
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence)
        if found:
            return found.span()
    return None
