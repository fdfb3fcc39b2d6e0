"""As ``judge_massive.py``, through the client that Massive published as Polygon."""

from judge_massive import serve  # type: ignore[import-not-found]  # beside this file
from polygon import RESTClient  # type: ignore[import-not-found]  # in the judges environment

if __name__ == "__main__":
    serve(RESTClient)
