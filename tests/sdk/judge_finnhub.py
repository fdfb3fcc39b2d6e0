"""
Asks the sandbox through Finnhub's own client and prints what that understood.

Run by the interpreter of the judges' environment. Each line of standard input is a question,
``{"url", "key", "method", "arguments", "keywords"}``, each line of output its answer,
``{"value": …}`` or ``{"error": class, "status": number, "words": text}``. Nothing about the client
is changed but its address.
"""

import json
import sys
from typing import Any

import finnhub  # type: ignore[import-not-found]  # of the judges' environment alone
from judge_massive import methods  # type: ignore[import-not-found]  # beside this file


def answer(question: dict[str, Any]) -> dict[str, Any]:
    if question["method"] == "?":
        return {"value": methods(finnhub.Client)}
    finnhub.Client.API_URL = question["url"]
    client = finnhub.Client(api_key=question["key"])
    try:
        method = getattr(client, question["method"])
        return {"value": method(*question["arguments"], **question["keywords"])}
    except finnhub.FinnhubAPIException as error:
        return {"error": type(error).__name__, "status": error.status_code, "words": error.message}
    except Exception as error:  # noqa: BLE001 - which one it is, is the answer
        return {"error": type(error).__name__, "status": None, "words": str(error)}
    finally:
        client.close()


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
