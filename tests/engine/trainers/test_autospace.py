from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from nas_engine import spaces
from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import EvaluationFailed, Incompatible
from nas_engine.events import CandidateEvaluated, Exported, GenerationEvolved
from nas_engine.graph.counter import count
from nas_engine.local import Journal, Watcher, run_locally
from nas_engine.products import Products, StoredModel
from nas_engine.recipe import recipe
from nas_engine.spaces import ChainSpace, Skeleton, Stage, chain, skeleton_named
from nas_engine.spaces.chain import place_cost
from nas_engine.spaces.document import read_document
from nas_engine.stages.export import perform_export
from nas_engine.supernets import child_tensors
from nas_engine.tasks import OpenTask
from nas_engine.testing import MemoryContext, TrainerContract
from nas_engine.testing.trainer_contract import Made, Training
from nas_engine.trainers import AutoSpace, autospace
from nas_engine.trainers.population import Member
from nas_engine.wire import Plain, Tensors, pack, plain
from nas_engine.work import Work

SMALL = {"stages": [{"width": 4, "blocks": 2, "stride": 2}], "stem": 4}
EVOLUTION = {"kind": "autospace", "generations": 2, "steps": 1, "population": 4, "cells": 2, "keep": 3}


@pytest.fixture(autouse=True)
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches each: the questions are many."""
    monkeypatch.setattr(autospace, "STEP_BATCHES", 2)


class TestAutoSpace(TrainerContract):
    alternatives = {
        "generations": 2,
        "steps": 1,
        "population": 4,
        "cells": 1,
        "keep": 1,
        "tournament": 1,
        "mutation": 0.0,
        "reference": False,
        "memory": 1.0,
        "warm": 0.9,
        "every": 1,
        "split": "joint",
        "reading": "raw",
        "fitness": "random",
        "batch": 9,
        "learning_rate": 0.05,
        "score_rate": 0.1,
        "weight_decay": 0.01,
        "clip": 0.5,
        "precision": "bf16",
        "budget_loss": "mul#log",
        "budget_weight": 1.0,
        "reject": 0.8,
    }
    tested_beside = frozenset({"margin"})

    @pytest.fixture
    def trainer(self) -> Made:
        return partial(AutoSpace, generations=3, steps=2, population=3, cells=2, keep=2, batch=7)

    @pytest.fixture
    def products(self, cells: ChainSpace, digits: OpenTask) -> Products:
        tight = cells.cost(cells.reference, digits.shape).madds // 2
        return Products(space=cells, limits=NetworkLimits(madds=tight))

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits


# ------------------------------------------------------------------------------------- an exam that it could not cheat


@dataclass
class ForgetsItsScores(AutoSpace):
    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        return saved, {name: t for name, t in tensors.items() if not name.startswith("score|")}


@dataclass
class ForgetsTheScoresMomentum(AutoSpace):
    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        return saved, {name: t for name, t in tensors.items() if not name.startswith("adam|")}


@dataclass
class ForgetsItsBank(AutoSpace):
    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        return saved, {name: t for name, t in tensors.items() if not name.startswith("bank|")}


@dataclass
class ForgetsWhereItsScoresLearn(AutoSpace):
    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        return saved | {"score_batch": 0}, tensors


@dataclass
class ForgetsItsLoss(AutoSpace):
    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        return saved | {"loss": 0.0}, tensors


@dataclass
class CopiesItsSlots(AutoSpace):
    """Restored, a slot holds a copy of the population's member, and what is written back is lost."""

    def _linked(self, group: str, members: list[Member]) -> list[Member]:
        return members


BROKEN = (
    ForgetsItsScores,
    ForgetsTheScoresMomentum,
    ForgetsItsBank,
    ForgetsWhereItsScoresLearn,
    ForgetsItsLoss,
    CopiesItsSlots,
)


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_an_evolution_that_forgets_something_is_found_out(
    kind: type[AutoSpace], cells: ChainSpace, digits: OpenTask
) -> None:
    forgetful = partial(kind, generations=2, steps=3, population=3, cells=2, keep=2, batch=7)
    with pytest.raises(AssertionError, match="restored"):
        TestAutoSpace().test_restored_at_every_step_it_learns_as_if_never_disturbed(
            forgetful, Products(space=cells), digits
        )


# ---------------------------------------------------------------------------------------------- what evolution promises


