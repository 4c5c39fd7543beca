"""The command line, as a user meets it: output, exit codes, one sentence for what is wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nas_engine.commandline import main

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def written(folder: Path, value: object) -> Path:
    path = folder / "written.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def quickstart() -> dict[str, object]:
    found: dict[str, object] = json.loads((EXAMPLES / "quickstart.json").read_text())
    return found


def test_check_04_the_released_network_counts_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "count", EXAMPLES / "autospace_340m.json", "--json")
    last = json.loads(out.splitlines()[-1])
    assert (code, last["params"], last["madds"]) == (0, 4_312_944, 336_659_520)


def test_a_count_is_a_table_of_layers(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "count", EXAMPLES / "autospace_340m.json")
    assert code == 0
    assert "4,312,944 params" in out
    assert "block_4.expand" in out


def test_a_skeleton_named_on_the_command_line_stands_in_for_the_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    document = json.loads((EXAMPLES / "autospace_340m.json").read_text())
    document["skeleton"] = "tiny"
    path = written(tmp_path, document)
    assert told(capsys, "count", path)[0] == 1
    code, out, _ = told(capsys, "count", path, "--skeleton", "mobile", "--json")
    assert (code, json.loads(out)["params"]) == (0, 4_312_944)


def test_a_right_recipe_is_told_its_space_and_its_share(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "validate", EXAMPLES / "quickstart.json")
    assert code == 0
    assert "evolve -> supernet -> shrink -> search -> control -> retrain -> export" in out
    assert "of the space is within the budget" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON: Expecting property name"),
        ({"version": 1}, "recipe field 'name': got None"),
        (quickstart() | {"seed": "x"}, "recipe field 'seed': got 'x', wanted a valid integer"),
    ],
)
def test_a_wrong_recipe_is_one_sentence_and_exit_code_one(
    content: object, says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for command in (["validate"], ["run", "--out", str(tmp_path / "out")]):
        code, _, err = told(capsys, *command, written(tmp_path, content))
        assert code == 1
        assert says in err
        assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = told(capsys, "validate", tmp_path / "nowhere.json")
    assert (code, err) == (1, f"error: cannot read {tmp_path / 'nowhere.json'}: No such file or directory\n")


def test_an_infeasible_budget_names_the_nearest_figures_and_has_its_own_exit_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = written(tmp_path, quickstart() | {"budget": {"network": {"madds": 5000}}})
    for command in (["validate"], ["run", "--out", str(tmp_path / "out")]):
        code, _, err = told(capsys, *command, path)
        assert code == 3
        assert "budget.network.madds is 5,000, the cheapest network has" in err
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["status"] == "infeasible"


def test_the_catalog_lists_every_family(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "catalog")
    assert code == 0
    assert {"tasks", "spaces", "trainers", "strategies", "estimators", "exporters", "operators"} <= set(
        out.splitlines()
    )
    code, out, _ = told(capsys, "catalog", "--json")
    assert set(json.loads(out)) == {"catalog", "skeletons", "recipe"}


def test_another_recipe_in_the_same_folder_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    infeasible = quickstart() | {"budget": {"network": {"madds": 5000}}}
    told(capsys, "run", "--out", tmp_path, written(tmp_path, infeasible))
    code, _, err = told(capsys, "run", "--out", tmp_path, written(tmp_path, infeasible | {"seed": 99}))
    assert code == 1
    assert "holds a run of another recipe" in err


def test_an_export_without_a_trained_winner_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = told(capsys, "export", tmp_path, "--to", tmp_path / "there")
    assert code == 1
    assert "holds no run" in err


@pytest.mark.xdist_group("command line")
def test_a_run_that_is_interrupted_goes_on_and_ends_with_a_winner(tmp_path: Path) -> None:
    """Ctrl-C in the middle; the same command again; the export once more."""
    command = [sys.executable, "-m", "nas_engine", "run", str(EXAMPLES / "tiny.json"), "--out", str(tmp_path / "run")]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    journal = tmp_path / "run" / "run.sqlite"
    deadline = time.monotonic() + 120
    while not journal.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    first.send_signal(signal.SIGINT)
    _, error = first.communicate(timeout=120)
    assert first.returncode == 130, error
    assert "the same command goes on from there" in error
    assert "Traceback" not in error
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, env=os.environ, check=False)
    assert second.returncode == 0, second.stderr
    assert "test split opened once" in second.stdout
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["status"] == "finished"
    assert report["comparison"]["verdict"] in {"better", "worse", "not distinguishable"}
    assert report["comparison"]["winner_cost"]["madds"] <= 60_000
    assert main(["export", str(tmp_path / "run"), "--to", str(tmp_path / "again"), "--exporter", "pytorch_source"]) == 0
    for name in ("network.py", "weights.safetensors"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "run" / "export" / name).read_bytes()
