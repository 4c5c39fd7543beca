"""`run`: a progress bar a stage, resumed by the same command, safe to interrupt."""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from nas_engine.bundle import report
from nas_engine.commandline.files import read_recipe
from nas_engine.errors import EvaluationFailed, Infeasible
from nas_engine.events import Event, GenerationEvolved, ModelTrained, SpaceShrunk, StageFinished, StageStarted, Warned
from nas_engine.fingerprint import fingerprint
from nas_engine.local import Watcher, run_locally
from nas_engine.products import Comparison, Rival
from nas_engine.recipe import Recipe
from nas_engine.run import RunState
from nas_engine.wire import write_atomically
from nas_engine.work import Work

REPORT = "report.json"


def command(chosen: argparse.Namespace) -> int:
    """Raises Infeasible and EvaluationFailed for runs that end so."""
    plan = read_recipe(chosen.recipe)
    console = Console(highlight=False)
    state = followed(plan, chosen, console)
    if state.status == "infeasible":
        raise Infeasible(state.reason)
    if state.status == "failed":
        raise EvaluationFailed("ours", state.reason)
    _show(console, state, chosen)
    return 0


def followed(plan: Recipe, chosen: argparse.Namespace, console: Console) -> RunState:
    """Run a recipe to its end, or go on, with bars on the terminal; then write its report."""
    import torch

    torch.set_num_threads(chosen.threads)
    with _Screen(console, chosen.finish) as screen:
        state = run_locally(plan, chosen.out, screen, chosen.device)
    told = report(plan, state, {**fingerprint(), "device": chosen.device})
    write_atomically(chosen.out / REPORT, (json.dumps(told, indent=2) + "\n").encode())
    return state


def _show(console: Console, state: RunState, chosen: argparse.Namespace) -> None:
    if state.holdings.comparison is not None:
        _compare(console, state.holdings.comparison)
    elif state.holdings.ranking is not None:
        best = state.holdings.ranking.entries[0]
        console.print(f"best: {best.score:.4f}, {best.cost.params:,} params, {best.cost.madds:,} MAdds")
    if state.holdings.exports:
        console.print(f"export: {chosen.out / 'export'}: {', '.join(sorted(state.holdings.exports))}", soft_wrap=True)
    console.print(f"report: {chosen.out / REPORT}", soft_wrap=True)


def _compare(console: Console, found: Comparison) -> None:
    count = len(found.seeds)
    table = Table()
    for heading in ("network", "mean", "each seed", "params", "MAdds"):
        table.add_column(heading, justify="left" if heading == "network" else "right")
    for name, scores, cost in (
        ("winner", found.winner, found.winner_cost),
        ("reference", found.reference, found.reference_cost),
        *((("random", rival.scores, rival.cost),) if (rival := found.random) else ()),
    ):
        each = " ".join(f"{score:.4f}" for score in scores)
        table.add_row(name, f"{sum(scores) / len(scores):.4f}", each, f"{cost.params:,}", f"{cost.madds:,}")
    console.print(f"test accuracy over {count} training seeds, test split opened once:", soft_wrap=True)
    console.print(table)
    console.print(_difference("reference", found), soft_wrap=True)
    console.print(_difference("random", rival) if rival else NO_CONTROL, soft_wrap=True)


NO_CONTROL = "random search at equal cost: not run. Add a `control` stage."


def _difference(other: str, found: Comparison | Rival) -> str:
    interval = f"95 % interval {found.low:+.4f} to {found.high:+.4f}, paired bootstrap over seeds"
    return f"winner - {other}: {found.difference:+.4f} ({interval}): [bold]{found.verdict}[/bold]"


class _Screen(Watcher):
    """Progress bars, and a line for each fact that a person waits for.

    Ctrl-C and SIGTERM ask the run to stop at its next boundary; a second one ends it at once.
    """

    def __init__(self, console: Console, finish: bool = False) -> None:
        self._console, self._finish = console, finish
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._bars: dict[str, TaskID] = {}
        self._asked = False

    def __enter__(self) -> _Screen:
        self._kept = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        for number, handler in self._kept.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: object) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._console.print("stopping at the next boundary (once more: at once)")

    def stop(self) -> bool:
        return self._asked

    def concluding(self) -> bool:
        return self._finish

    def gauge(self, work: Work, done: int, total: int, metrics: Mapping[str, float]) -> None:
        if work.key not in self._bars:
            self._bars[work.key] = self._progress.add_task(work.key, total=total)
        loss = f"  loss {metrics['loss']:.3f}" if "loss" in metrics else ""
        self._progress.update(self._bars[work.key], completed=done, description=f"{work.key}{loss}")
        if done == total:
            self._progress.remove_task(self._bars.pop(work.key))

    def event(self, event: Event) -> None:
        text = _line(event)
        if text:
            self._console.print(text, soft_wrap=True)


def _line(event: Event) -> str:
    fact = event.fact
    if isinstance(fact, StageStarted):
        return f"[bold]{fact.name}[/bold]"
    if isinstance(fact, GenerationEvolved):
        return f"  generation {fact.generation}: loss {fact.loss:.3f}, expected {fact.expected_madds:,.0f} MAdds"
    if isinstance(fact, SpaceShrunk):
        kept = "kept" if fact.accepted else "not better, so the space before it is kept"
        return f"  round {fact.round}: {fact.size:,} networks, sample mean {fact.mean:.4f}, {kept}"
    if isinstance(fact, ModelTrained):
        return f"  {fact.subject}, seed {fact.seed}: validation {fact.validation:.4f}"
    if isinstance(fact, StageFinished):
        figures = ", ".join(f"{name} {value:,.6g}" for name, value in fact.summary.items())
        return f"  {fact.why}{': ' if figures else ''}{figures}"
    return f"[yellow]  warning: {fact.text}[/yellow]" if isinstance(fact, Warned) else ""
