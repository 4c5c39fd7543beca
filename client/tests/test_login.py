"""The login is kept for its owner alone, and goes to its own studio only."""

from __future__ import annotations

from pathlib import Path

import pytest

from spacewright.errors import NotLoggedIn
from spacewright.login import Login, current, keep

KEPT = Login("https://studio.example", "spacewright_kept")


def test_a_kept_login_is_read_back_and_only_its_owner_may_read_it(home: Path) -> None:
    path = keep(KEPT)
    assert path == home / "spacewright" / "login.json"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert current() == KEPT
    keep(Login("https://other.example", "another"))
    assert current().token == "another"
    assert [one.name for one in path.parent.iterdir()] == ["login.json"]


def test_the_environment_stands_in_for_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(KEPT)
    monkeypatch.setenv("SPACEWRIGHT_TOKEN", "from outside")
    assert current() == Login(KEPT.url, "from outside")
    monkeypatch.setenv("SPACEWRIGHT_URL", "http://127.0.0.1:9000/")
    assert current() == Login("http://127.0.0.1:9000", "from outside")


def test_a_kept_token_is_not_sent_to_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(KEPT)
    monkeypatch.setenv("SPACEWRIGHT_URL", "https://evil.example")
    with pytest.raises(NotLoggedIn, match=r"the kept token is for https://studio\.example; set SPACEWRIGHT_TOKEN"):
        current()
    monkeypatch.setenv("SPACEWRIGHT_URL", f"{KEPT.url}/")
    assert current() == KEPT


def test_a_file_that_others_can_read_is_not_used() -> None:
    path = keep(KEPT)
    path.chmod(0o644)
    with pytest.raises(NotLoggedIn, match="others can read the token"):
        current()


@pytest.mark.parametrize("text", ["", "[]", '{"url": 3}', '{"url": "nowhere", "token": "x"}', "\x00"])
def test_a_broken_file_is_said(text: str) -> None:
    path = keep(KEPT)
    path.write_text(text)
    with pytest.raises(NotLoggedIn, match="is not what login wrote; log in with"):
        current()


@pytest.mark.parametrize(
    ("name", "missing"), [("SPACEWRIGHT_URL", "SPACEWRIGHT_TOKEN"), ("SPACEWRIGHT_TOKEN", "SPACEWRIGHT_URL")]
)
def test_half_an_environment_names_the_other_half(name: str, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "https://studio.example")
    with pytest.raises(NotLoggedIn, match=f"{missing} is not set"):
        current()
