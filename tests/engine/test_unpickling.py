"""Nothing is unpickled, by any library, in any process of ours; and no line of ours tries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DANGEROUS = "import pickle\ndata = b'cposix\\nsystem\\n(S\"touch {mark}\"\\ntR.'\n"
ATTEMPTS = {
    "pickle in C": "pickle.loads(data)",
    "pickle in Python": "pickle._loads(data)",
    "an unpickler of one's own": "import io; type('Mine', (pickle.Unpickler,), {})(io.BytesIO(data)).load()",
    "joblib": "import io, joblib; joblib.load(io.BytesIO(data))",
    "numpy": "import io, numpy as np; np.load(io.BytesIO(data), allow_pickle=True)",
    "kombu": "import kombu.serialization as k; k.enable_insecure_serializers(); k.loads(data, 'application/x-python-serialize', 'binary')",
    "a forked child": "import os; child = os.fork(); child or pickle.loads(data); sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))",
}
COMMAND_LINE = """
import contextlib, runpy
sys.argv = ["nas_engine", "--help"]
with contextlib.suppress(SystemExit):
    runpy.run_module("nas_engine", run_name="__main__")
"""
PROCESSES = {"web half": "import webapp", "command line": COMMAND_LINE}


def ran(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_pickle_that_calls_something_is_refused_whoever_reads_it(attempt: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    guard = "from nas_engine.unpickling import refuse_unpickling; refuse_unpickling()\n"
    done = ran(guard + DANGEROUS.format(mark=mark) + attempt)
    assert done.returncode == 1
    assert "a pickle wants posix.system, and nothing is unpickled here" in done.stderr
    assert not mark.exists()


def test_the_attempt_would_succeed_without_the_guard(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    assert ran(DANGEROUS.format(mark=mark) + ATTEMPTS["pickle in C"]).returncode == 0
    assert mark.exists()


@pytest.mark.parametrize("start", PROCESSES.values(), ids=PROCESSES)
def test_every_process_of_ours_has_the_guard_from_the_start(start: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    done = ran(f"{start}\n{DANGEROUS.format(mark=mark)}{ATTEMPTS['pickle in C']}")
    assert "UnpicklingRefused" in done.stderr
    assert not mark.exists()


def test_what_calls_nothing_is_let_be_and_an_exception_is_one_name() -> None:
    program = "from nas_engine.unpickling import *\nimport pickle, fractions\nrefuse_unpickling()\n"
    assert ran(f"{program}assert pickle.loads(pickle.dumps([1, 'two'])) == [1, 'two']").returncode == 0
    allowed = "allow_unpickling(['fractions.Fraction'])\npickle.loads(pickle.dumps(fractions.Fraction(1, 2)))\n"
    done = ran(f"{program}{allowed}pickle.loads(pickle.dumps(fractions.Decimal(1)))")
    assert "a pickle wants decimal.Decimal" in done.stderr


@pytest.mark.parametrize(
    "line",
    ["import pickle", "from pickle import loads", "import joblib", "import shelve", "import torch; torch.load('x')"],
)
def test_a_line_that_unpickles_does_not_pass_the_linter(line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", "webapp/some.py", "-"],
        cwd=ROOT,
        input=line,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "TID251" in done.stdout


def test_no_line_of_ours_asks_a_library_to_unpickle() -> None:
    asks = ("allow_pickle=True", "weights_only=False", "PickleSerializer", "read_pickle", "enable_insecure_serializers")
    ours = [
        path
        for half in ("nas_engine", "webapp", "examples", "benchmarks", "docs")
        for path in (ROOT / half).rglob("*.py")
    ]
    found = [f"{path.relative_to(ROOT)}: {ask}" for path in ours for ask in asks if ask in path.read_text()]
    assert found == []
