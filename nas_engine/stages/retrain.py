"""Retrain stage: winner and reference trained identically, then compared on the test split, which is opened once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.chance import Chance, seed_from
from nas_engine.components import component
from nas_engine.errors import EvaluationFailed
from nas_engine.events import Against, ModelTrained, TestOpened, Warned
from nas_engine.products import Comparison, Products, Ranked, Ranking, Rival, Sample, StoredModel
from nas_engine.stages.base import Frame, History, Stage, StageName, Turn, loaded
from nas_engine.stages.compare import paired_interval, verdict
from nas_engine.tasks import TASKS, Origin, Split, accuracy
from nas_engine.trainers import Retrain, fit
from nas_engine.wire import Plain, pack, plain, read, unpack
from nas_engine.work import Context, Mishap, Result, Work

if TYPE_CHECKING:
    from torch import nn

SAMPLES = 12  # test images that an export shows
TRAIN, REPORT = "retrain", "report"
WINNER, REFERENCE, RANDOM = "winner", "reference", "random"
PAIR = (WINNER, REFERENCE)  # who is compared in any case


@dataclass
class Training:
    """Memory: what is still to be trained, what is out, what came back."""

    queue: list[tuple[str, int]]  # (subject, seed)
    out: dict[str, tuple[str, int]] = field(default_factory=dict)  # by Work
    models: list[StoredModel] = field(default_factory=list)
    whole: list[tuple[str, int]] = field(default_factory=list)  # (subject, seed) trained to the end
    mishaps: list[Mishap] = field(default_factory=list)
    reporting: bool = False


@dataclass(frozen=True)
class TrainedOutcome:
    """`whole`: whether the training was taken to its end, and so may be compared."""

    model: StoredModel
    whole: bool


@dataclass
class RetrainStage(Stage[Training]):
    """Trains the best network of the ranking and the space's reference network, each with every seed, in pairs.

    After a control stage the best network of its random search is trained with the same seeds as a third.

    A seed of which one half failed, or was cut short by the budget, is left out of the comparison. The winner is the network, not
    the luckiest seed; the export takes the seed with the best validation accuracy.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "retrain"
    memory: ClassVar[type] = Training
    reserved: ClassVar[bool] = True
    needs: ClassVar[frozenset[str]] = frozenset({"space", "ranking"})
    gives: ClassVar[frozenset[str]] = frozenset({"model"})

    trainer: Annotated[Retrain, Field(description="how both are trained")] = field(default_factory=Retrain)
    seeds: Annotated[int, Field(ge=1, le=100, description="training seeds for each network")] = 5
    name: StageName = "retrain"
    share: Annotated[float, Field(gt=0, description="weight in the split of the reserved device seconds")] = 1.0

    def start(self, frame: Frame) -> Training:
        subjects = PAIR if _random(frame) is None else (*PAIR, RANDOM)
        return Training([(subject, seed) for seed in range(self.seeds) for subject in subjects])

    def advance(self, memory: Training, frame: Frame, results: Sequence[Result], slots: int, history: History) -> Turn:
        """Raises EvaluationFailed where no winner could be trained."""
        turn = Turn()
        for result in results:
            if memory.reporting:
                return self._finished(memory, frame, result)
            self._trained(memory, frame, result, turn)
        waiting = len(memory.queue) + len(memory.out)
        while memory.queue and len(memory.out) < slots:
            seconds = None if frame.seconds_left is None else max(0.0, frame.seconds_left / (waiting + 1))
            turn.work.append(self._training(memory, frame, seconds))
        if not memory.out and not memory.reporting:
            self._report(memory, frame, turn)
        return turn

    def _training(self, memory: Training, frame: Frame, seconds: float | None) -> Work:
        subject, seed = memory.queue.pop(0)
        architecture = _subject(subject, frame)
        payload: Plain = {
            "trainer": plain(self.trainer),
            "task": frame.task,
            "space": frame.root,
            "architecture": plain(architecture),
            "subject": subject,
            "seed": seed,
        }
        key = f"{frame.number}-{TRAIN}-{subject}-{seed}"
        memory.out[key] = (subject, seed)
        return Work(key, frame.number, TRAIN, payload, frame.seed, seconds)

    def _trained(self, memory: Training, frame: Frame, result: Result, turn: Turn) -> None:
        subject, seed = memory.out.pop(result.work)
        if result.mishap is not None:
            memory.mishaps.append(result.mishap)
            return
        outcome = read(TrainedOutcome, result.outcome)
        model = outcome.model
        memory.models.append(model)
        if outcome.whole:
            memory.whole.append((subject, seed))
        fact = ModelTrained(frame.number, subject, seed, model.validation, model.weights.sha256)
        turn.facts.append((f"model {subject} {seed}", fact))

    def _report(self, memory: Training, frame: Frame, turn: Turn) -> None:
        """Ask for the comparison of the whole pairs; without one, conclude with the winners there are, and say so."""
        models = {(model.subject, model.seed): model for model in memory.models}
        if not any(subject == WINNER for subject, _ in models):
            mishap = memory.mishaps[0]
            raise EvaluationFailed(mishap.reason, f"stage '{self.name}': no winner could be trained: {mishap.message}")
        pairs = [seed for seed in range(self.seeds) if all((subject, seed) in memory.whole for subject in PAIR)]
        rivals = [seed for seed in pairs if (RANDOM, seed) in memory.whole]
        if not pairs:
            text = "winner and reference were not compared: no seed trained both to the end within the budget"
            turn.facts.append(("not compared", Warned(frame.number, text)))
            turn.finished, turn.why = replace(frame.holdings, models=tuple(memory.models)), "budget spent"
            return
        memory.reporting = True
        payload: Plain = {
            "task": frame.task,
            "space": frame.root,
            "models": [plain(models[subject, seed]) for seed in pairs for subject in PAIR]
            + [plain(models[RANDOM, seed]) for seed in rivals],
        }
        turn.work.append(Work(f"{frame.number}-{REPORT}", frame.number, REPORT, payload, frame.seed))

    def _finished(self, memory: Training, frame: Frame, result: Result) -> Turn:
        self.expect_outcome(result)
        found = read(Comparison, result.outcome)
        scores = {WINNER: found.winner, REFERENCE: found.reference}
        summary = {"difference": found.difference, "low": found.low, "high": found.high}
        against = None
        if (rival := found.random) is not None:
            scores[RANDOM] = rival.scores
            summary["difference to random"] = rival.difference
            against = Against(rival.seeds, rival.difference, rival.low, rival.high, rival.verdict)
        opened = TestOpened(frame.number, scores, found.difference, found.low, found.high, found.verdict, against)
        return Turn(
            facts=[("test opened", opened)],
            finished=replace(frame.holdings, models=tuple(memory.models), comparison=found),
            why="finished",
            summary=summary,
        )


