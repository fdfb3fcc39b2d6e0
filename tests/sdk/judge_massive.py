"""
Asks the sandbox through Massive's own client and prints what that understood.

Run by the interpreter of the judges' environment. Each line of standard input is a question,
``{"url", "key", "method", "arguments", "keywords"}``, each line of output its answer,
``{"value": …}`` or ``{"error": class, "words": text}``. At most 1000 items of a listing are taken. The
method ``?`` answers the client's methods, each with the names of the arguments that it must have.
The predecessor of the client, under its old name, is asked by ``judge_polygon.py``.
"""

import dataclasses
import inspect
import json
import sys
from itertools import islice
from typing import Any

MOST = 1000


def plain(value: Any) -> Any:
    """Return a model, a list or an iterator of them as JSON can carry it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if hasattr(value, "__iter__"):
        return [plain(each) for each in islice(value, MOST)]
    return vars(value)


def methods(client_class: Any) -> dict[str, list[str]]:
    """Return the public methods of a client, with the arguments that have no default."""
    found = inspect.getmembers(client_class, inspect.isfunction)
    return {
        name: [
            each.name
            for each in list(inspect.signature(method).parameters.values())[1:]
            if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD
        ]
        for name, method in found
        if not name.startswith("_")
    }


def answer(client_class: Any, question: dict[str, Any]) -> dict[str, Any]:
    if question["method"] == "?":
        return {"value": methods(client_class)}
    client = client_class(question["key"], base=question["url"], retries=0)
    try:
        return {
            "value": plain(
                getattr(client, question["method"])(*question["arguments"], **question["keywords"])
            )
        }
    except Exception as error:  # noqa: BLE001 - which one it is, is the answer
        return {"error": type(error).__name__, "words": str(error)}


def serve(client_class: Any) -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(client_class, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    from massive import RESTClient

    serve(RESTClient)
