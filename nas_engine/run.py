"""Run: results in, work out. And `perform`, which does one Work. The two halves of every run, on one machine or many."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal

from nas_engine.candidate import Evaluation, FailureReason
from nas_engine.chance import Chance, seed_from
from nas_engine.errors import (
    BadData,
    BudgetSpent,
    Cancelled,
    EvaluationFailed,
    Incompatible,
    Infeasible,
    InvalidRecipe,
    NasError,
    StateMismatch,
    StorageFailed,
)
from nas_engine.estimators.out_of_memory import advice_for, is_out_of_memory, let_go
from nas_engine.events import (
    CandidateEvaluated,
    Event,
    RunAsked,
    RunEnded,
    RunRetried,
    RunStarted,
    SearchPriced,
    StageFinished,
    StageStarted,
    Warned,
    evaluation,
    question,
)
from nas_engine.feasibility import feasibility
from nas_engine.files import FileStore
from nas_engine.products import Holdings
from nas_engine.recipe import Recipe, recipe
from nas_engine.spaces import space, space_document
from nas_engine.stages import PERFORMERS, Frame, History, Stage, Turn
from nas_engine.upgrades import STATE_VERSION, upgraded
from nas_engine.wire import Plain, canonical, plain, read
from nas_engine.work import Checkpoint, Context, Mishap, Result, Store, Stored, Work, recovered

__all__ = [  # the engine's public face for whoever runs it
    "Checkpoint",
    "Context",
    "Evaluation",
    "FileStore",
    "Mishap",
    "NoHistory",
    "Recipe",
    "Result",
    "Run",
    "RunState",
    "Step",
    "Store",
    "Stored",
    "Work",
    "history_digest",
    "is_found",
    "perform",
    "recipe",
    "recovered",
    "space_files",
]

Status = Literal["running", "finished", "infeasible", "failed"]


@dataclass
class RunState:
    """Everything that the next decision needs, beside the recipe and the history.

    A change that stored states do not fit needs a step in `upgrades`.
    """

    recipe: str  # digest
    holdings: Holdings
    version: int = STATE_VERSION
    status: Status = "running"
    reason: str = ""
    stage: int = -1
    memory: Plain = field(default_factory=dict)  # of the stage
    out: list[str] = field(default_factory=list)  # keys of the Work that is out
    evaluations: int = 0  # spent
    concluding: bool = False  # a person asked to conclude with what there is
    seconds: dict[int, float] = field(default_factory=dict)  # device seconds spent, by stage
    again: dict[str, float] = field(default_factory=dict)  # of a failed run: Work to go on with, seconds counted for it
    space_of: int | None = None  # the stage that concluded the space that is held; none: it is the recipe's
    spaces_before: dict[int, Plain] = field(default_factory=dict)  # that other stages concluded, by stage

    @classmethod
    def read(cls, state: object) -> RunState:
        """A stored state, of this version or an older one. Raises StateMismatch."""
        return read(cls, upgraded(state))

    @property
    def spaces(self) -> dict[int, Plain]:
        """Every space that a stage concluded, by stage."""
        held = self.holdings.space
        return self.spaces_before | ({} if self.space_of is None or held is None else {self.space_of: held})


@dataclass(frozen=True)
class Step:
    """What a decision brought."""

    state: Plain
    work: tuple[Work, ...]
    events: tuple[Event, ...]
    status: Status
    dropped: tuple[str, ...] = ()  # keys of Work that is out and no longer awaited


def space_files(state: RunState) -> dict[str, bytes]:
    """The spaces that a run concluded, as files: `space.json` the one that it holds, `space-0.json` that of stage 0 before it."""
    named = {"space.json" if number == state.space_of else f"space-{number}.json": number for number in state.spaces}
    return {name: documented(state.spaces[number]) for name, number in named.items()}


def documented(held: Plain) -> bytes:
    """A space of a run's state as the file of its document."""
    return (json.dumps(space_document(space(held)), separators=(",", ":")) + "\n").encode()


class NoHistory:
    """For a run without past."""

    def evaluations(self, stage: int) -> Sequence[Evaluation]:
        return ()

    def find(self, scope: str, candidate: str) -> Evaluation | None:
        return None


class _Told:
    """A history, and what was told in the decision that is being made: a stage that begins in it looks back at all of it."""

    def __init__(self, history: History, told: Sequence[Event]) -> None:
        self._history, self._told = history, told

    def _facts(self) -> Iterator[CandidateEvaluated]:
        return (event.fact for event in self._told if isinstance(event.fact, CandidateEvaluated))

    def evaluations(self, stage: int) -> Iterator[Evaluation]:
        yield from self._history.evaluations(stage)
        yield from (evaluation(fact) for fact in self._facts() if fact.stage == stage)

    def find(self, scope: str, candidate: str) -> Evaluation | None:
        asked = f"{scope}:{candidate}"
        now = (evaluation(fact) for fact in self._facts() if question(fact) == asked)
        return next(now, None) or self._history.find(scope, candidate)


