"""The ledger's scripts: each runs in the state server, in one step and one round trip."""

import hashlib
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError

from investment.lib import redis

# How slots are kept in the state server. Raised when that changes: the release that speaks the greater
# number rebuilds from the rows, and the one before it is refused from then on.
LAYOUT = 2

_FOLDER = Path(__file__).parent
_TEXTS = {
    name: (_FOLDER / "clock.lua").read_text() + (_FOLDER / f"{name}.lua").read_text()
    for name in ("reserve", "settle", "restore")
}
_NOTICE = (_FOLDER / "notice.lua").read_text()
_SHAS = {
    name: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() for name, text in _TEXTS.items()
}

EPOCH, LOST = ("quota", "epoch"), ("quota", "lost")


def run(name: str, *keys_and_args: str | bytes | int, keys: int) -> Any:
    """Run a script of ours in the state server."""
    return ask(name, prepare(name, *keys_and_args, keys=keys))


def prepare(name: str, *keys_and_args: str | bytes | int, keys: int, more: int = 0) -> bytes:
    """Pack a command that runs a script of ours, to be kept where only its last ``more`` arguments change."""
    return redis.pack("EVALSHA", _SHAS[name], keys, *keys_and_args, more=more)


def ask(name: str, command: bytes) -> Any:
    """Run a prepared script; a server that does not know it has been started anew, which is noticed first."""
    try:
        return redis.ask(command)
    except NoScriptError:
        notice_restart()
        redis.state().script_load(_TEXTS[name])
        return redis.ask(command)


def notice_restart() -> bool:
    """
    Declare the ledger's memory lost if the state server has been started anew since it was established.

    Its file may lack the last second. Scripts are never in that file: whoever finds his missing calls this.
    """
    client = redis.state()
    server: dict[str, Any] = client.info("server")
    started = server["server_time_usec"] - server["uptime_in_seconds"] * 1_000_000
    return bool(client.eval(_NOTICE, 2, redis.key(*EPOCH), redis.key(*LOST), server["run_id"], started))
