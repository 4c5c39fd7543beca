"""The page of one network: who may see it, what it says of a run that has just begun, is over, or never asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Fidelity
from nas_engine.events import CandidateEvaluated, CandidateFailed, Event, Exported, Fact, TestOpened
from nas_engine.preview import recipe as read_recipe
from tests.webapp.conftest import DRAWS
from webapp.accounts.models import Membership, Role, Team, User
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.pages.drawn import letters
from webapp.pages.lineage import CHILDREN
from webapp.runs.models import Artifact, Run
from webapp.runs.services.events import append_events
from webapp.studies.models import Study

MOBILE: dict[str, Any] = {
    **DRAWS,
    "name": "mobile",
    "space": {"kind": "chain", "operators": ["mb3_e3", "mb5_e6", "mb7_e6_se"], "skeleton": "mobile"},
    "budget": {"network": {"madds": 4_000_000}},
}
CHANGED = 4  # the place where a child differs from its parent


@pytest.fixture
def team(transactional_db: None) -> Team:  # noqa: ARG001 - the database comes first
    return Team.objects.create(name="vision")


def client(team: Team | None, role: Role = Role.VIEWER) -> Client:
    user = User.objects.create_user(f"{role}-{team}@example.org", "a long enough password")
    if team is not None:
        Membership.objects.create(user=user, team=team, role=role)
    made = Client()
    made.force_login(user)
    return made


def made_run(team: Team, recipe: dict[str, Any]) -> Run:
    study = Study.objects.create(team=team, name=recipe["name"], recipe=recipe)
    return Run.objects.create(study=study, recipe=json.loads(json.dumps(_full(recipe))))


def _full(recipe: dict[str, Any]) -> dict[str, Any]:
    return {**recipe, "pipeline": [{**stage, "name": stage.get("name", stage["kind"])} for stage in recipe["pipeline"]]}


@pytest.fixture
def run(team: Team) -> Run:
    return made_run(team, MOBILE)


def network(run: Run, *changed: tuple[int, str]) -> Architecture:
    """The reference with other cells at some places."""
    space = read_recipe(run.recipe).space.space()
    genes = list(space.reference.genes)
    for place, label in changed:
        genes[place] = label
    return space.architecture(genes)


def scored(asked: Architecture, score: float, **given: Any) -> CandidateEvaluated:
    cost = Cost(3_000_000, 420_000_000)
    usual: dict[str, Any] = {"fidelity": Fidelity(epochs=2), "repeat": 0, "scope": "0123456789abcdef"}
    return CandidateEvaluated(0, asked.key, asked, score, cost, **(usual | given))


def told(run: Run, *facts: Fact) -> None:
    start = Run.objects.get(pk=run.pk).last_seq
    append_events(run.pk, [Event(f"fact {start + number}", fact) for number, fact in enumerate(facts)])


def address(run: Run, key: str) -> str:
    return f"/runs/{run.pk}/architectures/{key}/"


def page(asked_by: Client, run: Run, key: str, status: int = 200) -> str:
    answer = asked_by.get(address(run, key))
    assert answer.status_code == status, answer.content[:2000]
    return " ".join(answer.content.decode().split())


def data(text: str) -> dict[str, Any]:
    """What the page gives its script."""
    start = text.index('<script id="drawn" type="application/json">')
    found: dict[str, Any] = json.loads(text[text.index(">", start) + 1 : text.index("</script>", start)])
    return found


def test_a_network_of_21_places_is_drawn_whole_and_each_distinct_cell_once(team: Team, run: Run) -> None:
    asked = network(run, (3, "mb5_e6"), (8, "mb5_e6"), (9, "mb7_e6_se"))
    told(run, scored(asked, 0.5))
    text = page(client(team), run, asked.key)
    drawn = data(text)
    assert [node["name"] for node in drawn["whole"]["nodes"]] == [
        "x",
        "stem",
        *(f"block_{i}" for i in range(21)),
        "head",
    ]
    cells = [part["cell"] for part in drawn["parts"][1:-1]]
    assert ([i for i, cell in enumerate(cells) if cell == "B"], cells[9]) == ([3, 8], "C")
    assert text.count("data-pick=") == 3 + 2  # three cells, stem and head
    assert "at 3, 8 ·" in text
    assert len({part["graph"] for part in drawn["parts"]}) == len(drawn["graphs"]) < len(drawn["parts"])
    for part in drawn["parts"]:
        own, node = (
            drawn["graphs"][part["graph"]],
            next(n for n in drawn["whole"]["nodes"] if n["name"] == part["name"]),
        )
        for kind in ("every", "folded"):
            assert sum(step["cost"]["madds"] for step in own[kind]["nodes"]) == node["cost"]["madds"]


def test_the_layer_table_begins_folded_for_a_long_network_and_its_shares_add_up(team: Team, run: Run) -> None:
    asked = network(run)
    told(run, scored(asked, 0.5))
    answer = client(team).get(address(run, asked.key))
    blocks = answer.context["drawn"].blocks
    assert len(blocks) == 23
    assert sum(len(block.layers) for block in blocks) == len(answer.context["network"].layers)
    assert sum(block.share for block in blocks) == pytest.approx(100)
    text = answer.content.decode()
    assert text.count('class="layer" hidden') == len(answer.context["network"].layers)
    assert "Unfold all" in text


def test_repeats_of_one_question_are_one_line_with_their_spread(team: Team, run: Run) -> None:
    asked = network(run)
    told(
        run,
        scored(asked, 0.5),
        scored(asked, 0.5),
        scored(asked, 0.6, repeat=1),
        scored(asked, 0.9, fidelity=Fidelity(share=0.5)),
    )
    rows = client(team).get(address(run, asked.key)).context["answers"]
    assert [(row.stage, row.fidelity, row.asked, row.scores) for row in rows] == [
        ("search", "2 epochs", 3, [0.5, 0.6]),
        ("search", "50 % of the data", 1, [0.9]),
    ]
    text = page(client(team, Role.EDITOR), run, asked.key)
    assert "<b>0.5500</b>" in text
    assert "0.5000 – 0.6000" in text
    assert "one repeat" in text


def test_a_network_that_only_failed_says_why(team: Team, run: Run) -> None:
    asked = network(run)
    told(run, CandidateFailed(0, asked.key, asked, "out of memory", "needed <9 GB>"))
    text = page(client(team), run, asked.key)
    assert "out of memory" in text
    assert "needed &lt;9 GB&gt;" in text


def test_cost_stands_against_the_budget_of_the_run(team: Team, run: Run) -> None:
    asked = network(run)
    told(run, scored(asked, 0.5))
    answer = client(team).get(address(run, asked.key))
    cost = answer.context["network"].cost
    assert answer.context["limits"] == [
        ("Parameters", cost.params, None, 0.0),
        ("MAdds", cost.madds, 4_000_000, pytest.approx(cost.madds / 40_000)),
    ]


def test_parents_are_links_where_this_run_asked_about_them_and_say_what_changed(team: Team, run: Run) -> None:
    parent, child = network(run), network(run, (CHANGED, "mb5_e6"))
    told(run, scored(parent, 0.5), scored(child, 0.6, parents=(parent.key, "feedfeedfeedfeed")))
    text = page(client(team), run, child.key)
    assert f'<a href="{address(run, parent.key)}"' in text
    assert f"place {CHANGED}: <code>mb3_e3</code> became <code>mb5_e6</code>" in text
    assert '<code>feedfeedfeedfeed</code> <span class="small muted">not asked about' in text
    assert "drawn afresh" in page(client(team, Role.OWNER), run, parent.key)


def test_children_are_links_best_first_and_say_what_changed(team: Team, run: Run) -> None:
    parent = network(run)
    good, better = network(run, (CHANGED, "mb5_e6")), network(run, (0, "mb7_e6_se"))
    stranger = network(run, (1, "mb5_e6"))
    told(run, scored(parent, 0.5), scored(good, 0.6, parents=(parent.key,)), scored(good, 0.6, parents=(parent.key,)))
    told(run, scored(better, 0.7, parents=("feedfeedfeedfeed", parent.key)), scored(stranger, 0.9, parents=(good.key,)))
    told(run, scored(parent, 0.5, parents=(parent.key,)))  # a mutation back to itself is no child
    answer = client(team).get(address(run, parent.key))
    assert [(child.key, child.best) for child in answer.context["children"]] == [(better.key, 0.7), (good.key, 0.6)]
    text = " ".join(answer.content.decode().split())
    assert f'<a href="{address(run, better.key)}"' in text
    assert f"place {CHANGED}: <code>mb3_e3</code> became <code>mb5_e6</code>" in text
    assert "Nothing has been bred from it so far" in page(client(team, Role.OWNER), run, stranger.key)


def test_children_of_another_run_are_not_ours(team: Team, run: Run) -> None:
    parent, child = network(run), network(run, (CHANGED, "mb5_e6"))
    told(run, scored(parent, 0.5))
    told(made_run(team, MOBILE), scored(child, 0.6, parents=(parent.key,)))
    assert client(team).get(address(run, parent.key)).context["children"] == []


def test_many_children_are_paged(team: Team, run: Run) -> None:
    parent = network(run)
    labels = ("mb5_e6", "mb7_e6_se")
    born = [network(run, (place, label)) for place in range(21) for label in labels][: 2 * CHILDREN + 1]
    told(run, scored(parent, 0.5))
    told(run, *(scored(child, number / 100, parents=(parent.key,)) for number, child in enumerate(born)))
    viewer = client(team)
    found = [
        child.key
        for number in (1, 2, 3)
        for child in viewer.get(address(run, parent.key), {"children": number}).context["children"]
    ]
    assert found == [child.key for child in reversed(born)]
    text = page(viewer, run, parent.key)
    assert f"1 to {CHILDREN} of {2 * CHILDREN + 1}" in text
    assert 'href="?children=2#lineage"' in text
    for odd in ("x", "-1", "99", "\0"):
        assert viewer.get(address(run, parent.key), {"children": odd}).status_code == 200


def test_an_editor_lets_a_network_be_trained_longer_and_a_viewer_does_not(team: Team) -> None:
    run = made_run(team, {**MOBILE, "budget": {"network": {}}})
    asked = network(run, (3, "mb5_e6"))
    told(run, scored(asked, 0.5))
    editor, viewer = client(team, Role.EDITOR), client(team)
    assert "Train longer" in page(editor, run, asked.key)
    assert "Train longer" not in page(viewer, run, asked.key)
    sent, path = {"epochs": "30", "seeds": "6"}, f"{address(run, asked.key)}retrain/"
    assert viewer.post(path, sent).status_code == 403
    assert editor.post(path, {"epochs": "thirty", "seeds": "6"}).status_code == 422
    assert editor.post(path, {"epochs": "0", "seeds": "6"}).status_code == 422
    assert Study.objects.count() == 1
    made = Study.objects.get(pk=editor.post(path, sent)["Location"].split("/")[-2])
    given, retrain = made.recipe["pipeline"][:2]
    assert (given["genes"], retrain["trainer"]["epochs"], retrain["seeds"]) == (list(asked.genes), 30, 6)


def test_a_network_over_the_budget_is_not_trained_longer(team: Team) -> None:
    run = made_run(team, {**MOBILE, "budget": {"network": {"madds": 5_000}}})
    asked = network(run, (3, "mb5_e6"))
    plan = read_recipe(run.recipe)
    cost = plan.space.space().cost(asked, plan.task.shape).madds
    Run.objects.filter(pk=run.pk).update(recipe={**run.recipe, "budget": {"network": {"madds": cost - 1}}})
    told(run, scored(asked, 0.5))
    path = f"{address(run, asked.key)}retrain/"
    refused = client(team, Role.EDITOR).post(path, {"epochs": "30", "seeds": "6"})
    assert refused.status_code == 422
    assert f"a network within the budget (at most {cost - 1:,} madds, it has {cost:,})" in refused.content.decode()


def test_the_best_of_a_run_that_was_cancelled_can_be_taken_away_and_says_that_it_is_not_trained(
    team: Team, run: Run
) -> None:
    best, other = network(run, (3, "mb5_e6")), network(run)
    told(run, scored(best, 0.5), scored(other, 0.4))
    asked_by = client(team)
    assert "not retrained" not in page(asked_by, run, best.key)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.CANCELLED)
    assert page(asked_by, run, best.key).count("not retrained, without weights") == 3
    assert "not retrained" not in page(asked_by, run, other.key)


def test_before_the_export_the_page_says_what_will_come_and_gives_the_json(team: Team, run: Run) -> None:
    asked = network(run)
    told(run, scored(asked, 0.5))
    viewer = client(team)
    text = page(viewer, run, asked.key)
    assert "Not exported yet" in text
    assert f'href="/studies/new/?from={run.pk}"' in text
    answer = viewer.get(f"{address(run, asked.key)}architecture.json")
    assert answer.json()["key"] == asked.key
    assert answer["Content-Disposition"] == f'attachment; filename="{asked.key}.json"'
    assert "&quot;spacewright/architecture&quot;" in text


def exported(run: Run, files: Path, asked: Architecture, *, compared: bool = True, samples: str = "") -> None:
    """Write what an export leaves."""
    texts = {
        "architecture.json": json.dumps({"key": asked.key, "genes": list(asked.genes)}),
        "network.py": "class Network: <b>",
        "MODEL_CARD.md": "# The card",
    } | ({"samples.json": samples} if samples else {})
    for number, (name, text) in enumerate(texts.items()):
        (files / str(run.pk)).mkdir(parents=True, exist_ok=True)
        (files / str(run.pk) / name).write_text(text)
        sha = f"{number:064d}"
        Artifact.objects.create(run=run, key=name, file=f"{run.pk}/{name}", sha256=sha, size=len(text))
    if compared:
        scores = {"winner": (0.91, 0.92), "reference": (0.88, 0.89)}
        told(run, TestOpened(0, scores, 0.03, 0.01, 0.05, "better than the reference"))
    told(run, Exported(1, {name: f"{number:064d}" for number, name in enumerate(texts)}, Cost(1, 1)))


def test_the_exported_winner_shows_its_source_card_verdict_and_files(team: Team, run: Run, files: Path) -> None:
    won, other = network(run), network(run, (CHANGED, "mb5_e6"))
    told(run, scored(won, 0.6), scored(other, 0.5))
    exported(run, files, won)
    viewer = client(team)
    text = page(viewer, run, won.key)
    for part in (
        "class Network: &lt;b&gt;",
        "# The card",
        "Better than the reference",
        "0.9200",
        "the exported winner",
    ):
        assert part in text
    for name in ("network.py", "MODEL_CARD.md", "architecture.json"):
        assert f'href="/api/v1/runs/{run.pk}/files/{name}"' in text
        answer = viewer.get(f"/api/v1/runs/{run.pk}/files/{name}")
        assert answer.status_code == 200
        answer.close()
    text = page(viewer, run, other.key)
    assert "class Network" not in text
    assert f'<a href="{address(run, won.key)}">the run&#x27;s winner</a>' in text.replace("'", "&#x27;")


def test_a_winner_that_no_search_asked_about_has_a_page_without_answers(team: Team, run: Run, files: Path) -> None:
    won = network(run)
    exported(run, files, won, compared=False)
    text = page(client(team), run, won.key)
    assert "No answers yet" in text
    assert "does not compare" in text


def test_a_network_that_the_run_never_asked_about_is_not_found_and_the_page_leads_back(team: Team, run: Run) -> None:
    viewer = client(team)
    text = page(viewer, run, "0123456789abcdef", 404)
    assert "never asked about" in text
    assert f'href="/studies/{run.study_id}/?run={run.pk}"' in text
    assert viewer.get(f"{address(run, '0123456789abcdef')}architecture.json").status_code == 404


def test_strangers_find_nothing_and_nobody_is_asked_to_log_in(team: Team, run: Run) -> None:  # noqa: ARG001
    asked = network(run)
    told(run, scored(asked, 0.5))
    stranger = client(Team.objects.create(name="others"), Role.OWNER)
    for path in (address(run, asked.key), f"{address(run, asked.key)}architecture.json"):
        assert stranger.get(path).status_code == 404
        assert Client().get(path)["Location"] == f"/login/?next={path}"


def test_a_page_costs_the_same_queries_whatever_the_number_of_answers(
    team: Team, run: Run, django_assert_max_num_queries: Any
) -> None:
    parents = [network(run, (place, "mb5_e6")) for place in range(6)]
    asked = network(run)
    told(run, *(scored(one, 0.1) for one in parents), *(scored(asked, 0.5, repeat=i) for i in range(40)))
    told(run, scored(asked, 0.7, repeat=99, parents=tuple(one.key for one in parents)))
    viewer = client(team)
    with django_assert_max_num_queries(15):
        page(viewer, run, asked.key)


def test_cells_are_lettered_beyond_z() -> None:
    assert [letters(i) for i in (0, 1, 25, 26, 27, 51, 52, 701, 702)] == [
        "A",
        "B",
        "Z",
        "AA",
        "AB",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


@pytest.mark.parametrize("owner", ["the team", "others"])
def test_test_images_are_shown_with_pictures_where_the_team_has_the_data(
    owner: str, team: Team, run: Run, files: Path
) -> None:
    holder = team if owner == "the team" else Team.objects.create(name="others")
    dataset = Dataset.objects.create(team=holder, name="birds")
    version = DatasetVersion.objects.create(dataset=dataset, sha256="a" * 64)
    sample = {"split": "test", "position": 7, "name": "owls/7.png", "class": "owls", "predicted": "hens"}
    said = {"data": {"kind": "stored", "sha256": "a" * 64}, "samples": [{**sample, "probability": 0.75}]}
    exported(run, files, network(run), samples=json.dumps(said))
    shown = page(client(team), run, network(run).key)
    assert "<b>hens</b>" in shown
    assert "it is owls" in shown
    assert "0.7500" in shown
    assert (f"/api/v1/versions/{version.pk}/images/test/7/?side=144" in shown) == (owner == "the team")
