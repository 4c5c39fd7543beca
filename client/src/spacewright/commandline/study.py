"""`study create`, `list`, `show`, `watch`, `pause`, `resume`, `finish`, `cancel`, `export`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spacewright.client import Client
from spacewright.commandline.output import Output
from spacewright.commandline.screen import Screen
from spacewright.errors import EndedBadly, SpacewrightError
from spacewright.studies import Study

ASKS: dict[str, Callable[[Study], int]] = {
    "pause": Study.pause,
    "resume": Study.resume,
    "finish": Study.finish,
    "cancel": Study.cancel,
}


def create(chosen: argparse.Namespace, output: Output) -> int:
    with Client() as client:
        team = client.team(chosen.team).id if chosen.team else ""
        if chosen.bundle:
            study = client.studies.create_from_bundle(
                chosen.bundle, name=chosen.name, team=team, start=not chosen.no_start, key=chosen.key
            )
        else:
            study = client.studies.create(
                _recipe(chosen.recipe) if chosen.recipe else None,
                template=chosen.template,
                name=chosen.name,
                team=team,
                slots=chosen.slots,
                start=not chosen.no_start,
                key=chosen.key,
            )
        if output.json:
            output.document(study)
        output.line(f"study {study.name!r} is made: {study.id}")
        output.line(study.url)
        return _watched(study, output, 0) if chosen.watch else 0


def _recipe(path: Path) -> dict[str, Any]:
    """Raises SpacewrightError for a file that is no JSON object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpacewrightError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise SpacewrightError(f"{path} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise SpacewrightError(f"{path} holds no JSON object; a recipe is one")
    return found


def listed(chosen: argparse.Namespace, output: Output) -> int:
    with Client() as client:
        found = client.studies.list(chosen.limit)
    if output.json:
        for one in found:
            output.document(one)
        return 0
    rows = [(one.name, one.shown or "", str(one.runs), f"{one.created:%Y-%m-%d %H:%M}", one.id) for one in found]
    output.table(("name", "status", "runs", "created", "id"), rows, ("runs",))
    return 0


def show(chosen: argparse.Namespace, output: Output) -> int:
    with Client() as client:
        study = client.studies.find(chosen.study)
        snapshot = study.snapshot() if study.runs else None
    if output.json:
        output.document({"study": study, "snapshot": snapshot})
        return 0
    output.line(f"{study.name}: {snapshot.shown if snapshot else 'not begun'}")
    output.line(study.url)
    if study.origin is not None:
        output.line(f"made from the bundle of {study.origin.name!r}: {study.origin.said}")
    if snapshot is None:
        return 0
    output.line(" -> ".join(f"{stage.name} ({stage.state})" for stage in snapshot.stages))
    output.line(f"{snapshot.scored:,} scored, {snapshot.failed:,} failed")
    if snapshot.best:
        best = snapshot.best
        output.line(
            f"best: {best.score:.4f}, {best.params:,} params, {best.madds:,} MAdds, network {best.architecture}"
        )
    if snapshot.verdict:
        output.line(f"winner against reference: {snapshot.verdict}")
    if snapshot.reason:
        output.line(snapshot.reason)
    return 0


def watch(chosen: argparse.Namespace, output: Output) -> int:
    with Client() as client:
        return _watched(client.studies.find(chosen.study), output, chosen.since)


def _watched(study: Study, output: Output, since: int) -> int:
    """Raises EndedBadly for a run that ended otherwise than finished."""
    if output.json:
        for event in study.watch(since):
            output.document(event)
    else:
        with Screen(output.console, study) as screen:
            for event in study.watch(since, look=screen.look):
                screen.event(event)
    if study.run.status != "finished":
        raise EndedBadly(f"the run ended {study.run.status}{': ' if study.run.reason else ''}{study.run.reason}")
    return 0


def ask(chosen: argparse.Namespace, output: Output) -> int:
    with Client() as client:
        study = client.studies.find(chosen.study)
        changed = ASKS[chosen.ask](study)
    if output.json:
        output.document({"study": study.id, "changed": changed, "runs": study.runs})
    shown = study.runs[0].shown if study.runs else "not begun"
    output.line(f"{study.name}: {chosen.ask} asked of {changed} {'run' if changed == 1 else 'runs'}; now {shown}")
    return 0


def export(chosen: argparse.Namespace, output: Output) -> int:
    if chosen.to is None and chosen.bundle is None:
        raise SpacewrightError("say what to take: --to FOLDER for the winner's files, --bundle FILE for everything")
    with Client() as client:
        study = client.studies.find(chosen.study)
        paths = [] if chosen.to is None else study.export(chosen.to)
        if chosen.bundle is not None:
            paths.append(study.bundle(chosen.bundle))
    if output.json:
        output.document({"study": study.id, "files": paths})
    for path in paths:
        output.line(str(path))
    return 0
