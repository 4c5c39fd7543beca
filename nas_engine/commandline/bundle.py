"""`bundle`: a run folder as one file."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from pathlib import Path

from nas_engine.bundle import Recorded, Surroundings, blocks
from nas_engine.commandline.made_here import RunHere
from nas_engine.commandline.run import REPORT
from nas_engine.errors import Incompatible, StorageFailed
from nas_engine.local import Journal
from nas_engine.run import RunState


def command(chosen: argparse.Namespace) -> int:
    """Raises Incompatible for a folder without a run, StorageFailed for one in use or a file that cannot be written."""
    if not (chosen.run / "run.sqlite").is_file():
        raise Incompatible(f"{chosen.run} holds no run; give the folder that was --out of one")
    with closing(Journal(chosen.run)) as journal:
        journal.lock()
        _write(chosen.to, _recorded(journal, chosen.run))
    print(chosen.to)
    return 0


def _recorded(journal: Journal, folder: Path) -> Recorded:
    recipe, state = journal.recipe(), journal.state()
    if recipe is None or state is None:
        raise Incompatible(f"the run in {folder} has not begun; `run` it first")
    known = RunState.read(state)
    return Recorded(
        name=str(recipe["name"]),
        recipe=recipe,
        state=state,
        status=known.status,
        reason=known.reason,
        slots=1,
        events=RunHere(journal).events,
        environments=_environments(folder),
    )


def _write(to: Path, run: Recorded) -> None:
    partial = to.with_name(f".{to.name}.partial")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.writelines(blocks(run))
        partial.replace(to)
    except OSError as error:
        if isinstance(error, StorageFailed):
            raise
        raise StorageFailed(f"could not write {to}: {error.strerror}; choose another --to") from error
    finally:
        partial.unlink(missing_ok=True)


def _environments(folder: Path) -> tuple[Surroundings, ...]:
    """What the report says of it; a run that is not over has none yet."""
    try:
        found = json.loads((folder / REPORT).read_text(encoding="utf-8"))["environment"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return (found,) if isinstance(found, dict) else ()
