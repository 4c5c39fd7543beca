"""Runs that have evolved and shrunk a space, without anything being trained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from nas_engine.run import Run as EngineRun
from nas_engine.run import recipe
from nas_engine.spaces import ChainSpace, Subspace, autospace, skeleton_named
from nas_engine.wire import plain
from webapp.accounts.models import Team
from webapp.runs.models import Run
from webapp.studies.models import Study

TINY: dict[str, Any] = json.loads((Path(__file__).parents[2] / "examples" / "tiny.json").read_text())
_CELLS = autospace(skeleton_named("tiny"), expansion=2)
LABELS = ("3/1,2/1,2 D0 00 e2", "5/1,2/1,3 D2 00 e2", "5/1,2/1,2 D2 00 e2")
EVOLVED: ChainSpace = _CELLS.narrowed(dict.fromkeys(_CELLS.skeleton.groups, LABELS))
SHRUNK = Subspace.of(EVOLVED, {EVOLVED.architecture([LABELS[0], label, LABELS[1]]) for label in LABELS})


def spaced_run(team: Team, *, shrunk: bool = True, name: str = "cells") -> Run:
    """A run of the tiny template that stands behind its first stage, or behind its third."""
    plan = recipe(TINY | {"name": name})
    study = Study.objects.create(team=team, name=name, recipe=plan.plain)
    state = EngineRun(plan).state
    held = SHRUNK if shrunk else EVOLVED
    state.holdings = replace(state.holdings, space=held.plain())
    state.space_of, state.spaces_before = (2, {0: EVOLVED.plain()}) if shrunk else (0, {})
    return Run.objects.create(study=study, recipe=plan.plain, state=plain(state), status=Run.Status.FINISHED)
