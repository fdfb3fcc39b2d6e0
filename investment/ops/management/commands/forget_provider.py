"""Delete all data of one provider."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.lib import clock
from investment.lib.errors import DomainError
from investment.ops.selectors.forgetting import Holdings, holdings, names
from investment.ops.selectors.installation import check_mode
from investment.ops.services.forgetting import forget_provider
from investment.providers import terms


class Command(BaseCommand):
    help = (
        "Delete all data of one provider, as many terms want when a subscription ends: bars, splits and "
        "dividends, facts, raw answers, and what was computed from them. What another source has told comes "
        "forward; the rest is a gap that says so. The rows of the calls stay. All or nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", metavar="NAME", help="whose figures they are, for example massive")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")
        parser.add_argument("--yes", action="store_true", help="delete without being asked")

    def handle(self, *, provider: str, dry_run: bool, yes: bool, **options: Any) -> None:
        try:
            check_mode()
        except DomainError as error:
            raise CommandError(error.message) from error
        found = holdings(provider=provider)
        if found.empty:
            have = ", ".join(names()) or "nobody"
            self.stdout.write(f"There is nothing of {provider}; there are data of {have}")
            return
        self._announce(provider, found)
        if dry_run:
            return
        if not yes and input(f"\nType «{provider}» to delete all of it for good: ") != provider:
            raise CommandError("Nothing was deleted")
        done = forget_provider(provider=provider, by=getpass.getuser(), now=clock.now())
        self.stdout.write(
            f"Deleted: {done.bars:,} bars ({done.promoted:,} have another source's value now, "
            f"{done.gaps:,} are gaps), {done.revisions:,} revisions, {done.quarantined:,} quarantined rows, "
            f"{done.actions:,} splits and dividends ({done.promoted_actions:,} of other sources are valid "
            f"again), {done.reference:,} rates, companies, filings, estimates and spellings, "
            f"{done.instruments:,} instruments ({done.blanked:,} keep their ticker alone), "
            f"{done.news:,} copies of stories, {done.computed:,} computed rows, {done.answers:,} raw answers"
        )

    def _announce(self, provider: str, found: Holdings) -> None:
        try:
            row = terms.terms_of(provider)
        except KeyError:
            row = None
        if row is not None and row.delete_at_end:
            self.stdout.write(f"The terms of {provider} want this when its subscription ends.")
        self.stdout.write(
            f"Of {provider} there are {found.bars:,} bars in {found.sessions:,} sessions: of "
            f"{found.promoted:,} another source's value comes forward, {found.gaps:,} become gaps. With them "
            f"go {found.revisions:,} revisions, {found.quarantined:,} quarantined rows, {found.actions:,} "
            f"splits and dividends, {found.reference:,} rates, companies, filings, estimates and spellings, "
            f"facts about {found.facts:,} instruments, {found.news:,} copies of stories, "
            f"{found.answers:,} raw answers, and all figures and scores since the first of these sessions. "
            "The rows of the calls stay.\n"
            "If its key is still in .env, the next call brings new data: take it out and restart first."
        )
