"""The command: JSON for programs, sentences for people, exit codes that mean something."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from client.tests.conftest import RUN, STUDY, TIME, TOKEN, URL, Studio, event, ok, problem, run, snapshot, study
from spacewright import client as clients
from spacewright.commandline import main
from spacewright.connection import Connection

ME = {"id": "1", "email": "you@example.org", "teams": [{"id": "2", "name": "vision", "role": "editor"}]}


@pytest.fixture(autouse=True)
def answered(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every client of the command is answered by the studio."""

    def connection(url: str, token: str, **_: object) -> Connection:
        return Connection(url, token, transport=httpx.MockTransport(studio), sleep=studio.slept.append)

    monkeypatch.setattr(clients, "Connection", connection)


@pytest.fixture
def logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACEWRIGHT_URL", URL)
    monkeypatch.setenv("SPACEWRIGHT_TOKEN", TOKEN)


Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str]) -> Said:
    """Exit code, standard output and standard error of a command."""

    def called(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, error = capsys.readouterr()
        return code, out, error

    return called


def test_login_asks_who_it_is_and_keeps_what_was_piped_in(
    studio: Studio, says: Said, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\n"))
    studio.says("GET /me/", ok(ME))
    code, out, error = says("login", URL)
    assert (code, error) == (0, "")
    assert f"logged in at {URL} as you@example.org: vision (editor)" in out
    assert TOKEN not in out
    kept = home / "spacewright" / "login.json"
    assert json.loads(kept.read_text()) == {"url": URL, "token": TOKEN}


def test_login_keeps_nothing_that_the_server_does_not_know(
    studio: Studio, says: Said, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\n"))
    studio.says("GET /me/", problem(401, "the token is not known", "not-known"))
    code, out, error = says("login", URL)
    assert (code, out) == (3, "")
    assert error == "error: the token is not known; log in again: spacewright login\n"
    assert not home.exists()


def test_login_warns_of_an_address_that_others_can_listen_to(
    studio: Studio, says: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPACEWRIGHT_TOKEN", TOKEN)
    studio.says("GET /me/", ok(ME))
    assert "not https" in says("login", "http://studio.example")[2]
    assert says("login", "http://127.0.0.1:8000", "--json")[2] == ""


@pytest.mark.usefixtures("logged_in")
def test_create_submits_a_file_and_follows_it_when_asked(studio: Studio, says: Said, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text('{"version": 1}')
    over = run(status="finished", shown="finished")
    studio.says("GET /me/", ok(ME))
    studio.says("POST /studies/", ok(study(), 201))
    studio.says(f"GET /studies/{STUDY}/", ok(study(runs=[over])))
    studio.says(f"GET /runs/{RUN}/", ok(over))
    ended = event(2, "run ended", status="finished", reason="")
    studio.says(f"GET /runs/{RUN}/events/", ok({"last_seq": 2, "events": [event(1, text="careful"), ended]}))
    code, out, _ = says("study", "create", str(recipe), "--team", "vision", "--watch")
    assert code == 0
    assert out.splitlines()[-2:] == ["  warning: careful", "finished"]
    body = json.loads(studio.asked[1].content)
    assert (body["recipe"], body["team"]) == ({"version": 1}, "2")


@pytest.mark.usefixtures("logged_in")
def test_watch_gives_programs_one_fact_a_line_and_the_end_as_exit_code(studio: Studio, says: Said) -> None:
    failed = run(status="failed", shown="failed", reason="no network was scored")
    studio.says(f"GET /studies/{STUDY}/", ok(study(runs=[failed])))
    studio.says(f"GET /runs/{RUN}/", ok(failed))
    studio.says(f"GET /runs/{RUN}/events/", ok({"last_seq": 5, "events": [event(4), event(5)]}))
    code, out, error = says("study", "watch", STUDY, "--since", "3", "--json")
    assert (code, error) == (5, "error: the run ended failed: no network was scored\n")
    assert [json.loads(line) for line in out.splitlines()] == [event(4), event(5)]


@pytest.mark.usefixtures("logged_in")
@pytest.mark.parametrize("what", ["pause", "resume", "finish", "cancel"])
def test_asking_is_one_command_each(studio: Studio, says: Said, what: str) -> None:
    studio.says(f"GET /studies/{STUDY}/", ok(study()))
    studio.says(f"POST /studies/{STUDY}/{what}/", ok({"changed": 1}))
    assert says("study", what, STUDY)[1] == f"first: {what} asked of 1 run; now running\n"
    code, out, _ = says("study", what, STUDY, "--json")
    assert (code, json.loads(out)["changed"]) == (0, 1)


@pytest.mark.usefixtures("logged_in")
def test_show_and_list_are_for_people_and_programs(studio: Studio, says: Said) -> None:
    studio.says(f"GET /studies/{STUDY}/", ok(study()))
    studio.says("GET /studies/", ok({"next": None, "previous": None, "results": [study()]}))
    studio.says("GET /runs/", ok({"next": None, "previous": None, "results": [run()]}))
    best = {"key": "abc", "stage": 1, "score": 0.5, "params": 1000, "madds": 2000}
    studio.says(f"GET /runs/{RUN}/snapshot/", ok(snapshot(best=best)))
    assert "best: 0.5000, 1,000 params, 2,000 MAdds, network abc" in says("study", "show", STUDY)[1]
    assert json.loads(says("study", "show", STUDY, "--json")[1])["snapshot"]["best"]["score"] == 0.5
    assert STUDY in says("study", "list")[1]
    origin = {"name": "theirs", "history_digest": "0" * 16, "outcome": "equal", "said": "it came out equal"}
    studio.says(f"GET /studies/{STUDY}/", ok(study(origin=origin)))
    assert "made from the bundle of 'theirs': it came out equal" in says("study", "show", STUDY)[1]
    (line,) = says("study", "list", "--json")[1].splitlines()
    assert json.loads(line)["shown"] == "running"


@pytest.mark.usefixtures("logged_in")
def test_export_says_what_it_wrote(studio: Studio, says: Said, tmp_path: Path) -> None:
    studio.says(f"GET /studies/{STUDY}/", ok(study()))
    content = b"import torch"
    row = {"name": "network.py", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "url": ""}
    studio.says(f"GET /runs/{RUN}/files/", ok([row]))
    studio.says(f"GET /runs/{RUN}/files/network.py", httpx.Response(200, content=content))
    studio.says(f"GET /runs/{RUN}/bundle/", httpx.Response(200, content=b"PK"))
    bundle = tmp_path / "a.bundle.zip"
    code, out, _ = says("study", "export", STUDY, "--to", str(tmp_path / "w"), "--bundle", str(bundle), "--json")
    assert (code, json.loads(out)["files"]) == (0, [str(tmp_path / "w" / "network.py"), str(bundle)])
    assert says("study", "export", STUDY)[2] == (
        "error: say what to take: --to FOLDER for the winner's files, --bundle FILE for everything\n"
    )


@pytest.mark.usefixtures("logged_in")
def test_a_network_is_shown_and_pulled(studio: Studio, says: Said, tmp_path: Path) -> None:
    network: dict[str, Any] = {
        "key": "4b9f",
        "document": {},
        "cost": {"params": 10, "madds": 20},
        "layers": [{"name": "stem", "output": {"channels": 8, "height": 4, "width": 4}, "params": 10, "madds": 20}],
        "candidates": [{"score": 0.5}],
    }
    studio.says(f"GET /studies/{STUDY}/", ok(study()))
    studio.says(f"GET /runs/{RUN}/architectures/4b9f/", ok(network))
    assert "8 x 4 x 4" in says("arch", "show", STUDY, "4b9f")[1]
    assert json.loads(says("arch", "show", STUDY, "4b9f", "--json")[1])["score"] == 0.5
    code, out, _ = says("arch", "pull", STUDY, "4b9f", "--to", str(tmp_path))
    assert (code, out) == (0, f"{tmp_path / '4b9f.json'}\n")


@pytest.mark.usefixtures("logged_in")
def test_data_is_listed_one_set_a_line(studio: Studio, says: Said) -> None:
    version = {"id": "v", "sha256": "d9" * 32, "size": 3, "created": TIME, "facts": {"recipe": {"kind": "stored"}}}
    row = {"id": "d", "team": "2", "name": "birds", "created": TIME, "versions": [version]}
    studio.says("GET /datasets/", ok({"next": None, "previous": None, "results": [row]}))
    assert "birds" in says("data", "list")[1]
    assert json.loads(says("data", "list", "--json")[1])["versions"][0]["recipe"] == {"kind": "stored"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("study", "list"), 3, "not logged in; log in with: spacewright login https://studio.example"),
        (("login", "nowhere"), 1, "'nowhere' is no studio's address; give one like https://studio.example"),
    ],
)
def test_an_error_is_one_sentence_and_a_code(says: Said, arguments: tuple[str, ...], code: int, said: str) -> None:
    assert says(*arguments) == (code, "", f"error: {said}\n")


@pytest.mark.usefixtures("logged_in")
@pytest.mark.parametrize(
    ("answer", "code"),
    [(httpx.ConnectError("refused"), 4), (problem(403, "it takes an editor"), 3), (problem(409, "it is over"), 1)],
)
def test_each_kind_of_trouble_has_its_code(studio: Studio, says: Said, answer: object, code: int) -> None:
    studio.says("POST /studies/", answer)
    found, out, error = says("study", "create", "--template", "tiny")
    assert (found, out) == (code, "")
    assert error.startswith("error: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("study",),
        ("study", "create"),
        ("study", "create", "a.json", "--template", "tiny"),
        ("study", "list", "--limit", "0"),
    ],
)
def test_wrong_usage_is_two(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: spacewright" in capsys.readouterr().err


@pytest.mark.usefixtures("logged_in")
def test_a_file_that_is_no_recipe_is_said(says: Said, tmp_path: Path) -> None:
    for text, said in (("{", "is not JSON"), ("[]", "holds no JSON object")):
        (tmp_path / "recipe.json").write_text(text)
        assert said in says("study", "create", str(tmp_path / "recipe.json"))[2]
    assert "cannot read" in says("study", "create", str(tmp_path / "none.json"))[2]


@pytest.mark.usefixtures("logged_in")
def test_ctrl_c_says_that_the_studio_goes_on(studio: Studio, says: Said) -> None:
    def interrupted(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    studio.says(f"GET /studies/{STUDY}/", interrupted)
    assert says("study", "show", STUDY) == (130, "", "interrupted; the studio goes on\n")
