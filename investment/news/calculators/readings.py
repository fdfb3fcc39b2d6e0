"""
What a sentence of company news says, as named pieces of evidence: which measure went which way, which
words are good or bad and which of them are turned around, what was compared with what.

Nothing is decided here: :mod:`investment.news.calculators.sentiment` weighs the evidence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from investment.news.calculators import finance_words as words

Evidence = dict[str, float]
Span = tuple[int, int]

LONGEST = 5  # words in one entry
REACH_BEFORE = 9  # tokens between a measure and the direction that follows it
REACH_AFTER = 5
WORD_COUNTS: Final = 0.6  # a bare word beside a piece of evidence: what the lexicon lacks is learnt
TURNS_WITHIN = 4  # tokens from «not» to what it turns around
COMMA_BEFORE: Final = frozenset((",", word) for word in words.CONTRASTS | {"and"})
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
TOKEN = re.compile(
    r"n't\b|'s\b|[a-z]+(?:[-'&.][a-z]+)*(?=n't)|[a-z]+(?:[-'&][a-z]+)*\.?(?<!\.)|\d[\d,.]*\d|\d|[%$€£?()“”\";:,–—-]|\S"
)
BREAKS = frozenset({";", ":", ",", "–", "—", "(", ")"})
SCALES: Final = {
    "mn": 1e6,
    "m": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "b": 1e9,
    "billion": 1e9,
    "k": 1e3,
    "thousand": 1e3,
}
UNITS: Final = frozenset(
    {"eur", "usd", "sek", "nok", "dkk", "gbp", "$", "€", "£", "us$", "%", "pct", "percent", "cents"}
)
COMPARED: Final = frozenset(
    {
        "compared",
        "from",
        "against",
        "versus",
        "vs",
        "earlier",
        "ago",
        "previous",
        "year-ago",
        "before",
        "than",
        "(",
    }
)
MINUS: Final = frozenset({"-", "–"})
OBJECT_FOLLOWS: Final[tuple[list[str], ...]] = (
    [],
    ["in"],
    ["of"],
    ["its"],
    ["the"],
    ["their"],
    ["our"],
)  # «cut the group's costs»
EXPECTED: Final = frozenset({"expected", "forecast", "predicted", "estimated", "anticipated"})
ABOUT_A_CLASS: Final = (
    "cue:ownership",
    "cue:meeting",
    "cue:describe",
    "cue:undisclosed",
    "cue:schedule",
    "cue:people",
)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A lexicon entry found at tokens [start, end)."""

    start: int
    end: int
    kind: str


@cache
def _entries() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """All entries by their first word, the longest first; the earlier kind wins among equals."""
    kinds = [
        ("plain", words.PLAIN), ("phrase+", words.PHRASES_GOOD), ("phrase-", words.PHRASES_BAD),
        ("wanted", words.WANTED), ("unwanted", words.UNWANTED),
        ("up", words.UP), ("down", words.DOWN), ("better", words.BETTER), ("worse", words.WORSE),
        ("good", words.GOOD), ("bad", words.BAD), ("reverser", words.REVERSERS),
        *((f"cue:{name}", entries) for name, entries in words.CUES.items()),
    ]  # fmt: skip
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for kind, entries in kinds:
        for entry in entries:
            table.setdefault(entry[0], []).append((entry, kind))
    for found in table.values():
        found.sort(key=lambda one: -len(one[0]))
    return table


def tokens_of(text: str) -> list[str]:
    """Split into lower-case words, numbers and signs; «didn't» becomes «did» and «n't»."""
    text = text.lower().replace("’", "'").replace("‘", "'")
    return TOKEN.findall(text)


def _marks(tokens: list[str]) -> list[_Mark]:
    """Entries do not overlap within the lexicon proper; cues may lie over them."""
    table = _entries()
    masked = ["#" if token[0].isdigit() else token for token in tokens]
    found: list[_Mark] = []
    free = [0, 0]  # where the next lexicon entry and the next cue may start
    for at, token in enumerate(masked):
        for entry, kind in table.get(token, ()):
            layer = kind.startswith("cue:")
            size = len(entry)
            if at >= free[layer] and tuple(masked[at : at + size]) == entry:
                found.append(_Mark(at, at + size, kind))
                free[layer] = at + size
    return found


