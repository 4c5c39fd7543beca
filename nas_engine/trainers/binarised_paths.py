"""Binarised paths: ProxylessNAS's gradient search, one path at a time (Cai 2019, https://arxiv.org/abs/1812.00332).

From the paper and its code: weight steps train one sampled path; every fifth is followed by a step of the architecture parameters,
on other images, in which two paths a place are drawn and compared; their optimiser, its rate, the beginning of training without
them, and both forms of the budget. AutoSpace's authors searched their learned space with it; with which settings is not known.
OUR CHOICE: one row of parameters a place of the space, one half of the training images for each of the two steps, paths within the
network limits, and how the ranking is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from nas_engine.architecture import Architecture
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace, SearchSpace
from nas_engine.spaces.chain import fixed_cost, place_cost
from nas_engine.tasks import OpenTask
from nas_engine.trainers.gradient_descent import Position
from nas_engine.trainers.most_probable import most_probable
from nas_engine.trainers.optimiser import load_optimiser, optimiser_tensors
from nas_engine.trainers.path_sampling import PathSampling
from nas_engine.wire import Plain, plain, read

if TYPE_CHECKING:
    from torch import Tensor

    from nas_engine.supernets import Mixture
    from nas_engine.wire import Tensors

DRAWS = 100  # paths over the limits in a row before a uniform one inside is taken


@dataclass
class BinarisedState:
    """The plain half of a checkpoint."""

    descent: Position
    score_batch: int


@dataclass
class BinarisedPaths(PathSampling):
    """Learns how probable each option of each place is, while it trains the paths that it draws by those probabilities.

    Concludes the supernet, and a ranking of the most probable members inside the network limits: their score is the geometric mean of
    their options' probabilities, no accuracy.
    """

    kind: ClassVar[str] = "binarised_paths"
    needs: ClassVar[frozenset[str]] = frozenset({"space"})
    gives: ClassVar[frozenset[str]] = frozenset({"supernet", "ranking"})

    learning_rate: Annotated[float, Field(gt=0, le=10, description="highest learning rate of the weights")] = 0.025
    label_smoothing: Annotated[float, Field(ge=0, lt=1, description="share of certainty spread over all classes")] = 0.1
    warm: Annotated[float, Field(ge=0, lt=1, description="share of the steps before probabilities are learned")] = 0.25
    every: Annotated[int, Field(ge=1, le=1000, description="weight steps to each step of the probabilities")] = 5
    score_rate: Annotated[float, Field(gt=0, le=10, description="learning rate of the probabilities")] = 1e-3
    budget_loss: Annotated[
        Literal["add#linear", "mul#log"], Field(description="how expected MAdds enter the probabilities' loss")
    ] = "mul#log"
    budget_weight: Annotated[
        float, Field(ge=0, le=100, description="weight of expected MAdds over the limit, for add#linear")
    ] = 0.1
    ranked: Annotated[int, Field(ge=1, le=100, description="members in the ranking, at most")] = 20

    def check(self, space: SearchSpace) -> None:
        """Raise Incompatible for a space that is no product of choices, or that cannot make a supernet."""
        if not isinstance(space, ChainSpace):
            raise Incompatible(
                f"{self.kind} needs a product of choices, got a space of kind '{space.kind}' with {space.size:,} members: it would"
                " also rank networks outside of it. Search it with 'exhaustive' or 'random', put this stage before the one that"
                " shrinks, or widen it to the product that holds it (Subspace.as_product)"
            )
        super().check(space)

    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        """Raises Incompatible without a space, and where `check` does."""
        from nas_engine.trainers.fitness import BudgetTerm
        from nas_engine.trainers.gates import Gates

        space = products.space
        if space is None:
            raise Incompatible(f"{self.kind} needs a space")
        self.check(space)
        assert isinstance(space, ChainSpace)
        seed = chance.below(2**62)
        for_weights, for_scores = task.train.halves(seed)
        super().setup(products, replace(task, train=for_weights), chance)
        self._score_stream = task.batches(self.batch, seed, for_scores)
        limit = products.limits.madds
        self._gates = Gates(
            [
                [place_cost(space.skeleton, task.shape, place, label).madds for label in alphabet.labels]
                for place, alphabet in enumerate(space.alphabets)
            ],
            fixed_cost(space.skeleton, task.shape).madds,
            None if limit is None else BudgetTerm(limit, self.budget_loss, self.budget_weight),
            self.score_rate,
            task.train.device,
        )
        self._product = space

    # ---------------------------------------------------------------------------------------------------------- steps

    def step(self) -> Mapping[str, float]:
        metrics = super().step()
        surest = [max(row) for row in self._gates.probabilities()]
        return {**metrics, "certainty": sum(surest) / len(surest)}

    def _path(self) -> Architecture:
        """A path drawn by the probabilities among those inside the limits."""
        from nas_engine.trainers.gates import drawn

        rows = self._gates.probabilities()
        labels = [alphabet.labels for alphabet in self._product.alphabets]
        for _ in range(DRAWS):
            genes = [own[drawn(row, self._chance)] for own, row in zip(labels, rows, strict=True)]
            architecture = self._product.architecture(genes)
            if architecture in self._space:
                return architecture
        return self._space.sample(self._chance)

    def _after_batch(self) -> None:
        done = self._stream.position
        if done > self.warm * self.batches and done % self.every == 0:
            self._train_gates()

    def _train_gates(self) -> None:
        inputs, labels = self._score_stream.next()

        def loss_of(mixture: Mixture) -> Tensor:
            return self._task.loss(self._mixed.scores(self._supernet, inputs, mixture), labels)

        self._gates.train(loss_of, self._mixed, self._chance)

    # ---------------------------------------------------------------------------------------------------- checkpoints

    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        rows = {f"score|{place}": row.detach() for place, row in self._gates.named.items()}
        adam = optimiser_tensors(self._gates.optimiser, self._gates.named.items(), "adam")
        return plain(BinarisedState(read(Position, saved), self._score_stream.position)), tensors | rows | adam

    def load(self, saved: Plain, tensors: Tensors) -> None:
        state = read(BinarisedState, saved)
        super().load(plain(state.descent), tensors)
        self._score_stream.position = state.score_batch
        for place, row in self._gates.named.items():
            row.data.copy_(tensors[f"score|{place}"])
        load_optimiser(self._gates.optimiser, self._gates.named.items(), tensors, "adam")

    def conclude(self) -> Products:
        """Raises Infeasible where no member is found inside the limits."""
        chance = Chance.restored(self._chance.save())  # concluding draws nothing from the training's own
        ranking = most_probable(
            self._product, self._space.limits, self._task.shape, self._gates.probabilities(), self.ranked, chance
        )
        return replace(super().conclude(), ranking=ranking)
