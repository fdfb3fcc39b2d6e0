"""What NewsAPI's search understands: quotes, + and -, AND, OR, NOT, parentheses."""

import re
from collections.abc import Callable, Iterator

TOKENS = re.compile(r'[()]|[+-]?"[^"]*"|[^\s()"]+')
MOST_DEPTH = 20

# Whether a text of lower case fits, and how often.
Matcher = Callable[[str], int]


class QueryError(ValueError):
    """The query cannot be read; the message says why."""


def matcher(query: str) -> Matcher:
    """
    Return what counts how often a text fits a query; 0 is «not at all».

    Words that stand side by side must all appear.

    :raises QueryError: for parentheses that do not match, or nothing to search for.
    """
    tokens = TOKENS.findall(query)
    found, rest = _either(iter([*tokens, ""]), "", 0)
    if rest:
        raise QueryError("parentheses do not match")
    return found


def _either(tokens: Iterator[str], until: str, depth: int) -> tuple[Matcher, str]:
    """Read alternatives up to the closing piece, which is returned as well if it was another."""
    if depth > MOST_DEPTH:
        raise QueryError("too many parentheses")
    choices: list[list[Matcher]] = [[]]
    negate = False
    for piece in tokens:
        if piece in ("", ")"):
            if not all(choices):
                raise QueryError("nothing to search for")
            return _any_of([_all_of(each) for each in choices]), "" if piece == until else piece or "("
        if piece == "OR":
            choices.append([])
        elif piece == "NOT":
            negate = True
        elif piece != "AND":
            if piece == "(":
                part, rest = _either(tokens, ")", depth + 1)
                if rest:
                    raise QueryError("parentheses do not match")
            else:
                part, negate = _word(piece.lstrip("+-")), negate or piece.startswith("-")
            choices[-1].append(_without(part) if negate else part)
            negate = False
    raise QueryError("parentheses do not match")


def _word(piece: str) -> Matcher:
    text = piece.strip('"').lower()
    if not text.strip():
        raise QueryError("nothing to search for")
    pattern = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    return lambda searched: len(pattern.findall(searched))


def _without(part: Matcher) -> Matcher:
    return lambda searched: 0 if part(searched) else 1


def _all_of(parts: list[Matcher]) -> Matcher:
    def count(searched: str) -> int:
        counts = [part(searched) for part in parts]
        return sum(counts) if all(counts) else 0

    return count


def _any_of(parts: list[Matcher]) -> Matcher:
    return lambda searched: max(part(searched) for part in parts)
