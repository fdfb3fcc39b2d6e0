"""
No key is in any log, row, error, page or file: distinctive keys go every way there is, and all is searched.

The contact of the operator, which the SEC is told in place of a key, is a key here.
"""

import asyncio
import base64
import dataclasses
import json
import logging
import socket
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from investment import settings as settings_of
from investment.lib import clock, redis
from investment.lib.errors import DomainError
from investment.providers import breaker, errors, gateway, registry
from investment.providers.access import Access
from investment.providers.models import RawAnswer, RawBody, UncoveredSymbol
from investment.providers.sandbox.desks import give_plan
from investment.providers.sandbox.testing import RunningSandbox, running_sandbox
from investment.providers.services import entitlements
from investment.providers.tests.echo import KINDS, echo
from investment.providers.tests.leaks import Secret, Written
from investment.providers.tests.questions import questions
from investment.providers.tests.streams import listening, run, until
from investment.quotas.contracts import ScopeLimits
from investment.quotas.models import Call
from investment.quotas.services import scopes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic")]

NOW = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
KEYED = ("massive", "finnhub", "alphavantage", "newsapi")
SECRETS = {name: Secret(name) for name in KEYED}
OPERATOR = Secret("operator")
CONTACT = f"{OPERATOR.beginning} {OPERATOR.beginning}@{OPERATOR.end}.org"


# Answers that are read by whoever asked; of the others each provider has one reader for all.
OF_EVERY_QUESTION = ("200 in words", "200 as a page", "403 in words", "429 inside 200", "rows")


@pytest.fixture
def written(settings: Settings, tmp_path: Path) -> Iterator[Written]:
    """Everything that is written from here on; nothing of it may hold a key."""
    clock.set_clock(origin=NOW, rate=0)
    settings.RUNTIME_DIR = tmp_path / "runtime"
    settings.RUNTIME_DIR.mkdir()
    settings.SEC_CONTACT = CONTACT
    plans = {"massive": "unlimited", "finnhub": "paid", "alphavantage": "premium_75", "newsapi": "business"}
    for name, plan in plans.items():
        setattr(settings, f"{name.upper()}_API_KEY", SECRETS[name].value)
        setattr(settings, f"{name.upper()}_PLAN", plan)
    with Written([*SECRETS.values(), OPERATOR], files=tmp_path) as listening:
        yield listening


def at(settings: Settings, name: str, address: str) -> None:
    """Let a provider be there."""
    setattr(settings, f"{name.upper()}_BASE_URL", address)
    settings.SEC_DATA_URL = address


def ask_all(
    written: Written,
    name: str,
    folder: Path,
    after: Callable[[Access[Any]], None],
    /,
    most: int | None = None,
    **values: object,
) -> dict[str, bool]:
    """Ask a provider every question, or the first few; return which of them were answered."""
    access = registry.access(name)
    answered = {}
    with gateway.provider(name, lane="essential", purpose="a test") as found:
        for method, ask in list(questions(found, folder=folder, **values))[:most]:
            try:
                written.see(f"answer to {name}.{method}", repr(ask(found)))
                answered[method] = True
            except DomainError as error:
                written.hear(error)
                answered[method] = False
            after(access)
    return answered


def let_all_pass(access: Access[Any]) -> None:
    """Let nothing be withheld because of what the last answer was."""
    for circuit in breaker.circuits(now=clock.now()):
        breaker.close(provider=circuit.provider, endpoint=circuit.endpoint)
    entitlements.ask_again(
        scopes=[access.limits.scope, *(s.scope for s in access.others.values())], now=clock.now()
    )


