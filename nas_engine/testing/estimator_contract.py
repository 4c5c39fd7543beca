"""The exam of every estimator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from math import isfinite
from typing import ClassVar

import pytest

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.estimators import Estimator
from nas_engine.products import Products
from nas_engine.tasks import OpenTask
from nas_engine.testing.memory_context import MemoryContext
from nas_engine.wire import pack
from nas_engine.work import Work


class EstimatorContract:
    """What every estimator promises, as tests. Inherit it, give four fixtures, and pytest runs the exam::

        class TestZeroCost(EstimatorContract):
            alternatives = {"images": 9}

            @pytest.fixture
            def estimator(self) -> Estimator:
                return ZeroCost(images=7)

            @pytest.fixture
            def products(self) -> Products:
                return Products(space=SPACE)

            @pytest.fixture
            def task(self) -> OpenTask:
                return ImageClassification().open()

            @pytest.fixture
            def candidates(self) -> list[Candidate]:
                return [Candidate(SPACE.architecture(genes)) for genes in (("sep3",), ("mb3_e2",), ("skip",))]

    Give at least three candidates of the space whose scores are not all the same. `alternatives` holds another value
    for every field, with which some score has to change; `tested_beside` names the fields whose effect is too small for that,
    and have a test of their own. How good its scores are is tested beside the exam.
    """

    alternatives: ClassVar[Mapping[str, object]] = {}
    tested_beside: ClassVar[frozenset[str]] = frozenset()
    run_seed: ClassVar[int] = 5

    @pytest.fixture
    def estimator(self) -> Estimator:
        """The estimator under examination; with `params`, several."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `estimator`")

    @pytest.fixture
    def products(self) -> Products:
        """What it is given."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `products`")

    @pytest.fixture
    def task(self) -> OpenTask:
        """What the candidates are for."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `task`")

    @pytest.fixture
    def candidates(self) -> list[Candidate]:
        """Networks of the space that it can score."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `candidates`")

    def asked(
        self,
        estimator: Estimator,
        candidates: Sequence[Candidate],
        products: Products,
        task: OpenTask,
        torch_seed: int = 0,
    ) -> list[Answer]:
        """Its answers, in a Work of their own, torch's generator being as somebody else left it."""
        context = MemoryContext(Work("0-evaluate-0", 0, "evaluate", {}, self.run_seed))
        with Chance(torch_seed).owning_torch():
            return estimator.estimate(list(candidates), products, task, context)

    # -------------------------------------------------------------------------------------------------------- answers

    def test_it_answers_each_candidate_once_and_in_order(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        answers = self.asked(estimator, candidates, products, task)
        got = [answer.candidate for answer in answers]
        assert got == candidates, f"asked about {len(candidates)} candidates, answered {len(got)}, or in another order"

    def test_nothing_is_answered_where_nothing_is_asked(
        self, estimator: Estimator, products: Products, task: OpenTask
    ) -> None:
        assert self.asked(estimator, [], products, task) == []

    def test_scores_are_shares_and_differ(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        scores = []
        for answer in self.asked(estimator, candidates, products, task):
            assert isinstance(answer, Evaluation), f"{answer.candidate.architecture.genes} has no score: {answer}"
            assert isfinite(answer.score), f"{answer.candidate.architecture.genes} scores {answer.score}"
            if estimator.shares:
                assert 0 <= answer.score <= 1, f"{answer.candidate.architecture.genes} scores {answer.score}"
            scores.append(answer.score)
        assert len(set(scores)) > 1, f"every candidate scores {scores[0]}: the exam learns nothing from these"

    def test_the_cost_is_what_the_space_says(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        assert products.space is not None
        for answer in self.asked(estimator, candidates, products, task):
            assert isinstance(answer, Evaluation)
            wanted = products.space.cost(answer.candidate.architecture, task.shape)
            assert answer.cost == wanted, f"says {answer.cost}, the space says {wanted}"

    # ------------------------------------------------------------------------------- what an answer must not depend on

    def test_an_answer_does_not_depend_on_the_order_of_the_questions(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        forward = self.asked(estimator, candidates, products, task)
        backward = self.asked(estimator, candidates[::-1], products, task)
        assert backward[::-1] == forward, "asked in another order, it answers otherwise"

    def test_an_answer_does_not_depend_on_what_is_asked_with_it(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        together = self.asked(estimator, candidates, products, task)
        alone = [self.asked(replace(estimator), [c], products, task)[0] for c in candidates]  # type: ignore[type-var]
        assert alone == together, "asked alone, of an estimator that knows nothing else, a candidate scores otherwise"

    def test_an_answer_does_not_depend_on_what_was_asked_before(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        first = self.asked(estimator, candidates[:1], products, task)
        self.asked(estimator, candidates[1:], products, task)
        assert self.asked(estimator, candidates[:1], products, task) == first, "asked again later, it answers otherwise"

    def test_an_answer_does_not_depend_on_who_else_draws_from_torch(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        quiet = self.asked(estimator, candidates, products, task, torch_seed=1)
        assert self.asked(estimator, candidates, products, task, torch_seed=2) == quiet

    def test_a_bad_candidate_fails_alone(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        good = self.asked(estimator, candidates, products, task)
        for bad in _bad(candidates[0]):
            answers = self.asked(estimator, [candidates[0], bad, *candidates[1:]], products, task)
            wrong = answers.pop(1)
            assert isinstance(wrong, Failure), f"{bad.architecture} cannot be built and scores {wrong}"
            assert wrong.candidate == bad
            assert wrong.reason == "recipe", f"{bad.architecture} cannot be built, its failure's reason: {wrong.reason}"
            assert wrong.message, "the failure says nothing"
            assert answers == good, "a bad candidate changed the answers to the others"

    # ------------------------------------------------------------------------------------------------ what it is given

    def test_it_leaves_what_it_is_given_as_it_was(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        def given() -> bytes:
            images = {"train": task.train.inputs, "validation": task.validation.inputs}
            return pack({}, (products.supernet or {}) | images)

        before = given()
        self.asked(estimator, candidates, products, task)
        assert given() == before, "it changed the supernet or the images"

    def test_it_refuses_to_begin_without_a_product_that_it_needs(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        for name in sorted(estimator.needs):
            lacking = replace(products, **{name: None})  # type: ignore[arg-type]
            with pytest.raises(Incompatible, match=name):
                self.asked(estimator, candidates, lacking, task)

    # --------------------------------------------------------------------------------------------------------- fields

    def test_every_field_changes_something(
        self, estimator: Estimator, products: Products, task: OpenTask, candidates: list[Candidate]
    ) -> None:
        usual = self.asked(estimator, candidates, products, task)
        configured = {each.name for each in fields(estimator)}  # type: ignore[arg-type]
        untested = sorted(configured - set(self.alternatives) - self.tested_beside)
        assert not untested, f"no alternative is given for {', '.join(untested)}"
        for name, value in self.alternatives.items():
            assert getattr(estimator, name) != value, f"{name}: {value!r} is no alternative"
            changed = replace(estimator, **{name: value})  # type: ignore[type-var]
            answers = self.asked(changed, candidates, products, task)
            assert answers != usual, f"with {name}={value!r} it answers as with {getattr(estimator, name)!r}"


def _bad(good: Candidate) -> list[Candidate]:
    """Candidates that no space can build: of another skeleton, with an operator that there is not, with a gene too few."""
    own = good.architecture
    foreign = Architecture(own.kind, "another skeleton", own.genes)
    short = Architecture(own.kind, own.skeleton, own.genes[1:])
    return [replace(good, architecture=bad) for bad in (foreign, own.with_gene(0, "no operator"), short)]
