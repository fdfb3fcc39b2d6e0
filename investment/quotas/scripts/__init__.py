"""The ledger's scripts: each runs in the state server, in one step and one round trip."""

import hashlib
from pathlib import Path
from typing import Any

import redis

from investment.lib.redis import key

_FOLDER = Path(__file__).parent
_TEXTS = {
    name: (_FOLDER / "clock.lua").read_text() + (_FOLDER / f"{name}.lua").read_text()
    for name in ("reserve", "settle", "restore")
}
_NOTICE = (_FOLDER / "notice.lua").read_text()
_SHAS = {
    name: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() for name, text in _TEXTS.items()
}

EPOCH, LOST, OPEN = ("quota", "epoch"), ("quota", "lost"), ("quota", "open")


def run(client: "redis.Redis", name: str, *keys_and_args: str | int | float, keys: int) -> Any:
    """Run a script of ours; a server that does not know it has been started anew, which is noticed first."""
    try:
        return client.evalsha(_SHAS[name], keys, *keys_and_args)
    except redis.exceptions.NoScriptError:
        notice_restart(client)
        client.script_load(_TEXTS[name])
        return client.evalsha(_SHAS[name], keys, *keys_and_args)


def notice_restart(client: "redis.Redis") -> bool:
    """
    Declare the ledger's memory lost if the state server has been started anew since it was established.

    Its file may lack the last second. Scripts are never in that file: whoever finds his missing calls this.
    """
    server: dict[str, Any] = client.info("server")
    started = server["server_time_usec"] / 1e6 - server["uptime_in_seconds"]
    return bool(client.eval(_NOTICE, 2, key(*EPOCH), key(*LOST), server["run_id"], f"{started:.6f}"))
