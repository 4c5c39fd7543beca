"""One network of a run, trained longer: a study of its own, compared and exported as usual."""

from __future__ import annotations

import json

import pytest

from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import DRAWS, Messages
from webapp.runs.models import Run
from webapp.runs.services.control import start_run
from webapp.studies.models import Study

LIMITED = {**DRAWS, "budget": {"network": {"params": 100_000}, "search": {"evaluations": 3, "device_seconds": 900}}}


@pytest.fixture
def run(study: Study, messages: Messages) -> Run:
    study.recipe = LIMITED
    study.save()
    run = start_run(study)
    messages.drain()
    return run


def best(client: ExactClient, run: Run) -> str:
    return str(client("GET", f"/runs/{run.pk}/architectures/").json()["results"][0]["key"])


def test_a_network_is_trained_beside_the_reference_and_exported(
    editor: ExactClient, run: Run, messages: Messages
) -> None:
    key = best(editor, run)
    made = editor("POST", f"/runs/{run.pk}/architectures/{key}/retrain/", {"epochs": 1, "seeds": 2, "name": "longer"})
    assert made.status_code == 201
    study = made.json()
    recipe = study["recipe"]
    assert (study["name"], recipe["task"], recipe["space"]) == ("longer", run.recipe["task"], run.recipe["space"])
    assert [stage["kind"] for stage in recipe["pipeline"]] == ["given", "retrain", "export"]
    assert (recipe["pipeline"][1]["trainer"]["epochs"], recipe["pipeline"][1]["seeds"]) == (1, 2)
    assert recipe["budget"]["network"] == run.recipe["budget"]["network"]
    assert recipe["budget"]["search"]["device_seconds"] is None
    messages.drain()
    trained = Run.objects.get(study=study["id"])
    assert (trained.status, trained.reason) == (Run.Status.FINISHED, "")
    assert trained.events.filter(kind="model trained").count() == 4
    assert trained.events.get(kind="test opened").payload["scores"].keys() == {"winner", "reference"}
    document = editor("GET", f"/runs/{trained.pk}/files/architecture.json")
    assert json.loads(document.getvalue())["key"] == key
    # the run that trained it asked no search about it, and can be asked for it all the same
    again = editor("POST", f"/runs/{trained.pk}/architectures/{key}/retrain/", {"seeds": 3}).json()
    stage = again["recipe"]["pipeline"][1]
    assert (stage["trainer"]["epochs"], stage["seeds"]) == (1, 3)
    assert again["recipe"]["pipeline"][0] == recipe["pipeline"][0]


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"seeds": 101}, {"epochs": "many"}])
def test_what_cannot_be_is_refused_by_name_and_makes_nothing(editor: ExactClient, run: Run, wrong: object) -> None:
    refused = editor("POST", f"/runs/{run.pk}/architectures/{best(editor, run)}/retrain/", wrong)
    assert refused.status_code == 400
    assert list(refused.json()["invalid"]) == list(wrong)  # type: ignore[call-overload]
    assert Study.objects.count() == 1


def test_viewers_strangers_and_unknown_networks_make_nothing(
    editor: ExactClient, viewer: ExactClient, stranger: ExactClient, run: Run
) -> None:
    path = f"/runs/{run.pk}/architectures/{best(viewer, run)}/retrain/"
    assert viewer("POST", path, {}).status_code == 403
    assert stranger("POST", path, {}).status_code == 404
    assert editor("POST", f"/runs/{run.pk}/architectures/{'0' * 16}/retrain/", {}).status_code == 404
    assert Study.objects.count() == 1
