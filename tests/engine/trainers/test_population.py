"""AutoSpace's populations: who is chosen, changed and dropped."""

from dataclasses import replace

import pytest

from nas_engine.chance import Chance
from nas_engine.operators import CellGenotype
from nas_engine.operators.autospace_cell import GENES
from nas_engine.spaces import Cells
from nas_engine.trainers.population import Breeding, Member, Population, operator_shares, rank_stability

REFERENCE = CellGenotype.read("5/1,2/1,2 D2 00")
BREEDING = Breeding(Cells((3, 5), 2), REFERENCE, 8, 3, 1.0, 0.5, 0.1, lambda group, genotype: True)  # noqa: ARG005


def edits(a: CellGenotype, b: CellGenotype) -> int:
    return sum(getattr(a, gene) != getattr(b, gene) for gene in GENES)


def founders(seed: int = 1, breeding: Breeding = BREEDING) -> Population:
    return breeding.founders("g", Chance(seed))


def cells(population: Population) -> list[CellGenotype]:
    return [CellGenotype.read(member.genotype) for member in population.members]


def test_half_of_the_founders_are_one_or_two_edits_from_the_reference_and_none_is_the_reference() -> None:
    found = cells(founders())
    assert len(found) == 8
    assert all(1 <= edits(cell, REFERENCE) <= 2 for cell in found[:4])
    assert len({cell.canonical for cell in found}) == 8
    assert REFERENCE.canonical not in {cell.canonical for cell in found}


def test_without_a_reference_the_founders_are_random() -> None:
    far = [edits(cell, REFERENCE) for cell in cells(founders(breeding=replace(BREEDING, reference=None)))]
    assert max(far[:4]) > 2


def test_a_child_differs_in_exactly_one_gene_is_new_and_starts_with_its_parents_score() -> None:
    population = founders()
    parent = population.members[3]
    parent.score = 0.7
    child = BREEDING.child(parent, population, set(), Chance(5))
    assert child is not None
    assert edits(CellGenotype.read(child.genotype), CellGenotype.read(parent.genotype)) == 1
    assert CellGenotype.read(child.genotype).canonical not in {cell.canonical for cell in cells(population)}
    assert (child.score, child.visits) == (0.7, 0)
    assert child.parent == BREEDING.alphabet.label(CellGenotype.read(parent.genotype))


def test_no_child_is_dearer_than_allowed() -> None:
    cheap = replace(BREEDING, affordable=lambda group, genotype: genotype.e10 == 2)  # noqa: ARG005
    population = founders(breeding=cheap)
    assert {cell.e10 for cell in cells(population)} == {2}
    for number in range(30):
        child = cheap.child(population.members[number % 8], population, set(), Chance(number))
        assert child is None or CellGenotype.read(child.genotype).e10 == 2


def test_the_slots_hold_distinct_cells_and_favour_the_better_ones() -> None:
    calm = replace(BREEDING, mutation=0.0)
    population = founders()
    for number, member in enumerate(population.members):
        member.score = float(number)
    times = [0] * 8
    for seed in range(200):
        slots = calm.slots(population, 4, Chance(seed))
        assert len({member.genotype for member in slots}) == 4
        for member in slots:
            times[population.members.index(member)] += 1
    assert sum(times[4:]) > 2 * sum(times[:4])


def test_a_first_visit_sets_the_score_and_later_ones_average() -> None:
    population = founders()
    member = population.members[0]
    BREEDING.visited(population, member, 0.4)
    assert (member.score, member.visits) == (0.4, 1)
    BREEDING.visited(population, member, 0.0)
    assert member.score == pytest.approx(0.2)


def test_check_14_a_population_never_exceeds_its_size_and_the_unvisited_are_safe() -> None:
    population = founders()
    chance = Chance(3)
    for generation in range(30):
        unvisited = {member.genotype for member in population.members if not member.visits}
        slots = BREEDING.slots(population, 3, chance)
        for number, member in enumerate(slots):
            BREEDING.visited(population, member, (number + generation) % 5 - 2.0)
        BREEDING.cull(population)
        assert len(population.members) == 8
        kept = {member.genotype for member in population.members}
        assert unvisited - {member.genotype for member in slots} <= kept
        assert REFERENCE.canonical not in {cell.canonical for cell in cells(population)}


