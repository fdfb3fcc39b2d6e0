"""Who has which plan at which provider."""

from investment.providers.sandbox.plans import read_plan
from investment.providers.sandbox.speakers import ANYBODY
from investment.providers.sandbox.state import Desk
from investment.providers.sandbox.table import speakers


class UnknownProvider(ValueError):
    """No such provider is played; the message lists those that are."""


def make_desks(key: str) -> dict[str, Desk]:
    """Return a desk for every provider, at which ``key`` has the usual plan."""
    return {
        name: Desk(keys={usual_key(name, key): speaker.plans[speaker.usual]})
        for name, speaker in speakers().items()
    }


def usual_key(provider: str, key: str) -> str:
    """Return the key that counts at a provider: its own for all where none is asked for."""
    speaker = speakers().get(provider)
    return ANYBODY if speaker is not None and speaker.keyless else key


def give_plan(desks: dict[str, Desk], provider: str, key: str, plan: str | None) -> None:
    """
    Give a key one of the provider's plans, or windows named outright; None takes it away.

    :raises UnknownProvider: if nobody plays the provider.
    :raises ValueError: if there is no such plan.
    """
    speaker = speakers().get(provider)
    if speaker is None:
        raise UnknownProvider(f"no provider {provider!r}; there are: {', '.join(speakers())}")
    key = usual_key(provider, key)
    if plan is None:
        desks[provider].keys.pop(key, None)
    else:
        desks[provider].keys[key] = read_plan(plan, speaker.plans)
