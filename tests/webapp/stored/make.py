"""Makes a database and a run folder in the midst of a small study, with the code that stands in the folder it is started in.

    git worktree add --detach /tmp/earlier COMMIT && cd /tmp/earlier
    python ../path/to/tests/webapp/stored/make.py OUT.tar.xz

Each run dies, as by a kill, when its third checkpoint is in place: three of five steps of a training are done.
"""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

RECIPE: dict[str, Any] = {
    "version": 1,
    "name": "stored",
    "seed": 3,
    "task": {"kind": "image_classification"},
    "space": {"kind": "chain", "operators": ["mb3_e2", "skip"], "skeleton": "tiny"},
    "pipeline": [
        {"kind": "train", "name": "supernet", "trainer": {"kind": "uniform_paths", "batches": 45, "batch": 31}},
        {
            "kind": "search",
            "strategy": {"kind": "random", "draws": 2},
            "estimator": {"kind": "shared_weights", "calibration": 1},
        },
    ],
}


def in_a_child(deed: Callable[[], object]) -> None:
    """Do it in a process that is expected to die of it."""
    child = os.fork()
    if child == 0:
        try:
            deed()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, "it did not get to its third checkpoint"


def dies_after(owner: Any, method: str, calls: int) -> None:
    """Make the process die when a method has been called so often."""
    original, met = getattr(owner, method), []

    def fatal(*arguments: Any, **options: Any) -> Any:
        result = original(*arguments, **options)
        met.append(method)
        if len(met) == calls:
            os._exit(9)
        return result

    setattr(owner, method, fatal)


def on_rows() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from webapp import queueing
    from webapp.accounts.models import Team
    from webapp.environment import environment
    from webapp.runs.context import RowContext
    from webapp.runs.services.advance import advance_run
    from webapp.runs.services.control import start_run
    from webapp.runs.services.perform import perform_work
    from webapp.studies.models import Study

    call_command("migrate", verbosity=0)
    environment.checkpoint_seconds = 0.0
    queueing._send = lambda *_: None
    run = start_run(Study.objects.create(team=Team.objects.create(name="team"), name="stored", recipe=RECIPE))
    advance_run(run.pk)
    dies_after(RowContext, "checkpoint", 3)
    perform_work(run.works.get().pk, "earlier/cpu")


def in_a_folder(folder: Path) -> None:
    from nas_engine.local import Journal, run_locally
    from nas_engine.recipe import recipe

    dies_after(Journal, "point_to_checkpoint", 3)
    run_locally(recipe(RECIPE), folder, checkpoint_seconds=0.0)


def main(out: Path) -> None:
    sys.path.insert(0, str(Path.cwd()))
    with tempfile.TemporaryDirectory() as name:
        var = Path(name)
        os.environ |= {"VAR_DIR": name, "DATABASE_URL": f"sqlite:///{var / 'studio.sqlite'}", "OMP_NUM_THREADS": "1"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
        in_a_child(on_rows)
        in_a_child(lambda: in_a_folder(var / "folder"))
        kept = [path for path in sorted(var.iterdir()) if path.name.split(".")[0] in ("studio", "files", "folder")]
        with tarfile.open(out, "w:xz") as file:
            for path in kept:
                file.add(path, path.name)
        shutil.copystat(out, out)
    print(f"{out}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
