"""What the pages say is so: links, commands, examples, shown output, pictures."""

from __future__ import annotations

import ast
import json
import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from nas_engine.commandline import main
from nas_engine.commandline.parser import _parser
from nas_engine.components import checked
from nas_engine.data.files import Files
from nas_engine.errors import InvalidRecipe
from nas_engine.events import FACTS
from nas_engine.operators import OPERATORS, Declaration, Operator, Site, operator
from nas_engine.operators.primitives import PRIMITIVES
from nas_engine.preview import read_document
from nas_engine.recipe import recipe
from nas_engine.shapes import FeatureShape
from nas_engine.spaces import SKELETONS, Skeleton, read_space_document

STORED = {  # stands in for files that not every machine has
    "kind": "stored",
    "sha256": "0" * 64,
    "shape": {"channels": 1, "height": 28, "width": 28, "classes": 10},
    "images": {"train": 60000, "test": 10000},
}
ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
WRITTEN = sorted([*PAGES, *ROOT.glob("docs/**/*.py"), *ROOT.glob("docs/**/*.svg"), *ROOT.glob("examples/*")])
FOREIGN = re.compile(  # where the studio itself answers by default is ours
    r"/(work|tmp|home|root|Users)/|pypi\.org|pythonhosted|download\.pytorch|npmjs|localhost|127\.0\.0\.1(?!:8000)"
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The headings of a page as they are linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of every call of the command line that a page shows; output that repeats one is left out."""
    for line in re.findall(r"python -m nas_engine ([^`<\n]*)", page.read_text(encoding="utf-8")):
        yield shlex.split(line, comments=True)


# ---------------------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), f"{named(page)}: {target}"
        assert not anchor or anchor in anchors(found), f"{named(page)}: {target}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_picture_of_a_page_is_described(page: Path) -> None:
    for text, _ in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        assert len(text) > 20, f"{named(page)}: {text!r}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_that_a_page_shows_is_understood(page: Path) -> None:
    for arguments in commands(page):
        if len(arguments) == 1 and arguments[0] != "catalog":  # named, not shown
            assert arguments[0] in _parser().format_help()
            continue
        _parser().parse_args(arguments)
        for argument in arguments:
            assert not argument.startswith("examples/") or (ROOT / argument).is_file(), argument


@pytest.mark.parametrize("file", WRITTEN, ids=named)
def test_no_page_names_a_machine_or_a_registry(file: Path) -> None:
    found = FOREIGN.search(file.read_text(encoding="utf-8"))
    assert found is None, f"{named(file)}: {found.group() if found else ''}"


def test_the_readme_says_how_to_run_the_tests_and_the_quick_start() -> None:
    lines = [line.strip() for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()]
    assert "make test" in lines
    assert ".venv/bin/python -m nas_engine run examples/quickstart.json --out var/quickstart" in lines


# ------------------------------------------------------------------------------------------------------------- examples


@pytest.mark.parametrize("example", sorted(ROOT.glob("examples/*.json")), ids=named)
def test_every_example_is_read(example: Path) -> None:
    value = json.loads(example.read_text(encoding="utf-8"))
    if "format" in value:
        read_document(value)
        return
    data = value["task"]["data"]
    if isinstance(data, dict):  # files of this machine: they are packed before the recipe is read
        checked(Files, data)
        value["task"]["data"] = STORED
    assert recipe(value).name == example.stem


def test_every_recipe_in_the_pages_is_read() -> None:
    shown = blocks("docs/recipe.md", "json")
    assert shown
    for text in shown:
        recipe(json.loads(text))


def test_every_architecture_in_the_pages_is_read_and_can_be_counted() -> None:
    shown = blocks("docs/architecture.md", "json")
    assert shown
    for text in shown:
        space, found, shape = read_document(json.loads(text))
        assert space.cost(found, shape).madds > 0


def test_every_space_in_the_pages_is_read() -> None:
    shown = blocks("docs/spaces.md", "json")
    assert shown
    for text in shown:
        assert read_space_document(json.loads(text)).size > 1


def test_every_skeleton_in_the_reference_is_the_built_in_one() -> None:
    shown = [checked(Skeleton, json.loads(text)) for text in blocks("docs/reference.md", "json")]
    assert shown == list(SKELETONS.values())


def test_every_declared_operator_in_the_pages_is_read_and_the_label_shown_is_the_first_one_s() -> None:
    declared, plan = (json.loads(text) for text in blocks("docs/operators.md", "json"))
    label = checked(Declaration, declared).operator.label
    assert f"\n    {label}\n" in (ROOT / "docs/operators.md").read_text(encoding="utf-8")
    assert recipe(plan).space.space().size == 27


def test_every_kind_of_step_is_in_the_table_of_steps() -> None:
    page = (ROOT / "docs/operators.md").read_text(encoding="utf-8")
    table = page.partition("## Steps")[2].partition("\n\n* ")[0]
    assert {
        name for row in re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    } == set(PRIMITIVES)


def test_every_label_in_the_table_of_operators_is_read_and_no_operator_is_left_out() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    table = page.partition("## Operator labels")[2].partition("## ")[0]
    labels = [
        label
        for row in re.findall(r"^\| (`[^|]+) \|", table, flags=re.MULTILINE)
        for label in re.findall(r"`([^`]+)`", row)
    ]
    assert {type(operator(label)) for label in labels} == set(OPERATORS)


def test_the_table_of_events_names_every_kind() -> None:
    page = (ROOT / "docs/run-folder.md").read_text(encoding="utf-8")
    table = page.partition("| kind of event |")[2].partition("\n\n")[0]
    kinds = [
        kind
        for row in re.findall(r"^\| (`[^|]+) \|", table, flags=re.MULTILINE)
        for kind in re.findall(r"`([^`]+)`", row)
    ]
    assert sorted(kinds) == sorted(fact.kind for fact in FACTS)


# --------------------------------------------------------------------------------------------------------- shown output


def test_the_output_of_validate_is_as_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(ROOT / "examples/quickstart.json")]) == 0
    assert capsys.readouterr().out == blocks("docs/recipe.md", "text")[0]


def test_the_output_of_count_is_as_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["count", str(ROOT / "examples/autospace_340m.json"), "--json"]) == 0
    assert capsys.readouterr().out == blocks("docs/architecture.md", "text")[0]


def test_the_error_of_a_wrong_field_is_as_shown() -> None:
    value = json.loads((ROOT / "examples/quickstart.json").read_text(encoding="utf-8"))
    value["pipeline"][0]["trainer"]["cells"] = 17
    with pytest.raises(InvalidRecipe) as wrong:
        recipe(value)
    assert f"\n    error: {wrong.value}\n" in (ROOT / "docs/recipe.md").read_text(encoding="utf-8")


# ---------------------------------------------------------------------------------------------------------- shown code


@pytest.mark.parametrize("page", [named(page) for page in PAGES if blocks(named(page), "python")])
def test_the_python_of_a_page_imports_what_there_is(page: str) -> None:
    for text in blocks(page, "python"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nas_engine"):
                exec(ast.unparse(node), {})


def test_the_operator_in_the_contributors_guide_works(tmp_path: Path) -> None:
    from nas_engine.graph.counter import count
    from nas_engine.graph.module import build

    (tmp_path / "bottleneck.py").write_text(blocks("CONTRIBUTING.md", "python")[0], encoding="utf-8")
    kind: type[Operator] = runpy.run_path(str(tmp_path / "bottleneck.py"))["Bottleneck"]
    made, site = kind.read("bottle3"), Site(FeatureShape(8, 7, 7), 16, stride=2)
    assert made is not None
    assert made.at(site).output == site.output
    assert made.cost(site) == count(build(made.at(site)), site.input)


# ------------------------------------------------------------------------------------------------------- made by script


def test_the_reference_is_what_the_catalog_says() -> None:
    wanted = runpy.run_path(str(ROOT / "docs/make_reference.py"))["page"]()
    assert (ROOT / "docs/reference.md").read_text(encoding="utf-8") == wanted, "run docs/make_reference.py"


def test_the_drawing_of_the_cell_is_what_the_engine_makes_of_it() -> None:
    script = runpy.run_path(str(ROOT / "docs/pictures/draw_cell.py"))
    wanted = script["cell"](script["EXAMPLE"], script["PLACE"])
    assert (ROOT / "docs/pictures/cell.svg").read_text(encoding="utf-8") == wanted, "run docs/pictures/draw_cell.py"


@pytest.mark.parametrize("position", range(21))
def test_every_operator_of_the_released_network_can_be_drawn_without_overlap(position: int) -> None:
    script = runpy.run_path(str(ROOT / "docs/pictures/draw_cell.py"))
    drawn = script["cell"](script["EXAMPLE"], position)
    corners = re.findall(r'<rect class="(?!page)\w+" x="([\d.]+)" y="([\d.]+)"', drawn)
    assert corners
    assert len(set(corners)) == len(corners)


@pytest.mark.parametrize("picture", sorted(ROOT.glob("docs/pictures/*.svg")), ids=named)
def test_a_picture_asks_nothing_of_the_network(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    assert not re.search(r"@font-face|@import|url\(['\"]?http|(href|src)=", text)
