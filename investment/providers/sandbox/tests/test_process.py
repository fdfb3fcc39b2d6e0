"""The command becomes a small process that serves what the installation's mode says."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import psutil
import pytest
from django.core.management import load_command_class
from pytest_django import Settings

from investment.lib.modes import Mode
from investment.providers.sandbox import __main__ as process
from investment.providers.sandbox.delays import Wait
from investment.providers.sandbox.plans import PLANS
from investment.providers.sandbox.table import speakers
from investment.providers.sandbox.testing import running_sandbox

ROOT = Path(__file__).parents[4]
DEADLINE = 60.0  # seconds; a first start computes the calendar


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def started(*options: str, runtime: Path, mode: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "investment.settings.test",
        "INVESTMENT_MODE": mode,
        "RUNTIME_DIR": str(runtime),
        "MASSIVE_API_KEY": "the-key",
        "MASSIVE_PLAN": "basic",
    }
    command = [sys.executable, "manage.py", "sandbox", f"--port={port}", *options]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as running:
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + DEADLINE
            while running.poll() is None and time.monotonic() < deadline:
                with httpx.Client() as client:
                    try:
                        client.get(url + "/_sandbox/counts")
                    except httpx.TransportError:
                        time.sleep(0.05)
                        continue
                break
            yield url, running
        finally:
            running.terminate()
            running.wait(10)


@pytest.mark.slow
def test_its_command_line_is_obeyed_and_its_help_can_be_followed(tmp_path: Path) -> None:
    options = (
        "--key=narrow=1/60,9/3600,headers", "--key=sample-key=basic", "--window=fixed",
        "--clock-offset=-7200", "--latency=sec.*:constant,median=0.01",
    )  # fmt: skip
    with started(*options, runtime=tmp_path, mode="sample-3-50") as (url, _):
        answers = [httpx.get(url + "/v1/marketstatus/now", params={"apiKey": "narrow"}) for _ in range(3)]
        follow_the_help(url)
    told = parsedate_to_datetime(answers[0].headers["Date"])
    assert abs((datetime.now(UTC) - told).total_seconds() - 7200) < 60
    assert 429 in [answer.status_code for answer in answers], "a new minute may begin once"
    assert answers[0].headers["X-Ratelimit-Remaining"] == "8"


def follow_the_help(url: str) -> None:
    """Do as it says, command by command."""
    command = load_command_class("investment.providers", "sandbox")
    text = command.create_parser("manage.py", "sandbox").format_help()
    lines = text.replace("\\\n", " ").splitlines()
    steps = [
        line.split("      ")[0] if "'" not in line else line for line in (each.strip() for each in lines)
    ]
    steps = [step for step in steps if step.startswith("curl ")]
    setting = next(line for line in lines if line.strip().startswith("S="))
    script = "\n".join([setting, *steps]).replace("localhost:9000", url.removeprefix("http://"))
    script = re.sub(r"' {4,}.*", "'", script).replace("curl ", "curl -sS -o /dev/null -w '%{http_code} ' ")
    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)
    codes = told.stdout.split()
    assert told.stderr == ""
    assert len(codes) == len(steps) > 20
    assert set(codes) == {"200", "201", "204"}, list(zip(codes, steps, strict=True))
    for name, speaker in speakers().items():
        assert speaker.keyless or set(speaker.plans) - {"finnhub", "alphavantage", "newsapi"} <= set(
            text.split()
        )
        assert name in text


@pytest.mark.slow
def test_it_serves_the_sample_market_within_ninety_megabytes(tmp_path: Path) -> None:
    with started("--key=second=unlimited", runtime=tmp_path, mode="sample-3-500") as (url, running):
        for key in ("the-key", "second"):
            answer = httpx.get(url + "/v3/reference/tickers", params={"apiKey": key, "limit": 1000})
            assert answer.json()["count"] > 400
        memory = psutil.Process(running.pid).memory_full_info().pss / 1e6
        listeners = {
            c.laddr.ip for c in psutil.Process(running.pid).net_connections() if c.status == "LISTEN"
        }
    assert running.stdout is not None
    assert memory < 90
    assert listeners == {"127.0.0.1"}


def test_the_live_mode_has_nothing_to_serve(settings: Settings) -> None:
    settings.MODE = Mode.parse("live")
    with pytest.raises(SystemExit, match="cannot start: mode live has nothing to serve"):
        process.main(["--port=1"])


def test_keys_and_plans_come_from_the_command_line() -> None:
    keys = process._desks(["a=b=unlimited"], "basic")["massive"].keys
    assert keys["a=b"] is PLANS["unlimited"]
    assert len(keys) == 2
    assert process._desks(["k=30/1,60/60"], "basic")["massive"].keys["k"].windows == ((30, 1), (60, 60))
    with pytest.raises(SystemExit, match="KEY=PLAN"):
        process._desks(["lonely"], "basic")


def test_windows_and_latencies_come_from_the_command_line() -> None:
    limiter = process._limiter([], UTC)
    assert [limiter.kind_of(name) for name in ("massive", "finnhub")] == ["rolling", "fixed"]
    limiter = process._limiter(["rolling", "sec=fixed"], UTC)
    assert [limiter.kind_of(name) for name in ("massive", "finnhub", "sec")] == [
        "rolling",
        "rolling",
        "fixed",
    ]
    with pytest.raises(SystemExit, match="PROVIDER=rolling"):
        process._limiter(["nobody=fixed"], UTC)
    with running_sandbox() as running:
        process._delay(running.sandbox, "heavy,median=0.2,p99=3")
        process._delay(running.sandbox, "finnhub.*:constant,median=1")
        assert running.sandbox.delays.after == Wait(0.2, p99=3)
        assert running.sandbox.delays_of("finnhub", "quote").draw().after == 1.0
        for wrong in ("nobody.*:constant,median=1", "sudden,median=1", "heavy,mean=1"):
            with pytest.raises(SystemExit, match="--latency"):
                process._delay(running.sandbox, wrong)