class Run:
    """The execution of a recipe, one cheap, pure, restartable decision at a time.

    `advance` changes only this object; the caller stores `Step.state`, work and events together, or drops them and restores.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.state = RunState(recipe.digest, Holdings(space=recipe.space.space().plain()))

    @classmethod
    def restored(cls, recipe: Recipe, state: Plain) -> Run:
        """A run as its last step left it. Raises StateMismatch for a state of another recipe, or of a version that is not read."""
        run = cls(recipe)
        run.state = RunState.read(state)
        if run.state.recipe != recipe.digest:
            raise StateMismatch(
                f"the state belongs to recipe {run.state.recipe}, this is {recipe.digest}; "
                "go on with the recipe that it began with, or start in another folder"
            )
        if not run.state.stage < len(recipe.pipeline):
            raise StateMismatch(
                f"the state is at stage {run.state.stage}, and the recipe has {len(recipe.pipeline)} stages"
            )
        return run

    def advance(
        self, results: Sequence[Result] = (), slots: int = 1, history: History | None = None, conclude: bool = False
    ) -> Step:
        """Tell the answers, ask for as much Work as there are free slots. A result that is not awaited changes nothing.

        `conclude`: from now on every search stage ends with what it has; retraining and export go on as they would.
        """
        before = deepcopy(self.state)
        self.state.concluding |= conclude
        told: list[Event] = []
        work: list[Work] = []
        try:
            self._advance(results, slots, _Told(history or NoHistory(), told), work, told)
        except Infeasible as error:
            self._end("infeasible", str(error), work, told)
        except EvaluationFailed as error:
            self._stand_before(before, results)
            self._end("failed", str(error), work, told)
        except (BudgetSpent, Incompatible) as error:
            self._end("failed", str(error), work, told)
        except BaseException:
            self.state = before
            raise
        awaited = {*self.state.out, *(result.work for result in results)}
        dropped = tuple(key for key in before.out if key not in awaited) if self.state.status == "running" else ()
        return Step(plain(self.state), tuple(work), tuple(told), self.state.status, dropped)

    def _stand_before(self, before: RunState, results: Sequence[Result]) -> None:
        """Stand where the results of a Work failed the run, so that with other results it can go on."""
        heard = {result.work: result.seconds for result in results}
        again = {key: heard.get(key, 0.0) for key in before.out}
        seconds, concluding = self.state.seconds, self.state.concluding
        self.state = deepcopy(before)
        self.state.again, self.state.seconds, self.state.concluding = again, seconds, concluding

    def retry(self) -> None:
        """After: a run that a Work failed waits for that Work, and all that was out with it, once more.

        One that is not over stays as it is. Raises Incompatible where no Work failed the run: it would end as it did.
        """
        state = self.state
        if state.status == "running":
            return
        if not state.again:
            raise Incompatible(f"the run would end as it did before ({state.reason or state.status})")
        counted = state.seconds.get(state.stage, 0.0) - sum(state.again.values())
        state.seconds[state.stage] = max(0.0, counted)
        state.status, state.reason, state.out, state.again = "running", "", list(state.again), {}

    def plain(self) -> Plain:
        """The state, to be stored."""
        return plain(self.state)

    def _advance(
        self, results: Sequence[Result], slots: int, history: History, work: list[Work], told: list[Event]
    ) -> None:
        state = self.state
        if state.status != "running":
            return
        if state.stage < 0:
            self._begin(told)
        awaited = [result for result in results if result.work in state.out]
        for result in awaited:
            state.out.remove(result.work)
            state.seconds[state.stage] = state.seconds.get(state.stage, 0.0) + result.seconds
        while state.status == "running":
            stage = self.recipe.pipeline[state.stage]
            frame = self.frame(stage)
            memory: Any = read(stage.memory, state.memory)
            turn = stage.advance(memory, frame, awaited, slots, history)
            awaited = []
            state.memory = plain(memory)
            state.evaluations += turn.evaluations
            state.out = [key for key in state.out if key not in turn.dropped] + [item.key for item in turn.work]
            work += turn.work
            told += [Event(f"{state.stage}/{name}", fact) for name, fact in turn.facts]
            if turn.finished is None:
                return
            self._next(stage, turn, told)

    def _begin(self, told: list[Event]) -> None:
        """Before anything is spent: is there a network within the limits at all?"""
        told.append(Event("started", RunStarted(self.recipe.name, self.state.recipe, self.recipe.seed)))
        found = feasibility(self.recipe)
        found.refuse()
        if found.verdict == "unlikely":
            told.append(Event("feasibility", Warned(0, found.text)))
        self._enter(0, told)

    def _enter(self, number: int, told: list[Event]) -> None:
        state, stage = self.state, self.recipe.pipeline[number]
        state.stage = number
        state.memory = plain(stage.start(self.frame(stage)))
        told.append(Event(f"{number}/started", StageStarted(number, stage.name)))

    def _next(self, stage: Stage[Any], turn: Turn, told: list[Event]) -> None:
        state = self.state
        assert turn.finished is not None
        if turn.finished.space != state.holdings.space:
            state.spaces_before, state.space_of = state.spaces, state.stage
        state.holdings, state.memory = turn.finished, {}
        finished = StageFinished(state.stage, stage.name, turn.why, turn.summary)
        told.append(Event(f"{state.stage}/finished", finished))
        if state.stage + 1 < len(self.recipe.pipeline):
            self._enter(state.stage + 1, told)
        else:
            self._end("finished", "", [], told)

    def _end(self, status: Status, reason: str, work: list[Work], told: list[Event]) -> None:
        self.state.status, self.state.reason, self.state.out = status, reason, []
        work.clear()
        told.append(Event("ended", RunEnded(status, reason)))

    def frame(self, stage: Stage[Any]) -> Frame:
        """What a stage sees of the run now."""
        recipe, state = self.recipe, self.state
        limit = recipe.budget.search.evaluations
        return Frame(
            state.stage,
            stage.name,
            recipe.name,
            recipe.seed,
            recipe.plain["task"],  # type: ignore[arg-type]
            recipe.task.shape,
            recipe.budget.network,
            state.holdings,
            None if limit is None else max(0, limit - state.evaluations),
            self._seconds_left(stage),
            recipe.space,
            next(
                (number for number in reversed(range(state.stage)) if "ranking" in recipe.pipeline[number].gives), None
            ),
            sum(
                state.seconds.get(number, 0.0) for number in range(state.stage) if not recipe.pipeline[number].measures
            ),
            state.concluding and not stage.reserved,
        )

    def _seconds_left(self, stage: Stage[Any]) -> float | None:
        """Of the stage's share. What earlier stages did not use goes on to later ones; the reserve is kept for the last."""
        whole, reserve = self.recipe.budget.search.device_seconds, self.recipe.budget.search.reserve
        if whole is None:
            return None
        spent = sum(self.state.seconds.values())
        pool = whole if stage.reserved else whole * (1 - reserve)
        ahead = [s.share for s in self.recipe.pipeline[self.state.stage :] if s.reserved == stage.reserved]
        here = self.state.seconds.get(self.state.stage, 0.0)
        return (pool - (spent - here)) * stage.share / sum(ahead) - here


