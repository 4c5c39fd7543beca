"""Search stage: a strategy asks, an estimator answers. Budgets and limits are kept here, once for every strategy."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, TypeGuard

from pydantic import ConfigDict, Field

from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.chance import seed_from
from nas_engine.components import OneOf, component, described
from nas_engine.errors import BudgetSpent, InvalidArchitecture
from nas_engine.estimators import ESTIMATORS, Estimator
from nas_engine.events import CandidateEvaluated, CandidateFailed, Fact
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace, Subspace, Within
from nas_engine.stages.base import Frame, History, Stage, StageName, Turn, loaded
from nas_engine.strategies import STRATEGIES, Strategy
from nas_engine.tasks import TASKS
from nas_engine.wire import Plain, digest, plain, read
from nas_engine.work import CONCLUDED, Context, Result, Stored, Work

WORK = "evaluate"


@dataclass
class Searching:
    """Memory: the strategy's state, the questions that are out by Work, and counters."""

    strategy: Plain
    out: dict[str, list[Candidate]] = field(default_factory=dict)
    twins: list[Candidate] = field(default_factory=list)  # asked again while out: they share the answer
    works: int = 0
    answers: int = 0
    scored: int = 0
    facts: int = 0  # of the strategy, already told
    too_large: dict[str, str] = field(default_factory=dict)  # by candidate: what was said; they are never asked again


@dataclass(frozen=True)
class Answers:
    """Outcome of an evaluating Work."""

    evaluations: list[Evaluation]
    failures: list[Failure]


@dataclass
class Search(Stage[Searching]):
    """Runs a strategy on the run's space, seen through the network limits, until it is finished or the budget is spent."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "search"
    memory: ClassVar[type] = Searching

    strategy: Annotated[Strategy[Any], OneOf(STRATEGIES)]
    estimator: Annotated[Estimator, OneOf(ESTIMATORS)]
    name: StageName = "search"
    share: Annotated[float, Field(gt=0, description="weight in the split of device seconds")] = 1.0

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"space"}) | self.estimator.needs

    @property
    def gives(self) -> frozenset[str]:
        return frozenset({self.strategy.gives})

    def start(self, frame: Frame) -> Searching:
        strategy = copy(self.strategy)
        strategy.start(self._space(frame), seed_from(frame.seed, frame.number, "strategy"))
        return Searching(strategy.save())

    def _space(self, frame: Frame) -> SearchSpace:
        return Within(frame.space, frame.limits, frame.shape)

    def _scope(self, frame: Frame) -> str:
        """What makes answers comparable: the estimator, and the weights that it uses."""
        return _scope(self.estimator, frame.holdings.supernet)

    def advance(self, memory: Searching, frame: Frame, results: Sequence[Result], slots: int, history: History) -> Turn:
        strategy, turn, scope = copy(self.strategy), Turn(), self._scope(frame)
        strategy.load(self._space(frame), memory.strategy)
        told: list[Evaluation] = []
        failed: list[str] = []

        def tell(answers: Sequence[Answer]) -> None:
            strategy.tell(answers)
            scored = [answer for answer in answers if isinstance(answer, Evaluation)]
            told.extend(scored)
            failed.extend(answer.message for answer in answers if isinstance(answer, Failure))
            memory.too_large |= {a.candidate.key: a.message for a in answers if _too_large(a)}
            memory.scored += len(scored)
            for answer in answers:
                turn.facts.append((f"answer {memory.answers}", _fact(frame.number, answer, scope)))
                memory.answers += 1

        for result in results:
            asked = memory.out.pop(result.work)
            answers = _answers(asked, result)
            turn.evaluations += len(answers)
            tell(answers)
            tell(self._shared(memory, answers))
        if frame.concluding and memory.scored:
            turn.dropped, memory.out, memory.twins = list(memory.out), {}, []
        spent = finished = False
        while not (spent or finished):
            left = self._left(memory, frame, turn.evaluations)
            wanted = (slots - len(memory.out)) * self.estimator.batch
            enough = frame.concluding and bool(memory.scored or memory.out)  # one answer at least, to rank or shrink to
            spent = frame.out_of_time or left == 0 or enough
            if spent or wanted <= 0:
                break
            asked = strategy.ask(wanted if left is None else min(wanted, left))
            if not asked:
                finished = not memory.out
                break
            fresh = {evaluation.candidate.key: evaluation for evaluation in told}  # not in the history yet
            found = [(c, fresh.get(c.key) or history.find(scope, c.key) or self._refused(memory, c)) for c in asked]
            tell([replace(known, candidate=candidate) for candidate, known in found if known is not None])
            turn.work += self._work(self._new([c for c, known in found if known is None], memory), memory, frame)
        for number, fact in enumerate(strategy.facts(frame.number)):
            if number >= memory.facts:
                turn.facts.append((f"strategy {number}", fact))
                memory.facts = number + 1
        if (spent or finished) and not memory.out:
            try:
                self._conclude(strategy, frame, turn, [*history.evaluations(frame.number), *told])
            except BudgetSpent as error:
                if not failed:
                    raise
                raise BudgetSpent(f"{error}; the last failure: {failed[-1]}") from error
            turn.why = "finished" if finished else CONCLUDED if frame.concluding else "budget spent"
        memory.strategy = strategy.save()
        return turn

    def _refused(self, memory: Searching, candidate: Candidate) -> Failure | None:
        """The Failure of a network that ran out of memory before."""
        said = memory.too_large.get(candidate.key)
        return None if said is None else Failure(candidate, "out of memory", said)

    def _new(self, candidates: Sequence[Candidate], memory: Searching) -> list[Candidate]:
        """Questions that are not out already; the others wait for their twin's answer."""
        out = {candidate.key for batch in memory.out.values() for candidate in batch}
        new: list[Candidate] = []
        for candidate in candidates:
            (memory.twins if candidate.key in out else new).append(candidate)
            out.add(candidate.key)
        return new

    def _shared(self, memory: Searching, answers: Sequence[Answer]) -> list[Answer]:
        """The answers, again, for the twins that waited for them."""
        by_key = {answer.candidate.key: answer for answer in answers}
        ready = [twin for twin in memory.twins if twin.key in by_key]
        memory.twins = [twin for twin in memory.twins if twin.key not in by_key]
        return [replace(by_key[twin.key], candidate=twin) for twin in ready]

    def _left(self, memory: Searching, frame: Frame, just_spent: int) -> int | None:
        """Evaluations that may still be asked for."""
        if frame.evaluations_left is None:
            return None
        out = sum(len(candidates) for candidates in memory.out.values())
        return max(0, frame.evaluations_left - just_spent - out)

    def _work(self, candidates: Sequence[Candidate], memory: Searching, frame: Frame) -> list[Work]:
        works = []
        for start in range(0, len(candidates), self.estimator.batch):
            batch = list(candidates[start : start + self.estimator.batch])
            payload: Plain = {
                "estimator": described(self.estimator),
                "task": frame.task,
                "space": frame.root,
                "supernet": None if frame.holdings.supernet is None else plain(frame.holdings.supernet),
                "candidates": [plain(candidate) for candidate in batch],
            }
            key = f"{frame.number}-{WORK}-{memory.works}"
            memory.works += 1
            memory.out[key] = batch
            works.append(Work(key, frame.number, WORK, payload, frame.seed, frame.seconds_left))
        return works

    def _conclude(self, strategy: Strategy[Any], frame: Frame, turn: Turn, history: Sequence[Evaluation]) -> None:
        found = strategy.conclude(history)
        if isinstance(found, Ranking):
            if not found.entries:
                raise BudgetSpent(
                    f"stage '{self.name}': no network could be ranked; see the failures, or raise the budget"
                )
            best = found.entries[0]
            turn.finished = replace(frame.holdings, ranking=Ranking(found.entries[:100]))
            turn.summary = {"ranked": float(len(found.entries)), "best": best.score, "madds": float(best.cost.madds)}
            turn.summary |= strategy.figures(found, history)
            return
        inner = found.space if isinstance(found, Within) else found
        turn.finished = replace(frame.holdings, space=inner.plain())
        turn.summary = {"space size": float(inner.size)}
        if isinstance(inner, Subspace):
            turn.summary |= {"pockets": float(len(inner.pockets)), "diversity": inner.diversity}
        turn.summary |= strategy.figures(inner, history)