def test_who_stayed_below_the_reference_for_two_visits_goes_before_the_worst() -> None:
    population = founders()
    for member in population.members:
        BREEDING.visited(population, member, 1.0)
    below, worst = population.members[2], population.members[5]
    BREEDING.visited(population, below, -9.0)
    BREEDING.visited(population, below, 0.0)
    worst.score = -50.0
    assert below.below == 2
    population.members.append(Member("2/2,2/2,2 D0 00"))
    BREEDING.cull(population)
    assert below not in population.members
    assert worst in population.members


def test_the_best_are_visited_members_best_first() -> None:
    population = founders()
    for number, member in enumerate(population.members[:5]):
        BREEDING.visited(population, member, float(number))
    assert [member.score for member in BREEDING.best(population, 3)] == [4.0, 3.0, 2.0]
    assert len(BREEDING.best(population, 100)) == 5


def test_where_the_reference_has_too_few_mutants_the_founders_are_random_instead_and_all_there() -> None:
    crowd = replace(BREEDING, size=260)
    found = cells(founders(breeding=crowd))
    assert len({cell.canonical for cell in found}) == 260
    assert sum(edits(cell, REFERENCE) <= 2 for cell in found) < 130, "there are not so many mutants"


def test_where_few_cells_are_affordable_all_of_them_are_founders() -> None:
    allowed = {cell.canonical for cell in BREEDING.alphabet.cells.neighbours(REFERENCE)}
    few = replace(BREEDING, size=100, affordable=lambda group, genotype: genotype.canonical in allowed)  # noqa: ARG005
    assert {cell.canonical for cell in cells(founders(breeding=few))} == allowed


def test_a_reference_from_outside_the_alphabet_has_founders_inside_it() -> None:
    outside = replace(BREEDING, reference=CellGenotype.read("7/1,2/1,2 D2 00"))
    for seed in range(5):
        assert all(cell in outside.alphabet.cells for cell in cells(founders(seed, outside)))


def test_a_score_within_the_margin_of_the_reference_does_not_count_as_below() -> None:
    member = founders().members[0]
    for gap, below in ((-0.3, 1), (-0.3, 2), (0.2, 0), (-0.1, 0)):  # stored: -0.3, -0.3, -0.05, -0.075
        BREEDING.visited(Population("g", [member]), member, gap)
        assert member.below == below
    wide = replace(BREEDING, margin=100.0)
    wide.visited(Population("g", [member]), member, -9.0)
    assert member.below == 0


def test_without_a_reference_nobody_is_below_it() -> None:
    alone, member = replace(BREEDING, reference=None), founders().members[0]
    for _ in range(3):
        alone.visited(Population("g", [member]), member, -9.0)
    assert member.below == 0


def test_without_luck_the_parent_stands_again_itself() -> None:
    population = founders()
    nothing = replace(BREEDING, affordable=lambda group, genotype: False)  # noqa: ARG005
    slots = nothing.slots(population, 4, Chance(0))
    assert all(any(slot is member for member in population.members) for slot in slots)
    assert len({id(slot) for slot in slots}) == 4


def test_a_population_smaller_than_the_slots_fills_as_many_as_it_has() -> None:
    population = founders(breeding=replace(BREEDING, size=2))
    assert len(BREEDING.slots(population, 4, Chance(0))) == 2


def test_operator_shares_count_the_five_searched_edges_of_every_cell() -> None:
    population = Population("g", [Member("5/1,2/1,2 D2 00"), Member("3/5,2/1,2 D0 00")])
    assert operator_shares(population) == {"none": 0.3, "identity": 0.4, "dw3": 0.1, "dw5": 0.2}


def test_rank_stability_is_one_in_the_same_order_and_minus_one_reversed() -> None:
    texts = [member.genotype for member in founders().members[:3]]
    population = Population(
        "g", [Member(text, score=score) for text, score in zip(texts, (0.1, 0.2, 0.3), strict=True)]
    )
    assert rank_stability(dict(zip(texts, (1.0, 2.0, 3.0), strict=True)), population) == 1
    assert rank_stability(dict(zip(texts, (3.0, 2.0, 1.0), strict=True)), population) == -1
    assert rank_stability(dict(zip(texts, (2.0, 1.0, 3.0), strict=True)), population) == pytest.approx(1 / 3)


def test_rank_stability_is_unknown_where_fewer_than_two_cells_were_scored_before() -> None:
    population = founders()
    assert rank_stability({population.members[0].genotype: 0.4}, population) is None
