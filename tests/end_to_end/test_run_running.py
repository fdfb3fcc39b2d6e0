"""One platform that ``./scripts/run.sh`` started, and tests that only look at it."""

import contextlib
import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.platforms import Platform, Prepared, Starts, bare_environment

pytestmark = pytest.mark.slow
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(scope="module")
def running(start_in_module: Starts, prepared: Prepared) -> Platform:
    prepared.copy_to(start_in_module.clone)
    return start_in_module()


def test_the_login_link_works_once(running: Platform) -> None:
    found = re.search(r"Log in with\s+(\S+)", running.output)
    assert found

    first, second = (
        urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())) for _ in "12"
    )
    for browser in (first, second):
        with contextlib.suppress(urllib.error.HTTPError):  # the page it leads to is not built in these clones
            browser.open(found[1], timeout=10).close()

    with first.open(f"{running.address}/api/session", timeout=10) as answer:
        assert json.loads(answer.read())["user"]["username"] == "admin"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        second.open(f"{running.address}/api/session", timeout=10)


def test_a_management_command_beside_it_works_on_what_it_works_on(running: Platform) -> None:
    command = [str(running.clone / "manage.py"), "login_link"]

    made = subprocess.run(command, env=bare_environment(), capture_output=True, text=True, check=False)

    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("/login/")


def test_nothing_listens_beyond_loopback(running: Platform) -> None:

    listening = set()
    for process in running.tree():
        with contextlib.suppress(psutil.NoSuchProcess):  # some are short-lived
            connections = process.net_connections("inet")
            listening |= {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN}

    assert listening == {"127.0.0.1"}


@as_root
def test_another_user_can_connect_to_no_embedded_server(running: Platform) -> None:
    folder = Path((running.clone / ".runtime" / "servers" / "sockets").read_text())
    sockets = sorted(path for path in folder.iterdir() if path.is_socket())
    assert [path.name for path in sockets] == [".s.PGSQL.5432", "cache.sock", "state.sock"]

    for path in sockets:
        attempt = f"import socket; socket.socket(socket.AF_UNIX).connect({str(path)!r})"
        made = subprocess.run(
            ["/usr/bin/env", "python3", "-I", "-c", attempt],
            user=65_534,
            group=65_534,
            extra_groups=[],
            cwd="/",
            env={"PATH": SYSTEM_PATH},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "PermissionError" in made.stderr


@as_root
def test_the_servers_of_root_run_as_a_user_who_owns_nothing_else(running: Platform) -> None:
    users = set()
    for process in running.tree():
        with contextlib.suppress(psutil.NoSuchProcess):  # some are short-lived
            if process.name() in ("postgres", "valkey-server"):
                users.add(process.uids().real)

    assert len(users) == 1
    assert users.isdisjoint({0, 65_534})


def test_secrets_are_for_their_owner_alone(running: Platform) -> None:

    runtime = running.clone / ".runtime"

    assert runtime.stat().st_mode & 0o077 == 0
    assert (runtime / "secrets.json").stat().st_mode & 0o777 == 0o600
    secrets = json.loads((runtime / "secrets.json").read_text())
    for process in running.tree():
        line = " ".join(process.cmdline())
        assert not any(secret in line for secret in secrets.values()), "a secret is in a command line"


@pytest.mark.usefixtures("running")
def test_one_clone_does_not_run_twice(start_in_module: Starts) -> None:
    second = start_in_module(wait=False)

    assert second.process.wait(60) == 1
    assert "already runs" in second.output