def evolved(
    space: ChainSpace, task: OpenTask, taking: int | None = None, **fields: object
) -> tuple[AutoSpace, list[GenerationEvolved], Products]:
    """An evolution at its end, or after so many steps: the trainer, its generations, what it concludes."""
    trainer = AutoSpace(**{"generations": 5, "steps": 1, "population": 4, "cells": 2, "every": 1, "batch": 7, **fields})  # type: ignore[arg-type]
    trainer.setup(Products(space=space), task, Chance(2))
    facts: list[GenerationEvolved] = []
    for _ in range(trainer.length if taking is None else taking):
        trainer.facts = []
        trainer.step()
        facts += [fact for fact in trainer.facts if isinstance(fact, GenerationEvolved)]
    return trainer, facts, trainer.conclude()


def options_of(products: Products) -> dict[str, tuple[str, ...]]:
    """The labels that each group of a space offers."""
    assert isinstance(products.space, ChainSpace)
    groups = products.space.skeleton.groups
    return {group: alphabet.labels for group, alphabet in zip(groups, products.space.alphabets, strict=True)}


def test_check_14_no_population_exceeds_its_size_and_the_reference_is_in_every_network(
    cells: ChainSpace, digits: OpenTask
) -> None:
    _, facts, _ = evolved(cells, digits)
    reference = cells.reference_label
    assert [fact.generation for fact in facts] == [1, 2, 3, 4, 5]
    for fact in facts:
        for group in cells.skeleton.groups:
            members = [record.label for record in fact.groups[group]]
            assert len(members) == len(set(members)) == 4
            assert reference not in members, "the reference is nobody's child and nobody's rival"
            slots = fact.slots[group]
            assert len(slots) == len(set(slots)) == 3
            assert slots[-1] == reference


def test_check_14_the_space_holds_visited_members_best_first_and_the_reference(
    cells: ChainSpace, digits: OpenTask
) -> None:
    _, facts, given = evolved(cells, digits, population=6, keep=3)
    for group, options in options_of(given).items():
        visited = [record for record in facts[-1].groups[group] if record.visits]
        ranked = [record.label for record in sorted(visited, key=lambda record: -record.score)]
        assert options == (*ranked[:3], cells.reference_label)
        assert len(visited) < 6, "every member was visited: the test shows nothing"


def test_check_14_the_same_seed_gives_the_same_space(cells: ChainSpace, digits: OpenTask) -> None:
    first, again = (evolved(cells, digits)[2] for _ in range(2))
    assert options_of(again) == options_of(first)


def test_check_14_a_member_that_was_never_visited_is_never_dropped(cells: ChainSpace, digits: OpenTask) -> None:
    _, facts, _ = evolved(cells, digits, population=6)
    for before, after in pairwise(facts):
        for group in cells.skeleton.groups:
            unvisited = {record.label for record in before.groups[group] if not record.visits}
            kept = {record.label for record in after.groups[group]}
            assert unvisited - set(after.slots[group]) <= kept


def test_without_the_reference_no_slot_is_its_own_and_the_space_need_not_hold_it(
    cells: ChainSpace, digits: OpenTask
) -> None:
    _, facts, given = evolved(cells, digits, reference=False)
    for fact in facts:
        for group in cells.skeleton.groups:
            members = {record.label for record in fact.groups[group]}
            assert len(fact.slots[group]) == 2
            assert cells.reference_label not in fact.slots[group] or cells.reference_label in members
    for group, options in options_of(given).items():
        assert set(options) <= {record.label for record in facts[-1].groups[group] if record.visits}


def test_a_generation_is_told_best_first_the_unvisited_last(cells: ChainSpace, digits: OpenTask) -> None:
    for fact in evolved(cells, digits, population=6)[1]:
        for records in fact.groups.values():
            order = [(record.visits == 0, -record.score) for record in records]
            assert order == sorted(order)


def test_no_cell_costs_more_than_its_share_of_the_reference(cells: ChainSpace, digits: OpenTask) -> None:
    dearest = max(cost_share(cells, digits, label) for label in cells.alphabets[0].labels)
    _, facts, _ = evolved(cells, digits, reject=1.1)
    shares = [
        cost_share(cells, digits, label, place)
        for fact in facts
        for place, group in enumerate(cells.skeleton.groups)
        for label in {*fact.slots[group], *(record.label for record in fact.groups[group])}
    ]
    assert dearest > 1.1 >= max(shares)


def cost_share(space: ChainSpace, task: OpenTask, label: str, place: int = 0) -> float:
    own, reference = (
        place_cost(space.skeleton, task.shape, place, each).madds for each in (label, space.reference_label)
    )
    return own / reference


