"""Naswot: how differently an untrained network sees different images (Mellor 2021, https://arxiv.org/abs/2006.04647)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from nas_engine.chance import seed_from
from nas_engine.estimators.zero_cost import ZeroCost
from nas_engine.tasks import Batches, OpenTask

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


@dataclass
class Naswot(ZeroCost):
    """Log-determinant of the kernel of activation codes of one minibatch: two images are alike in the units that both switch on or off.

    A code has one bit for each unit of each ReLU and ReLU6: whether its input is above zero. That a ReLU6 is full is no bit of its
    own, and sigmoids (of squeeze-excite and gates) have none (OUR CHOICE; the paper's networks have ReLUs only). Batch-norms take
    the minibatch's own statistics, as in the authors' code. Every candidate of a run sees the same training images, not augmented.
    """

    kind: ClassVar[str] = "naswot"

    batch_size: Annotated[int, Field(ge=2, le=2048, description="images of the minibatch")] = 128

    def score(self, network: nn.Module, task: OpenTask, seed: int) -> float:
        """Minus infinity where two images have the same code."""
        import torch

        images, _ = Batches(task.train, self.batch_size, seed_from(seed, self.kind)).next()
        kernel = _Kernel(len(images), images.device)
        kernel.watch(network)
        network.train()
        with torch.no_grad():
            network(images)
        return float(torch.linalg.slogdet(kernel.matches).logabsdet)

    def _why(self) -> str:
        return f"two images of its minibatch have one code; lower estimator.batch_size (now {self.batch_size}) or use wider networks"


class _Kernel:
    """`matches[i, j]`: in how many units images i and j agree. **Shapes**: (B, B), float64 so that millions stay exact."""

    def __init__(self, images: int, device: torch.device) -> None:
        import torch

        self.matches = torch.zeros(images, images, dtype=torch.float64, device=device)

    def watch(self, network: nn.Module) -> None:
        from torch import nn

        for module in network.modules():
            if isinstance(module, nn.ReLU | nn.ReLU6):
                module.register_forward_pre_hook(self._add)

    def _add(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        code = (inputs[0] > 0).flatten(1).float()
        on = code @ code.T
        ones = on.diagonal()
        both_off = code.shape[1] - ones[:, None] - ones[None, :] + on
        self.matches += on + both_off
