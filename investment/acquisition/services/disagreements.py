"""Disagreements in words for people, and with all that was said for whoever looks closer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from investment.acquisition.calculators.comparison import BarValues, Verdict, differences, same
from investment.acquisition.kinds import Source
from investment.lib.json import JSONDict
from investment.market.models import DataIssue, Origin
from investment.providers.registry import source_of
from investment.providers.titles import TITLES


@dataclass(frozen=True, slots=True)
class Pair:
    """One session as it is stored and as the second source has it; ``first`` is who told what is stored."""

    session: date
    first: str
    stored: BarValues | None
    told: BarValues | None
    origin: Origin | None


def words_of(issue: DataIssue) -> dict[str, BarValues | None]:
    """Return what each source said, as an issue keeps it; None is one that has no bar."""
    found: dict[str, BarValues | None] = {}
    for name, values in issue.detail.get("values", {}).items():
        found[name] = None if values is None else BarValues(*(values[each] for each in BarValues._fields))
    return found


def title_of(provider: str) -> str:
    """Return a provider's name for people; figures from behind the sandbox never bear it alone."""
    title, source = TITLES.get(provider, provider), source_of(provider)
    return title if source == provider or provider not in TITLES else f"{title} ({source})"


def message_of(symbol: str, pair: Pair, words: Mapping[str, BarValues | None]) -> str:
    """Say in one sentence who says what, or has nothing, and that nothing was changed."""
    parts = []
    for name, word in words.items():
        if name == pair.first or same(pair.stored, word):
            continue
        if word is None or pair.stored is None:
            has, lacks = (pair.first, name) if word is None else (name, pair.first)
            bar = pair.stored or word
            close = f"{bar.close:,.10g}" if bar else ""
            parts.append(f"{title_of(lacks)} has no bar, {title_of(has)} has (close {close})")
            continue
        parts += [
            f"{each.field} {each.first:,.10g} from {title_of(pair.first)}, {each.second:,.10g} from "
            f"{title_of(name)}: {each.apart:.1f} basis points apart, up to {each.allowed:.1f} are usual"
            for each in differences(pair.stored, word)
        ]
    kept = "" if None in words.values() else "Both are kept; " if len(words) == 2 else "All are kept; "
    return f"{symbol} on {pair.session}: {'; '.join(parts)}. {f'{kept}nothing was changed.'.capitalize()}"


def detail_of(
    symbol: str,
    pair: Pair,
    source: Source,
    words: Mapping[str, BarValues | None],
    judged: Mapping[str, Verdict],
    issue: DataIssue | None,
    now: datetime,
) -> JSONDict:
    """Return all that was said, by whom and when, in what it differs, and whose word counts as confirmed."""
    earlier = issue.detail if issue is not None and issue.closed_at is None else {}
    asked: dict[str, Any] = {
        **earlier.get("sources", {}),
        source.provider: {"source": source_of(source.provider), "at": now.isoformat()},
    }
    if pair.origin is not None:
        asked[pair.first] = {"source": pair.origin.provider, "at": pair.origin.fetched_at.isoformat()}
    return {
        "symbol": symbol,
        "stored": pair.first if pair.stored else None,
        "lacks": [name for name, word in words.items() if word is None],
        "values": {name: word._asdict() if word else None for name, word in words.items()},
        "sources": asked,
        "told_by": [*sorted({str(each["source"]) for each in asked.values()})],
        "differences": [
            {
                "field": each.field,
                pair.first: each.first,
                name: each.second,
                "basis_points": round(each.apart, 2),
                "usual": round(each.allowed, 2),
            }
            for name, word in words.items()
            if pair.stored is not None and word is not None
            for each in differences(pair.stored, word)
        ],
        "verdicts": dict(judged),
    }