def test_the_margin_says_who_is_below_the_reference(cells: ChainSpace, digits: OpenTask) -> None:
    below = {}
    for margin in (0.0, 100.0):
        trainer, facts, _ = evolved(cells, digits, margin=margin, mutation=0.0)
        assert any(record.score < 0 for fact in facts for records in fact.groups.values() for record in records)
        below[margin] = sum(
            member.below for population in trainer._populations.values() for member in population.members
        )
    assert below[0.0] > 0
    assert below[100.0] == 0


# ------------------------------------------------------------------------------------------------------------- scores


def set_up(space: ChainSpace, task: OpenTask, **fields: object) -> AutoSpace:
    trainer = AutoSpace(**{"generations": 5, "steps": 4, "population": 4, "cells": 3, "batch": 7, **fields})  # type: ignore[arg-type]
    trainer.setup(Products(space=space), task, Chance(2))
    return trainer


@pytest.mark.parametrize("reference", [True, False])
def test_what_is_written_back_is_the_gap_to_the_reference_or_to_the_mean(
    reference: bool, cells: ChainSpace, digits: OpenTask
) -> None:
    trainer = set_up(cells, digits, steps=2, mutation=0.0, reference=reference)
    trainer.step()
    trainer.step()
    (fact,) = trainer.facts
    assert isinstance(fact, GenerationEvolved)
    for group, records in fact.groups.items():
        scores = dict(zip(fact.slots[group], trainer._fitness.scores[group].tolist(), strict=True))
        zero = scores[cells.reference_label] if reference else sum(scores.values()) / len(scores)
        assert max(scores.values()) > min(scores.values())
        for record in records:
            wanted = scores[record.label] - zero if record.visits else 0.0
            assert record.score == pytest.approx(wanted, abs=1e-9)


def test_a_generation_begins_with_the_stored_scores_and_the_reference_at_zero(
    cells: ChainSpace, digits: OpenTask
) -> None:
    trainer, _, _ = evolved(cells, digits, cells=3)
    trainer._begin_generation()
    beginnings = trainer._fitness.scores
    assert any(member.score for members in trainer._slots.values() for member in members)
    for group, members in trainer._slots.items():
        assert beginnings[group].tolist() == pytest.approx([*(member.score for member in members), 0.0])


def test_scores_are_trained_only_after_the_warm_share_of_a_generation(cells: ChainSpace, digits: OpenTask) -> None:
    trainer = set_up(cells, digits, warm=0.5)
    for step in range(1, 4):
        trainer.step()
        moved = any(score.any() for score in trainer._fitness.scores.values())
        assert moved == (step > 2), f"after {step} of 4 steps"


def test_scores_learn_from_other_images_than_weights_unless_jointly(cells: ChainSpace, digits: OpenTask) -> None:
    def seen(trainer: AutoSpace) -> tuple[set[bytes], set[bytes]]:
        splits = trainer._stream._split, trainer._score_stream._split
        first, second = ({image.numpy().tobytes() for image in split.inputs} for split in splits)
        return first, second

    everything = {image.numpy().tobytes() for image in digits.train.inputs}
    for_weights, for_scores = seen(set_up(cells, digits, split="held-out"))
    assert not for_weights & for_scores
    assert for_weights | for_scores == everything
    assert seen(set_up(cells, digits, split="joint")) == (everything, everything)


# ------------------------------------------------------------------------------------------------------------ weights


def test_the_bank_holds_the_populations_and_the_reference_and_no_more(cells: ChainSpace, digits: OpenTask) -> None:
    trainer, facts, _ = evolved(cells, digits, generations=8)
    held = {tuple(name.split("|")[1:3]) for name in trainer._bank.tensors() if name.startswith("bank|")}
    visited = {
        (group, record.label) for group, records in facts[-1].groups.items() for record in records if record.visits
    }
    stood = {(group, label) for fact in facts for group, labels in fact.slots.items() for label in labels}
    assert held == visited | {(group, cells.reference_label) for group in facts[-1].groups}
    assert held < stood, "nobody was dropped: the test shows nothing"


