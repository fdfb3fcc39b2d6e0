"""The sandbox's one page, ``/_sandbox/``: what each key has asked, its windows, what was refused and why."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

from investment.providers.sandbox.limiter import Window
from investment.providers.sandbox.speakers import ANYBODY, Speaker
from investment.providers.sandbox.state import STRANGERS, Desk, Sandbox, Tally
from investment.providers.sandbox.table import speakers

CALLS_SHOWN = 40  # rows: calls alike, one after the other, are one
ENDPOINTS_SHOWN = 4
SHOWN_WHOLE = {ANYBODY: "everybody", STRANGERS: "unknown keys", "sample-key": "sample-key"}
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
    now, rate = sandbox.now(), sandbox.rate()
    pace = "" if rate == 1 else " It stands still." if rate == 0 else f" It runs {rate:g} times as fast."
    tallies = [tally for desk in sandbox.desks.values() for tally in desk.tallies.values()]
    received, refused = sum(each.received for each in tallies), sum(each.refused for each in tallies)
    yield "<main><h1>Sandbox</h1>"
    yield f"<p>Its clock: <b>{now:%Y-%m-%d %H:%M:%S}</b> UTC.{pace} "
    yield f"{_count(received, 'call')}, {refused} refused. "
    yield '<span id="state">Refreshed every two seconds.</span> '
    yield "How to drive it: <code>manage.py sandbox --help</code></p>"
    yield from _spoilt(sandbox)
    yield from _keys(sandbox)
    yield from _calls(sandbox)
    yield "</main>"


def _spoilt(sandbox: Sandbox) -> Iterator[str]:
    """What is not as usual: armed faults, waits and deviations."""
    rows = [
        (f"fault: {fault.kind}", fault.endpoint, _left(fault.times)) for fault in sandbox.faults.armed
    ]  # fmt: skip
    delays = {"*": sandbox.delays, **sandbox.delays_at}
    rows += [("latency", name, each.words()) for name, each in delays.items() if each.words()]
    rows += [("deviation", f"{name}.*", each.words()) for name, each in sandbox.deviations.items()]
    if rows:
        yield "<section class=spoilt><h2>Not as usual</h2>"
        yield _table("plain", ("What", "Where", "How"), [[escape(text) for text in row] for row in rows])
        yield "</section>"


def _keys(sandbox: Sandbox) -> Iterator[str]:
    columns = (
        "Key",
        "Plan",
        "Windows",
        "Received",
        "Admitted",
        "Refused",
        "Asked for",
        "Refused with",
        "Last",
    )
    yield "<section><h2>Keys</h2><table class=keys><thead><tr>"
    yield "".join(f"<th{_right(name)}>{name}" for name in columns) + "</thead>"
    for name, speaker in speakers().items():
        yield from _provider(sandbox, speaker, sandbox.desk(name), columns)
    yield "</table></section>"


def _provider(sandbox: Sandbox, speaker: Speaker, desk: Desk, columns: tuple[str, ...]) -> Iterator[str]:
    mount, kind = escape(speaker.mount or "/"), sandbox.limiter.kind_of(speaker.name)
    quiet = "" if desk.tallies else ", no calls yet"
    yield f"<tbody><tr class=provider><th colspan={len(columns)}>{escape(speaker.name)} <code>{mount}</code>"
    yield f"<span>{kind} windows{quiet}</span></tr>"
    for key in [*desk.keys, *(name for name in desk.tallies if name not in desk.keys)]:
        tally, plan = desk.tallies.get(key, Tally()), desk.keys.get(key)
        windows = "".join(_window(*each) for each in sandbox.usage(speaker.name, key)) if plan else ""
        refusals = [f"{count} × {_refusal(code)}" for code, count in sorted(tally.refused_by_status.items())]
        cells = [
            f"<code>{escape(masked(key))}</code>", escape(plan.name) if plan else "",
            windows or ("no limit" if plan else ""), str(tally.received), str(tally.admitted),
            _bad(str(tally.refused), bad=tally.refused > 0), _asked(tally), _bad(", ".join(refusals)),
            tally.last_at,
        ]  # fmt: skip
        yield _row(columns, cells)
    yield "</tbody>"


def _asked(tally: Tally) -> str:
    """The endpoints asked for most, and how many others."""
    counts = sorted(tally.by_endpoint.items(), key=lambda each: -each[1])
    told = [f"{escape(name)}&nbsp;{count}" for name, count in counts[:ENDPOINTS_SHOWN]]
    others = len(counts) - ENDPOINTS_SHOWN
    return ", ".join([*told, *([f"{others} more"] if others > 0 else [])])


def _window(bucket: str, window: Window, used: int) -> str:
    limit = window.limit
    text = f"{used} / {limit} in {_span(window.seconds)}{f' ({escape(bucket)})' if bucket else ''}"
    return (
        f"<div class=window><meter min=0 max={limit} low={limit * 0.7} high={limit * 0.99} "
        f'optimum=0 value={used} aria-label="{text}"></meter><span>{text}</span></div>'
    )


def _calls(sandbox: Sandbox) -> Iterator[str]:
    calls = list(sandbox.calls)[::-1]
    rows = []
    for _, group in groupby(calls, key=lambda call: [value for name, value in call.items() if name != "at"]):
        alike = list(group)
        rows.append(_call(alike[0], len(alike)))
        if len(rows) == CALLS_SHOWN:
            break
    yield "<section><h2>Last calls</h2>"
    if not rows:
        yield "<p class=empty>None yet.</p></section>"
        return
    yield _table("calls", ("At", "Asked for", "Key", "Answer", "Path, and why it was refused"), rows)
    yield "</section>"


def _call(call: dict[str, Any], times: int) -> list[str]:
    status, refused = call["status"], call.get("refused", False)
    answer = "no answer" if status is None else _refusal(status) if refused else _status(status)
    words = call.get("words", "")
    return [
        f"{datetime.fromisoformat(call['at']):%H:%M:%S}",
        f"{escape(call['provider'])}.{escape(call['endpoint'])}{f' <b>× {times}</b>' if times > 1 else ''}",
        f"<code>{escape(masked(call['key'] or STRANGERS))}</code>",
        _bad(answer, bad=status is None or status >= 400 or refused),
        f"<code>{escape(call['path'])}</code>{f'<div class=why>{escape(words)}</div>' if words else ''}",
    ]


def _table(kind: str, columns: tuple[str, ...], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{name}" for name in columns)
    body = "".join(_row(columns, cells) for cells in rows)
    return f"<table class={kind}><thead><tr>{head}</thead><tbody>{body}</tbody></table>"


def _row(columns: tuple[str, ...], cells: list[str]) -> str:
    """A narrow page puts the columns' names before the cells."""
    pairs = zip(columns, cells, strict=True)
    return "<tr>" + "".join(f'<td{_right(name)} data-name="{name}">{cell}' for name, cell in pairs) + "</tr>"


def masked(key: str) -> str:
    """Return a key that may be shown: whole if it is nobody's secret, else its beginning."""
    return SHOWN_WHOLE.get(key) or (f"{key[:4]}…" if len(key) > 8 else "…")


def _right(column: str) -> str:
    return " class=number" if column in ("Received", "Admitted", "Refused") else ""


def _left(times: int | None) -> str:
    return "until disarmed" if times is None else f"the next {_count(times, 'answer')}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


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


def _refusal(code: int) -> str:
    """Some providers refuse with 200."""
    return f"{code}, a refusal" if code < 300 else _status(code)


def _bad(text: str, *, bad: bool = True) -> str:
    return f"<span class=bad>{escape(text)}</span>" if bad and text else escape(text)
