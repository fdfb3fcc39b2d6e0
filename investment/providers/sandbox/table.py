"""Which providers the sandbox plays: the folders here that have a ``speaker.py``."""

from importlib import import_module
from pathlib import Path

from investment.providers.sandbox.speakers import Speaker

# In this order on the page and in the help; a folder that is not there is left out.
NAMES = ("massive", "finnhub", "alphavantage", "newsapi", "ecb", "sec")


_found: dict[str, Speaker] = {}


def speakers() -> dict[str, Speaker]:
    """Return the speakers by name."""
    if not _found:
        here = Path(__file__).parent
        for name in NAMES:
            if (here / name / "speaker.py").exists():
                _found[name] = import_module(f"{__package__}.{name}.speaker").SPEAKER
    return _found


def by_mount() -> list[Speaker]:
    """Return the speakers, those with the longest mount first: the root catches what they leave."""
    return sorted(speakers().values(), key=lambda speaker: -len(speaker.mount))


def speaker_of(path: str) -> Speaker:
    """Return whose a path is, known or not."""
    return next(each for each in by_mount() if _within(path, each.mount))


def _within(path: str, mount: str) -> bool:
    return path == mount or path.startswith(f"{mount}/")
