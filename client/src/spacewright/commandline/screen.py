"""A run on the terminal: a line for each fact that a person waits for, bars for what is being done."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from spacewright.errors import SpacewrightError
from spacewright.records import Event
from spacewright.studies import Study


class Screen:
    """One bar for the stages, one for each piece of work. Where there is no terminal, lines only."""

    def __init__(self, console: Console, study: Study) -> None:
        self._console, self._study = console, study
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._stages = self._progress.add_task("stages", total=len(study.recipe.get("pipeline", [])) or None)
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Screen:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def event(self, event: Event) -> None:
        """A fact."""
        if event.kind == "stage finished":
            self._progress.advance(self._stages)
        text = sentence(event)
        if text:
            self._console.print(text)

    def look(self) -> None:
        """See what is being done. A server that is away now is no matter: the facts wait for it."""
        if not self._console.is_terminal:
            return
        try:
            doing = {one.work: one for one in self._study.snapshot().doing}
        except SpacewrightError:
            return
        for work in [work for work in self._bars if work not in doing]:
            self._progress.remove_task(self._bars.pop(work))
        for work, one in doing.items():
            if work not in self._bars:
                self._bars[work] = self._progress.add_task(work, total=one.total)
            self._progress.update(
                self._bars[work], completed=one.done or 0, total=one.total, description=f"{work}: {one.doing}"
            )


def sentence(event: Event) -> str:
    """What a person reads of a fact; nothing of those that come by the thousand."""
    payload = event.payload
    match event.kind:
        case "stage started":
            return str(payload["name"])
        case "generation evolved":
            return f"  generation {payload['generation']}: loss {payload['loss']:.3f}"
        case "space shrunk":
            kept = "kept" if payload["accepted"] else "not better, so the space before it is kept"
            return (
                f"  round {payload['round']}: {payload['size']:,} networks, sample mean {payload['mean']:.4f}, {kept}"
            )
        case "model trained":
            return f"  {payload['subject']}, seed {payload['seed']}: validation {payload['validation']:.4f}"
        case "test opened":
            between = f"{payload['low']:+.4f} to {payload['high']:+.4f}"
            return f"  winner - reference: {payload['difference']:+.4f} ({between}): {payload['verdict']}"
        case "stage finished":
            return f"  {payload['why']}"
        case "warned":
            return f"  warning: {payload['text']}"
        case "run asked":
            return f"asked to {payload['wanted']}"
        case "run ended":
            return f"{payload['status']}{': ' if payload['reason'] else ''}{payload['reason']}"
    return ""