def test_a_cell_that_returns_goes_on_and_a_child_inherits_its_parents_unchanged_edges(
    cells: ChainSpace, digits: OpenTask
) -> None:
    trainer, _, _ = evolved(cells, digits, mutation=0.5)
    bank = trainer._bank.tensors()
    returned = inherited = 0
    for seed in range(4):  # several next generations of the same populations
        trainer._chance = Chance(seed)
        trainer._begin_generation()
        for place, group in enumerate(cells.skeleton.groups):
            for member in trainer._slots[group]:
                label = trainer._label(member.genotype)
                own = trainer._network.place(place).option(label).state_dict()
                source = label if member.visits else member.parent
                known = {name: bank.get(f"bank|{group}|{source}|{place}.{name}") for name in own}
                for name, tensor in own.items():
                    old = known[name]
                    if old is not None and old.shape == tensor.shape:
                        assert tensor.equal(old), f"{label}: {name} is not that of {source}"
                        returned += bool(member.visits)
                        inherited += not member.visits
                    else:
                        assert not member.visits, f"{label}: {name} was forgotten"
    assert returned
    assert inherited


def test_what_it_concludes_is_a_supernet_of_the_space_that_it_concludes(cells: ChainSpace, digits: OpenTask) -> None:
    _, _, given = evolved(cells, digits)
    assert given.supernet is not None
    assert isinstance(given.space, ChainSpace)
    supernet = given.space.supernet(digits.shape)
    supernet.load_state_dict(given.supernet)  # strictly: no tensor missing, none too many
    reference = given.space.build(given.space.reference, digits.shape)
    reference.load_state_dict(child_tensors(given.supernet, given.space.reference.genes))


# --------------------------------------------------------------------------------------------- where it begins and ends


def test_ended_inside_a_generation_its_cells_count_as_visited(cells: ChainSpace, digits: OpenTask) -> None:
    trainer, told, given = evolved(cells, digits, taking=1, steps=3, mutation=0.0)
    assert not told, "the first generation had not ended"
    (fact,) = trainer.facts
    assert isinstance(fact, GenerationEvolved)
    assert fact.generation == 1
    for group, options in options_of(given).items():
        assert set(options) == set(fact.slots[group])


def test_a_run_cut_inside_a_generation_tells_of_that_generation_too(tmp_path: Path) -> None:
    class CutAfterThreeSteps(Watcher):
        steps = 0

        def gauge(self, work: Work, done: int, total: int, metrics: Mapping[str, float]) -> None:
            self.steps += 1

        def concluding(self) -> bool:
            return self.steps >= 3

    evolution = EVOLUTION | {"generations": 4, "steps": 2, "batch": 31}
    space = {"kind": "autospace", "skeleton": SMALL, "kernels": [3], "expansion": 2}
    whole = {"version": 1, "name": "cut", "task": {"kind": "image_classification"}, "space": space}
    plan = recipe({**whole, "pipeline": [{"kind": "train", "trainer": evolution}]})
    state = run_locally(plan, tmp_path, CutAfterThreeSteps())
    told = [
        fact for fact in (event.fact for _, event in Journal(tmp_path).events()) if isinstance(fact, GenerationEvolved)
    ]
    assert state.status == "finished"
    assert [fact.generation for fact in told] == [1, 2]
    assert state.holdings.space is not None
    found = spaces.space(state.holdings.space)
    assert isinstance(found, ChainSpace)
    for group, options in options_of(Products(space=found)).items():
        visited = {record.label for record in told[-1].groups[group] if record.visits}
        assert set(options) <= visited | {found.reference_label}, "the last fact tells of the cells that were concluded"


@pytest.mark.parametrize(
    ("space", "match"),
    [
        (chain(skeleton_named("tiny"), ("mb3_e2", "sep3")), "still open"),
        (spaces.autospace(skeleton_named("tiny"), reference="mb3_e2"), "a cell as reference, got 'mb3_e2'"),
    ],
)
def test_a_space_that_it_cannot_evolve_is_refused(space: ChainSpace, match: str, digits: OpenTask) -> None:
    with pytest.raises(Incompatible, match=match):
        AutoSpace().setup(Products(space=space), digits, Chance(0))


def test_where_no_cell_is_affordable_the_reference_is_all_there_is(cells: ChainSpace, digits: OpenTask) -> None:
    _, _, given = evolved(cells, digits, taking=1, reject=1e-6)
    assert set(options_of(given).values()) == {(cells.reference_label,)}
    with pytest.raises(Incompatible, match="raise 'reject'"):
        evolved(cells, digits, reject=1e-6, reference=False)


def test_restored_its_groups_stand_in_the_order_of_the_network(digits: OpenTask) -> None:
    """JSON sorts by key, and 'stage 10' comes before 'stage 2'."""
    many = Skeleton((*(Stage(1, blocks=1) for _ in range(11)),), stem=1)
    space = spaces.autospace(many, kernels=(3,), expansion=1)
    training = Training(
        partial(AutoSpace, generations=1, steps=2, population=2, cells=1, batch=2), Products(space=space), digits
    )
    next(training.steps())
    order = list(training.player._slots)  # type: ignore[attr-defined]
    training.restore()
    assert list(training.player._slots) == order == list(many.groups)  # type: ignore[attr-defined]
    assert list(training.player._fitness.scores) == order  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------ the limit, from evolution to file


