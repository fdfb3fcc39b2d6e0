"""What the SEC allows: ten requests a second, for all machines of an operator together. No key, no plans."""

from collections.abc import Mapping, Sequence

from investment.providers.adapters.sec import refusals
from investment.quotas.contracts import LimitFacts, Window

NAME = "sec"
METERED = "edgar"  # www.sec.gov and data.sec.gov together

WINDOWS: Sequence[Window] = (
    Window(
        limit=10,
        seconds=1,
        source="https://www.sec.gov/search-filings/edgar-search-assistance/accessing-edgar-data: "
        "no more than 10 requests per second, regardless of the number of machines",
    ),
)


def limit_facts(
    status: int, headers: Mapping[str, str], body: bytes, windows: Sequence[Window]
) -> list[LimitFacts]:
    """Return what an answer tells of our windows: a page about our rate shuts them for ten minutes."""
    if status != 429 and not (refusals.is_page(body) and refusals.too_fast(body)):
        return []
    until = refusals.retry_at(headers, body)
    return [LimitFacts(seconds=window.seconds, full=True, until=until) for window in windows]
