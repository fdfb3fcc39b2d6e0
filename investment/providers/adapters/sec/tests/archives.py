"""Archives as the SEC makes them, and a server that hands them out in pieces."""

import io
import json
import re
import zipfile
from typing import Any

import httpx

from investment.providers.adapters.sec.tests.wire import recorded

APPLE = "CIK0000320193.json"


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, large: bool = False) -> bytes:
    """Pack members; ``large`` writes every size as an archive beyond 4 GiB would."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as packed:
        for name, body in members:
            with packed.open(name, "w", force_zip64=large) as member:
                member.write(body)
    return buffer.getvalue()


def facts(cik: int) -> bytes:
    document: dict[str, Any] = json.loads(recorded("companyfacts.json")) | {"cik": cik}
    return json.dumps(document).encode()


class Shelf:
    """A server with one file, which understands ranges and conditions as the SEC's does."""

    def __init__(self, body: bytes, etag: str = '"one"', *, ranges: bool = True) -> None:
        self.body, self.etag, self.ranges = body, etag, ranges
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        headers = {"ETag": self.etag, "Last-Modified": "Mon, 05 Jan 2026 03:00:00 GMT"}
        if request.headers.get("If-Match", self.etag) != self.etag:
            return httpx.Response(412)
        if request.headers.get("If-None-Match") == self.etag:
            return httpx.Response(304, headers=headers)
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        if asked is None or not self.ranges:
            return httpx.Response(200, content=self.body, headers=headers)
        first, last = int(asked[1]), min(int(asked[2]), len(self.body) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(self.body)}"
        return httpx.Response(206, content=self.body[first : last + 1], headers=headers)
