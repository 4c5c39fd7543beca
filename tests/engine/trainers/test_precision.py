"""Mixed precision: what is computed in fewer bits and what is not, the scale of fp16, and what cannot be had."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from nas_engine.chance import Chance
from nas_engine.errors import EvaluationFailed, Incompatible
from nas_engine.products import Products, Ranked, Ranking
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import OpenTask, Split
from nas_engine.testing import MemoryContext
from nas_engine.trainers import AutoSpace, Retrain, Trainer, UniformPaths, fit, precision
from nas_engine.trainers.precision import LossScale, MixedPrecision, Precision

CPU = torch.device("cpu")
KINDS = ("retrain", "uniform_paths", "autospace")
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is here")


@pytest.fixture
def products(cells: ChainSpace, digits: OpenTask) -> Products:
    reference = cells.reference
    return Products(space=cells, ranking=Ranking((Ranked(reference, 0.0, cells.cost(reference, digits.shape)),)))


def begun(kind: str, chosen: Precision, products: Products, task: OpenTask) -> Trainer:
    made: Trainer
    if kind == "retrain":
        made = Retrain(epochs=4, batch=19, precision=chosen)
    elif kind == "uniform_paths":
        space = products.space
        assert isinstance(space, ChainSpace)
        narrow = space.narrowed({group: [space.reference_label] for group in space.skeleton.groups})
        products, made = Products(space=narrow), UniformPaths(batches=20, batch=19, precision=chosen)
    else:
        made = AutoSpace(generations=2, steps=2, population=3, cells=2, keep=2, batch=7, precision=chosen)
    made.setup(products, task, Chance(0))
    return made


@contextmanager
def seeing(kinds: type[nn.Module] = nn.Conv2d) -> Iterator[set[torch.dtype]]:
    """The numbers that layers of a kind answer in."""
    seen: set[torch.dtype] = set()

    def noted(module: nn.Module, _: object, output: Tensor) -> None:
        if isinstance(module, kinds):
            seen.add(output.dtype)

    hook = nn.modules.module.register_module_forward_hook(noted)
    try:
        yield seen
    finally:
        hook.remove()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("chosen", "numbers"), [("off", torch.float32), ("bf16", torch.bfloat16), ("fp16", torch.float16)]
)
def test_steps_compute_in_the_numbers_that_the_field_says_and_weights_and_conclusions_in_float32(
    kind: str, chosen: Precision, numbers: torch.dtype, products: Products, digits: OpenTask
) -> None:
    trainer = begun(kind, chosen, products, digits)
    with seeing() as stepping:
        trainer.step()
    assert stepping == {numbers}
    with seeing() as concluding:
        given = trainer.conclude()
    assert concluding <= {torch.float32}
    assert bool(concluding) == (kind == "retrain"), "retraining measures its accuracy"
    tensors = {**(given.supernet or {}), **(given.model.tensors if given.model else {})}
    assert {tensor.dtype for tensor in tensors.values() if tensor.is_floating_point()} == {torch.float32}


@pytest.mark.parametrize("kind", KINDS)
def test_without_mixed_precision_there_is_no_autocast_and_no_scaler(
    kind: str, products: Products, digits: OpenTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(*_: object, **__: object) -> None:
        raise LookupError("asked for mixed precision")

    monkeypatch.setattr(torch, "autocast", unwanted)
    monkeypatch.setattr(torch.amp, "GradScaler", unwanted)
    trainer = begun(kind, "off", products, digits)
    trainer.step()
    assert trainer.save()[0]["scale"] is None
    with pytest.raises(LookupError, match="asked for"):
        begun(kind, "bf16", products, digits)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chosen", ["bf16", "fp16"])
def test_in_fewer_bits_a_training_learns_nearly_the_same(
    kind: str, chosen: Precision, products: Products, digits: OpenTask
) -> None:
    usual, mixed = (begun(kind, each, products, digits) for each in ("off", chosen))
    first, second = usual.step()["loss"], mixed.step()["loss"]
    assert first != second
    assert second == pytest.approx(first, rel=0.02)


# ------------------------------------------------------------------------------------------------------ fp16's scale


class Slope:
    """One weight, whose gradient is what a test says."""

    def __init__(self) -> None:
        self.weight = nn.Parameter(torch.ones(1))
        self.optimiser = torch.optim.SGD([self.weight], 1.0)
        self.mixed = MixedPrecision("fp16", CPU)

    def step(self, gradient: float, clip: float | None = None) -> float:
        """How far a step with such a gradient moves the weight."""
        before = float(self.weight.detach())
        self.optimiser.zero_grad()
        self.mixed.scaled((self.weight * gradient).sum()).backward()  # type: ignore[no-untyped-call]
        self.mixed.step(self.optimiser, [self.weight], clip)
        return before - float(self.weight.detach())


def test_the_clip_is_of_the_gradient_and_not_of_the_scaled_one() -> None:
    slope = Slope()
    assert slope.step(0.25, clip=1.0) == pytest.approx(0.25)
    assert slope.step(8.0, clip=0.5) == pytest.approx(0.5, rel=1e-4)


def test_a_step_whose_gradient_overflows_is_left_out_and_the_scale_is_halved() -> None:
    slope = Slope()
    slope.step(0.5)
    assert slope.mixed.save() == LossScale(2.0**16, 1)
    assert slope.step(float("inf"), clip=1.0) == 0.0
    assert slope.mixed.save() == LossScale(2.0**15, 0)
    assert slope.step(0.5) == pytest.approx(0.5)


def test_after_many_good_steps_the_scale_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(precision.SCALING, "growth_interval", 3)
    slope = Slope()
    for _ in range(3):
        slope.step(0.5)
    assert slope.mixed.save() == LossScale(2.0**17, 0)


def test_a_restored_scale_goes_on_as_the_one_that_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(precision.SCALING, "growth_interval", 3)
    gradients = (0.5, float("inf"), 0.5, 0.5, 0.5, float("inf"), float("inf"), 0.5)
    kept, restored = Slope(), Slope()
    scales = []
    for gradient in gradients:
        saved = restored.mixed.save()
        restored.mixed = MixedPrecision("fp16", CPU)
        restored.mixed.load(saved)
        assert restored.step(gradient) == kept.step(gradient)
        assert restored.mixed.save() == kept.mixed.save()
        scales.append(kept.mixed.save())
    assert len(set(scales)) > 5, "nothing happened to the scale: the test shows nothing"


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_whose_gradients_overflow_leaves_out_the_step_and_goes_on(
    kind: str, products: Products, digits: OpenTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(precision.SCALING, "init_scale", 2.0**24)
    trainer = begun(kind, "fp16", products, digits)
    assert fit(trainer, MemoryContext()) == "finished"
    scale = trainer.save()[0]["scale"]
    assert isinstance(scale, dict)
    assert scale["scale"] < 2.0**24, "no gradient overflowed: the test shows nothing"
    tensors = trainer.save()[1]
    assert all(bool(tensor.isfinite().all()) for tensor in tensors.values())


@pytest.mark.parametrize("chosen", ["bf16", "fp16"])
def test_a_loss_that_is_not_finite_still_fails(
    chosen: Precision, products: Products, digits: OpenTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenTask, "loss", lambda *given: given[1].sum() * float("nan"))
    with pytest.raises(EvaluationFailed, match="loss is nan"):
        fit(begun("retrain", chosen, products, digits), MemoryContext())


# ----------------------------------------------------------------------------------------------- what cannot be had


@pytest.mark.parametrize("chosen", ["bf16", "fp16"])
def test_a_device_that_cannot_is_refused_by_name_of_the_field(
    chosen: Precision, products: Products, digits: OpenTask
) -> None:
    elsewhere = Split(digits.train.inputs.to("meta"), digits.train.labels.to("meta"))
    with pytest.raises(Incompatible, match=rf"'precision': got '{chosen}'.*'meta'.*choose 'off'"):
        begun("retrain", chosen, products, replace(digits, train=elsewhere))


def test_a_device_that_torch_would_only_warn_of_is_refused_without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "is_autocast_enabled", lambda _: False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Incompatible, match="precision"):
            MixedPrecision("bf16", CPU)


# ---------------------------------------------------------------------------------------------------------- on a GPU


@pytest.mark.gpu
@needs_gpu
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chosen", ["bf16", "fp16"])
def test_on_a_gpu_a_training_takes_its_steps_in_mixed_precision(
    kind: str, chosen: Precision, products: Products, digits: OpenTask
) -> None:
    def there(split: Split) -> Split:
        return Split(split.inputs.cuda(), split.labels.cuda())

    task = replace(digits, train=there(digits.train), validation=there(digits.validation))
    trainer = begun(kind, chosen, products, task)
    with seeing() as stepping:
        assert fit(trainer, MemoryContext(device="cuda")) == "finished"
    assert torch.float32 not in stepping
