"""Print a one-time login link."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from investment.accounts import selectors
from investment.accounts.services.login_links import create_login_link
from investment.lib import clock
from investment.lib.errors import DomainError


class Command(BaseCommand):
    help = "Print the path of a link that signs in once, on this machine, within ten minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", help="user name; by default the first administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = selectors.get_user(username=options["user"])
        except DomainError as error:
            raise CommandError(error.message) from error
        secret = create_login_link(user=user, now=clock.real_now())
        self.stdout.write(f"/login/{secret}")
