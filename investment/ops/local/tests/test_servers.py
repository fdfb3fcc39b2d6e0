import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from investment.lib.modes import Mode
from investment.ops.local import quarters, servers
from investment.ops.local.console import StartError
from investment.ops.local.databases import check_redis, drop_mode, ensure_database
from investment.ops.local.environment import with_database
from investment.ops.local.keys import installation_secrets
from investment.ops.local.quarters import remove_quarters
from investment.ops.local.servers import Servers

pytestmark = pytest.mark.slow  # each starts processes and waits for their end

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the servers another user")


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    yield folder
    remove_quarters(folder)


def serve(runtime: Path, *wanted: str) -> Servers:
    names = frozenset(wanted) or frozenset({"postgres", "state", "cache"})
    return Servers(runtime, installation_secrets(runtime), names, for_tests=True)


def test_the_servers_answer_to_their_addresses_and_keep_their_data(runtime: Path) -> None:
    with serve(runtime) as first:
        with psycopg.connect(first.addresses["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept (n integer)")
        with redis.Redis.from_url(first.addresses["REDIS_URL"]) as state:
            state.set("kept", "yes")
            assert state.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        with redis.Redis.from_url(first.addresses["CACHE_URL"]) as cache:
            assert cache.config_get("maxmemory-policy")["maxmemory-policy"] == "allkeys-lru"
            assert int(cache.config_get("maxmemory")["maxmemory"]) > 0

    with serve(runtime) as second:
        with psycopg.connect(second.addresses["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        with redis.Redis.from_url(second.addresses["REDIS_URL"]) as state:
            assert state.get("kept") == b"yes"


def test_nobody_gets_in_without_the_password(runtime: Path) -> None:
    with serve(runtime) as running:
        wrong = dict.fromkeys(running.passwords, "wrong")
        address = running.addresses["DATABASE_URL"].replace(running.passwords["postgres"], wrong["postgres"])
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(address)
        address = running.addresses["REDIS_URL"].replace(running.passwords["state"], "wrong")
        with redis.Redis.from_url(address) as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_only_what_is_wanted_is_started(runtime: Path) -> None:
    with serve(runtime, "cache") as running:
        assert set(running.addresses) == {"CACHE_URL"}
    with Servers(runtime, {}, frozenset()) as running:
        assert running.addresses == {}


def test_a_half_made_cluster_is_made_anew(runtime: Path) -> None:
    (runtime / "servers" / "data" / "postgres.new").mkdir(parents=True)
    (runtime / "servers" / "postgres.new").mkdir(parents=True)
    (runtime / "servers" / "data" / "postgres.new" / "PG_VERSION").write_text("1")

    with (
        serve(runtime, "postgres") as running,
        psycopg.connect(running.addresses["DATABASE_URL"]) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_ends_by_itself_is_noticed(runtime: Path) -> None:
    with serve(runtime, "cache") as running:
        assert running.ended() is None
        with redis.Redis.from_url(running.addresses["CACHE_URL"]) as client:
            client.shutdown()
        deadline = time.monotonic() + 5
        while (words := running.ended()) is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert words is not None
        assert "cache server ended by itself" in words


@pytest.mark.parametrize("crash", [False, True])
def test_one_server_can_be_taken_away_and_brought_back_with_what_it_knew(runtime: Path, crash: bool) -> None:
    names = frozenset({"state", "postgres"})
    # Not as in tests: what such a PostgreSQL has committed need not survive a crash.
    with Servers(runtime, installation_secrets(runtime), names) as running:
        with psycopg.connect(running.addresses["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept (n integer)")
        with redis.Redis.from_url(running.addresses["REDIS_URL"]) as state:
            state.set("kept", "yes")

        for name in ("state", "postgres"):
            running.take_away(name, crash=crash)
        assert running.ended() is None, "that was no accident"
        with (
            redis.Redis.from_url(running.addresses["REDIS_URL"]) as state,
            pytest.raises(redis.ConnectionError),
        ):
            state.ping()
        for name in ("state", "postgres"):
            running.bring_back(name)

        with psycopg.connect(running.addresses["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        with redis.Redis.from_url(running.addresses["REDIS_URL"]) as state:
            assert state.get("kept") == b"yes"


def test_a_state_server_can_be_brought_back_without_its_memory_or_with_a_chosen_one(runtime: Path) -> None:
    with serve(runtime, "state") as running, redis.Redis.from_url(running.addresses["REDIS_URL"]) as state:
        chosen = b"*3\r\n$3\r\nSET\r\n$3\r\nnew\r\n$2\r\nit\r\n"
        for memory, known in ((b"", []), (chosen, [b"new"])):
            state.set("old", "it")
            running.take_away("state")
            running.bring_back("state", memory=memory)
            assert state.keys() == known
        running.take_away("state", crash=True)
        running.bring_back("state")
        assert state.keys() == [b"new"]


def test_two_starters_do_not_share_the_servers_files(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "PATIENCE", 0.5)
    with (
        serve(runtime, "cache") as running,
        pytest.raises(StartError, match="Another embedded cache server"),
        serve(runtime, "cache"),
    ):
        pytest.fail("started")
    assert running.ended() is None


def test_the_servers_end_when_their_starter_is_killed(runtime: Path) -> None:
    code = f"""
import time
from pathlib import Path
from investment.ops.local.keys import installation_secrets
from investment.ops.local.servers import Servers
runtime = Path({str(runtime)!r})
with Servers(runtime, installation_secrets(runtime), for_tests=True):
    print("up", flush=True)
    time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert starter.stdout
    assert starter.stdout.readline() == b"up\n"
    started = psutil.Process(starter.pid).children(recursive=True)
    assert {p.name() for p in started} >= {"postgres", "valkey-server"}

    starter.kill()
    starter.wait()
    starter.stdout.close()

    _, alive = psutil.wait_procs(started, timeout=15)
    assert alive == []


@as_root
def test_where_no_namespace_is_allowed_the_files_are_kept_elsewhere(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarters, "_MOUNT_POINTS", ())

    for _ in range(2):
        with serve(runtime) as running:
            elsewhere = Path((runtime / "servers" / "elsewhere").read_text())
            assert elsewhere.parent == Path("/var/lib")
            assert (elsewhere / "data" / "postgres").stat().st_mode & 0o077 == 0
            with psycopg.connect(running.addresses["DATABASE_URL"]) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
    remove_quarters(runtime)
    runtime.mkdir()
    assert not elsewhere.exists()


@as_root
def test_data_made_inside_a_namespace_is_not_passed_over_in_silence(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(runtime, "cache"):
        pass
    monkeypatch.setattr(quarters, "_MOUNT_POINTS", ())

    with pytest.raises(StartError, match="private mounts"), serve(runtime, "cache"):
        pytest.fail("started")


def test_secrets_are_made_once_and_kept_private(runtime: Path) -> None:
    made = installation_secrets(runtime)

    assert installation_secrets(runtime) == made
    assert len(set(made.values())) == len(made)
    assert (runtime / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_dropping_a_mode_leaves_the_others(runtime: Path, tmp_path: Path) -> None:
    mode, other = Mode.parse("sample-1-50"), Mode.parse("sample-1-500")
    files = tmp_path / "files"
    files.mkdir()
    with serve(runtime) as running:
        server = running.addresses["DATABASE_URL"]
        addresses = {m: with_database(server, m.database) for m in (mode, other)}
        redis_addresses = [running.addresses["REDIS_URL"], running.addresses["CACHE_URL"]]
        for each in (mode, other):
            ensure_database(server, addresses[each])
            ensure_database(server, addresses[each])  # the second time it is there
            for redis_address in redis_addresses:
                check_redis("REDIS_URL", redis_address)
                with redis.Redis.from_url(redis_address) as client:
                    client.mset({f"{each.name}:{n}": n for n in range(1500)})

        drop_mode(mode, server=server, address=addresses[mode], redis_addresses=redis_addresses, files=files)

        with psycopg.connect(server) as connection:
            found = connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE 'investment%'"
            ).fetchall()
        assert found == [(other.database,)]
        for redis_address in redis_addresses:
            with redis.Redis.from_url(redis_address) as client:
                assert client.dbsize() == 1500
        assert not files.exists()


def test_dropping_the_live_mode_keeps_what_was_spent(runtime: Path, tmp_path: Path) -> None:
    live = Mode.parse("live")
    with serve(runtime) as running:
        server, state = running.addresses["DATABASE_URL"], running.addresses["REDIS_URL"]
        with redis.Redis.from_url(state) as client:
            client.mset({"live:quota:massive:others": 1, "live:celery:job": 1, "live:quotation": 1})

            drop_mode(
                live,
                server=server,
                address=with_database(server, live.database),
                redis_addresses=[state],
                files=tmp_path / "none",
            )

            assert client.keys() == [b"live:quota:massive:others"]


def test_a_server_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(StartError, match="Cannot connect to PostgreSQL at") as error:
        ensure_database("postgres://u:secret@127.0.0.1:9/x", "postgres://u:secret@127.0.0.1:9/y")
    assert "secret" not in str(error.value)
    with pytest.raises(StartError, match="No Redis answers at CACHE_URL"):
        check_redis("CACHE_URL", "redis://127.0.0.1:9/0")
