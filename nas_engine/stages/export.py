"""Export stage: the winner as files that need nothing of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.budget import Cost
from nas_engine.components import component, described
from nas_engine.errors import EvaluationFailed, InvalidRecipe
from nas_engine.events import Exported
from nas_engine.exporters import EXPORTERS, TrainedNetwork
from nas_engine.products import Comparison, Control, StoredModel
from nas_engine.spaces import ChainSpace
from nas_engine.stages.base import Asked, Frame, History, Stage, StageName, Turn, loaded
from nas_engine.tasks import TASKS
from nas_engine.wire import Plain, plain, read, unpack
from nas_engine.work import Context, Result, Stored, Work

WORK = "export"


@dataclass(frozen=True)
class ExportedFiles:
    files: dict[str, Stored]
    cost: Cost


@dataclass
class Export(Stage[Asked]):
    """Writes the winner, as trained by the seed with the best validation accuracy; checks the limits again on the built network."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "export"
    memory: ClassVar[type] = Asked
    reserved: ClassVar[bool] = True
    needs: ClassVar[frozenset[str]] = frozenset({"space", "model"})
    gives: ClassVar[frozenset[str]] = frozenset({"exports"})

    exporters: Annotated[tuple[str, ...], Field(min_length=1, description="what to write")] = (
        "pytorch_source",
        "architecture_json",
        "model_card",
    )
    name: StageName = "export"
    share: Annotated[float, Field(gt=0, description="weight in the split of the reserved device seconds")] = 0.1

    def __post_init__(self) -> None:
        for name in self.exporters:
            if name not in EXPORTERS:
                raise InvalidRecipe("exporters", name, f"one of {', '.join(EXPORTERS)}")
            if missing := EXPORTERS[name].missing():
                raise InvalidRecipe("exporters", name, missing)

    def start(self, frame: Frame) -> Asked:
        return Asked()

    def advance(self, memory: Asked, frame: Frame, results: Sequence[Result], slots: int, history: History) -> Turn:
        """Raises EvaluationFailed, with the worker's reason, where the export failed."""
        if not memory.asked:
            memory.asked = True
            return Turn([self.work(frame)])
        if not results:
            return Turn()
        result = results[0]
        self.expect_outcome(result)
        given = read(ExportedFiles, result.outcome)
        fact = Exported(frame.number, {name: stored.sha256 for name, stored in given.files.items()}, given.cost)
        holdings = replace(frame.holdings, exports=given.files)
        return Turn(facts=[("exported", fact)], finished=holdings, why="finished")

    def work(self, frame: Frame) -> Work:
        """The exporting of the winner that is held."""
        winners = [model for model in frame.holdings.models if model.subject == "winner"]
        best = max(winners, key=lambda model: (model.validation, -model.seed))
        payload: Plain = {
            "name": frame.run_name,
            "exporters": list(self.exporters),
            "task": frame.task,
            "space": frame.root,
            "model": plain(best),
            "limits": plain(frame.limits),
            "comparison": None if frame.holdings.comparison is None else plain(frame.holdings.comparison),
            "control": None if frame.holdings.control is None else plain(frame.holdings.control),
        }
        return Work(f"{frame.number}-{WORK}", frame.number, WORK, payload, frame.seed)


def perform_export(work: Work, context: Context) -> Plain:
    """Build, count, write."""
    from nas_engine.graph.counter import count

    payload = work.payload
    described_task = component(TASKS, payload["task"], "task")
    task, products = described_task.open(), loaded(payload, context)
    held = products.space
    assert isinstance(held, ChainSpace)
    model = read(StoredModel, payload["model"])
    network = held.build(model.architecture, task.shape)
    tensors = unpack(context.store.get(model.weights))[1]
    network.load_state_dict(tensors)
    cost = count(network, task.shape.input)
    exceeded = products.limits.exceeded(cost)
    if exceeded:
        told = ", ".join(f"{name} {got:,} > {limit:,}" for name, (got, limit) in exceeded.items())
        raise EvaluationFailed(
            "infeasible", f"the built network is over its limits: {told}; please report this mistake"
        )
    comparison, control = payload["comparison"], payload.get("control")  # older Work has none
    trained = TrainedNetwork(
        str(payload["name"]),
        model.architecture,
        held,
        task.shape,
        tensors,
        task.preprocessing,
        described_task.title,
        model.validation,
        None if comparison is None else read(Comparison, comparison),
        task.augmentation.words,
        None if control is None else read(Control, control),
        described(described_task),
    )
    names = payload["exporters"]
    assert isinstance(names, list)
    files: dict[str, Stored] = {}
    for name in names:
        for file, data in EXPORTERS[name]().files(trained).items():
            context.check()
            files[file] = context.store.put(f"{work.key}-{file}", data)
    return plain(ExportedFiles(files, cost))
