"""What a provider's client and our adapter can be asked, by looking at both: no table may leave any out."""

import ast
import inspect
from pathlib import Path
from typing import Any

from investment.providers.sandbox.table import speakers
from investment.providers.sandbox.testing import RunningSandbox
from investment.providers.tests.judges import Judge


def reached(judge: Judge, sandbox: RunningSandbox, provider: str, path: str, **more: Any) -> dict[str, str]:
    """
    Return which endpoint of the sandbox each method of a client asks, of those that ask a played one.

    Every method is called, with the key of nobody: who is refused at once has asked all the same.
    """
    played = {*speakers()[provider].routes, *more.pop("functions", ())}
    found: dict[str, str] = {}
    for method, needed in judge.ask(method="?").items():
        sandbox.sandbox.calls.clear()
        kind, _, name = method.rpartition(".")
        named = {"class": kind, "method": name, "format": "json", "keywords": dict.fromkeys(needed, "1")}
        judge.answer(url=f"{sandbox.url}{path}", arguments=[], **named, **more)
        if sandbox.sandbox.calls and sandbox.sandbox.calls[0]["endpoint"] in played:
            found[method] = sandbox.sandbox.calls[0]["endpoint"]
    return found


def adapter_methods(client: type[object]) -> set[str]:
    """Return the public methods of an adapter."""
    return {name for name, _ in inspect.getmembers(client, inspect.isfunction) if not name.startswith("_")}


def asked_of_the_adapter(tests: str) -> set[str]:
    """Return what a file of tests asks of whatever it calls a client."""
    names = ("c", "m", "client", "massive")
    return {
        node.attr
        for node in ast.walk(ast.parse(Path(tests).read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    }
