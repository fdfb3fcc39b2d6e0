"""How far each provider's word has agreed with others'."""

from dataclasses import dataclass
from typing import Final

from investment.acquisition.kinds import RULES, Kind
from investment.acquisition.models import Trust

# Before anything was compared, any share of agreement is as likely as any other: Beta(1, 1).
PRIOR_AGREED: Final = 1.0
PRIOR_DISAGREED: Final = 1.0


@dataclass(frozen=True, slots=True)
class TrustScore:
    """
    ``score`` is the mean of what is to be believed of a provider's share of agreement, given its counts
    (one a session of an instrument) and the prior; never shown without them.
    """

    kind: Kind
    score: float
    agreed: int
    disagreed: int

    @property
    def words(self) -> str:
        total = self.agreed + self.disagreed
        what = RULES[self.kind].label.lower()
        told = f"{self.agreed:,} of {total:,} {what} agreed with another source"
        if not self.disagreed:
            return f"{told}."
        return f"{told}; {self.disagreed:,} did not, and nobody has shown the other to be wrong."


def score_of(*, agreed: int, disagreed: int) -> float:
    """Return the mean of Beta(prior + counts)."""
    return (agreed + PRIOR_AGREED) / (agreed + disagreed + PRIOR_AGREED + PRIOR_DISAGREED)


def trust_scores() -> dict[str, list[TrustScore]]:
    """Return the scores of every provider that was ever compared, by its name."""
    found: dict[str, list[TrustScore]] = {}
    for row in Trust.objects.order_by("provider", "kind"):
        score = score_of(agreed=row.agreed, disagreed=row.disagreed)
        found.setdefault(row.provider, []).append(
            TrustScore(Kind(row.kind), score, row.agreed, row.disagreed)
        )
    return found
