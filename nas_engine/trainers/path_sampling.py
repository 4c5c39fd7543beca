"""Path sampling: a supernet trained one member of the space at a time; a subclass says which."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from nas_engine.architecture import Architecture
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.products import Products
from nas_engine.spaces import Relaxable, SearchSpace, Within
from nas_engine.tasks import OpenTask
from nas_engine.trainers.gradient_descent import GradientDescent

if TYPE_CHECKING:
    from torch import Tensor

    from nas_engine.supernets import Supernet
    from nas_engine.wire import Tensors


@dataclass
class PathSampling(GradientDescent):
    """Each batch trains the weights of one member inside the network limits.

    Starts from the weights of an earlier supernet where one is there and names fit (evolution's bank, say).
    """

    batches: Annotated[int, Field(ge=1, le=10_000_000, description="gradient steps")] = 1000

    @abstractmethod
    def _path(self) -> Architecture:
        """Whom the next batch trains."""

    @property
    def total_batches(self) -> int:
        return self.batches

    def check(self, space: SearchSpace) -> None:
        """Raise Incompatible for a space that cannot make a supernet."""
        if not isinstance(space, Relaxable):
            raise Incompatible(f"{self.kind} needs a space that can make a supernet")
        space.check_supernet()

    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        """Raises Incompatible without a space that can make a supernet."""
        if products.space is None or not isinstance(products.space, Relaxable):
            raise Incompatible(f"{self.kind} needs a space that can make a supernet")
        self._space = Within(products.space, products.limits, task.shape)
        chance.seed_torch()
        self._supernet: Supernet = products.space.supernet(task.shape)
        if products.supernet is not None:
            self._start_from(products.supernet)
        self._begin(task, chance, self._supernet)

    def _start_from(self, tensors: Tensors) -> None:
        own = self._supernet.state_dict()
        fitting = {name: t for name, t in tensors.items() if name in own and own[name].shape == t.shape}
        self._supernet.load_state_dict(own | fitting)

    def _scores(self, inputs: Tensor) -> Tensor:
        scores: Tensor = self._supernet(inputs, self._supernet.path(self._path().genes))
        return scores

    def conclude(self) -> Products:
        return Products(supernet=dict(self._supernet.state_dict()))