def _random(frame: Frame) -> Architecture | None:
    """The best network of a control stage's random search."""
    control = frame.holdings.control
    return None if control is None or control.random is None else control.random.architecture


def _subject(subject: str, frame: Frame) -> Architecture:
    if subject == REFERENCE:
        return frame.space.reference
    if subject == RANDOM:
        found = _random(frame)
        assert found is not None  # else nobody queued it
        return found
    assert frame.holdings.ranking is not None
    return frame.holdings.ranking.entries[0].architecture


def perform_retraining(work: Work, context: Context) -> Plain:
    """Train one network with one seed; all subjects of a seed see the same initial state and the same batches."""
    payload = work.payload
    subject, seed = str(payload["subject"]), int(str(payload["seed"]))
    task = component(TASKS, payload["task"], "task").open(context.device)
    architecture = read(Architecture, payload["architecture"])
    products = loaded(payload, context)
    trainer = read(Retrain, payload["trainer"])
    trainer.setup(
        Products(space=products.space, ranking=Ranking((Ranked(architecture, 0.0, Cost()),))),
        task,
        Chance(seed_from(work.seed, "training seed", seed)),
    )
    ended = fit(trainer, context)
    model = trainer.conclude().model
    assert model is not None
    stored = context.store.put(f"{work.key}.safetensors", pack({}, model.tensors))
    return plain(
        TrainedOutcome(StoredModel(subject, architecture, seed, model.validation, stored), ended == "finished")
    )


def perform_report(work: Work, context: Context) -> Plain:
    """Open the test split, once, for all networks together."""
    payload = work.payload
    described_task = component(TASKS, payload["task"], "task")
    test, shape = described_task.open_test(context.device), described_task.shape
    held = loaded(payload, context).space
    assert held is not None
    listed = payload["models"]
    assert isinstance(listed, list)
    scores: dict[str, dict[int, float]] = {}  # subject -> seed -> accuracy
    models = [read(StoredModel, value) for value in listed]
    best = max((model for model in models if model.subject == WINNER), key=lambda one: (one.validation, -one.seed))
    samples: tuple[Sample, ...] = ()
    for model in models:
        network = held.build(model.architecture, shape).to(context.device)
        network.load_state_dict(unpack(context.store.get(model.weights))[1])
        scores.setdefault(model.subject, {})[model.seed] = accuracy(network, test)
        if model is best:
            drawn = sorted(Chance(seed_from(work.seed, "samples")).sample(range(len(test)), SAMPLES))
            samples = tuple(_samples(network, test, drawn, described_task.origins(drawn)))
    winner, reference = scores[WINNER], scores[REFERENCE]
    costs = {model.subject: held.cost(model.architecture, shape) for model in models}
    found = _against(winner, reference, seed_from(work.seed, "bootstrap"))
    rival = None
    if RANDOM in scores:
        told = _against(winner, scores[RANDOM], seed_from(work.seed, "bootstrap", RANDOM))
        seeds, accuracies = zip(*scores[RANDOM].items(), strict=True)
        rival = Rival(seeds, accuracies, costs[RANDOM], *told)
    pairs = costs[WINNER], costs[REFERENCE], *found
    return plain(Comparison(tuple(winner), tuple(winner.values()), tuple(reference.values()), *pairs, samples, rival))


def _against(winner: Mapping[int, float], other: Mapping[int, float], seed: int) -> tuple[float, float, float, str]:
    """Mean of the paired differences over the other's seeds, its interval, and the word for it."""
    differences = [winner[number] - score for number, score in other.items()]
    low, high = paired_interval(differences, seed)
    return sum(differences) / len(differences), low, high, verdict(low, high, len(differences))


def _samples(network: nn.Module, test: Split, drawn: list[int], origins: list[Origin]) -> Iterator[Sample]:
    """What a network says of some test images. It is in evaluation mode since its accuracy was taken."""
    import torch

    with torch.no_grad():
        shares = network(test.batch(drawn)).softmax(dim=1)
    for row, label, origin in zip(shares, test.labels[drawn].tolist(), origins, strict=True):
        said = int(row.argmax())
        yield Sample(origin.split, origin.position, origin.name, int(label), said, round(float(row[said]), 4))
