"""Types of JSON values."""

from typing import TypeAlias

JSONValue: TypeAlias = "str | int | float | bool | None | list[JSONValue] | dict[str, JSONValue]"
JSONDict: TypeAlias = dict[str, JSONValue]