def test_check_15_every_network_that_a_run_ranks_trains_and_exports_is_within_the_limit(tmp_path: Path) -> None:
    limit = 10_800
    plan = recipe(
        {
            "version": 1,
            "name": "tight",
            "task": {"kind": "image_classification"},
            "space": {"kind": "autospace", "skeleton": SMALL, "kernels": [3], "expansion": 2},
            "budget": {"network": {"madds": limit}},
            "pipeline": [
                {"kind": "train", "trainer": EVOLUTION | {"batch": 31}},
                {"kind": "train", "trainer": {"kind": "uniform_paths", "batches": 4, "batch": 31}},
                {
                    "kind": "search",
                    "strategy": {"kind": "random", "draws": 6},
                    "estimator": {"kind": "shared_weights", "calibration": 1, "calibration_batch": 31},
                },
                {"kind": "retrain", "trainer": {"epochs": 1, "batch": 97}, "seeds": 1},
                {"kind": "export"},
            ],
        }
    )
    state = run_locally(plan, tmp_path / "run")
    told = [event.fact for _, event in Journal(tmp_path / "run").events()]
    assert state.status == "finished"
    assert state.holdings.space is not None
    found = spaces.space(state.holdings.space)
    costs = [found.cost(member, plan.task.shape).madds for member in found.members()]
    assert min(costs) <= limit < max(costs), "the limit parts the evolved space, or the test shows nothing"
    asked = [fact.cost.madds for fact in told if isinstance(fact, CandidateEvaluated)]
    assert asked
    assert max(asked) <= limit
    assert state.holdings.ranking is not None
    assert all(entry.cost.madds <= limit for entry in state.holdings.ranking.entries)
    (export,) = [fact for fact in told if isinstance(fact, Exported)]
    assert export.cost.madds <= limit
    document = json.loads((tmp_path / "run" / "export" / "architecture.json").read_text())
    space, architecture, shape = read_document(document)
    assert count(space.build(architecture, shape), shape.input).madds <= limit


def test_check_15_a_trained_network_over_the_limit_is_not_exported(cells: ChainSpace, digits: OpenTask) -> None:
    cost = cells.cost(cells.reference, digits.shape)
    context = MemoryContext()
    weights = context.store.put("weights", pack({}, dict(cells.build(cells.reference, digits.shape).state_dict())))
    payload: Plain = {
        "name": "too large",
        "exporters": ["architecture_json"],
        "task": {"kind": "image_classification"},
        "space": cells.plain(),
        "model": plain(StoredModel("winner", cells.reference, 0, 0.5, weights)),
        "limits": {"madds": cost.madds},
        "comparison": None,
    }
    assert perform_export(Work("0-export", 0, "export", payload, 0), context)
    tighter = payload | {"limits": {"madds": cost.madds - 1}}
    with pytest.raises(EvaluationFailed, match=f"madds {cost.madds:,} > {cost.madds - 1:,}"):
        perform_export(Work("0-export", 0, "export", tighter, 0), context)


@pytest.mark.parametrize(("fitness", "alike"), [("random", True), ("gradient", False)])
def test_what_the_control_selects_does_not_depend_on_the_data_and_what_the_method_selects_does(
    fitness: str, alike: bool, cells: ChainSpace, digits: OpenTask
) -> None:
    train = digits.train
    shuffled = replace(digits, train=replace(train, labels=train.labels[Chance(8).permutation(len(train))]))
    told, other = (evolved(cells, task, fitness=fitness)[1] for task in (digits, shuffled))
    assert ([fact.groups for fact in told] == [fact.groups for fact in other]) is alike


def test_each_generation_tells_of_operator_shares_and_rank_stability(cells: ChainSpace, digits: OpenTask) -> None:
    facts = evolved(cells, digits)[1]
    for fact in facts:
        assert set(fact.shares) == set(cells.skeleton.groups)
        assert all(sum(shares.values()) == pytest.approx(1) for shares in fact.shares.values())
        assert all(-1 <= tau <= 1 for tau in fact.stability.values())
    assert facts[0].stability == {}, "nothing had a score before"
    assert set(facts[-1].stability) == set(cells.skeleton.groups)
