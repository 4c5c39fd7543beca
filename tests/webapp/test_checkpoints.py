"""On rows: a checkpoint that is torn or missing costs what came after the one before it, and the study's page says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas_engine.run import Checkpoint
from nas_engine.wire import Plain, Tensors, read
from tests.short import HARMS, SHORT
from tests.webapp.conftest import Messages
from webapp.accounts.models import Team
from webapp.refusals import Conflict
from webapp.runs.context import RowContext, Stopped
from webapp.runs.models import Artifact, Run, Work
from webapp.runs.selectors.digest import history_digest
from webapp.runs.selectors.snapshot import snapshot
from webapp.runs.services.control import start_run
from webapp.runs.services.retry import retry
from webapp.runs.store import folder_of
from webapp.studies.models import Study

pytestmark = pytest.mark.xdist_group("short runs")


@pytest.fixture
def short(transactional_db: None, messages: Messages) -> Run:  # noqa: ARG001 - the database comes first, and sends are caught
    return start_run(Study.objects.create(team=Team.objects.create(name="team"), name="short", recipe=SHORT))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    from nas_engine.local import Journal, run_locally
    from nas_engine.recipe import recipe

    folder = tmp_path_factory.mktemp("undisturbed")
    run_locally(recipe(SHORT), folder, checkpoint_seconds=1e9)
    return Journal(folder).history_digest()


def file_of(run: Run, key: str, sha256: str) -> Path:
    return folder_of(run.pk).parent / Artifact.objects.get(run=run, key=key, sha256=sha256).file


def interrupted(run: Run, messages: Messages, patch: pytest.MonkeyPatch) -> list[Path]:
    """Its worker hands the training back after the third checkpoint; the files of those that are kept, newest first."""
    kept, written = RowContext.checkpoint, []

    def checkpoint(self: RowContext, content: Plain, tensors: Tensors) -> None:
        kept(self, content, tensors)
        written.append(content)
        if len(written) == 3:
            raise Stopped("the test's")

    with patch.context() as patched:
        patched.setattr("webapp.environment.environment.checkpoint_seconds", 0.0)
        patched.setattr(RowContext, "checkpoint", checkpoint)
        messages.take()
        messages.take()
    held = read(Checkpoint, run.works.get().checkpoint)
    assert len(list(folder_of(run.pk).iterdir())) == len(held.files) == 2
    return [file_of(run, stored.key, stored.sha256) for stored in held.files]


def warnings(run: Run) -> list[str]:
    """As the study's page has them."""
    return [entry["text"] for entry in snapshot(run)["warnings"]]


@pytest.mark.parametrize(("harm", "both"), [("torn", False), ("missing", False), ("flipped", True)])
def test_a_run_goes_on_from_the_last_whole_checkpoint_and_says_so(
    harm: str, both: bool, short: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch, undisturbed: str
) -> None:
    newest, before = interrupted(short, messages, monkeypatch)
    for path in (newest, before) if both else (newest,):
        HARMS[harm](path)
    messages.drain()
    short.refresh_from_db()
    assert (short.status, short.reason) == (Run.Status.FINISHED, "")
    (text,) = warnings(short)
    assert ("begins anew" if both else "goes on from the one before, 0-train-1-checkpoint") in text
    assert "file 0-train-1-checkpoint.safetensors is" in text
    assert history_digest(short) == undisturbed
    assert not Artifact.objects.filter(run=short, key__contains="checkpoint").exists()
    assert list(folder_of(short.pk).glob("*checkpoint*")) == []


def test_the_one_before_stays_until_a_new_one_is_in_place(
    short: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, before = interrupted(short, messages, monkeypatch)
    HARMS["torn"](newest)
    work = short.works.get()
    Work.objects.filter(pk=work.pk).update(status=Work.Status.RUNNING, attempt=2)
    work.refresh_from_db()
    context = RowContext(work)
    saved = context.restored()
    assert saved is not None
    assert before.exists()
    context.checkpoint(*saved)
    work.refresh_from_db()
    held = read(Checkpoint, work.checkpoint)
    assert [file_of(short, one.key, one.sha256).exists() for one in held.files] == [True, True]
    assert file_of(short, *_pair(held)) == before
    assert not newest.exists()


def _pair(held: Checkpoint) -> tuple[str, str]:
    assert held.before is not None
    return held.before.key, held.before.sha256


def test_a_torn_result_fails_the_run_with_its_file(short: Run, messages: Messages) -> None:
    messages.take()
    messages.take()
    (supernet,) = folder_of(short.pk).glob("*supernet*")
    HARMS["torn"](supernet)
    messages.drain()
    short.refresh_from_db()
    assert short.status == Run.Status.FAILED
    assert "file 0-train-supernet.safetensors is not what was written" in short.reason
    assert set(short.works.exclude(kind="train").values_list("reason", flat=True)) == {"storage"}


def test_a_torn_state_fails_the_run_with_its_file_and_a_restored_one_lets_it_go_on(
    short: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch, undisturbed: str
) -> None:
    monkeypatch.setattr("webapp.runs.services.state.MOST_BYTES", 10)
    messages.take()
    messages.take()
    (state,) = folder_of(short.pk).glob("state-*")
    whole = state.read_bytes()
    state.write_bytes(whole[:-2])
    messages.drain()
    short.refresh_from_db()
    assert short.status == Run.Status.FAILED
    assert f"file {state.name.partition('.')[0]}" in short.reason
    assert snapshot(short)["status"] == "failed"
    with pytest.raises(Conflict, match="is not what was written"):
        retry(short.pk)
    state.write_bytes(whole)
    assert retry(short.pk)
    messages.drain()
    short.refresh_from_db()
    assert short.status == Run.Status.FINISHED
    assert history_digest(short) == undisturbed


def test_work_that_another_version_asked_for_in_other_words_fails_with_the_reason(
    short: Run, messages: Messages
) -> None:
    messages.take()
    work = short.works.get()
    Work.objects.filter(pk=work.pk).update(value={**work.value, "stage": "first"})
    messages.drain()
    short.refresh_from_db()
    assert short.status == Run.Status.FAILED
    assert "work 0-train cannot be read: stored Work: stage" in short.reason
    assert short.works.get().attempt == 1
