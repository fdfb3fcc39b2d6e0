"""Which providers the sandbox plays: the folders here that have a ``speaker.py``."""

from importlib import import_module
from pathlib import Path

from investment.providers.sandbox.faults import FIRST
from investment.providers.sandbox.limiter import Kind
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


def known_windows() -> dict[str, Kind]:
    """Return the windows of those providers of which it is known how they count."""
    return {name: speaker.window for name, speaker in speakers().items() if speaker.window}


def endpoints(provider: str) -> list[str]:
    """Return the names under which a provider's endpoints are counted and spoilt."""
    speaker = speakers()[provider]
    return [*speaker.functions, *(name for name in speaker.routes if not speaker.functions), *speaker.sockets]


def unknown_endpoint(name: str) -> str:
    """Return what is wrong with an endpoint's name (``*``, ``finnhub.*``, ``finnhub.quote``), or nothing."""
    provider, _, endpoint = name.rpartition(".")
    provider = provider or FIRST
    if name == "*":
        return ""
    if provider not in speakers():
        return f"no provider {provider!r}; there are: {', '.join(speakers())}"
    known = ["*", *endpoints(provider), *speakers()[provider].lines]
    return "" if endpoint in known else f"no endpoint {name!r}; {provider} has: {', '.join(known)}"
