"""
Listens to the sandbox through one of Massive's own WebSocket clients and prints what that understood.

Run by the interpreter of the judges' environment: ``judge_massive_socket.py massive|polygon FEED KEY
CHANNEL...``. Each line is one event, ``{"class", "fields"}``, or how it ended, ``{"error", "words"}``.
"""

import dataclasses
import importlib
import json
import sys
from typing import Any


def say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def heard(events: list[Any]) -> None:
    for event in events:
        say({"class": type(event).__name__, "fields": dataclasses.asdict(event)})


if __name__ == "__main__":
    module, feed, key, *channels = sys.argv[1:]
    client = importlib.import_module(module).WebSocketClient(
        key, feed=feed, market="stocks", secure=False, subscriptions=channels, max_reconnects=1
    )
    try:
        client.run(heard)
    except Exception as error:  # noqa: BLE001 - which one it is, is the answer
        say({"error": type(error).__name__, "words": str(error)})
