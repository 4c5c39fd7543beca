"""Out of memory: a reason, the cure, what was held let go, and a worker that goes on. On a fake device that is too small."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from nas_engine.candidate import Candidate, Evaluation, Failure
from nas_engine.estimators import Estimator, FromScratch, Naswot, SharedWeights
from nas_engine.estimators.out_of_memory import is_out_of_memory
from nas_engine.events import CandidateEvaluated, CandidateFailed
from nas_engine.graph.module import BlockModule
from nas_engine.local import Journal, run_locally
from nas_engine.products import Products
from nas_engine.recipe import Recipe, recipe
from nas_engine.run import Run, perform
from nas_engine.spaces import chain, skeleton_named
from nas_engine.stages.asking import Answers
from nas_engine.supernets import ChainSupernet
from nas_engine.tasks import ImageClassification, OpenTask
from nas_engine.testing import MemoryContext
from nas_engine.wire import read
from nas_engine.work import Result, Work

SPACE = chain(skeleton_named("tiny"), ("mb3_e2", "conv1", "skip"))
RECIPE: dict[str, Any] = {
    "version": 1,
    "name": "on a small device",
    "task": {"kind": "image_classification"},
    "space": {"kind": "chain", "operators": ["mb3_e2", "conv1", "skip"], "skeleton": "tiny"},
}
PATHS = {"kind": "train", "trainer": {"kind": "uniform_paths", "batches": 11, "batch": 31}}
SHARED = {"kind": "shared_weights", "calibration": 1, "calibration_batch": 33}
SCRATCH = {"kind": "from_scratch", "epochs": 1, "batch_size": 350}
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is here")


def searching(estimator: dict[str, Any], draws: int = 1) -> dict[str, Any]:
    return {"kind": "search", "strategy": {"kind": "random", "draws": draws}, "estimator": estimator}


def plan(*pipeline: dict[str, Any]) -> Recipe:
    return recipe({**RECIPE, "pipeline": list(pipeline)})


def too_much() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 12.00 GiB.")


def too_much_for_python() -> None:
    raise MemoryError


def too_much_for_the_machine() -> None:
    torch.empty(2**52)


def while_handling_another() -> None:
    try:
        {}["nothing"]
    except KeyError:
        too_much()


def size(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@dataclass
class SmallDevice:
    """Networks of more than `most` parameters do not fit: after `passes` of them, a forward pass fails as `fails` does."""

    most: int
    passes: int = 0
    fails: Callable[[], None] = too_much
    kinds: tuple[type[nn.Module], ...] = (BlockModule, ChainSupernet)
    refused: list[weakref.ref[nn.Module]] = field(default_factory=list)
    held: int = 0  # how many of those were still there when the next network came

    def __call__(self, module: nn.Module, _: object) -> None:
        self.held += sum(ref() not in (None, module) for ref in self.refused)
        if isinstance(module, self.kinds) and size(module) > self.most:
            self.passes -= 1
            if self.passes < 0:
                self.refused.append(weakref.ref(module))
                self.fails()

    @property
    def let_go(self) -> bool:
        return bool(self.refused) and all(ref() is None for ref in self.refused)


@contextmanager
def working_on(device: SmallDevice) -> Iterator[SmallDevice]:
    hook = nn.modules.module.register_module_forward_pre_hook(device)
    try:
        yield device
    finally:
        hook.remove()


def first_work(*pipeline: dict[str, Any]) -> Work:
    return Run(plan(*pipeline)).advance().work[0]


def answers(result: Result) -> Answers:
    assert result.mishap is None
    return read(Answers, result.outcome)


# ------------------------------------------------------------------------------------------------------ a whole Work


@pytest.mark.parametrize("fails", [too_much, too_much_for_python, too_much_for_the_machine, while_handling_another])
@pytest.mark.parametrize("passes", [0, 3])
def test_a_training_without_memory_is_a_mishap_that_lets_go_of_the_network_and_the_worker_lives(
    fails: Callable[[], None], passes: int
) -> None:
    work = first_work(PATHS)
    with working_on(SmallDevice(most=500, passes=passes, fails=fails)) as device:
        result = perform(work, MemoryContext(work))
        assert device.let_go
        assert result.mishap is not None
        assert result.mishap.reason == "out of memory"
        assert "lower trainer.batch (now 31)" in result.mishap.message
        assert "budget.network" in result.mishap.message
        device.most = 10**9
        again = perform(work, MemoryContext(work))
    undisturbed = perform(work, MemoryContext(work))
    assert again.mishap is None
    assert again.outcome == undisturbed.outcome


def test_a_retraining_without_memory_names_its_batch() -> None:
    run = Run(plan(searching(SCRATCH), {"kind": "retrain", "seeds": 1, "trainer": {"epochs": 1, "batch": 350}}))
    step = run.advance()
    while step.work[0].kind == "evaluate":
        step = run.advance([perform(work, MemoryContext(work)) for work in step.work])
    work = step.work[0]
    with working_on(SmallDevice(most=10)) as device:
        result = perform(work, MemoryContext(work))
    assert result.mishap is not None
    assert "lower trainer.batch (now 350)" in result.mishap.message
    assert device.let_go


def test_the_devices_cache_is_emptied_once_the_network_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    device, found = SmallDevice(most=10), []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: found.append(device.let_go))
    work = first_work(PATHS)
    with working_on(device):
        monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
        perform(work, MemoryContext(work))
        assert found == []
        monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
        perform(work, MemoryContext(work))
        assert found == [True]


def test_another_error_of_torch_is_not_taken_for_it() -> None:
    def broken() -> None:
        torch.ones(2) @ torch.ones(3)

    work = first_work(PATHS)
    with working_on(SmallDevice(most=10, fails=broken)), pytest.raises(RuntimeError, match="inconsistent tensor size"):
        perform(work, MemoryContext(work))
    assert not is_out_of_memory(RuntimeError("CUDA error: invalid argument"))
    assert is_out_of_memory(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"))


# ------------------------------------------------------------------------------------------------- one of several


@pytest.fixture(scope="module")
def digits() -> OpenTask:
    whole = ImageClassification().open()
    return replace(whole, train=whole.train.part(list(range(95))), validation=whole.validation.part(list(range(90))))


@pytest.fixture(scope="module")
def supernet(digits: OpenTask) -> Products:
    return Products(space=SPACE, supernet=dict(SPACE.supernet(digits.shape).state_dict()))


CANDIDATES = [Candidate(SPACE.architecture([label] * 3)) for label in ("conv1", "mb3_e2", "skip")]


@pytest.mark.parametrize("estimator", [SharedWeights(1, 33), FromScratch(epochs=1, batch_size=33), Naswot(33)])
@pytest.mark.parametrize("fails", [too_much, too_much_for_python, too_much_for_the_machine])
def test_a_candidate_without_memory_fails_alone_and_is_let_go_before_the_next(
    estimator: Estimator, fails: Callable[[], None], supernet: Products, digits: OpenTask
) -> None:
    small, large, _ = (size(SPACE.build(candidate.architecture, digits.shape)) for candidate in CANDIDATES)
    assert small < large
    usual = estimator.estimate(CANDIDATES, supernet, digits, MemoryContext())
    with working_on(SmallDevice(most=large - 1, fails=fails)) as device:
        first, failed, last = estimator.estimate(CANDIDATES, supernet, digits, MemoryContext())
    assert [first, last] == [usual[0], usual[2]]
    assert isinstance(failed, Failure)
    assert (failed.candidate, failed.reason) == (CANDIDATES[1], "out of memory")
    named = "estimator.calibration_batch" if isinstance(estimator, SharedWeights) else "estimator.batch_size"
    assert f"lower {named} (now 33)" in failed.message
    assert len(device.refused) == 1, "it was asked again"
    assert device.held == 0
    assert device.let_go


def test_a_search_on_a_small_device_ranks_what_fits_and_asks_for_nothing_twice(tmp_path: Path) -> None:
    chosen, shape = plan(PATHS, searching(SHARED, draws=20)), ImageClassification().shape
    space = chosen.space.space()
    sizes = {member.key: size(space.build(member, shape)) for member in space.members()}
    most = sorted(sizes.values())[-6]  # more than any single operator has
    with working_on(SmallDevice(most=most, kinds=(BlockModule,))) as device:  # the supernet itself fits
        state = run_locally(chosen, tmp_path)
    facts = [event.fact for _, event in Journal(tmp_path).events()]
    failed = [fact for fact in facts if isinstance(fact, CandidateFailed)]
    scored = [fact for fact in facts if isinstance(fact, CandidateEvaluated)]
    assert state.status == "finished", state.reason
    assert failed
    assert scored
    assert {fact.reason for fact in failed} == {"out of memory"}
    assert all(sizes[fact.key] > most for fact in failed)
    assert all(sizes[fact.key] <= most for fact in scored)
    assert len(device.refused) == len(failed)


def test_a_work_of_one_candidate_without_memory_has_an_outcome_with_its_failure() -> None:
    work = first_work(searching(SCRATCH))
    with working_on(SmallDevice(most=10)):
        found = answers(perform(work, MemoryContext(work)))
    assert found.evaluations == []
    assert [failure.reason for failure in found.failures] == ["out of memory"]


# -------------------------------------------------------------------------------------------------------- on a GPU


@pytest.mark.gpu
@needs_gpu
def test_on_a_gpu_the_memory_is_free_again_and_the_next_work_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    work = first_work(searching(SCRATCH))

    def on_the_gpu() -> Answers:
        return answers(perform(work, MemoryContext(work, device="cuda")))

    (usual,) = on_the_gpu().evaluations
    before = torch.cuda.memory_allocated()
    with monkeypatch.context() as patch:
        patch.setattr(OpenTask, "loss", lambda *_: torch.empty(2**48, device="cuda"))
        (failed,) = on_the_gpu().failures
    assert failed.reason == "out of memory"
    assert torch.cuda.memory_allocated() <= before
    (again,) = on_the_gpu().evaluations
    assert isinstance(again, Evaluation)
    assert again.candidate == usual.candidate
