"""
Which figures of companies' filings are kept: the tags that somebody reads.

What a figure means is known to a higher layer alone, and the market imports none: who reads tags says so
when Django starts (``apps.py``).
"""

from collections.abc import Iterable

_read: set[str] = set()


def keep(tags: Iterable[str]) -> None:
    """Let figures of these tags (``taxonomy:Tag``) be kept from now on."""
    _read.update(tags)


def kept_tags() -> frozenset[str]:
    """:raises RuntimeError: if nobody reads any, for then every figure would be thrown away."""
    if not _read:
        raise RuntimeError("Nobody has said which tags of filings are read: apps say so when Django starts")
    return frozenset(_read)
