"""The exam of every strategy."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.chance import Chance, seed_from
from nas_engine.components import checked
from nas_engine.errors import BudgetSpent
from nas_engine.events import Fact
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace, chain, skeleton_named
from nas_engine.strategies import Strategy
from nas_engine.wire import Plain, canonical, plain

Score = Callable[[Architecture], float]

MIXED = (1, 3, 7)  # how many questions are asked for at once
MANY = 200  # questions up to which the memory is weighed
HEAVIEST = 256 * 1024  # bytes of JSON


class StrategyContract:
    """What every strategy promises, as tests. Inherit it, give one fixture, and pytest runs the exam::

        class TestHillClimb(StrategyContract):
            alternatives = {"restarts": 2}

            @pytest.fixture
            def strategy(self) -> Strategy[Any]:
                return HillClimb(restarts=5)

    Configure it small: it has to finish within `most_questions`. `space` and `score` are fixtures too: 343 small
    networks, and a score that is a mean over genes unless given. `alternatives` holds another value for each field,
    with which the strategy has to behave otherwise. What it finds is tested beside the exam, in the same file.
    """

    alternatives: ClassVar[Mapping[str, object]] = {}
    most_questions: ClassVar[int] = 2_000

    @pytest.fixture
    def strategy(self) -> Strategy[Any]:
        """The strategy under examination, configured and not started; with `params`, several."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `strategy`")

    @pytest.fixture
    def space(self) -> SearchSpace:
        """Where it searches."""
        return chain(skeleton_named("tiny"), ("conv1", "conv3", "conv5", "sep3", "sep5", "mb3_e2", "skip"))

    @pytest.fixture
    def score(self) -> Score:
        """What an evaluation finds: each gene adds its share, so that neighbours score alike."""
        return _mean_over_genes

    # ------------------------------------------------------------------------------------------------------- memory

    @pytest.mark.parametrize("asking", [(1,), (3,), (7,), MIXED], ids=str)
    @pytest.mark.parametrize("failing", [0.0, 0.3])
    @pytest.mark.parametrize("late", [False, True])
    def test_restored_at_every_step_it_behaves_as_if_never_disturbed(
        self,
        strategy: Strategy[Any],
        space: SearchSpace,
        score: Score,
        asking: tuple[int, ...],
        failing: float,
        late: bool,
    ) -> None:
        kept = Game(strategy, space, score, asking, failing, late).play(self.most_questions)
        restored = Game(strategy, space, score, asking, failing, late, restoring=True).play(self.most_questions)
        for number, (undisturbed, other) in enumerate(zip(kept.questions, restored.questions, strict=False)):
            assert other == undisturbed, f"ask number {number}: restored, it asks something else"
        assert len(restored.questions) == len(kept.questions), "restored, it stops earlier or later"
        assert restored.facts == kept.facts, "restored, it tells other facts"
        assert restored.conclusion == kept.conclusion, "restored, it concludes something else"

    def test_what_it_saves_loads_as_what_it_saves(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score
    ) -> None:
        game = Game(strategy, space, score)
        while not game.finished and len(game.candidates) < self.most_questions:
            saved = game.saved()
            assert game.saved() == saved, "saving it twice gives two states"
            assert game.restored().save() == saved, "a state that was loaded is saved as another"
            game.turn()

    def test_its_memory_stays_small(self, strategy: Strategy[Any], space: SearchSpace, score: Score) -> None:
        game, heaviest = Game(strategy, space, score), 0
        while not game.finished and len(game.candidates) < MANY:
            game.turn()
            heaviest = max(heaviest, len(canonical(game.saved()).encode()))
        assert heaviest < HEAVIEST, f"within {MANY} questions its state took {heaviest:,} bytes of JSON"

    # ------------------------------------------------------------------------------------------------------- asking

    def test_it_asks_at_most_what_it_is_asked_for(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score
    ) -> None:
        game = Game(strategy, space, score).play(self.most_questions)
        for wanted, batch in zip(game.wanted, game.asked, strict=True):
            assert len(batch) <= wanted, f"asked for {wanted} questions it came with {len(batch)}"

    @pytest.mark.parametrize("failing", [0.0, 0.3])
    def test_it_asks_about_members_only(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score, failing: float
    ) -> None:
        for candidate in Game(strategy, space, score, failing=failing).play(self.most_questions).candidates:
            assert candidate.architecture in space, f"asks about {candidate.architecture}, which is not in the space"

    @pytest.mark.parametrize("failing", [0.0, 0.3, 1.0])
    @pytest.mark.parametrize("late", [False, True])
    def test_it_finishes(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score, failing: float, late: bool
    ) -> None:
        game = Game(strategy, space, score, failing=failing, late=late).play(self.most_questions)
        assert game.finished, f"not finished after {self.most_questions:,} questions; is it configured small?"
        assert game.player.ask(5) == [], "finished, it goes on asking"
        most = game.player.evaluations
        asked = len(game.candidates)
        assert most is None or asked <= most, f"says it asks {most} questions at most, asked {asked}"

    def test_it_asks_something_before_it_finishes(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score
    ) -> None:
        assert Game(strategy, space, score).play(self.most_questions).candidates

    # -------------------------------------------------------------------------------------------------------- chance

    def test_a_seed_gives_the_same_run_every_time(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score
    ) -> None:
        first, again = (Game(strategy, space, score, seed=1).play(self.most_questions) for _ in range(2))
        assert first.trace == again.trace, "the same seed gave another run: what is not from its Chance?"

    def test_another_seed_asks_other_questions(self, strategy: Strategy[Any], space: SearchSpace, score: Score) -> None:
        one, other = (Game(strategy, space, score, seed=seed).play(self.most_questions) for seed in (1, 2))
        assert one.questions != other.questions, "the questions do not depend on the seed"

    # ------------------------------------------------------------------------------------------------------ conclusion

    def test_it_concludes_what_it_says_it_gives(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score
    ) -> None:
        kinds = {"ranking": Ranking, "space": SearchSpace}
        assert strategy.gives in kinds, f"gives {strategy.gives!r}, wanted one of {', '.join(kinds)}"
        found = Game(strategy, space, score).play(self.most_questions).found
        assert isinstance(found, kinds[strategy.gives]), f"says it gives a {strategy.gives}, gave {found!r}"

    @pytest.mark.parametrize("failing", [0.0, 0.3, 1.0])
    def test_it_can_be_made_to_conclude_at_any_time(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score, failing: float
    ) -> None:
        game = Game(strategy, space, score, failing=failing)
        for _ in range(12):
            before = game.saved()
            game.conclude()
            assert game.saved() == before, "concluding changed its memory"
            game.turn()

    @pytest.mark.parametrize("failing", [0.0, 0.3, 1.0])
    def test_a_ranking_holds_what_was_scored_best_first_each_once(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score, failing: float
    ) -> None:
        game = Game(strategy, space, score, failing=failing).play(self.most_questions)
        if not isinstance(game.found, Ranking):
            return
        entries = game.found.entries
        scored = {evaluation.candidate.architecture for evaluation in game.history}
        for entry in entries:
            assert entry.architecture in scored, f"ranks {entry.architecture}, which has no score"
            truth = score(entry.architecture)
            assert entry.score == pytest.approx(truth), (
                f"ranks {entry.architecture} by {entry.score}, it scored {truth}"
            )
        assert len({entry.architecture for entry in entries}) == len(entries), "an architecture is ranked twice"
        scores = [entry.score for entry in entries]
        assert scores == sorted(scores, reverse=True), "the best is not first"
        best = max((evaluation.score for evaluation in game.history), default=None)
        assert (scores[0] if scores else None) == pytest.approx(best), "the best that was scored is not ranked first"

    @pytest.mark.parametrize("failing", [0.0, 0.3])
    def test_a_space_holds_members_of_the_space_before(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score, failing: float
    ) -> None:
        found = Game(strategy, space, score, failing=failing).play(self.most_questions).found
        if not isinstance(found, SearchSpace):
            return
        chance = Chance(0)
        for _ in range(50):
            architecture = found.sample(chance)
            assert architecture in space, f"the space it gives holds {architecture}, the space it was given does not"

    # ----------------------------------------------------------------------------------------------------------- facts

    def test_facts_are_added_and_never_taken_back(
        self, strategy: Strategy[Any], space: SearchSpace, score: Score
    ) -> None:
        game = Game(strategy, space, score)
        told: list[Fact] = []
        while not game.finished and len(game.candidates) < self.most_questions:
            game.turn()
            facts = list(game.player.facts(stage=3))
            assert facts[: len(told)] == told, "a later call does not begin with the facts of an earlier one"
            told = facts

    # ---------------------------------------------------------------------------------------------------------- fields

    def test_every_field_changes_something(self, strategy: Strategy[Any], space: SearchSpace, score: Score) -> None:
        usual = Game(strategy, space, score).play(self.most_questions).trace
        for name, value in self.alternatives.items():
            assert getattr(strategy, name) != value, f"{name}: {value!r} is no alternative"
            changed = replace(strategy, **{name: value})  # type: ignore[type-var]
            trace = Game(changed, space, score).play(self.most_questions).trace
            assert trace != usual, f"with {name}={value!r} it behaves as with {getattr(strategy, name)!r}"


