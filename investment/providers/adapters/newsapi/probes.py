"""Which of NewsAPI's endpoints the product uses, and what it lacks without each."""

from collections.abc import Sequence

from investment.providers.probing import Probe

PROBES: Sequence[Probe] = (
    Probe(
        "everything",
        lambda client, about: client.everything(query=about.symbol, page_size=1),
        "Articles cannot be searched for; headlines of other providers remain.",
    ),
    Probe(
        "top_headlines",
        lambda client, _about: client.top_headlines(country="us", category="business", page_size=1),
        "No headlines of the day from the general press.",
    ),
    Probe(
        "top_headlines_sources",
        lambda client, _about: client.sources(),
        "Publishers are shown by their short names.",
    ),
)
