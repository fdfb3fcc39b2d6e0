"""
Listens to the sandbox's WebSocket as Finnhub's documentation does it, with websocket-client.

Each line of standard input is an order, each line of output its answer, ``{"value": …}`` or
``{"error": class, "status": number, "words": text}``:

    {"do": "open", "url": …}      a further connection; answers its number
    {"do": "send", "to": number, "text": […]}
    {"do": "read", "from": number, "frames": number, "seconds": number}   answers what came until then
"""

import json
import sys
import time
from typing import Any

import websocket  # type: ignore[import-not-found]  # of the judges' environment alone

opened: list[Any] = []


def read(connection: Any, frames: int, seconds: float) -> list[str]:
    found: list[str] = []
    until = time.monotonic() + seconds
    while len(found) < frames and (left := until - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            text = connection.recv()
        except websocket.WebSocketTimeoutException:
            break
        if not text:  # a close
            raise websocket.WebSocketConnectionClosedException("closed")
        found.append(text)
    return found


def answer(order: dict[str, Any]) -> dict[str, Any]:
    try:
        if order["do"] == "open":
            opened.append(websocket.create_connection(order["url"], timeout=5))
            return {"value": len(opened) - 1}
        if order["do"] == "send":
            for text in order["text"]:
                opened[order["to"]].send(text)
            return {"value": None}
        return {"value": read(opened[order["from"]], order["frames"], order["seconds"])}
    except Exception as error:  # noqa: BLE001 - which one it is, is the answer
        return {
            "error": type(error).__name__, "status": getattr(error, "status_code", None), "words": str(error),
        }  # fmt: skip


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
