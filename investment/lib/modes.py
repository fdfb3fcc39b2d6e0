"""What an installation runs on: the fictional sample market, a folder of real data, or live providers."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["sample", "data", "live"]

_SAMPLE = re.compile(r"sample-([0-9]{1,9})-([0-9]{1,6})")
_DATA = re.compile(r"data-([0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class Mode:
    """
    One mode. Its ``name`` is also the prefix of its Redis keys and part of its database's name.

    Modes never mix: each has its own database and its own prefix in the ledger.
    """

    kind: Kind
    name: str
    seed: int | None = None
    symbols: int | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Mode":
        """:raises ValueError: if it is not ``sample-<seed>-<symbols>``, ``data-<12 hex>`` or ``live``."""
        if text == "live":
            return cls(kind="live", name=text)
        if match := _SAMPLE.fullmatch(text):
            return cls(kind="sample", name=text, seed=int(match[1]), symbols=int(match[2]))
        if match := _DATA.fullmatch(text):
            return cls(kind="data", name=text, digest=match[1])
        raise ValueError(f"Mode must be sample-<seed>-<symbols>, data-<12 hex digits> or live, was {text!r}")

    @classmethod
    def for_data(cls, folder: Path) -> "Mode":
        """Return the mode of a folder of bars; another content is another mode."""
        return cls.parse(f"data-{data_digest(folder)}")

    @property
    def database(self) -> str:
        """The name of this mode's database where we choose it."""
        return f"investment_{self.name}".replace("-", "_")

    @property
    def synthetic(self) -> bool:
        """True where figures are invented: every page must say so."""
        return self.kind == "sample"


def data_digest(folder: Path) -> str:
    """Return 12 hex digits that change with any file's name or content below ``folder``."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()[:12]
