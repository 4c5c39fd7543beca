"""What must hold of every run when a seed is over, whatever happened to it: a small named check each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from django.conf import settings

from tests.chaos.recipes import STUDIES, Undisturbed
from tests.chaos.wrong import Wrong
from tests.webapp.chaos import harness
from webapp.runs.models import Artifact, Run, Work
from webapp.runs.selectors.digest import history_digest
from webapp.runs.store import CHECKPOINT, STATE, folder_of

Check = Callable[[Run], None]  # raises AssertionError


def ends(run: Run) -> None:
    assert run.status != Run.Status.RUNNING, f"it is {run.status} at stage {(run.state or {}).get('stage')}"


def nothing_is_lost(run: Run) -> None:
    """Facts without gap, each answer a candidate; of a run that finished every Work was told."""
    harness.has_no_gap(run)
    harness.every_answer_is_a_candidate(run)
    if run.status == Run.Status.FINISHED:
        harness.every_work_is_told(run)


def nothing_is_doubled(run: Run) -> None:
    """Keys are unique, every result counts once, no candidate answers twice in one Work's name."""
    keys = Counter(run.events.values_list("key", flat=True))
    assert max(keys.values(), default=1) == 1, f"facts told twice: {[key for key, n in keys.items() if n > 1]}"
    if run.status == Run.Status.FINISHED:
        harness.every_result_counts_once(run)


def no_budget_is_exceeded(run: Run) -> None:
    """What was asked of workers, and what it counted, within what the recipe allows."""
    limits = run.recipe["budget"]
    most = limits["search"]["evaluations"]
    counted = (run.state or {}).get("evaluations", 0)
    assert counted <= most, f"{counted} evaluations are counted of {most}"
    asked = run.works.filter(kind="evaluate").exclude(status=Work.Status.DROPPED)
    answered = sum(len(value["payload"]["candidates"]) for value in asked.values_list("value", flat=True))
    assert answered <= most, f"{answered} candidates were asked for, of {most}"
    madds = limits["network"]["madds"]
    if madds is not None:
        assert not run.candidates.filter(madds__gt=madds).exists(), f"a network is beyond {madds} MAdds"


def no_row_is_left_over(run: Run) -> None:
    """No lease, no queued Work, no row without its file, no checkpoint that nobody can go on from."""
    held = list(run.works.exclude(status__in=(Work.Status.DONE, Work.Status.DROPPED)).values_list("key", "status"))
    assert not held, f"Work that is not over: {held}"
    assert not run.works.filter(heartbeat__isnull=False).exists(), "a lease without a holder"
    for file in run.artifacts.values_list("file", flat=True):
        assert (Path(settings.FILES) / file).exists(), f"the file of row {file} is gone"
    needed = [pointer["key"] for pointer in run.works.exclude(checkpoint=None).values_list("checkpoint", flat=True)]
    needed += [run.state["stored"]["key"]] if run.state and "stored" in run.state else []
    loose = run.artifacts.filter(key__endswith=CHECKPOINT) | run.artifacts.filter(key__startswith=STATE)
    left = [key for key in loose.values_list("key", flat=True) if key not in needed]
    assert not left, f"files that nothing points to: {left}"


def no_file_is_left_over(run: Run) -> None:
    folder = folder_of(run.pk)
    rows = {Path(file).name for file in Artifact.objects.filter(run=run).values_list("file", flat=True)}
    left = sorted({path.name for path in folder.iterdir()} - rows) if folder.exists() else []
    assert not left, f"files without a row: {left}"


def every_study_is_there_once(names: Sequence[str]) -> list[Wrong]:
    """What was answered is there, however often it was asked for, with one run."""
    found = Counter(Run.objects.values_list("study__name", flat=True))
    lost = [Wrong("lost", f"the study {name} is gone") for name in names if not found[name]]
    return lost + [Wrong("doubled", f"the study {name} has {n} runs") for name, n in found.items() if n > 1]


CHECKS: Mapping[Check, str] = {
    ends: "unended",
    nothing_is_lost: "lost",
    nothing_is_doubled: "doubled",
    no_budget_is_exceeded: "over_budget",
    no_row_is_left_over: "orphans",
    no_file_is_left_over: "orphans",
    harness.files_are_whole: "torn",
}


def wrongs(run: Run) -> list[Wrong]:
    found = []
    for check, kind in CHECKS.items():
        try:
            check(run)
        except (AssertionError, FileNotFoundError) as error:
            found.append(Wrong(kind, f"{run.study.name}: {error}"))
    return found


def comparable(run: Run) -> bool:
    """Whether exactness is promised of it: one slot, and every candidate and Work has an outcome."""
    failed = run.events.filter(kind="candidate failed").exists()
    mishaps = any(result["mishap"] for result in run.works.exclude(result=None).values_list("result", flat=True))
    return STUDIES[run.study.name].exact and run.status == Run.Status.FINISHED and not failed and not mishaps


def differs(run: Run, undisturbed: Undisturbed) -> list[Wrong]:
    """It found what the undisturbed run found."""
    found = history_digest(run)
    if found == undisturbed.digest:
        return []
    return [Wrong("differing", f"{run.study.name} found {found}, undisturbed {undisturbed.digest}")]
