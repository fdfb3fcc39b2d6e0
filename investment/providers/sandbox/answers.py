"""Answers that are not what they should be: cut, reset, slow, never."""

import asyncio
import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class CutAnswer(Response):
    """Announces its whole body, sends half of it and closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": body, "more_body": True})
        scope["sandbox.transport"].close()
        await _gone(receive)


class ResetAnswer(Response):
    """Answers nothing: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        transport = scope["sandbox.transport"]
        connection = transport.get_extra_info("socket")
        # Closed with a linger of nothing, TCP says «reset» instead of «the end».
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await _gone(receive)


class NeverAnswer(Response):
    """Says nothing until the client gives up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await _gone(receive)


class TrickledAnswer(Response):
    """Sends its body in small pieces, evenly over ``seconds``."""

    PIECES = 50

    def __init__(self, *arguments: Any, seconds: float, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = bytes(self.body)
        size = max(1, -(-len(body) // self.PIECES))
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        for piece in pieces:
            await asyncio.sleep(self.seconds / len(pieces))
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    """Wait until the server knows that the connection is closed, or it would try to answer for us."""
    while (await receive())["type"] != "http.disconnect":
        pass
