"""Forgetting how far a source was heard, once what it told is deleted."""

from investment.acquisition.models import NewsPoll, Sighting


def forget_source(*, source: str) -> int:
    """
    Delete that a source was heard on anything; return how many rows.

    Else nothing of it would be asked for again before its time, though nothing of it is there, and news would
    be read on from where they ended.
    """
    return sum(model._default_manager.filter(source=source).delete()[0] for model in (Sighting, NewsPoll))