@pytest.fixture
def without_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every question be asked at once, whatever was said of windows."""

    def opened(limits: ScopeLimits) -> ScopeLimits:
        return dataclasses.replace(limits, windows=())

    def access(name: str) -> Access[Any]:
        found = registry.access(name)
        others = {endpoint: opened(limits) for endpoint, limits in found.others.items()}
        return dataclasses.replace(found, limits=opened(found.limits), others=others)

    monkeypatch.setattr(gateway, "access_of", access)
    scopes._declared.clear()


@pytest.mark.slow
@pytest.mark.usefixtures("without_windows")
@pytest.mark.parametrize("name", [*KEYED, "sec"])
def test_a_provider_that_repeats_the_key_everywhere_is_not_quoted(
    written: Written, settings: Settings, tmp_path: Path, name: str
) -> None:
    secret = SECRETS[name].value if name in SECRETS else CONTACT
    with echo(secret) as (address, say):
        at(settings, name, address)
        for kind in KINDS:
            say(kind)
            most = None if kind in OF_EVERY_QUESTION else 3
            ask_all(
                written,
                name,
                tmp_path,
                let_all_pass,
                most=most,
                symbol="AAPL",
                cik=320193,
                name="CIK0000320193-submissions-001.json",
            )
    assert Call.objects.count() >= 3 * len(KINDS)
    assert Call.objects.filter(status=403).exists(), "nothing was withheld"
    assert written.errors > 2 * len(KINDS)
    assert written.leaks() == []


@pytest.mark.slow
@pytest.mark.usefixtures("without_windows")
@pytest.mark.parametrize("name", registry.NAMES)
def test_nobody_there(
    written: Written, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    at(settings, name, "http://127.0.0.1:1")
    ask_all(
        written,
        name,
        tmp_path,
        let_all_pass,
        symbol="AAPL",
        cik=320193,
        name="CIK0000320193-submissions-001.json",
    )

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    at(settings, name, "http://nobody.invalid")
    ask_all(
        written,
        name,
        tmp_path,
        let_all_pass,
        symbol="AAPL",
        cik=320193,
        name="CIK0000320193-submissions-001.json",
    )
    monkeypatch.undo()

    assert set(Call.objects.values_list("state", flat=True)) == {"not_sent"}
    assert written.leaks() == []


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    """The sandbox, to which our keys are known."""
    with running_sandbox(clock=clock.now, plan="unlimited") as running:
        know_keys(running)
        reach(settings, running)
        yield running


def know_keys(running: RunningSandbox) -> None:
    plans = {"massive": "unlimited", "finnhub": "paid", "alphavantage": "premium_75", "newsapi": "business"}
    for name, plan in plans.items():
        give_plan(running.sandbox.desks, name, SECRETS[name].value, plan)


def reach(settings: Settings, running: RunningSandbox) -> None:
    for name, path in {
        "massive": "", "finnhub": "/finnhub/api/v1", "alphavantage": "/alphavantage/query",
        "newsapi": "/newsapi/v2", "ecb": "/ecb/stats/eurofxref", "sec": "/sec",
    }.items():  # fmt: skip
        at(settings, name, running.url + path)
    settings.SEC_DATA_URL = f"{running.url}/sec/data"


@pytest.mark.slow
def test_what_is_answered_holds_no_key(
    written: Written, settings: Settings, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    today = date(2026, 3, 3)
    symbol = next(
        line.symbol_on(today)
        for line in sandbox.market.lines
        if line.type_code == "CS" and line.listed(today) and line.symbol_on(today).isalpha()
    )
    with gateway.provider("sec", lane="essential", purpose="a test") as sec:
        filer = next(one for one in sec.tickers().value.tickers if one.symbol == symbol)

    def later(_: Access[Any]) -> None:
        clock.set_clock(origin=clock.now() + timedelta(seconds=2), rate=0)

    for name in registry.NAMES:
        name_of = f"CIK{int(filer.cik):010}-submissions-001.json"
        answered = ask_all(written, name, tmp_path, later, symbol=symbol, cik=filer.cik, name=name_of)
        assert sum(answered.values()) >= len(answered) - 2, answered

    assert RawAnswer.objects.values("provider").distinct().count() == len(registry.NAMES)
    assert sandbox.counts("massive").received == 0, "under the sandbox's own key"
    assert written.leaks() == []


@pytest.mark.slow
def test_the_stream_of_trades_tells_nobody_its_address(written: Written, sandbox: RunningSandbox) -> None:
    key = SECRETS["finnhub"].value

    async def play() -> None:
        async with listening(sandbox, "AAPL", key=key) as it:
            await until(lambda: it.told("connected"))
            sandbox.fault("reset", endpoint="finnhub.ws", times=1)
            await until(lambda: it.stream.subscribed)
        sandbox.sandbox.desks["finnhub"].keys.pop(key)
        written.see("events of the stream", repr(it))
        others = len(asyncio.all_tasks())
        with pytest.raises(errors.CredentialsRejected) as caught:
            async with listening(sandbox, "AAPL", key=key) as it:
                await until(lambda: len(asyncio.all_tasks()) == others)  # it has given up
        written.hear(caught.value)
        written.see("events of the stream", repr(it))

    run(play())
    assert written.leaks() == []


def _in_log(written: Written) -> None:
    logging.getLogger("celery.worker").debug("task %s", {"headers": SECRETS["massive"].value})


def _in_failing_log(written: Written) -> None:
    try:
        try:
            SECRETS[SECRETS["finnhub"].value]
        except KeyError:
            int("something else")
    except ValueError:
        logging.getLogger("django.request").exception("it failed")


def _in_error(written: Written) -> None:
    error = errors.NotEntitled("refused", provider="newsapi", words=SECRETS["newsapi"].value[:24])
    written.hear(error)


def _in_page(written: Written) -> None:
    UncoveredSymbol.objects.create(
        provider="x", scope="x", endpoint="x", symbol="X", since=NOW, heard_at=NOW, ask_again_at=NOW
    )
    written.see("page", f"<td>{SECRETS['alphavantage'].end}</td>")


def _in_row(written: Written) -> None:
    UncoveredSymbol.objects.create(
        provider="x", scope="x", endpoint="x", symbol="X", since=NOW, heard_at=NOW, ask_again_at=NOW,
        words=f"the address was https://x/?token={quote(SECRETS['finnhub'].value)}",
    )  # fmt: skip


def _in_packed_row(written: Written) -> None:
    body = json.dumps({"note": SECRETS["massive"].value}).encode()
    RawBody.objects.create(digest="d", packed=zlib.compress(body), size=len(body), keep_until=NOW)


def _in_state(written: Written) -> None:
    redis.state().hset(redis.key("somewhere"), "why", SECRETS["newsapi"].value)


def _in_key_of_cache(written: Written) -> None:
    redis.cache().set(redis.key(SECRETS["newsapi"].beginning), b"1")


def _in_task(written: Written) -> None:
    body = base64.b64encode(json.dumps([[], {"key": SECRETS["massive"].value}]).encode()).decode()
    redis.state().lpush(redis.key("celery"), json.dumps({"body": body, "properties": {}}))


def _in_file(written: Written) -> None:
    (written.files / "runtime" / "download.json").write_text(OPERATOR.end)


@pytest.mark.parametrize(
    ("plant", "place"),
    [
        (_in_log, "log of celery.worker"),
        (_in_failing_log, "error KeyError"),
        (_in_error, "error NotEntitled"),
        (_in_page, "page"),
        (_in_row, "table providers_uncoveredsymbol"),
        (_in_packed_row, "table providers_rawbody.packed"),
        (_in_state, "state server: "),
        (_in_key_of_cache, "cache server: "),
        (_in_task, "state server: "),
        (_in_file, "file download.json"),
    ],
    ids=lambda plant: getattr(plant, "__name__", ""),
)
def test_a_planted_leak_is_found(written: Written, plant: Callable[[Written], None], place: str) -> None:
    assert written.leaks() == []

    plant(written)

    assert any(found.startswith(place) for found in written.leaks())


def test_locals_are_shown_nowhere() -> None:
    for name in ("base", "development", "production", "test"):
        source = (Path(settings_of.__file__).parent / f"{name}.py").read_text()
        assert "DEBUG = True" not in source
        assert "include_html" not in source
    assert not django_settings.ADMINS, "an error's page with all locals would be sent to them"
    assert not django_settings.DEBUG
