"""
Listens to the sandbox through one of Massive's own WebSocket clients and prints what that understood.

Run by the interpreter of the judges' environment: ``judge_massive_socket.py massive|polygon``. Each line
of standard input is an order, ``{"feed", "key", "channels", "until"}``. The answer is lines of events,
``{"class", "fields"}``, up to and with the first by which every type of ``until`` was heard; or how it
ended, ``{"error", "words"}``.
"""

import dataclasses
import importlib
import json
import sys
from typing import Any


class Enough(Exception):
    """All that was asked for was heard."""


def say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def listen(client_class: Any, order: dict[str, Any]) -> None:
    missing = set(order["until"])

    def heard(events: list[Any]) -> None:
        for event in events:
            say({"class": type(event).__name__, "fields": dataclasses.asdict(event)})
            missing.discard(event.event_type)
            if not missing:
                raise Enough

    client = client_class(
        order["key"], feed=order["feed"], market="stocks", secure=False, subscriptions=order["channels"],
        max_reconnects=1,
    )  # fmt: skip
    try:
        client.run(heard)
        say({"error": None, "words": "closed"})
    except Enough:
        pass
    except Exception as error:  # noqa: BLE001 - which one it is, is the answer
        say({"error": type(error).__name__, "words": str(error)})


if __name__ == "__main__":
    web_socket_client = importlib.import_module(sys.argv[1]).WebSocketClient
    for line in sys.stdin:
        listen(web_socket_client, json.loads(line))
