"""The winner of a run on this machine, exported once more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from nas_engine.components import checked
from nas_engine.errors import Incompatible, UnknownComponent
from nas_engine.exporters import EXPORTERS
from nas_engine.local.journal import Journal
from nas_engine.local.loop import LocalContext, Watcher
from nas_engine.recipe import recipe
from nas_engine.run import Run
from nas_engine.stages import Export, perform_export
from nas_engine.stages.export import ExportedFiles
from nas_engine.wire import read, write_atomically


def export_again(run_folder: Path, to: Path, exporters: Sequence[str] | None = None) -> list[Path]:
    """Write the winner's files, by the exporters named or by all that can be used here; returns their paths. The run is not changed.

    Raises Incompatible for a folder without a run or a run without a trained winner, UnknownComponent for an exporter.
    """
    for name in exporters or ():
        if name not in EXPORTERS:
            raise UnknownComponent("exporter", name, tuple(EXPORTERS))
    if not (run_folder / "run.sqlite").exists():
        raise Incompatible(f"{run_folder} holds no run; give the folder that was --out of one")
    journal = Journal(run_folder)
    try:
        plan, state = recipe(json.loads(json.dumps(journal.recipe()))), journal.state()
        if state is None:
            raise Incompatible(f"the run in {run_folder} has not begun")
        run = Run.restored(plan, state)
        stage = checked(
            Export, {"exporters": list(exporters or (name for name in EXPORTERS if not EXPORTERS[name].missing()))}
        )
        if not run.state.holdings.models:
            raise Incompatible(f"the run in {run_folder} has no trained winner yet; let it pass its retrain stage")
        work = stage.work(run.frame(stage))
        context = LocalContext(journal, work, Watcher(), "cpu", float("inf"), attempt=False)
        files = read(ExportedFiles, perform_export(work, context)).files
        paths = []
        for name, stored in sorted(files.items()):
            write_atomically(to / name, journal.files.get(stored))
            paths.append(to / name)
        return paths
    finally:
        journal.close()
