"""Types of JSON values."""

from typing import TypeAlias

JSONValue: TypeAlias = "str | int | float | bool | list[JSONValue] | dict[str, JSONValue] | None"
JSONDict: TypeAlias = dict[str, JSONValue]
