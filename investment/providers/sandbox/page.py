"""The sandbox's one page, ``/_sandbox/``: what each key has asked, its windows, who was refused."""

from collections.abc import Iterator
from html import escape
from http import HTTPStatus
from pathlib import Path

from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.speakers import Speaker
from investment.providers.sandbox.state import STRANGERS, Desk, Sandbox, Tally
from investment.providers.sandbox.table import speakers

CALLS_SHOWN = 40
SHOWN_WHOLE = ("-", "sample-key", STRANGERS)
SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

HERE = Path(__file__).parent
STYLE, SCRIPT = ((HERE / name).read_text() for name in ("page.css", "page.js"))


def page(sandbox: Sandbox) -> str:
    """Return the page as HTML. Keys are cut, and nothing is loaded from anywhere."""
    body = "".join(_body(sandbox))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Sandbox</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{STYLE}</style></head>\n<body>{body}'
        f"<script>{SCRIPT}</script></body>\n</html>\n"
    )


def _body(sandbox: Sandbox) -> Iterator[str]:
    now = sandbox.now()
    yield "<main><h1>Sandbox</h1>"
    yield f"<p>Its clock: {now:%Y-%m-%d %H:%M:%S} UTC. Windows are {sandbox.limiter.kind}. "
    yield '<span id="state">Refreshed every two seconds.</span></p>'
    yield from _spoilt(sandbox)
    for name, speaker in speakers().items():
        yield from _provider(sandbox, speaker, sandbox.desk(name))
    yield from _calls(sandbox)
    yield "</main>"


def _spoilt(sandbox: Sandbox) -> Iterator[str]:
    """What is not as usual: armed faults and deviations."""
    rows = [
        (f"{fault.kind}", fault.endpoint, "until disarmed" if fault.times is None else f"{fault.times} more")
        for fault in sandbox.faults.armed
    ]
    rows += [("deviation", name, each.words()) for name, each in sandbox.deviations.items()]
    if rows:
        yield "<section><header><h2>Not as usual</h2></header><table><tr><th>What<th>Where<th>How</tr>"
        yield from (f"<tr>{''.join(f'<td>{escape(text)}' for text in row)}</tr>" for row in rows)
        yield "</table></section>"


def _provider(sandbox: Sandbox, speaker: Speaker, desk: Desk) -> Iterator[str]:
    mount = escape(speaker.mount or "/")
    yield f"<section><header><h2>{escape(speaker.name)}</h2><p><code>{mount}</code></p>"
    if not desk.tallies:
        yield "<p>No calls yet.</p>"
    yield "</header><table class=keys><tr><th>Key<th>Plan<th>Windows<th class=number>Received"
    yield "<th class=number>Admitted<th class=number>Refused<th>Refused by status<th>Last call</tr>"
    for key in [*desk.keys, *(name for name in desk.tallies if name not in desk.keys)]:
        tally, plan = desk.tallies.get(key, Tally()), desk.keys.get(key)
        cells = [f"<td><code>{escape(masked(key))}</code><td>{escape(plan.name) if plan else '—'}<td>"]
        cells += [_window(*each) for each in sandbox.usage(speaker.name, key)] if plan else []
        if plan and not plan.windows:
            cells.append("no limit")
        by_status = sorted(tally.refused_by_status.items())
        refused = "<br>".join(_bad(f"{each} × {_status(code)}") for code, each in by_status)
        cells.append(f"<td class=number>{tally.received}<td class=number>{tally.admitted}")
        cells.append(f"<td class=number>{_bad(str(tally.refused), bad=tally.refused > 0)}<td>{refused}")
        cells.append(f"<td>{tally.last_at or '—'}")
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table></section>"


def _window(bucket: str, window: Window, used: int) -> str:
    limit = window.limit
    text = f"{used} / {limit} in {_span(window.seconds)}{f' ({escape(bucket)})' if bucket else ''}"
    return (
        f"<div class=window><meter min=0 max={limit} low={limit * 0.7} high={limit * 0.99} "
        f'optimum=0 value={used} aria-label="{text}"></meter><span>{text}</span></div>'
    )


def _calls(sandbox: Sandbox) -> Iterator[str]:
    calls = list(sandbox.calls)[-CALLS_SHOWN:][::-1]
    yield f"<section><header><h2>Last calls</h2><p>{len(calls)} of {len(sandbox.calls)}</p></header>"
    yield "<table><tr><th>At<th>Provider<th>Endpoint<th>Key<th>Answer<th>Path</tr>"
    for call in calls:
        status = call["status"]
        key = masked(call["key"]) if call["key"] else STRANGERS
        answer = "no answer" if status is None else _status(status)
        bad = status is None or status >= 400 or call.get("refused", False)
        at = call["at"][11:].split("+")[0][:12]
        yield (
            f"<tr><td>{escape(at)}<td>{escape(call['provider'])}<td>{escape(call['endpoint'])}"
            f"<td><code>{escape(key)}</code><td>{_bad(answer, bad=bad)}"
            f"<td class=path><code>{escape(call['path'])}</code></tr>"
        )
    yield "</table></section>"


def masked(key: str) -> str:
    """Return a key that may be shown: whole if it is nobody's secret, else its beginning."""
    return key if key in SHOWN_WHOLE else f"{key[:4]}…" if len(key) > 8 else "…"


def _span(seconds: int) -> str:
    for length, unit in SPANS:
        if seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def _bad(text: str, *, bad: bool = True) -> str:
    return f"<span class=bad>{escape(text)}</span>" if bad and text else escape(text)
