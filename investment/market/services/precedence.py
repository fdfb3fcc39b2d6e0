"""
Which source is believed where two have a bar for the same instrument and session.

The one table. A higher rank wins; of equal ranks the later one is a correction of the earlier.
"""

from typing import NamedTuple

from investment.market.models import Origin


class Rule(NamedTuple):
    rank: int
    channel: str
    basis: str
    why: str


PRECEDENCE = (
    Rule(30, Origin.Channel.FETCHED, Origin.Basis.RAW, "the provider's own answer, just now"),
    Rule(20, Origin.Channel.IMPORTED, Origin.Basis.RAW, "a file, whose history we do not know"),
    Rule(10, Origin.Channel.FETCHED, Origin.Basis.SPLITS, "made raw again by us, with known splits"),
    Rule(5, Origin.Channel.IMPORTED, Origin.Basis.SPLITS, "a file, made raw again by us"),
)


def rank_of(*, channel: str, basis: str) -> int:
    """:raises ValueError: for a channel and basis that the table does not have."""
    for rule in PRECEDENCE:
        if (rule.channel, rule.basis) == (channel, basis):
            return rule.rank
    raise ValueError(f"no precedence for channel {channel!r} with basis {basis!r}")


def as_sql(*, channel: str, basis: str) -> str:
    """Return the table as an SQL expression over two columns; an unknown origin has rank 0."""
    cases = " ".join(
        f"WHEN {channel} = '{rule.channel}' AND {basis} = '{rule.basis}' THEN {rule.rank}"
        for rule in PRECEDENCE
    )
    return f"CASE {cases} ELSE 0 END"
