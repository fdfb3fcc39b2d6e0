"""Which of the ECB's documents the product uses, and what it lacks without each."""

from collections.abc import Sequence

from investment.providers.probing import Probe

PROBES: Sequence[Probe] = (
    Probe(
        "daily",
        lambda client, _about: client.daily(),
        "No rates of the day: figures in other currencies are «—».",
    ),
    Probe(
        "last_90_days",
        lambda client, _about: client.last_90_days(),
        "Gaps of the last weeks are filled from the whole history instead.",
    ),
)
