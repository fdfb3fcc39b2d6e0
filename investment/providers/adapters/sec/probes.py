"""Which of the SEC's documents the product uses, and what it lacks without each."""

from collections.abc import Sequence

from investment.providers.probing import Probe

PROBES: Sequence[Probe] = (
    Probe(
        "tickers",
        lambda client, _about: client.tickers(),
        "Companies cannot be found at the SEC by their tickers.",
    ),
    Probe(
        "submissions",
        lambda client, about: client.filer(cik=about.cik),
        "Filings are not shown.",
    ),
    Probe(
        "companyfacts",
        lambda client, about: client.company_facts(cik=about.cik),
        "Reported figures are missing, and scores that rest on them.",
    ),
)
