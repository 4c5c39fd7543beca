"""Where a person's studio and token are kept: a file that only its owner may read, or the environment."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from spacewright.answers import Answer
from spacewright.connection import address
from spacewright.errors import NotLoggedIn, SpacewrightError, WrongAnswer

URL, TOKEN = "SPACEWRIGHT_URL", "SPACEWRIGHT_TOKEN"
CURE = "log in with: spacewright login https://studio.example"


@dataclass(frozen=True)
class Login:
    """A studio's address and a token for it."""

    url: str
    token: str


def file() -> Path:
    """Where `spacewright login` writes."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "spacewright" / "login.json"


def keep(login: Login) -> Path:
    """Write the file, whole, for its owner alone; where it is."""
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump({"url": login.url, "token": login.token}, out)
    partial.replace(path)
    return path


def current() -> Login:
    """The login that holds: the environment's, else the file's. Raises NotLoggedIn.

    A kept token is for the studio that it was kept for: with another SPACEWRIGHT_URL it is not sent there.
    """
    url, token = os.environ.get(URL, ""), os.environ.get(TOKEN, "")
    if url and token:
        return Login(address(url), token)
    kept = _kept()
    if kept is None:
        missing = URL if token else TOKEN
        raise NotLoggedIn(f"{missing} is not set; set it, or {CURE}" if url or token else f"not logged in; {CURE}")
    if url and address(url) != kept.url:
        raise NotLoggedIn(f"{URL} is {address(url)}, and the kept token is for {kept.url}; set {TOKEN}, or {CURE}")
    return Login(kept.url, token or kept.token)


def _kept() -> Login | None:
    path = file()
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise NotLoggedIn(f"cannot read {path} ({error}); {CURE}") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NotLoggedIn(f"others can read the token in {path}; end it in the studio, and {CURE}")
    try:
        found = Answer(json.loads(text), str(path))
        return Login(address(found.text("url")), found.text("token"))
    except (ValueError, WrongAnswer, SpacewrightError) as error:
        raise NotLoggedIn(f"{path} is not what login wrote; {CURE}") from error
