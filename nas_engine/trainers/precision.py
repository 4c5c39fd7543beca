"""Precision: the numbers that a training computes in. Weights, evaluations and exports are float32 in any case."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from nas_engine.errors import Incompatible

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn
    from torch.optim import Optimizer

Precision = Annotated[
    Literal["off", "bf16", "fp16"],
    Field(description="numbers that gradient steps compute in: off is float32; weights and scores stay float32"),
]


# of a loss in fp16, as torch does
SCALING: dict[str, Any] = {"init_scale": 2.0**16, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2000}


@dataclass(frozen=True)
class LossScale:
    """What fp16 multiplies a loss by, so that small gradients do not vanish, and how many steps it has gone well."""

    scale: float
    steps: int


class MixedPrecision:
    """Takes gradient steps in a precision: `scores`, then `scaled`, then a gradient of it, then `step`.

    With "off" each of them is what it would be without this class, bit for bit.
    """

    def __init__(self, precision: Precision, device: torch.device) -> None:
        """Raises Incompatible where torch knows that the device cannot."""
        import torch

        self._device = device.type
        self._dtype = {"off": None, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
        if self._dtype is not None and not _can(self._device, self._dtype):
            raise Incompatible(
                f"field 'precision': got '{precision}', which torch cannot compute in on a device of kind '{self._device}'; "
                "choose 'off', or run it on another device"
            )
        # bf16 has the range of float32, so its gradients do not vanish
        self._scaler = torch.amp.GradScaler(self._device, **SCALING) if precision == "fp16" else None

    def scores(self, forward: Callable[..., Tensor], *given: object) -> Tensor:
        """What a forward pass in this precision answers, for a loss in float32."""
        import torch

        if self._dtype is None:
            return forward(*given)
        with torch.autocast(self._device, dtype=self._dtype):
            return forward(*given).float()

    def scaled(self, loss: Tensor) -> Tensor:
        """The loss to take the gradient of. **Shapes**: () -> ()."""
        if self._scaler is None:
            return loss
        scaled: Tensor = self._scaler.scale(loss)
        return scaled

    def step(self, optimiser: Optimizer, clipped: Iterable[nn.Parameter] = (), clip: float | None = None) -> None:
        """One step of an optimiser, the gradient of `clipped` at most `clip` long.

        Where a gradient of fp16 overflowed, the step is left out and the next losses are scaled by less.
        """
        from torch.nn.utils import clip_grad_norm_

        if self._scaler is not None:
            self._scaler.unscale_(optimiser)  # before clipping: the clip is of the gradient itself
        if clip is not None:
            clip_grad_norm_(clipped, clip, foreach=True)
        if self._scaler is None:
            optimiser.step()
            return
        self._scaler.step(optimiser)
        self._scaler.update()

    def save(self) -> LossScale | None:
        """What the next step needs; None where that is nothing."""
        if self._scaler is None:
            return None
        state = self._scaler.state_dict()
        return LossScale(float(state["scale"]), int(state["_growth_tracker"]))

    def load(self, saved: LossScale | None) -> None:
        """Give back what `save` took."""
        if self._scaler is not None and saved is not None:
            state = self._scaler.state_dict()
            self._scaler.load_state_dict(state | {"scale": saved.scale, "_growth_tracker": saved.steps})


def _can(device: str, dtype: torch.dtype) -> bool:
    """Whether torch computes in such numbers on such a device: it raises, or warns and does not, where it knows better."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with torch.autocast(device, dtype=dtype):
                return torch.is_autocast_enabled(device)
    except (RuntimeError, AssertionError):
        return False
