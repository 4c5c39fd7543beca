"""A study's card: HTML without script, the best-so-far curve as inline SVG. Every text in it is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from spacewright.snapshot import Doing, Snapshot, StageState

WIDTH, HEIGHT, EDGE = 320, 72, 6  # of the curve, in pixels
BOX = (
    "font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;max-width:40em;padding:12px 16px;"
    "border:1px solid #8888;border-radius:8px"
)
QUIET = "opacity:.75"
MARKS = {"finished": "&#10003;", "running": "&#9654;", "stopped": "&#10005;", "waiting": "&#183;"}


def card(found: Snapshot, url: str) -> str:
    """The card of a run as it was."""
    parts = [
        _head(found.name, url, found.shown),
        _stages(found.stages),
        *(_bar(doing) for doing in found.doing),
        _figures(found),
        _curve([score for _, score in found.curve]),
        *([f'<div style="{QUIET}">{escape(found.reason)}</div>'] if found.reason else []),
    ]
    return _box(parts)


def empty_card(name: str, url: str, text: str) -> str:
    """A card that has nothing to show yet, and says why."""
    return _box([_head(name, url, ""), f'<div style="{QUIET}">{escape(text)}</div>'])


def _box(parts: Sequence[str]) -> str:
    return f'<div style="{BOX}">{"".join(parts)}</div>'


def _head(name: str, url: str, shown: str) -> str:
    word = f' <span style="{QUIET}">{escape(shown)}</span>' if shown else ""
    return f'<div><a href="{escape(url)}" style="font-weight:600">{escape(name)}</a>{word}</div>'


def _stages(stages: Sequence[StageState]) -> str:
    marked = "  ".join(
        f'<span style="white-space:nowrap">{MARKS.get(stage.state, "")} {escape(stage.name)}</span>' for stage in stages
    )
    return f'<div style="{QUIET}">{marked}</div>'


def _bar(doing: Doing) -> str:
    label = escape(f"{doing.work}: {doing.doing}")
    if doing.done is None or not doing.total:
        return f"<div>{label}</div>"
    share = f'<progress value="{doing.done}" max="{doing.total}" style="width:12em"></progress>'
    return f"<div>{label} {share} {doing.done:,} of {doing.total:,}</div>"


def _figures(found: Snapshot) -> str:
    said = [f"{found.scored:,} scored"]
    if found.failed:
        said.append(f"{found.failed:,} failed")
    if found.best is not None:
        said.append(f"best {found.best.score:.4f}, {found.best.params:,} params, {found.best.madds:,} MAdds")
    if found.verdict:
        said.append(f"winner against reference: {found.verdict}")
    return f"<div>{escape('; '.join(said))}</div>"


def _curve(scores: Sequence[float]) -> str:
    """The best score after each improvement, as steps; nothing before the second."""
    if len(scores) < 2:
        return ""
    low, high = min(scores), max(scores)
    width, height = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    across = [EDGE + width * number / (len(scores) - 1) for number in range(len(scores))]
    down = [EDGE + height * (1 - (score - low) / ((high - low) or 1.0)) for score in scores]
    path = f"M{across[0]:.1f} {down[0]:.1f}" + "".join(
        f"H{x:.1f}V{y:.1f}" for x, y in zip(across[1:], down[1:], strict=True)
    )
    title = f"best score so far: {scores[0]:.4f} to {scores[-1]:.4f} in {len(scores)} improvements"
    return (
        f'<svg role="img" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"><title>{title}</title>'
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="2"/></svg>'
    )