def evidence_of(text: str, about: Span | None = None) -> Evidence:
    """
    Return the evidence in a sentence, by name. ``about`` is where the company stands in it, if known.

    The company's own name is no evidence: it is left out.
    """
    place: int | None = None
    if about is not None:
        before = tokens_of(text[: about[0]])
        tokens = [*before, "¤", *tokens_of(text[about[1] :])]
        place = len(before)
    else:
        tokens = tokens_of(text)
    marks = _marks(tokens)
    clauses = _clauses(tokens)
    signed = list(_signed(tokens, marks, clauses))
    evidence: Evidence = {}
    for name, sign, _ in signed:
        _add(evidence, f"{name}:{'+' if sign > 0 else '-'}")
    evidence.update(_summary(tokens, signed, clauses))
    for mark in marks:
        if mark.kind.startswith("cue:"):
            evidence[mark.kind] = 1.0
    evidence.update(_crossed(evidence))
    if place is not None:
        evidence.update(_role(tokens, place, signed))
    evidence.update(_shape(tokens))
    evidence.update((f"word:{token}", WORD_COUNTS) for token in tokens if token[0].isalpha())
    return evidence


def _add(evidence: Evidence, name: str, amount: float = 1.0) -> None:
    evidence[name] = min(evidence.get(name, 0.0) + amount, 2.0)


def _clauses(tokens: list[str]) -> list[int]:
    """The number of the clause that each token belongs to. A comma breaks only before a contrast."""
    number, clauses = 0, []
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if token in {";", ":", "–", "—", "but"} or ((token, following) in COMMA_BEFORE):
            number += 1
        clauses.append(number)
    return clauses


def _signed(tokens: list[str], marks: list[_Mark], clauses: list[int]) -> Iterator[tuple[str, int, int]]:
    """Yield (what, +1 or -1, at which token)."""
    lexicon = [mark for mark in marks if not mark.kind.startswith("cue:")]
    reversers = [mark for mark in lexicon if mark.kind == "reverser"]
    measures = [mark for mark in lexicon if mark.kind in {"wanted", "unwanted"}]
    for mark in lexicon:
        turned = any(
            0 <= mark.start - other.end < TURNS_WITHIN and clauses[other.start] == clauses[mark.start]
            for other in reversers
        )
        suffix = "/turned" if turned else ""
        turn = -1 if turned else 1
        if mark.kind in {"phrase+", "phrase-"}:
            yield "phrase", 1 if mark.kind[-1] == "+" else -1, mark.start
        elif mark.kind in {"good", "better"}:
            yield mark.kind + suffix, turn, mark.start
        elif mark.kind in {"bad", "worse"}:
            yield {"bad": "good", "worse": "better"}[mark.kind] + suffix, -turn, mark.start
        elif mark.kind in {"up", "down"}:
            direction = turn if mark.kind == "up" else -turn
            measure = _measure_of(mark, measures, tokens, clauses)
            if measure is None:
                yield "moved" + suffix, direction, mark.start
            else:
                wanted = measure.kind == "wanted"
                yield (
                    ("measure" if wanted else "burden") + suffix,
                    direction if wanted else -direction,
                    mark.start,
                )
    alone = {mark.start for mark in measures if mark.kind == "unwanted"}
    if alone and not any(mark.kind in {"up", "down", "better", "worse"} for mark in lexicon):
        yield "burden alone", -1, min(alone)
    yield from _compared(tokens, measures)
    yield from _turned_over(tokens)
    yield from _rated(tokens)


def _measure_of(mark: _Mark, measures: list[_Mark], tokens: list[str], clauses: list[int]) -> _Mark | None:
    """The measure whose direction this is: right behind («cut costs») or nearest before («costs fell»)."""
    best, nearest = None, 99.0
    for measure in measures:
        if clauses[measure.start] != clauses[mark.start]:
            continue
        if measure.start >= mark.end:
            between = tokens[mark.end : measure.start]
            gap = measure.start - mark.end
            close = gap <= 2 or (
                gap <= REACH_AFTER
                and between[:1] in (["in"], ["of"], ["its"], ["the"], ["full-year"], ["annual"])
            )
            if not close or "," in between:
                continue
            distance = gap + (0.5 if between[:1] in OBJECT_FOLLOWS else 2.5)
            if between[:1] in (["by"], ["to"], ["from"], ["as"], ["on"], ["after"], ["because"]):
                continue
        else:
            gap = mark.start - measure.end
            if gap > REACH_BEFORE:
                continue
            distance = gap * 0.6 + 1.0
        if distance < nearest:
            best, nearest = measure, distance
    return best


