"""A bundle written: a zip that comes in blocks while it is made, in bounded memory. The same run gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

from nas_engine import __version__
from nas_engine.bundle.format import (
    ENDING,
    ENVIRONMENT,
    EVENTS,
    FORMAT,
    MANIFEST,
    MEMBERS,
    RECIPE,
    STATE,
    VERSION,
    Recorded,
    Written,
)
from nas_engine.bundle.report import one_or_all, report, spending
from nas_engine.events import CandidateEvaluated, CandidateFailed, CurvePoint, ModelTrained
from nas_engine.recipe import Recipe, recipe
from nas_engine.run import RunState, history_digest
from nas_engine.tasks.images import SOURCES, StoredData
from nas_engine.upgrades import STATE_VERSION
from nas_engine.wire import Plain, canonical, digest, plain

BLOCK = 1 << 16
EPOCH = (1980, 1, 1, 0, 0, 0)
EVALUATED = (
    *("number", "stage", "status", "architecture", "genes", "score", "params", "madds", "epochs", "share", "repeat"),
    *("scope", "parents", "measured", "reason", "message"),
)

CURVES = ("number", "work", "step", "metric", "value")


def file_name(name: str) -> str:
    """A file's name for a run of this name."""
    plain_name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80]
    return f"{plain_name or 'run'}{ENDING}"


def blocks(run: Recorded) -> Iterator[bytes]:
    """The bytes of a run's bundle. Raises what `recipe` and `RunState.read` raise, before the first of them."""
    return _Writer(run).blocks()


class _Writer:
    """Writes one bundle. What the other members need of the events is gathered while those are written."""

    def __init__(self, run: Recorded) -> None:
        self._run, self._plan = run, recipe(run.recipe)
        self._state = None if run.state is None else RunState.read(run.state)
        self._events = 0
        self._trainings: list[Plain] = []

    def blocks(self) -> Iterator[bytes]:
        sink = _Sink()
        facts: dict[str, Plain] = {}
        with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED) as packed:
            for name in MEMBERS:
                hashed, size = hashlib.sha256(), 0
                with packed.open(_entry(name), "w") as member:
                    for part in _gathered(self._member(name)):
                        hashed.update(part)
                        size += len(part)
                        member.write(part)
                        yield from sink.taken()
                facts[name] = {"size": size, "sha256": hashed.hexdigest()}
            packed.writestr(_entry(MANIFEST), _json(self._manifest(facts)))
        yield from sink.taken(all_of_it=True)

    def _member(self, name: str) -> Iterable[str]:
        """The text of a member, in parts."""
        run, plan, state = self._run, self._plan, self._state
        texts: dict[str, Callable[[], Iterable[str]]] = {
            RECIPE: lambda: [_json(run.recipe)],
            EVENTS: self._lines,
            "versions.json": lambda: [_json(_versions(run, plan, state))],
            "seeds.json": lambda: [_json({"run": plan.seed, "trainings": self._trainings})],
            ENVIRONMENT: lambda: [_json([dict(one) for one in run.environments])],
            STATE: lambda: [canonical(run.state)],
            "metrics/evaluations.csv": lambda: _table(EVALUATED, _evaluations(run.events())),
            "metrics/curves.csv": lambda: _table(CURVES, _curves(run.events())),
            "metrics/spending.json": lambda: [_json({} if state is None else spending(plan, state))],
            "report.json": lambda: [_json(_report(run, plan, state))],
        }
        return texts[name]()

    def _lines(self) -> Iterator[str]:
        for one in self._run.events():
            self._events += 1
            fact = one.event.fact
            if isinstance(fact, ModelTrained):
                self._trainings.append({"stage": fact.stage, "subject": fact.subject, "seed": fact.seed})
            yield canonical(one.plain()) + "\n"

    def _manifest(self, members: dict[str, Plain]) -> Plain:
        run = self._run
        found = (one.event for one in run.events()) if run.by_key is None else run.by_key()
        return {
            "format": FORMAT,
            "version": VERSION,
            "spacewright": __version__,
            "name": "".join(filter(str.isprintable, run.name)) or "run",
            "status": run.status,
            "reason": run.reason[:10_000],
            "slots": run.slots,
            "concluded": bool((run.state or {}).get("concluding")),
            "history_digest": history_digest(found, run.state, ordered=run.by_key is not None),
            "events": self._events,
            "members": members,
        }


def _report(run: Recorded, plan: Recipe, state: RunState | None) -> Plain:
    if state is None:
        return {"status": run.status, "reason": run.reason}
    return report(plan, state, one_or_all(run.environments), run.status, run.reason)


def _versions(run: Recorded, plan: Recipe, state: RunState | None) -> Plain:
    """What the run was made of, by content."""
    named = plan.plain["task"]
    data = getattr(plan.task, "data", None)
    if isinstance(data, StoredData):
        used: Plain = {"kind": "stored", "name": data.name, "sha256": data.sha256}
    else:
        used = {"kind": "built in", "name": str(data), "sha256": SOURCES[data].sha256 if data in SOURCES else None}
    spaces = {} if state is None else {str(stage): digest(space) for stage, space in state.spaces.items()}
    return {
        "spacewright": __version__,
        "state": STATE_VERSION,
        "recipe": plan.digest,
        "task": digest(named),
        "data": used,
        "operator_set": run.operator_set,
        "space": digest(plan.plain["space"]),
        "spaces": spaces,  # that stages concluded
    }


def _evaluations(events: Iterable[Written]) -> Iterator[list[object]]:
    for one in events:
        fact = one.event.fact
        if isinstance(fact, CandidateEvaluated):
            looked = plain(fact.fidelity)
            yield [
                *(one.seq, fact.stage, "scored", fact.key, ";".join(fact.architecture.genes), fact.score),
                *(fact.cost.params, fact.cost.madds, looked.get("epochs"), looked.get("share"), fact.repeat),
                *(fact.scope, ";".join(fact.parents), int(fact.measured), "", ""),
            ]
        elif isinstance(fact, CandidateFailed):
            genes = ";".join(fact.architecture.genes)
            yield [one.seq, fact.stage, "failed", fact.key, genes, *[""] * 9, fact.reason, fact.message]


def _curves(events: Iterable[Written]) -> Iterator[list[object]]:
    for one in events:
        fact = one.event.fact
        if isinstance(fact, CurvePoint):
            work = one.event.key.partition("/")[0]
            yield from ([one.seq, work, fact.step, metric, value] for metric, value in fact.metrics.items())


def _table(headings: Iterable[str], rows: Iterable[list[object]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow(row)
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def _gathered(parts: Iterable[str]) -> Iterator[bytes]:
    """The same text in blocks of a fair size."""
    held = bytearray()
    for part in parts:
        held += part.encode()
        if len(held) >= BLOCK:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return entry


class _Sink:
    """What zipfile writes into, and what is taken out of it as it comes."""

    def __init__(self) -> None:
        self._held, self._written = bytearray(), 0

    def write(self, data: bytes) -> int:
        self._held += data
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self, *, all_of_it: bool = False) -> Iterator[bytes]:
        if len(self._held) >= BLOCK or (all_of_it and self._held):
            data = bytes(self._held)
            self._held.clear()
            yield data
