"""AutoSpace's populations: one of scored cells a layer group. Decisions only, no tensors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

from nas_engine.chance import Chance
from nas_engine.operators import CellGenotype
from nas_engine.operators.autospace_cell import EDGES, IDENTITY, NONE
from nas_engine.spaces import Cells

TRIES = 200  # draws of a child that is legal, new and cheap enough, before the parent stands again itself


@dataclass
class Member:
    """A cell of a population. `score` is its stored fitness: the gap to the reference, averaged over visits."""

    genotype: str  # raw text: two raw forms of one cell mutate differently
    score: float = 0.0
    visits: int = 0
    below: int = 0  # visits in a row that left the score below the reference by the margin
    parent: str = ""  # label


@dataclass
class Population:
    """The cells of one layer group."""

    group: str
    members: list[Member]


@dataclass(frozen=True)
class Breeding:
    """How cells are chosen, changed and dropped. `affordable`, the hard reject: may a cell stand in a group?"""

    alphabet: Cells
    reference: CellGenotype | None
    size: int
    tournament: int
    mutation: float
    memory: float
    margin: float
    affordable: Callable[[str, CellGenotype], bool]

    def founders(self, group: str, chance: Chance) -> Population:
        """Half one- and two-edit mutants of the reference, half random; all random without a reference."""
        taken = set() if self.reference is None else {self.reference.canonical}
        members: list[Member] = []
        near = self.reference is not None
        while len(members) < self.size:
            near = near and len(members) < self.size // 2
            founder = self._founder(group, near, taken, chance)
            if founder is None and near:
                near = False  # the affordable mutants are used up: more random cells instead
                continue
            if founder is None:
                break  # the affordable cells are used up
            taken.add(founder.canonical)
            members.append(Member(founder.text))
        return Population(group, members)

    def _founder(self, group: str, near: bool, taken: set[CellGenotype], chance: Chance) -> CellGenotype | None:
        for _ in range(10 * TRIES):
            if near and self.reference is not None:
                genotype = chance.pick(list(self.alphabet.cells.mutants(self.reference)))
                if chance.below(2):
                    genotype = chance.pick(list(self.alphabet.cells.mutants(genotype)))
            else:
                genotype = CellGenotype.read(self.alphabet.genotype(self.alphabet.sample(chance)).text)
            legal = genotype in self.alphabet.cells  # a reference from outside the alphabet has mutants outside it
            if legal and genotype.canonical not in taken and self.affordable(group, genotype):
                return genotype
        return None

    def parents(self, population: Population, count: int, chance: Chance) -> list[Member]:
        """Distinct winners of tournaments on the stored score, drawn without replacement."""
        left = list(population.members)
        winners: list[Member] = []
        while left and len(winners) < count:
            winner = max(chance.sample(left, self.tournament), key=lambda member: member.score)
            left.remove(winner)
            winners.append(winner)
        return winners

    def child(
        self, parent: Member, population: Population, standing: set[CellGenotype], chance: Chance
    ) -> Member | None:
        """A cell one raw gene away from its parent, new to the layer and affordable; None where there is none."""
        known = {CellGenotype.read(member.genotype).canonical for member in population.members} | standing
        if self.reference is not None:
            known.add(self.reference.canonical)
        mutants = list(self.alphabet.cells.mutants(CellGenotype.read(parent.genotype)))
        for mutant in chance.sample(mutants, len(mutants)):
            if mutant.canonical not in known and self.affordable(population.group, mutant):
                label = self.alphabet.label(CellGenotype.read(parent.genotype))
                return Member(mutant.text, score=parent.score, parent=label)
        return None

    def slots(self, population: Population, count: int, chance: Chance) -> list[Member]:
        """The cells of the next generation: parents, or in their place a child (new ones are not yet members)."""
        chosen: list[Member] = []
        for parent in self.parents(population, count, chance):
            standing = {CellGenotype.read(member.genotype).canonical for member in chosen}
            child = None
            if chance.uniform() < self.mutation:
                child = self.child(parent, population, standing, chance)
            chosen.append(parent if child is None else child)
        return chosen

    def visited(self, population: Population, member: Member, gap: float) -> None:
        """Write a generation's fitness back; a child enters the population now."""
        first = member.visits == 0
        member.score = gap if first else (1 - self.memory) * member.score + self.memory * gap
        member.visits += 1
        member.below = member.below + 1 if self.reference is not None and member.score < -self.margin else 0
        if all(member is not other for other in population.members):
            population.members.append(member)

    def cull(self, population: Population) -> None:
        """Down to size: first who was below the reference for two visits, then the worst visited; never an unvisited."""
        while len(population.members) > self.size:
            visited = [member for member in population.members if member.visits]
            doomed = [member for member in visited if member.below >= 2] or visited
            population.members.remove(min(doomed, key=lambda member: member.score))

    def best(self, population: Population, count: int) -> list[Member]:
        """Visited members, best first."""
        visited = [member for member in population.members if member.visits]
        return sorted(visited, key=lambda member: -member.score)[:count]


def operator_shares(population: Population) -> dict[str, float]:
    """Of each operator among the five searched edges of all cells: 'none', 'identity', 'dw3', and so on."""
    words = {NONE: "none", IDENTITY: "identity"}
    cells = [CellGenotype.read(member.genotype) for member in population.members]
    counted = Counter(getattr(cell, edge) for cell in cells for edge in EDGES)
    return {words.get(code, f"dw{code}"): count / counted.total() for code, count in sorted(counted.items())}


def rank_stability(before: Mapping[str, float], population: Population) -> float | None:
    """Kendall's tau between the scores that cells had `before`, by genotype, and those that they have now.

    Of the cells that had one; None where fewer than two had. One is the same order, zero none in common.
    """
    scores = [(before[m.genotype], m.score) for m in population.members if m.genotype in before]
    if len(scores) < 2:
        return None
    pairs = [(a[0] - b[0]) * (a[1] - b[1]) for a, b in combinations(scores, 2)]
    return sum((pair > 0) - (pair < 0) for pair in pairs) / len(pairs)
