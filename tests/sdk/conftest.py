"""Providers' own clients for all tests here: one interpreter of each, whoever asks it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from threading import Thread
from typing import Any

import pytest

from investment.providers.adapters.massive.tests.judges import CLIENTS, Client, RecordedServer
from investment.providers.sandbox.testing import KEY
from investment.providers.tests.judges import Judge, judge


@pytest.fixture(scope="session")
def judges() -> Iterator[Callable[..., Judge]]:
    """Return a function that returns a judge by its script and arguments, always the same one."""
    with ExitStack() as running:
        yield cache(lambda *command: running.enter_context(judge(*command)))


@pytest.fixture(scope="module", params=CLIENTS)
def massive_client(request: pytest.FixtureRequest, judges: Callable[..., Judge]) -> Client:
    """Massive's client under its new name and under its old one."""
    return Client(request.param, judges(f"judge_{request.param}"), KEY)


@pytest.fixture
def alpha_vantage(judges: Callable[..., Judge]) -> Callable[..., Any]:
    """Return a function that asks through the client alpha_vantage and returns its whole answer."""

    def ask(method: str, *, url: str, key: str, form: str = "json", **keywords: Any) -> Any:
        kind, name = method.split(".")
        question = {"url": url, "key": key, "class": kind, "method": name, "keywords": keywords}
        return judges("judge_alpha_vantage").answer(**question, format=form)

    return ask


@pytest.fixture(scope="session")
def recorded_server() -> Iterator[RecordedServer]:
    with RecordedServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
