"""Whose figures a fetched answer holds: what its provenance names."""

from django.conf import settings

from investment.providers.registry import market_data_access

_BEHIND_THE_SANDBOX = {"sample": "sample", "data": "folder"}


def source_name() -> str:
    """
    Return the provider that a figure fetched now comes from.

    The sandbox speaks Massive's language, but invented figures, and those of a folder of bars, must
    never bear its name.
    """
    return _BEHIND_THE_SANDBOX.get(settings.MODE.kind) or market_data_access().provider
