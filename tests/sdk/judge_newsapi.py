"""
Asks the sandbox through NewsAPI's own client and prints what that understood.

Run by the interpreter of the judges' environment. Each line of standard input is a question,
``{"url", "key", "method", "keywords"}``, each line of output its answer, ``{"value": …}`` or
``{"error": class, "code": text, "words": text}``. Nothing about the client is changed but its addresses.
"""

import json
import sys
from typing import Any

from judge_massive import methods  # type: ignore[import-not-found]  # beside this file
from newsapi import NewsApiClient, const  # type: ignore[import-not-found]  # of the judges' environment alone
from newsapi.newsapi_exception import NewsAPIException  # type: ignore[import-not-found]


def answer(question: dict[str, Any]) -> dict[str, Any]:
    if question["method"] == "?":
        return {"value": methods(NewsApiClient)}
    const.TOP_HEADLINES_URL = f"{question['url']}/top-headlines"
    const.EVERYTHING_URL = f"{question['url']}/everything"
    const.SOURCES_URL = f"{question['url']}/sources"
    client = NewsApiClient(api_key=question["key"])
    try:
        return {"value": getattr(client, question["method"])(**question["keywords"])}
    except NewsAPIException as error:
        return {"error": type(error).__name__, "code": error.get_code(), "words": error.get_message()}
    except Exception as error:  # noqa: BLE001 - which one it is, is the answer
        return {"error": type(error).__name__, "code": None, "words": str(error)}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
