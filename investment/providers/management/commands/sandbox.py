"""Serve the sandbox."""

import argparse
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from investment.providers.sandbox.options import HELP, add_arguments


class Command(BaseCommand):
    help = HELP
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        arguments = [
            f"--host={options['host']}",
            f"--port={options['port']}",
            f"--day={options['day']}",
            f"--clock-offset={options['clock_offset']}",
            f"--range-to-today={options['range_to_today']}",
            *([f"--plan={options['plan']}"] if options["plan"] else []),
            *(f"--key={key}" for key in options["key"]),
            *(f"--window={each}" for each in options["window"]),
            *(f"--latency={each}" for each in options["latency"]),
            *(f"--deviation={each}" for each in options["deviation"]),
        ]
        environment = os.environ | {"PYTHONPATH": str(settings.BASE_DIR), "OPENBLAS_NUM_THREADS": "1"}
        os.execve(  # noqa: S606 - the same process goes on, without Django's apps
            sys.executable,
            [sys.executable, "-m", "investment.providers.sandbox", *arguments],
            environment,
        )
