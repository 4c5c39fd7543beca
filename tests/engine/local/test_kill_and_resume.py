"""A run that is killed, by SIGKILL, at any point and started again ends as the undisturbed one does."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nas_engine.chance import Chance
from nas_engine.exporters import PytorchSource
from nas_engine.local import Journal, LocalContext, run_locally
from nas_engine.recipe import Recipe, recipe
from nas_engine.trainers import AutoSpace, UniformPaths
from nas_engine.wire import pack
from nas_engine.work import Checkpoint

pytestmark = pytest.mark.xdist_group("kill and resume")

TINY = Path(__file__).parents[3] / "examples" / "tiny.json"
EVERY_STEP = 0.0  # seconds between checkpoints


@pytest.fixture(scope="module")
def tiny() -> Recipe:
    return recipe(json.loads(TINY.read_text()))


@pytest.fixture(scope="module")
def undisturbed(tiny: Recipe, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of a run that nobody killed, and that never wrote a checkpoint."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert run_locally(tiny, folder, checkpoint_seconds=1e9).status == "finished"
    return Journal(folder).history_digest()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_at(target: type, method: str, call: int, after: bool) -> None:
    """Make the process die around the given call of a method."""
    original = getattr(target, method)
    calls = 0

    def around(self: object, *arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call and not after:
            die()
        result = original(self, *arguments)
        if calls == call:
            die()
        return result

    setattr(target, method, around)


def killed(tiny: Recipe, folder: Path, prepare: Callable[[], None]) -> None:
    """Run in a forked child until it is killed."""
    child = os.fork()
    if child == 0:
        try:
            torch.set_num_threads(1)
            prepare()
            run_locally(tiny, folder, checkpoint_seconds=EVERY_STEP)
        finally:
            os._exit(7)  # not killed: the point was never reached
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child ended by itself with {os.waitstatus_to_exitcode(status)}"
    assert os.WTERMSIG(status) == signal.SIGKILL


POINTS = {
    "mid-step of evolution": (AutoSpace, "_begin_generation", (2, 3), True),
    "mid-step of the supernet": (UniformPaths, "_scores", (2, 30), True),
    "after an event flush": (Journal, "flush_events", (2, 8), True),
    "after a checkpoint file, before its pointer": (Journal, "point_to_checkpoint", (2, 8), False),
    "after a result, before it is told": (Journal, "commit_result", (1, 9), True),
    "before a result is written": (Journal, "commit_result", (1, 9), False),
    "in a decision, before it is written": (Journal, "commit_step", (2, 9), False),
    "during export": (PytorchSource, "files", (1, 1), True),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_ends_as_the_undisturbed_one(point: str, tiny: Recipe, undisturbed: str, tmp_path: Path) -> None:
    target, method, (first, last), after = POINTS[point]
    seed = int.from_bytes(os.urandom(4), "big")
    call = first + Chance(seed).below(last - first + 1)
    print(f"seed {seed}: killed at call {call} of {target.__name__}.{method}")
    killed(tiny, tmp_path, lambda: dies_at(target, method, call, after))
    assert Journal(tmp_path).history_digest() != undisturbed
    assert run_locally(tiny, tmp_path).status == "finished"
    assert Journal(tmp_path).history_digest() == undisturbed
    assert {path.name for path in (tmp_path / "export").iterdir()} >= {"network.py", "weights.safetensors"}


def test_facts_are_lost_if_the_pointer_moves_before_they_are_flushed(
    tiny: Recipe, undisturbed: str, tmp_path: Path
) -> None:
    def wrong_order() -> None:
        def checkpoint(self: LocalContext, content: dict[str, object], tensors: dict[str, torch.Tensor]) -> None:
            stored = self._journal.write_checkpoint(f"{self.work.key}.safetensors", pack(content, tensors))
            self._journal.point_to_checkpoint(self.work.key, Checkpoint.after(None, stored), self.spent())
            self.flush()

        LocalContext.checkpoint = checkpoint  # type: ignore[method-assign]
        dies_at(Journal, "point_to_checkpoint", 3, after=True)

    killed(tiny, tmp_path, wrong_order)
    assert run_locally(tiny, tmp_path).status == "finished"
    assert Journal(tmp_path).history_digest() != undisturbed
