"""
How well the local sentiment reads finance sentences, beside VADER, always-neutral and TF-IDF.

The sentences and their labels were written for this project (sentiment_sentences.tsv; where a company is
named, it is in brackets). ``accuracy`` and ``macro_f1`` come from five-fold cross-validation in which no
company is on both sides; TF-IDF with logistic regression is trained and measured on the same folds. They
flatter: the lexicon was written with those sentences in view. Two parts were kept away from the training:
``aside``, in other styles, has taught the lexicon a few words, and ``fresh``, written last, none at all.

    --write-weights   train on everything but those two and write the weights that the platform uses
    --sentences FILE  measure the written weights on another file, «label<TAB>sentence» a line
"""

import argparse
import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from investment.news.calculators.readings import Span, evidence_of
from investment.news.calculators.sentiment import LABELS, METHOD, SURE_FROM, WEIGHTS, of_sentence

SENTENCES = Path(__file__).with_name("sentiment_sentences.tsv")
APART = ("aside", "fresh")  # never trained on
STRENGTH = 0.5  # of the penalty, inverted
LEAST = 0.05  # a lighter weight changes no answer
NEUTRALS_COUNT = 1.5  # most real news is neutral, and only four in ten of ours are


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write-weights", action="store_true")
    parser.add_argument("--sentences", type=Path)
    options = parser.parse_args()
    path: Path | None = options.sentences
    figures = measure_file(path) if path else measure(write=options.write_weights)
    print(json.dumps(figures))


def measure_file(path: Path) -> dict[str, Any]:
    rows = [line.split("\t", 1) for line in path.read_text().splitlines() if "\t" in line]
    truth = np.array([LABELS.index(label) for label, _ in rows])
    started = time.perf_counter()
    answers = [of_sentence(sentence) for _, sentence in rows]
    elapsed = time.perf_counter() - started
    guesses = np.array([LABELS.index(answer.label) for answer in answers])
    sure = np.array([answer.verdict != "unsure" for answer in answers])
    texts = [sentence for _, sentence in rows]
    return {
        **figures_of(guesses, truth), **unsure_of(guesses, truth, sure), **peers(texts, truth),
        "ms_per_story": round(elapsed / len(rows) * 1000, 4), "sentences": len(rows),
    }  # fmt: skip


def measure(*, write: bool) -> dict[str, Any]:
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    rows = list(csv.DictReader(SENTENCES.open(), delimiter="\t", quoting=csv.QUOTE_NONE))
    marked = [parse(row["sentence"]) for row in rows]
    truth = np.array([LABELS.index(row["label"]) for row in rows])
    parts = np.array([row["part"] for row in rows])
    companies = np.array([text[slice(*span)] if span else text for text, span in marked])
    texts = np.array([unnamed_text(text, span) for text, span in marked], dtype=object)
    ours = ~np.isin(parts, APART)
    found: Any = np.array([evidence_of(text, span) for text, span in marked], dtype=object)
    unnamed: Any = np.array([evidence_of(text) for text, _ in marked], dtype=object)
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    chances = cross_val_predict(
        model(), found[ours], truth[ours], groups=companies[ours], cv=folds, method="predict_proba"
    )
    guesses = chances.argmax(axis=1)
    tfidf = cross_val_predict(plain(), texts[ours], truth[ours], groups=companies[ours], cv=folds)
    trained = model().fit(list(found[ours]), truth[ours])
    if write:
        write_weights(trained)

    def apart(trained: Any, chosen: "np.ndarray[Any, Any]") -> dict[str, Any]:
        tfidf = plain().fit(texts[ours], truth[ours]).predict(texts[chosen])
        return {
            **figures_of(trained.predict(list(found[chosen])), truth[chosen]),
            **peers(list(texts[chosen]), truth[chosen]),
            "company_unknown_macro_f1": macro_f1(trained.predict(list(unnamed[chosen])), truth[chosen]),
            "tfidf_macro_f1": macro_f1(tfidf, truth[chosen]),
            "sentences": int(chosen.sum()),
        }

    started = time.perf_counter()
    for text, span in marked:
        of_sentence(text, span)
    elapsed = time.perf_counter() - started
    figures = {
        **figures_of(guesses, truth[ours]),
        **unsure_of(guesses, truth[ours], chances.max(axis=1) >= SURE_FROM),
        "sure_from": thresholds(chances, truth[ours]),
        **peers(list(texts[ours]), truth[ours]),
        "tfidf_macro_f1": macro_f1(tfidf, truth[ours]),
        "ms_per_story": round(elapsed / len(rows) * 1000, 4),
        "sentences": int(ours.sum()),
        **{part: apart(trained, parts == part) for part in APART},
    }
    print_confusion(guesses, truth[ours])
    return figures


