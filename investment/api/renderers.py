"""How answers become JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import BaseRenderer

_encoder = msgspec.json.Encoder(decimal_format="number")


class JsonRenderer(BaseRenderer):
    """
    JSON, ten times as fast as DRF's.

    Dates and aware instants become ISO 8601, a ``Decimal`` keeps all its digits as a number, and
    a float that is no number (NaN, infinity) becomes null: unknown, as everywhere.
    """

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else _encoder.encode(data)
