"""Acknowledge a clause of a provider's terms."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from investment.accounts.models import User
from investment.lib import clock
from investment.providers.selectors.terms import accepted, clause_of, plan_of
from investment.providers.services.terms import accept
from investment.providers.terms import terms_of


class Command(BaseCommand):
    help = (
        "Show the clause of a provider's terms that you must decide on, and write into the audit log that "
        "you accept it. Until then its fetched prices feed no scores."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", metavar="PROVIDER", help="for example massive")
        parser.add_argument("--user", metavar="NAME", help="your account here, for the audit log")
        parser.add_argument("--yes", action="store_true", help="accept without being asked")

    def handle(self, *, provider: str, user: str | None, yes: bool, **options: Any) -> None:
        try:
            clause, terms = clause_of(provider), terms_of(provider, plan_of(provider))
        except KeyError:
            raise CommandError(f"Nobody has read the terms of {provider!r}; see providers/terms.py") from None
        actor = None
        if user is not None:
            actor = User.objects.filter(username=user).first()
            if actor is None:
                raise CommandError(f"There is no user {user!r}: leave --user out, or give your own")
        self.stdout.write(f"{provider}, plan {plan_of(provider)}: {terms.said} (read {terms.read}).\n")
        if clause is None:
            self.stdout.write("There is nothing to decide.")
            return
        self.stdout.write(f"\n{clause.words}\n")
        if clause.name in accepted():
            self.stdout.write("It was accepted before; see the audit log.")
            return
        if not yes and input("\nType «accept» to say that you have read it and accept it: ") != "accept":
            raise CommandError("Nothing was accepted: scores are still made without it.")
        accept(clause=clause, provider=provider, by=user or getpass.getuser(), actor=actor, now=clock.now())
        self.stdout.write(
            "Accepted. The next analysis uses its prices; manage.py run_session --stored analyses now."
        )