def _too_large(answer: Answer) -> TypeGuard[Failure]:
    return isinstance(answer, Failure) and answer.reason == "out of memory"


def _answers(asked: Sequence[Candidate], result: Result) -> list[Answer]:
    """In the order asked; a Work without an outcome fails each of its candidates."""
    if result.mishap is not None:
        return [Failure(candidate, result.mishap.reason, result.mishap.message) for candidate in asked]
    given = read(Answers, result.outcome)
    answers: list[Answer] = [*given.evaluations, *given.failures]
    by_key = {answer.candidate.key: answer for answer in answers}
    return [by_key[candidate.key] for candidate in asked]


def _fact(stage: int, answer: Answer, scope: str) -> Fact:
    candidate = answer.candidate
    architecture = candidate.architecture
    if isinstance(answer, Failure):
        return CandidateFailed(stage, architecture.key, architecture, answer.reason, answer.message)
    return CandidateEvaluated(
        stage,
        architecture.key,
        architecture,
        answer.score,
        answer.cost,
        candidate.fidelity,
        candidate.repeat,
        scope,
        candidate.parents,
    )


def _scope(estimator: Estimator, supernet: Stored | None) -> str:
    uses = supernet if "supernet" in estimator.needs else None
    return digest([described(estimator), uses.sha256 if uses else None])


def scope_of(payload: Plain) -> str:
    """The scope of an evaluating Work's answers."""
    supernet = payload["supernet"]
    estimator = component(ESTIMATORS, payload["estimator"], "estimator")
    return _scope(estimator, None if supernet is None else read(Stored, supernet))


def perform_evaluation(work: Work, context: Context) -> Plain:
    """Ask the estimator; answers that came with the Work are told with its own."""
    estimator = component(ESTIMATORS, work.payload["estimator"], "estimator")
    task = component(TASKS, work.payload["task"], "task").open(context.device)
    asked = work.payload["candidates"]
    assert isinstance(asked, list)
    candidates = [read(Candidate, value) for value in asked]
    try:
        answers = estimator.estimate(candidates, loaded(work.payload, context), task, context)
    except InvalidArchitecture as error:
        answers = [Failure(candidate, "recipe", str(error)) for candidate in candidates]
    given: Any = work.payload.get("known", [])
    return plain(
        Answers(
            [*(read(Evaluation, value) for value in given), *(a for a in answers if isinstance(a, Evaluation))],
            [answer for answer in answers if isinstance(answer, Failure)],
        )
    )
