"""
Asks the sandbox through the client ``alpha_vantage`` and prints what that understood.

Run by the interpreter of the judges' environment. Each line of standard input is a question,
``{"url", "key", "class", "method", "keywords", "format"}``, each line of output its answer,
``{"value": …, "meta": …}`` or ``{"error": class, "words": text}``. Nothing about the client is changed
but its address, which is a class attribute.
"""

import inspect
import json
import pkgutil
import sys
from importlib import import_module
from typing import Any

import alpha_vantage  # type: ignore[import-not-found]  # of the judges' environment alone
from judge_massive import methods  # type: ignore[import-not-found]  # beside this file

MODULES = {
    "TimeSeries": "timeseries",
    "FundamentalData": "fundamentaldata",
    "ForeignExchange": "foreignexchange",
    "AlphaIntelligence": "alphaintelligence",
}


def plain(value: Any) -> Any:
    """Return a frame or the rows of a CSV as JSON can carry them; a frame has its index in each row."""
    if hasattr(value, "to_json"):
        if value.index.name == "date":
            value = value.reset_index()
        return json.loads(value.to_json(orient="records", date_format="iso"))
    if isinstance(value, (str, int, float, bool, type(None), dict)):
        return value
    return list(value)


def all_methods() -> dict[str, list[str]]:
    """Return the public methods of all classes of the client."""
    found: dict[str, list[str]] = {}
    for module in pkgutil.iter_modules(alpha_vantage.__path__):
        if module.ispkg or module.name == "alphavantage":
            continue
        for name, kind in inspect.getmembers(import_module(f"alpha_vantage.{module.name}"), inspect.isclass):
            if kind.__module__ == f"alpha_vantage.{module.name}":
                MODULES.setdefault(name, module.name)
                found |= {f"{name}.{method}": needed for method, needed in methods(kind).items()}
    return found


def answer(question: dict[str, Any]) -> dict[str, Any]:
    if question["method"] == "?":
        return {"value": all_methods()}
    kind = getattr(import_module(f"alpha_vantage.{MODULES[question['class']]}"), question["class"])
    kind._ALPHA_VANTAGE_API_URL = f"{question['url']}?"
    base = import_module("alpha_vantage.alphavantage").AlphaVantage
    base._ALPHA_VANTAGE_API_URL = f"{question['url']}?"
    try:
        client = kind(key=question["key"], output_format=question["format"])
        value, meta = getattr(client, question["method"])(**question["keywords"])
        return {"value": plain(value), "meta": plain(meta)}
    except Exception as error:  # noqa: BLE001 - which one it is, is the answer
        return {"error": type(error).__name__, "words": str(error)}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