@dataclass
class Game:
    """A strategy at play: asks come in odd numbers, answers out of order, some late. All of it follows from `seed`.

    `failing`: the share of architectures that have no score. `late`: nothing is answered as long as it has questions.
    `restoring`: before every call the strategy is saved, thrown away and loaded into a fresh one, made from the
    configuration.
    """

    strategy: Strategy[Any]
    space: SearchSpace
    score: Score
    asking: tuple[int, ...] = MIXED
    failing: float = 0.0
    late: bool = False
    seed: int = 0
    restoring: bool = False

    wanted: list[int] = field(default_factory=list)
    asked: list[list[Candidate]] = field(default_factory=list)
    out: list[Candidate] = field(default_factory=list)
    history: list[Evaluation] = field(default_factory=list)
    finished: bool = False

    def __post_init__(self) -> None:
        self._chance = Chance(seed_from("game", self.asking))
        self._settings = plain(self.strategy)
        self.player = self._fresh()
        self.player.start(self.space, self.seed)

    def play(self, questions: int) -> Game:
        """Take turns until it is finished, or has asked so many."""
        while not self.finished and len(self.candidates) < questions:
            self.turn()
        return self

    def turn(self) -> None:
        """One ask, and answers to some of what is out."""
        wanted = self._chance.pick(self.asking)
        asked = self._player().ask(wanted)
        self.wanted.append(wanted)
        self.asked.append(list(asked))
        self.out += asked
        self.finished = not self.out
        order = self._chance.permutation(len(self.out))[: self._how_many(bool(asked))]
        answers = [self._answer(self.out[i]) for i in order]
        self.out = [candidate for i, candidate in enumerate(self.out) if i not in order]
        if answers:
            self._player().tell(answers)
        self.history += [answer for answer in answers if isinstance(answer, Evaluation)]

    def _how_many(self, asking: bool) -> int:
        """Answers that come now; one at least where it waits for them."""
        if asking and self.late:
            return 0
        least = 0 if asking else min(1, len(self.out))
        return least + self._chance.below(len(self.out) - least + 1)

    def _answer(self, candidate: Candidate) -> Answer:
        fate = seed_from("fate", candidate.architecture.key) / 2**63
        if fate < self.failing:
            return Failure(candidate, "not finite", "planned by the exam")
        return Evaluation(candidate, self.score(candidate.architecture), Cost(1, 1))

    # --------------------------------------------------------------------------------------------- saving and restoring

    def _fresh(self) -> Strategy[Any]:
        return checked(type(self.strategy), self._settings)

    def _player(self) -> Strategy[Any]:
        if self.restoring:
            self.player = self.restored()
        return self.player

    def saved(self) -> Plain:
        """The strategy's memory, as it comes back from JSON."""
        try:
            text = canonical(self.player.save())
        except (TypeError, ValueError) as error:
            raise AssertionError(f"its state is not JSON data: {error}") from error
        saved: Plain = json.loads(text)
        return saved

    def restored(self) -> Strategy[Any]:
        """A fresh strategy of the same configuration that was given this one's memory."""
        other = self._fresh()
        other.load(self.space, self.saved())
        return other

    # ------------------------------------------------------------------------------------------------------ what it did

    @property
    def candidates(self) -> list[Candidate]:
        return [candidate for batch in self.asked for candidate in batch]

    @property
    def questions(self) -> list[list[Plain]]:
        return [[plain(candidate) for candidate in batch] for batch in self.asked]

    @property
    def facts(self) -> list[Plain]:
        return [plain(fact) for fact in self._player().facts(stage=0)]

    @property
    def found(self) -> SearchSpace | Ranking | None:
        return self.conclude()

    def conclude(self) -> SearchSpace | Ranking | None:
        """None: nothing could be concluded."""
        try:
            return self._player().conclude(iter(self.history))
        except BudgetSpent:
            assert not self.history, "there are scores, and nothing was concluded"
            return None

    @property
    def conclusion(self) -> Plain | None:
        found = self.found
        return found.plain() if isinstance(found, SearchSpace) else None if found is None else plain(found)

    @property
    def trace(self) -> tuple[object, ...]:
        return self.questions, self.facts, self.conclusion


def _mean_over_genes(architecture: Architecture) -> float:
    shares = [seed_from("gene", *place) / 2**63 for place in enumerate(architecture.genes)]
    return sum(shares) / len(shares)
