"""AutoSpace: evolves the cells of a search space with a differentiable fitness (Zhou 2021, ICCV, pp. 337-346).

Known from the abstract, the figure and the release: a population of cells a layer, tournament, local mutation, K cells in
parallel weighted by their scores, both trained by back-propagation, scores written back, the top cells are the space; a
reference architecture speeds it up. The numbers, the softmax, the write-back, the sharing of a population by a stage's later
blocks and what exactly the reference does are OUR CHOICE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from nas_engine.chance import Chance
from nas_engine.components import without_younger_defaults
from nas_engine.errors import Incompatible
from nas_engine.events import CellRecord, GenerationEvolved
from nas_engine.operators import AutoSpaceCell, CellGenotype, operator
from nas_engine.products import Products
from nas_engine.spaces import Cells, ChainSpace, SearchSpace
from nas_engine.spaces.chain import fixed_cost, place_cost
from nas_engine.tasks import OpenTask
from nas_engine.trainers.base import Trainer
from nas_engine.trainers.optimiser import cosine, load_optimiser, momentum_descent, optimiser_tensors, set_rate
from nas_engine.trainers.population import Breeding, Member, Population, operator_shares, rank_stability
from nas_engine.trainers.precision import LossScale, MixedPrecision, Precision
from nas_engine.trainers.weight_bank import WeightBank
from nas_engine.wire import Plain, plain, read

if TYPE_CHECKING:
    from torch import Tensor

    from nas_engine.wire import Tensors

STEP_BATCHES = 5


@dataclass
class EvolutionState:
    """The plain half of a checkpoint."""

    position: int
    batch: int
    score_batch: int
    loss: float
    populations: list[Population]
    slots: dict[str, list[Member]]
    chance: Chance
    scale: LossScale | None = None


@dataclass
class AutoSpace(Trainer):
    """A generation: K cells a layer group by tournament and mutation, beside the reference; train them; write back.

    Concludes the evolved space (each group's best cells and the reference) and its supernet, with what they learned.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "autospace"
    needs: ClassVar[frozenset[str]] = frozenset({"space"})
    gives: ClassVar[frozenset[str]] = frozenset({"space", "supernet"})

    generations: Annotated[int, Field(ge=1, le=100_000, description="rounds of selection")] = 30
    steps: Annotated[int, Field(ge=1, le=10_000, description="training steps a generation, five batches each")] = 8
    population: Annotated[int, Field(ge=2, le=1024, description="cells alive in each layer group")] = 16
    cells: Annotated[int, Field(ge=1, le=16, description="cells in parallel (K), the reference not counted")] = 4
    keep: Annotated[int, Field(ge=1, le=32, description="evolved cells a group of the resulting space")] = 6
    tournament: Annotated[int, Field(ge=1, le=64, description="cells drawn to find a parent")] = 3
    mutation: Annotated[
        float, Field(ge=0, le=1, description="probability that a chosen cell is replaced by its child")
    ] = 0.5
    reference: Annotated[
        bool, Field(description="hold the reference cell in a slot of its own and seed from it; false is the ablation")
    ] = True
    margin: Annotated[float, Field(ge=0, le=100, description="how far below the reference a cell may stay")] = 0.0
    memory: Annotated[float, Field(gt=0, le=1, description="weight of the newest visit in a stored score")] = 0.5
    warm: Annotated[float, Field(ge=0, lt=1, description="share of a generation before scores are trained")] = 0.25
    every: Annotated[int, Field(ge=1, le=1000, description="weight steps to each step of the scores")] = 2
    split: Annotated[
        Literal["held-out", "joint"], Field(description="whether scores learn from other images than weights")
    ] = "held-out"
    reading: Annotated[
        Literal["softmax", "raw"],
        Field(description="what cells are mixed by: the softmax of their scores, or the scores"),
    ] = "softmax"
    fitness: Annotated[
        Literal["gradient", "random"], Field(description="how cells are scored; random is the control of the method")
    ] = "gradient"
    batch: Annotated[int, Field(ge=2, le=8192, description="images a batch")] = 64
    learning_rate: Annotated[float, Field(gt=0, le=10, description="highest learning rate of the weights")] = 0.1
    score_rate: Annotated[float, Field(gt=0, le=10, description="learning rate of the scores")] = 0.05
    weight_decay: Annotated[float, Field(ge=0, le=1, description="pull of the weights to zero")] = 4e-5
    clip: Annotated[float, Field(gt=0, le=1e6, description="largest norm of a gradient")] = 5.0
    precision: Precision = "off"
    budget_loss: Annotated[
        Literal["add#linear", "mul#log"], Field(description="how expected MAdds enter the scores' loss")
    ] = "add#linear"
    budget_weight: Annotated[float, Field(ge=0, le=100, description="weight of expected MAdds over the limit")] = 0.1
    reject: Annotated[
        float, Field(gt=0, le=100, description="a cell may cost this many times the reference's MAdds")
    ] = 1.5

    @model_serializer(mode="wrap")
    def _without_younger_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_younger_defaults(self, write, {"reading": "softmax", "fitness": "gradient"})

    @property
    def length(self) -> int:
        return self.generations * self.steps

    @property
    def _score_steps(self) -> int:
        """Of a generation: those batches after which the scores are trained too."""
        return sum(self._trains_scores(batch) for batch in range(self.steps * STEP_BATCHES))

    def _trains_scores(self, batch: int) -> bool:
        """Whether the scores take a step after this batch of a generation."""
        return batch >= self.warm * self.steps * STEP_BATCHES and batch % self.every == 0

    def check(self, space: SearchSpace) -> None:
        """Only an open cell space whose reference is a cell can be evolved."""
        if not isinstance(space, ChainSpace) or not all(isinstance(alphabet, Cells) for alphabet in space.alphabets):
            raise Incompatible("autospace needs a space of kind 'autospace', whose cells are still open")
        if not isinstance(operator(space.reference_label), AutoSpaceCell):
            raise Incompatible(
                f"autospace needs a cell as reference, got {space.reference_label!r}; try '5/1,2/1,2 D2 00 e6'"
            )

    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        """Raises Incompatible without a space, and where `check` does."""
        space = products.space
        if space is None:
            raise Incompatible("autospace needs a space")
        self.check(space)
        assert isinstance(space, ChainSpace)
        reference = operator(space.reference_label)
        assert isinstance(reference, AutoSpaceCell)
        self._space, self._task, self._chance, self._limits = space, task, chance, products.limits
        self._groups = space.skeleton.groups
        self._bank = WeightBank()
        self._mixed = MixedPrecision(self.precision, task.train.device)
        self._alphabet = space.alphabets[0]
        assert isinstance(self._alphabet, Cells)
        self._breeding = Breeding(
            self._alphabet,
            reference.genotype if self.reference else None,
            self.population,
            self.tournament,
            self.mutation,
            self.memory,
            self.margin,
            self._affordable,
        )
        seed = chance.below(2**62)
        for_weights, for_scores = (task.train, task.train) if self.split == "joint" else task.train.halves(seed)
        self._stream = task.batches(self.batch, seed, for_weights)
        self._score_stream = task.batches(self.batch, seed + 1, for_scores)
        self.position, self.facts, self._loss = 0, [], 0.0
        self._populations = {group: self._breeding.founders(group, chance) for group in dict.fromkeys(self._groups)}
        bare = [group for group, population in self._populations.items() if not population.members]
        if bare and not self.reference:
            raise Incompatible(
                f"autospace: no cell of '{bare[0]}' costs at most {self.reject} times the reference's MAdds; raise 'reject'"
            )
        self._slots: dict[str, list[Member]] = {}

    def _madds(self, group: str, label: str) -> int:
        """Of a cell, over all places of a group."""
        places = [place for place, own in enumerate(self._groups) if own == group]
        return sum(place_cost(self._space.skeleton, self._task.shape, place, label).madds for place in places)

    def _affordable(self, group: str, genotype: CellGenotype) -> bool:
        label = self._label(genotype)
        return self._madds(group, label) <= self.reject * self._madds(group, self._space.reference_label)

    def _label(self, genotype: CellGenotype | str) -> str:
        raw = CellGenotype.read(genotype) if isinstance(genotype, str) else genotype
        assert isinstance(self._alphabet, Cells)
        return self._alphabet.label(raw)

    # ------------------------------------------------------------------------------------------------- a generation

    def _begin_generation(self) -> None:
        chance = self._chance
        self._slots = {
            group: self._breeding.slots(population, self.cells, chance)
            for group, population in self._populations.items()
        }
        self._loss = 0.0
        chance.seed_torch()
        self._make_network()
        parents = {
            (group, self._label(m.genotype)): m.parent for group, members in self._slots.items() for m in members
        }
        self._bank.fill(self._network, self._groups, parents)

    def _standing(self) -> dict[str, list[str]]:
        """Labels in each group's slots, the reference last."""
        last = [self._space.reference_label] if self.reference else []
        return {group: [self._label(m.genotype) for m in members] + last for group, members in self._slots.items()}

    def _make_network(self) -> None:
        """The network of the slots, with fresh optimisers (the momentum of a generation is not carried over)."""
        import torch

        from nas_engine.trainers.fitness import BudgetTerm, CellFitness

        standing, shape = self._standing(), self._task.shape
        self._network = self._space.narrowed(standing).supernet(shape).to(self._task.train.device)
        limit = self._limits.madds
        self._fitness = CellFitness(
            self._network,
            self._groups,
            {group: [m.score for m in members] + [0.0] * self.reference for group, members in self._slots.items()},
            {group: [self._madds(group, label) for label in labels] for group, labels in standing.items()},
            fixed_cost(self._space.skeleton, shape).madds,
            None if limit is None else BudgetTerm(limit, self.budget_loss, self.budget_weight),
            self._mixed,
            self.reading,
        )
        self._optimiser = momentum_descent(self._network, self.learning_rate, self.weight_decay)
        self._score_optimiser = torch.optim.Adam(self._fitness.scores.values(), self.score_rate, betas=(0.5, 0.999))

    def step(self) -> Mapping[str, float]:
        if self.position % self.steps == 0:
            self._begin_generation()
        self._chance.seed_torch()
        total = 0.0
        for batch in range(STEP_BATCHES):
            done = self.position * STEP_BATCHES + batch
            within = done % (self.steps * STEP_BATCHES)
            set_rate(self._optimiser, cosine(done, self.length * STEP_BATCHES, self.learning_rate))
            total += self._fitness.train_weights(self._optimiser, self._task, *self._stream.next(), self.clip)
            if self.fitness == "gradient" and self._trains_scores(within):
                self._fitness.train_scores(self._score_optimiser, self._task, *self._score_stream.next())
        self.position += 1
        self._loss += total / STEP_BATCHES
        if self.position % self.steps == 0:
            self._end_generation()
        return {"loss": total / STEP_BATCHES}

    def _end_generation(self) -> None:
        """Write fitness and weights back; cull."""
        slots, stability = self._standing(), {}
        for group, members in self._slots.items():
            population = self._populations[group]
            before = {member.genotype: member.score for member in population.members if member.visits}
            for member, gap in zip(members, self._gaps(group), strict=False):
                self._breeding.visited(population, member, gap)
            stability[group] = rank_stability(before, population)
            self._breeding.cull(population)
        self._bank.take(self._network, self._groups)
        alive = {(p.group, self._label(m.genotype)) for p in self._populations.values() for m in p.members}
        self._bank.keep(alive | {(group, self._space.reference_label) for group in self._populations})
        self.facts.append(
            GenerationEvolved(
                generation=-(-self.position // self.steps),
                loss=self._loss / (1 + (self.position - 1) % self.steps),
                expected_madds=float(self._fitness.expected_madds().detach()),
                groups={group: self._records(population) for group, population in self._populations.items()},
                slots={group: tuple(labels) for group, labels in slots.items()},
                shares={group: operator_shares(population) for group, population in self._populations.items()},
                stability={group: tau for group, tau in stability.items() if tau is not None},
            )
        )
        self._slots = {}

    def _gaps(self, group: str) -> list[float]:
        """How far the score of each cell in a group's slots is from the reference's (their mean's, without one).

        The control draws them instead, about as wide as scores could have walked by chance.
        """
        scores = [float(value) for value in self._fitness.scores[group].detach()]
        if self.fitness == "random":
            width = self.score_rate * sqrt(self._score_steps)
            return [width * self._chance.normal() for _ in scores]
        zero = scores[-1] if self.reference else sum(scores) / len(scores)
        return [score - zero for score in scores]

    def _records(self, population: Population) -> tuple[CellRecord, ...]:
        best_first = sorted(population.members, key=lambda member: (member.visits == 0, -member.score))
        return tuple(CellRecord(self._label(m.genotype), m.score, m.visits, m.parent) for m in best_first)

    # --------------------------------------------------------------------------------------------------- checkpoints

    def save(self) -> tuple[Plain, Tensors]:
        state = EvolutionState(
            self.position,
            self._stream.position,
            self._score_stream.position,
            self._loss,
            list(self._populations.values()),
            self._slots,
            self._chance,
            self._mixed.save(),
        )
        tensors = self._bank.tensors()
        if self._slots:  # inside a generation
            tensors |= {f"network|{name}": tensor for name, tensor in self._network.state_dict().items()}
            tensors |= {f"score|{group}": value.detach() for group, value in self._fitness.scores.items()}
            tensors |= optimiser_tensors(self._optimiser, self._network.named_parameters(), "sgd")
            tensors |= optimiser_tensors(self._score_optimiser, self._fitness.scores.items(), "adam")
        return plain(state), tensors

    def load(self, saved: Plain, tensors: Tensors) -> None:
        state = read(EvolutionState, saved)
        self.position, self._loss, self._chance = state.position, state.loss, state.chance
        self._stream.position, self._score_stream.position = state.batch, state.score_batch
        self._populations = {population.group: population for population in state.populations}
        self._slots = {  # in the order of the populations: JSON sorts keys, and 'stage 10' comes before 'stage 2'
            group: self._linked(group, state.slots[group]) for group in self._populations if group in state.slots
        }
        self._bank.load(tensors)
        self._mixed.load(state.scale)
        if self._slots:
            self._make_network()
            self._network.load_state_dict(_under(tensors, "network"))
            for group, values in _under(tensors, "score").items():
                self._fitness.scores[group].data.copy_(values)
            load_optimiser(self._optimiser, self._network.named_parameters(), tensors, "sgd")
            load_optimiser(self._score_optimiser, self._fitness.scores.items(), tensors, "adam")

    def _linked(self, group: str, members: list[Member]) -> list[Member]:
        """Slots as the population's own members where they are; the others are children that have not entered yet."""
        own = {member.genotype: member for member in self._populations[group].members}
        return [own.get(member.genotype, member) for member in members]

    # ------------------------------------------------------------------------------------------------------- the end

    def conclude(self) -> Products:
        """Each group's best visited cells, then the reference; and the weights that they learned."""
        if self._slots:  # ended inside a generation
            self._end_generation()
        last = [self._space.reference_label] if self.reference else []
        options = {
            group: [self._label(member.genotype) for member in self._breeding.best(population, self.keep)] + last
            for group, population in self._populations.items()
        }
        return Products(space=self._space.narrowed(options), supernet=self._bank.supernet(self._groups, options))


def _under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.partition("|")[2]: value for key, value in tensors.items() if key.startswith(f"{prefix}|")}