def _amounts(tokens: list[str]) -> Iterator[tuple[int, int, float, str]]:
    """Yield (start, end, value, unit) of the amounts; years and dates have no unit and are left out."""
    for at, token in enumerate(tokens):
        if not token[0].isdigit():
            continue
        text = (
            token.replace(",", "")
            if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", token)
            else token.replace(",", ".")
        )
        try:
            value = float(text)
        except ValueError:
            continue
        before = tokens[at - 1] if at else ""
        if before in MINUS and at > 1 and not tokens[at - 2][0].isdigit():
            value, before = -value, tokens[at - 2]
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        end = at + 1
        scale = SCALES.get(after)
        if scale is not None:
            value, end = value * scale, at + 2
        unit = before if before in UNITS else after if after in UNITS else ""
        if unit in {"%", "pct", "percent"}:
            unit = "%"
        bracketed = before == "(" or (at > 1 and tokens[at - 2] == "(")
        if unit or scale is not None or bracketed:
            yield at, end, value, unit


def _compared(tokens: list[str], measures: list[_Mark]) -> Iterator[tuple[str, int, int]]:
    """An amount beside that of another time: «EUR 5 mn, compared with EUR 3 mn», «12.1 (7.4)»."""
    amounts = list(_amounts(tokens))
    for (start, end, now, unit), (then_at, then_end, told, then_unit) in pairwise(amounts):
        between, then = tokens[end:then_at], told
        if len(between) > 18 or (unit and then_unit and unit != then_unit):
            continue
        expected = bool(EXPECTED.intersection(tokens[max(0, start - 5) : start])) and "but" in between
        backwards = expected or (
            "to" in between[:3] and start > 0 and "from" in tokens[max(0, start - 3) : start]
        )
        if not backwards and not COMPARED.intersection(between):
            continue
        if then < 1e4 <= now and not then_unit:  # «SEK 12.1 mn ( 7.4 )»: the same scale is meant
            then *= 10 ** (6 if now < 1e9 else 9)
        elif unit != "%" and then > 0 and not 1 / 60 < now / then < 60:
            continue
        near = [m for m in measures if start - 22 <= m.start < start]
        losses = [_is_loss(tokens, m) for m in near]
        first_is_loss = bool(losses and losses[-1]) or "loss" in tokens[max(0, start - 3) : start]
        # «versus a loss of EUR 0.42», or «versus EUR 0.42 loss».
        then_is = _sign_named(between) or _sign_named(tokens[then_end : then_end + 1])
        sign = _compare(first_is_loss, then_is, now, then)
        if near and near[-1].kind == "unwanted" and not losses[-1]:
            sign = -sign
        if backwards:
            sign = -sign
        if sign:
            yield ("amounts" if near else "amounts alone"), sign, start


def _is_loss(tokens: list[str], mark: _Mark) -> bool:
    return tokens[mark.end - 1] in {"loss", "losses"} and tokens[mark.start] not in {
        "loan",
        "credit",
        "customer",
        "catastrophe",
    }


def _sign_named(between: list[str]) -> int:
    """What the second amount is said to be: a profit, a loss, or nothing is said."""
    for token in reversed(between):
        if token in {"loss", "losses"}:
            return -1
        if token in {"profit", "profits"}:
            return 1
    return 0


def _compare(first_is_loss: bool, then_is: int, now: float, then: float) -> int:
    if first_is_loss and then_is > 0:
        return -1
    if not first_is_loss and then_is < 0:
        return 1
    change = (now > then) - (now < then)
    return -change if first_is_loss else change


TURNED = re.compile(
    r"\b(?:swung|swings?|turn(?:ed|s)?|slip(?:ped|s)?|slid|return(?:ed|s)?|back|fell|plunged|moved|went|switch(?:ed)?)"
    r"(?: \S+){0,2} (?:to|into) (?:a |an |the )?(?:\S+ ){0,2}?"
    r"(profit|loss|red|black|profitability|surplus|deficit)\b"
)


def _turned_over(tokens: list[str]) -> Iterator[tuple[str, int, int]]:
    found = TURNED.search(" ".join(tokens))
    if found:
        yield "turned over", 1 if found.group(1) in {"profit", "black", "profitability", "surplus"} else -1, 0


