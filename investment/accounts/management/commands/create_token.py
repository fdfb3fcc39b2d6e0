"""Make an API token and print its secret once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from investment.accounts import selectors
from investment.accounts.models import ApiToken
from investment.accounts.services.tokens import create_token
from investment.lib import clock
from investment.lib.errors import DomainError


class Command(BaseCommand):
    help = "Make an API token for a program. Its secret is printed once and kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", help="whose token; by default the first administrator's")
        parser.add_argument("--name", required=True, help="what it is for, at most 80 characters")
        parser.add_argument(
            "--scopes", nargs="+", choices=ApiToken.Scope.values, default=["read"], help="default: read"
        )
        parser.add_argument("--days", type=int, default=90, help="days until it expires; default: 90")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 3660:
            raise CommandError("--days must be between 1 and 3660")
        if not 1 <= len(options["name"]) <= 80:
            raise CommandError("--name must have between 1 and 80 characters")
        try:
            user = selectors.get_user(username=options["user"])
            created = create_token(
                user=user,
                name=options["name"],
                scopes=options["scopes"],
                days=options["days"],
                now=clock.real_now(),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(created.secret)
