"""
How well copies of one story are told from other stories about the same thing, and how many a minute.

The pairs were written for this project (news_pairs.jsonl). ``precision`` and ``recall`` are those of the
part held out, through the index: a pair counts as found if the second story is taken for a copy of the first
when both are added. Beside them, on the same pairs, plain similarity of words with its best threshold of the
part that thresholds were chosen on. ``per_minute`` is the index filled with stories of many templates.

    --choose   show precision and recall on the chosen part for other thresholds
    --wrong    show the pairs that are taken for what they are not
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from investment.news.calculators import duplicates
from investment.news.calculators.duplicates import Story, StoryIndex

PAIRS = Path(__file__).with_name("news_pairs.jsonl")
SYLLABLES = [
    "an",
    "be",
    "cor",
    "dal",
    "el",
    "fin",
    "gor",
    "hal",
    "in",
    "jun",
    "kel",
    "lum",
    "mor",
    "nex",
    "por",
]
START = datetime(2025, 3, 3, 14, 0, tzinfo=UTC)
Pair = tuple[Story, Story]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--stories", type=int, default=10_000, help="for the speed (default: %(default)s)")
    options = parser.parse_args()
    rows = [json.loads(line) for line in PAIRS.read_text().splitlines()]
    parts = {part: [row for row in rows if row["part"] == part] for part in ("chosen", "held out")}
    if options.choose:
        choose(parts["chosen"])
    if options.wrong:
        show_wrong(parts["chosen"])
    precision, recall = judged(parts["held out"], through_the_index)
    chosen_precision, chosen_recall = judged(parts["chosen"], through_the_index)
    plain = best_plain(parts)
    print(
        json.dumps(
            {
                "precision": precision,
                "recall": recall,
                "per_minute": per_minute(options.stories),
                "pairs": len(parts["held out"]),
                "hard_negatives": sum(not row["same"] for row in parts["held out"]),
                "chosen_precision": chosen_precision,
                "chosen_recall": chosen_recall,
                "chosen_pairs": len(parts["chosen"]),
                **plain,
            }
        )
    )


def stories_of(row: dict[str, Any]) -> Pair:
    left = Story(row["left"]["headline"], row["left"]["summary"], START)
    right = Story(row["right"]["headline"], row["right"]["summary"], START + timedelta(hours=row["hours"]))
    return left, right


def through_the_index(pair: Pair) -> bool:
    index: StoryIndex[int] = StoryIndex()
    index.add(0, pair[0])
    return index.add(1, pair[1]) == 0


def judged(rows: Sequence[dict[str, Any]], judge: Callable[[Pair], bool]) -> tuple[float, float]:
    answers = [(judge(stories_of(row)), row["same"]) for row in rows]
    hits = sum(answer and same for answer, same in answers)
    answered = sum(answer for answer, _ in answers)
    wanted = sum(same for _, same in answers)
    return round(hits / answered, 4) if answered else 0.0, round(hits / wanted, 4)


def best_plain(parts: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Similarity of all words (Jaccard) without a look at the facts, at the threshold with the best F1."""

    def judge_at(threshold: float) -> Callable[[Pair], bool]:
        return lambda pair: (
            len(pair[0].vocabulary & pair[1].vocabulary) / len(pair[0].vocabulary | pair[1].vocabulary)
            >= threshold
        )

    def f1(threshold: float) -> float:
        precision, recall = judged(parts["chosen"], judge_at(threshold))
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    best = max((step / 20 for step in range(4, 20)), key=f1)
    precision, recall = judged(parts["held out"], judge_at(best))
    return {"plain_threshold": best, "plain_precision": precision, "plain_recall": recall}


def choose(rows: Sequence[dict[str, Any]]) -> None:
    kept = duplicates.SNIPPETS_SHARE, duplicates.HEADLINES_SHARE
    for snippets in (0.4, 0.5, 0.6, 0.7, 0.8):
        for headlines in (0.6, 0.8, 0.9):
            duplicates.SNIPPETS_SHARE, duplicates.HEADLINES_SHARE = snippets, headlines  # type: ignore[misc]
            print(snippets, headlines, *judged(rows, through_the_index))
    duplicates.SNIPPETS_SHARE, duplicates.HEADLINES_SHARE = kept  # type: ignore[misc]


def show_wrong(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        one, other = stories_of(row)
        if through_the_index((one, other)) != row["same"]:
            print(
                row["same"],
                row["kind"],
                duplicates.shared_snippet(one, other),
                duplicates.contradiction(one, other),
            )
            print("   ", one.headline, "|", one.summary, "\n   ", other.headline, "|", other.summary)


def firm(number: int) -> str:
    """A name in letters: «Anbecor»."""
    return "".join(SYLLABLES[number // 15**place % 15] for place in range(3)).title()


def robot_stories(count: int) -> list[Story]:
    """Stories of 40 hours, half of them copies, many of one template: what an agency's robot writes."""
    chance = random.Random(7)  # noqa: S311  the same stories every time
    rows = [row for line in PAIRS.read_text().splitlines() if (row := json.loads(line)["left"])["summary"]]
    stories: list[Story] = []
    for number in range(count):
        row = chance.choice(rows)
        name, figure = firm(chance.randrange(3000)), chance.randrange(100, 100_000)
        headline = f"{name} {row['headline'].split(' ', 1)[-1]}"
        summary = f"{name} {row['summary'].split(' ', 1)[-1]} It compares with {figure} a year ago."
        if stories and chance.random() < 0.5:
            earlier = chance.choice(stories[-200:])
            headline, summary = f"{earlier.headline} - The Copier", (earlier.summary or "")[:120]
        stories.append(Story(headline, summary, START + timedelta(seconds=number * 14)))
    return stories


def per_minute(count: int) -> int:
    stories = robot_stories(count)
    index: StoryIndex[int] = StoryIndex()
    started = time.perf_counter()
    for number, story in enumerate(stories):
        index.add(number, story)
    return round(count / (time.perf_counter() - started) * 60)


if __name__ == "__main__":
    main()
