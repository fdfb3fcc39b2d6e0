"""An answer has been paid for: nothing that we want to write beside it may lose it."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisConnectionError

from investment.providers import breaker, errors, gateway
from investment.providers.models import RawAnswer
from investment.providers.selectors.unwritten import unwritten
from investment.providers.services import archive, entitlements
from investment.providers.services import unwritten as writing
from investment.providers.tests.metered import KEY, SESSION
from investment.providers.tests.wire import EMPTY, answer, http, provider
from investment.quotas.services import calls, epochs, ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("basic")]

FULL = OperationalError('could not extend file "base/1": No space left on device: https://x?apiKey=' + KEY)
AWAY = RedisConnectionError("the state server is away")


@pytest.fixture(autouse=True)
def _nothing_failed_before() -> Iterator[None]:
    writing._pending.clear()
    writing._failing.clear()
    yield
    writing._pending.clear()
    writing._failing.clear()


def failing(error: Exception) -> Any:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    return fail


def answers(settings: Settings, times: int = 1, epoch: int | None = None) -> int:
    """Ask, and return how many of the answers came to who asked."""
    came = 0
    with provider(*[answer(http(EMPTY))] * times) as address:
        settings.MASSIVE_BASE_URL = address
        settings.MASSIVE_PLAN = "unlimited"
        with gateway.market_data(lane="essential", purpose="a test", epoch=epoch) as massive:
            for _ in range(times):
                came += massive.grouped_daily(session=SESSION) is not None
    return came


@pytest.mark.parametrize(
    ("module", "name", "error", "what"),
    [
        (archive, "keep", FULL, "keep an answer"),
        (archive, "keep", AWAY, "keep an answer"),
        (calls, "complete", FULL, "note how a call ended"),
        (ledger, "settle", AWAY, "note how a call ended"),
        (breaker, "report", AWAY, "tell the breaker"),
        (entitlements, "answered", FULL, "learn from an answer"),
        (entitlements, "answered", AWAY, "learn from an answer"),
    ],
)
def test_what_cannot_be_written_loses_no_answer_is_logged_once_and_counted(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    module: Any,
    name: str,
    error: Exception,
    what: str,
) -> None:
    with monkeypatch.context() as broken, caplog.at_level(logging.INFO):
        broken.setattr(module, name, failing(error))
        assert answers(settings, 3) == 3

    (said,) = [record for record in caplog.records if record.name.startswith("investment.providers")]
    assert said.levelno == logging.ERROR
    assert f"{what} of massive ({type(error).__name__})" in said.getMessage()
    assert KEY not in caplog.text
    assert "http" not in said.getMessage()
    assert unwritten() == [("massive", what, 3)]
    call_command("archive")
    assert f"massive: 3 times it was not possible to {what}" in capsys.readouterr().out

    caplog.clear()
    assert answers(settings, 2) == 2
    (said,) = [record for record in caplog.records if "possible again" in record.getMessage()]
    assert "after 3 failures" in said.getMessage()
    assert unwritten() == [("massive", what, 3)]


def test_whether_a_reign_goes_on_is_not_known_while_the_state_server_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    epoch = epochs.begin(name="a job", owner="a process")
    monkeypatch.setattr(epochs, "reigns", failing(AWAY))

    assert answers(settings, epoch=epoch) == 1
    assert not RawAnswer.objects.exists()


def test_words_that_no_table_takes_are_learned_without_what_makes_them_so(settings: Settings) -> None:
    words = b'{"status":"NOT_AUTHORIZED","message":"You are not entitled to this \\u0000 data"}'
    with provider(answer(http(words, "403 Forbidden"))) as address:
        settings.MASSIVE_BASE_URL = address
        with gateway.market_data(lane="essential", purpose="a test") as massive:
            for _ in range(2):
                with pytest.raises(errors.NotEntitled, match="not entitled"):
                    massive.grouped_daily(session=SESSION)
            assert massive.calls_spent == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_while_an_answer_was_kept_is_not_used_again(settings: Settings) -> None:
    keep = archive.keep

    def broken(**told: Any) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        other.close()
        return keep(**told)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(archive, "keep", broken)
        assert answers(settings) == 1

    assert not RawAnswer.objects.exists(), "and who asked can write at once"
    assert unwritten() == [("massive", "keep an answer", 1)]