def parse(sentence: str) -> tuple[str, Span | None]:
    """Take the brackets off the company, and say where it stands; None where nobody is named."""
    if "[" not in sentence:
        return sentence, None
    start, end = sentence.index("["), sentence.index("]") - 1
    return sentence.replace("[", "", 1).replace("]", "", 1), (start, end)


def unnamed_text(text: str, span: Span | None) -> str:
    return text if span is None else text[: span[0]] + text[span[1] :]


def model() -> Any:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    weights = {0: 1.0, 1: NEUTRALS_COUNT, 2: 1.0}
    return make_pipeline(
        DictVectorizer(),
        LogisticRegression(C=STRENGTH, max_iter=1000, class_weight=weights, fit_intercept=False),
    )


def plain() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=1000)
    )


def write_weights(trained: Any) -> None:
    names = trained[0].get_feature_names_out()
    columns = trained[1].coef_.T
    weights: dict[str, list[float]] = {
        str(name): [round(float(value), 3) for value in row]
        for name, row in zip(names, columns, strict=True)
        if np.abs(row).max() >= LEAST
    }
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(weights.items()))
    WEIGHTS.write_text(
        f'{{"method": "{METHOD}", "labels": {json.dumps(LABELS)}, "weights": {{\n{lines}\n}}}}\n'
    )


def peers(texts: list[str], truth: "np.ndarray[Any, Any]") -> dict[str, float]:
    """VADER with its makers' own thresholds, and always-neutral."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    vader = np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1))
    neutral = np.ones_like(truth)
    return {
        "vader_accuracy": accuracy(vader, truth),
        "vader_macro_f1": macro_f1(vader, truth),
        "neutral_accuracy": accuracy(neutral, truth),
        "neutral_macro_f1": macro_f1(neutral, truth),
    }


def figures_of(guesses: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> dict[str, Any]:
    return {
        "accuracy": accuracy(guesses, truth),
        "macro_f1": macro_f1(guesses, truth),
        "confusion": confusion(guesses, truth),
    }


def unsure_of(
    guesses: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]", sure: "np.ndarray[Any, Any]"
) -> dict[str, float]:
    return {
        "unsure_share": round(float(1 - sure.mean()), 4),
        "accuracy_where_sure": accuracy(guesses[sure], truth[sure]),
        "accuracy_where_unsure": accuracy(guesses[~sure], truth[~sure]) if (~sure).any() else 0.0,
    }


def thresholds(chances: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> dict[str, list[float]]:
    """The share that would be unsure below each probability, and how often it is right there."""
    guesses, surest = chances.argmax(axis=1), chances.max(axis=1)
    return {
        str(least): [
            round(float((surest < least).mean()), 4),
            accuracy(guesses[surest < least], truth[surest < least]) if (surest < least).any() else 0.0,
        ]
        for least in (0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
    }


def accuracy(guesses: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
    return round(float((guesses == truth).mean()), 4)


def macro_f1(guesses: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
    scores = []
    for label in range(3):
        both = int(((guesses == label) & (truth == label)).sum())
        either = int((guesses == label).sum() + (truth == label).sum())
        scores.append(2 * both / either if either else 0.0)
    return round(sum(scores) / 3, 4)


def confusion(guesses: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> list[list[int]]:
    """Rows are the truth, columns the answers, both negative, neutral, positive."""
    return [[int(((truth == row) & (guesses == column)).sum()) for column in range(3)] for row in range(3)]


def print_confusion(guesses: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> None:
    print(f"{'true, answered':>16}" + "".join(f"{label:>10}" for label in LABELS))
    for label, row in zip(LABELS, confusion(guesses, truth), strict=True):
        print(f"{label:>16}" + "".join(f"{count:>10}" for count in row))


if __name__ == "__main__":
    main()
