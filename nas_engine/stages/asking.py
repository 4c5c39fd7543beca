"""Asking: candidates become Work, results become answers. Budgets are kept here, once for every stage that evaluates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.components import component, described
from nas_engine.errors import InvalidArchitecture
from nas_engine.estimators import ESTIMATORS, Estimator, FromScratch
from nas_engine.events import CandidateEvaluated, CandidateFailed, Fact
from nas_engine.stages.base import Frame, History, Turn, loaded
from nas_engine.tasks import TASKS
from nas_engine.wire import Plain, digest, plain, read
from nas_engine.work import CONCLUDED, Context, Result, Stored, Work

WORK = "evaluate"
TRUTH_FIRST = {
    FromScratch.kind: FromScratch,
    **ESTIMATORS,
}  # of a stage that measures: a form offers the plain truth first


@dataclass(kw_only=True)
class Questions:
    """Memory of a stage that evaluates: the questions that are out by Work, and counters."""

    out: dict[str, list[Candidate]] = field(default_factory=dict)
    twins: list[Candidate] = field(default_factory=list)  # asked again while out: they share the answer
    works: int = 0
    answers: int = 0
    scored: int = 0
    too_large: dict[str, str] = field(default_factory=dict)  # by candidate: what was said; they are never asked again


@dataclass(frozen=True)
class Answers:
    """Outcome of an evaluating Work."""

    evaluations: list[Evaluation]
    failures: list[Failure]


class Asking:
    """One turn of it: what is heard and asked lands in `turn` and in the memory. `told`: this turn's scores.

    `measures`: the answers are no finds, and say so.
    """

    def __init__(
        self, estimator: Estimator, memory: Questions, frame: Frame, history: History, measures: bool = False
    ) -> None:
        self.measures = measures
        self.estimator, self.memory, self.frame, self.history = estimator, memory, frame, history
        self.scope = scope(estimator, frame.holdings.supernet)
        self.turn = Turn()
        self.told: list[Evaluation] = []
        self.failed: list[str] = []  # what was said of failures

    def hear(self, results: Sequence[Result]) -> Iterator[list[Answer]]:
        """The answers of each Work, then those of the twins that waited for them. Each costs an evaluation."""
        for result in results:
            answers = _answers(self.memory.out.pop(result.work), result)
            self.turn.evaluations += len(answers)
            yield self._noted(answers)
            yield self._noted(self._shared(answers))

    def drop(self) -> None:
        """Await nothing more."""
        self.turn.dropped, self.memory.out, self.memory.twins = list(self.memory.out), {}, []

    @property
    def left(self) -> int | None:
        """Evaluations that may still be asked for; None: any number."""
        if self.frame.evaluations_left is None:
            return None
        out = sum(len(candidates) for candidates in self.memory.out.values())
        return max(0, self.frame.evaluations_left - self.turn.evaluations - out)

    @property
    def spent(self) -> bool:
        return self.frame.out_of_time or self.left == 0

    def room(self, slots: int) -> int:
        """How many may be asked now; 0 where all slots are taken."""
        wanted = max(0, (slots - len(self.memory.out)) * self.estimator.batch)
        left = self.left
        return wanted if left is None else min(wanted, left)

    def ask(self, candidates: Sequence[Candidate]) -> list[Answer]:
        """The answers that are known already and cost nothing; what is asked of workers is in the turn."""
        fresh = {evaluation.candidate.key: evaluation for evaluation in self.told}  # not in the history yet
        found = [(c, fresh.get(c.key) or self.history.find(self.scope, c.key) or self._refused(c)) for c in candidates]
        known = self._noted([replace(answer, candidate=candidate) for candidate, answer in found if answer is not None])
        self.turn.work += self._work(self._new([candidate for candidate, answer in found if answer is None]))
        return known

    def ask_first(self, queue: Sequence[Candidate], slots: int) -> list[Candidate]:
        """Ask for what stands first, as far as slots and budget go and until the user asks to conclude; what is left of the queue."""
        left = list(queue)
        while left and not self.frame.concluding and not self.spent and (room := self.room(slots)):
            self.ask(left[:room])
            left = left[room:]
        return left

    def work_off(
        self, results: Sequence[Result], queue: Sequence[Candidate], slots: int
    ) -> tuple[list[Candidate], str]:
        """Hear, and ask for what stands first in a queue: what is left of it, and why it is over; empty while it is not."""
        for _ in self.hear(results):
            pass  # they are in the turn
        concluding = self.frame.concluding
        if concluding:
            self.drop()
        left = self.ask_first(queue, slots)
        if self.memory.out or (left and not concluding and not self.spent):
            return left, ""
        return left, CONCLUDED if concluding else "budget spent" if left else "finished"

    @property
    def scores(self) -> list[Evaluation]:
        """All of the stage's, in order."""
        return [*self.history.evaluations(self.frame.number), *self.told]

    def _noted(self, answers: list[Answer]) -> list[Answer]:
        memory = self.memory
        scored = [answer for answer in answers if isinstance(answer, Evaluation)]
        self.told.extend(scored)
        self.failed.extend(answer.message for answer in answers if isinstance(answer, Failure))
        memory.too_large |= {a.candidate.key: a.message for a in answers if _too_large(a)}
        memory.scored += len(scored)
        for answer in answers:
            self.turn.facts.append(
                (f"answer {memory.answers}", _fact(self.frame.number, answer, self.scope, self.measures))
            )
            memory.answers += 1
        return answers

    def _refused(self, candidate: Candidate) -> Failure | None:
        """The Failure of a network that ran out of memory before."""
        said = self.memory.too_large.get(candidate.key)
        return None if said is None else Failure(candidate, "out of memory", said)

    def _new(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Questions that are not out already; the others wait for their twin's answer."""
        out = {candidate.key for batch in self.memory.out.values() for candidate in batch}
        new: list[Candidate] = []
        for candidate in candidates:
            (self.memory.twins if candidate.key in out else new).append(candidate)
            out.add(candidate.key)
        return new

    def _shared(self, answers: Sequence[Answer]) -> list[Answer]:
        """The answers, again, for the twins that waited for them."""
        memory = self.memory
        by_key = {answer.candidate.key: answer for answer in answers}
        ready = [twin for twin in memory.twins if twin.key in by_key]
        memory.twins = [twin for twin in memory.twins if twin.key not in by_key]
        return [replace(by_key[twin.key], candidate=twin) for twin in ready]

    def _work(self, candidates: Sequence[Candidate]) -> list[Work]:
        works, frame, memory = [], self.frame, self.memory
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


def _fact(stage: int, answer: Answer, scope: str, measured: bool) -> Fact:
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
        measured,
    )


def scope(estimator: Estimator, supernet: Stored | None) -> str:
    """What makes answers comparable: the estimator, and the weights that it uses."""
    uses = supernet if "supernet" in estimator.needs else None
    return digest([described(estimator), uses.sha256 if uses else None])


def scope_of(payload: Plain) -> str:
    """The scope of an evaluating Work's answers."""
    supernet = payload["supernet"]
    estimator = component(ESTIMATORS, payload["estimator"], "estimator")
    return scope(estimator, None if supernet is None else read(Stored, supernet))


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