GOOD_RATINGS: Final = frozenset({"buy", "strong buy", "outperform", "overweight", "accumulate"})
RATINGS: Final = (*GOOD_RATINGS, "sell", "strong sell", "underperform", "underweight", "reduce")
RATED = re.compile(
    r"\b(?:rais|lift|upp?|mov|chang|cut|lower|trim|downgrad|upgrad|go|slash)(?:e?s|e?d|ped|ing)? "
    rf"(?:\S+ ){{1,6}}?to (?:a |an )?\W?({'|'.join(RATINGS)})\b"
)


def _rated(tokens: list[str]) -> Iterator[tuple[str, int, int]]:
    """An analyst's verdict: «lifts Acme to buy», «cut to underperform»."""
    found = RATED.search(" ".join(tokens))
    if found:
        yield "phrase", 1 if found.group(1) in GOOD_RATINGS else -1, 0


def _summary(tokens: list[str], signed: list[tuple[str, int, int]], clauses: list[int]) -> Evidence:
    """The sums: all, the strong kinds alone, the last clause's, and whether they disagree."""
    strong = [
        sign
        for name, sign, _ in signed
        if name.split("/")[0] in {"measure", "burden", "amounts", "phrase", "turned over", "better"}
    ]
    every = [sign for _, sign, _ in signed]
    evidence: Evidence = {}
    for name, signs in (("sum", every), ("strong", strong)):
        total = max(-3, min(3, sum(signs)))
        evidence[f"{name}={total}"] = 1.0
    if not signed:
        evidence["silent"] = 1.0
    if 1 in every and -1 in every:
        evidence["both"] = 1.0
        last = max(clauses[at] for *_, at in signed)
        weighed = sum(sign for _, sign, at in signed if clauses[at] == last)
        if last and weighed:
            evidence[f"last clause={'+' if weighed > 0 else '-'}"] = 1.0
        head = " ".join(tokens[:1])
        if head in words.CONCESSIONS and weighed:
            evidence[f"after a concession={'+' if weighed > 0 else '-'}"] = 1.0
    return evidence


def _crossed(evidence: Evidence) -> Evidence:
    """Cues count differently in a sentence that says nothing else."""
    silent = "silent" in evidence
    weak = not any(name.startswith("strong=") and name != "strong=0" for name in evidence)
    crossed = {}
    for name in evidence:
        if name.startswith("cue:"):
            if silent:
                crossed[f"{name}&silent"] = 1.0
            elif weak:
                crossed[f"{name}&weak"] = 1.0
    factual = sum(name in evidence for name in ABOUT_A_CLASS)
    if factual:
        crossed["factual"] = float(min(factual, 3))
    return crossed


def _role(tokens: list[str], place: int, signed: list[tuple[str, int, int]]) -> Evidence:
    """Whether the company acts or is acted on: what another loses to it is good for it."""
    before = tokens[max(0, place - 2) : place]
    evidence: Evidence = {}
    total = sum(sign for _, sign, _ in signed)
    way = "+" if total > 0 else "-" if total < 0 else "0"
    head = tokens[: max(place - 1, 0)]
    if before[-1:] == ["to"] and {"loses", "lost", "lose", "losing"}.intersection(head):
        evidence["gets what another loses"] = 1.0
    if before[-1:] == ["pay"] and place > 2:
        evidence["is paid"] = 1.0
    if before[-1:] in (["sues"], ["sued"], ["undercuts"]):
        evidence["is attacked"] = 1.0
    following = tokens[place + 1 : place + 2]
    if (
        place <= 1
        and following in (["upgrades"], ["downgrades"], ["cuts"], ["sues"], ["initiates"])
        and "to" in tokens[place:]
    ):
        evidence["rates another"] = 1.0
    if before[-1:] in (["by"], ["against"]):
        evidence[f"acted on:{way}"] = 1.0
    return evidence


def _shape(tokens: list[str]) -> Evidence:
    evidence: Evidence = {"bias": 1.0}
    if tokens and tokens[-1] == "?":
        evidence["question"] = 1.0
    if "%" in tokens or "percent" in tokens or "pct" in tokens:
        evidence["has percent"] = 1.0
    if any(token[0].isdigit() for token in tokens):
        evidence["has number"] = 1.0
    if "will" in tokens or "to" in tokens[:4]:
        evidence["ahead"] = 1.0
    if "(" in tokens and "company" in tokens:
        evidence["release"] = 1.0
    evidence[f"length={min(len(tokens) // 8, 4)}"] = 1.0
    return evidence
