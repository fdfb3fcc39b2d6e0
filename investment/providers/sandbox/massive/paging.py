"""Filters with dotted suffixes, sorting and opaque cursors of the v3 and v1 lists."""

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from investment.providers.sandbox.massive.refusals import Refused

Row = dict[str, Any]
SUFFIXES: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda value, wanted: bool(value == wanted),
    ".gt": lambda value, wanted: bool(value > wanted),
    ".gte": lambda value, wanted: bool(value >= wanted),
    ".lt": lambda value, wanted: bool(value < wanted),
    ".lte": lambda value, wanted: bool(value <= wanted),
}
POSITION = "ap"  # how far earlier pages went, beside the original parameters in the cursor
KEY_PARAMETERS = ("apiKey", "cursor")


def with_cursor(request: Request) -> Request:
    """
    Return the request with the parameters that its cursor holds, or as it is without one.

    :raises Refused: if the cursor is not one of ours.
    """
    cursor = request.query_params.get("cursor")
    if not cursor:
        return request
    scope = dict(request.scope)
    scope["query_string"] = urlencode(parse_cursor(cursor)).encode()
    return Request(scope, request.receive)


def parse_cursor(cursor: str) -> list[tuple[str, str]]:
    """:raises Refused: if it is no cursor."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Refused.bad_request("The parameter 'cursor' is not valid") from None
    pairs = parse_qsl(text)
    if not pairs:
        raise Refused.bad_request("The parameter 'cursor' is not valid")
    return pairs


def make_cursor(pairs: list[tuple[str, str]]) -> str:
    return base64.urlsafe_b64encode(urlencode(pairs).encode()).decode().rstrip("=")


def next_url(request: Request, pairs: list[tuple[str, str]], path: str | None = None) -> str:
    """Return an absolute address with a cursor and without a key."""
    address = request.url.replace(path=path or request.url.path, query="")
    return f"{str(address).rstrip('?')}?cursor={make_cursor(pairs)}"


def keep(
    rows: list[Row],
    request: Request,
    field: str,
    parameter: str | None = None,
    kind: Callable[[str], Any] = str,
) -> list[Row]:
    """
    Return the rows that all filters on a field let through: equal, the four dotted bounds, ``.any_of``.

    :raises Refused: if a filter's value is not of ``kind``.
    """
    parameter = parameter or field
    for suffix, passes in SUFFIXES.items():
        text = request.query_params.get(parameter + suffix)
        if text:
            try:
                wanted = kind(text)
            except ValueError:
                raise Refused.bad_request(f"The parameter '{parameter + suffix}' is not valid") from None
            rows = [row for row in rows if row.get(field) is not None and passes(row[field], wanted)]
    listed = request.query_params.get(f"{parameter}.any_of")
    if listed:
        among = {kind(text) for text in listed.split(",")}
        rows = [row for row in rows if row.get(field) in among]
    return rows


def page(rows: list[Row], request: Request, limit: int) -> tuple[list[Row], str | None]:
    """
    Return one page of sorted rows, and the address of the next one if there is more.

    :raises Refused: if the position in the cursor is not one of ours.
    """
    position = request.query_params.get(POSITION, "0")
    if not position.isdecimal():
        raise Refused.bad_request("The parameter 'cursor' is not valid")
    start = int(position)
    shown = rows[start : start + limit]
    if start + limit >= len(rows):
        return shown, None
    pairs = [(k, v) for k, v in request.query_params.items() if k not in (*KEY_PARAMETERS, POSITION)]
    return shown, next_url(request, [*pairs, (POSITION, str(start + limit))])


def in_order(rows: list[Row], field: str, *, descending: bool) -> list[Row]:
    """Return rows by a field, those that lack it last, equal ones in the order they come in."""
    known = [row for row in rows if row.get(field) is not None]
    known.sort(key=lambda row: row[field], reverse=descending)
    return known + [row for row in rows if row.get(field) is None]