def history_digest(events: Iterable[Event], state: Plain | None, *, ordered: bool = False) -> str:
    """One digest of everything a run found: facts by key, and the run's state. Two equal runs have equal digests.

    Order of arrival, times, attempts, warnings, what a person asked, ends that were taken back, and device seconds are
    left out. `ordered`: the events come in the order of their keys, and none has to be held.
    """
    facts = ((event.key, canonical(event.plain())) for event in events if is_found(event))
    found = {name: value for name, value in (state or {}).items() if name != "seconds"}
    hashed = hashlib.sha256(b"[[")  # of the canonical text of [facts, found], as it is written
    for number, pair in enumerate(facts if ordered else sorted(facts)):
        hashed.update(("," if number else "").encode() + canonical(pair).encode())
    hashed.update(f"],{canonical(found)}]".encode())
    return hashed.hexdigest()[:16]


def is_found(event: Event) -> bool:
    """Whether a fact is of what the run found, and not of how it came to it."""
    if isinstance(event.fact, RunEnded):
        return event.key == "ended"  # another key: a person retried the run after it
    return not isinstance(event.fact, SearchPriced | Warned | RunAsked | RunRetried)


def perform(work: Work, context: Context) -> Result:
    """Do one Work. Its random draws follow from its key alone; torch's generators are left as they were.

    What goes wrong is told as a mishap with a reason; after one of memory, all that the Work held is let go.
    Raises Cancelled where the worker should stop, and what is our mistake.
    """
    chance = Chance(seed_from(work.seed, work.key, "torch"))
    try:
        with chance.owning_torch():
            return Result(work.key, PERFORMERS[work.kind](work, context), None, context.spent())
    except Cancelled:
        raise
    except Exception as error:
        mishap = _mishap(error, work)
        if mishap is None:
            raise
        if mishap.reason == "out of memory":
            let_go(error)
        return Result(work.key, {}, mishap, context.spent())


def _mishap(error: Exception, work: Work) -> Mishap | None:
    """The reason of an error that ends a Work, or None for one that nobody foresaw."""
    if isinstance(error, EvaluationFailed):
        reason: FailureReason = error.reason  # type: ignore[assignment]
        return Mishap(reason, str(error))
    if is_out_of_memory(error):
        return Mishap("out of memory", advice_for(work.payload))
    by_kind: tuple[tuple[type[NasError], FailureReason], ...] = (
        (BadData, "bad data"),
        (BudgetSpent, "time limit"),
        (Infeasible, "infeasible"),
        (StorageFailed, "storage"),
        (StateMismatch, "ours"),
        (Incompatible, "recipe"),
        (InvalidRecipe, "recipe"),
    )
    for kind, reason in by_kind:
        if isinstance(error, kind):
            return Mishap(reason, str(error))
    return None
