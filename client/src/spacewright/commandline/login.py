"""`login`: keep an address and a token."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

import httpx

from spacewright import login
from spacewright.client import Client
from spacewright.commandline.output import Output
from spacewright.connection import address
from spacewright.errors import NotLoggedIn

LOCAL = ("localhost", "127.0.0.1", "::1")


def command(chosen: argparse.Namespace, output: Output) -> int:
    """Ask the server who the token speaks for, then keep both. Raises NotLoggedIn where it does not know the token."""
    url = address(chosen.url or os.environ.get(login.URL, "") or "http://localhost:8000")
    token = _token(url)
    with Client(url, token) as client:
        me = client.me()
    path = login.keep(login.Login(url, token))
    if httpx.URL(url).scheme == "http" and httpx.URL(url).host not in LOCAL:
        print("warning: the address is not https, so the token can be read on the way", file=sys.stderr)
    if output.json:
        output.document({"url": url, "file": path, "person": me})
    teams = ", ".join(f"{team.name} ({team.role})" for team in me.teams) or "no team yet"
    output.line(f"logged in at {url} as {me.email}: {teams}")
    output.line(f"kept in {path}, for you alone")
    return 0


def _token(url: str) -> str:
    """From the environment, the keyboard or a pipe: never from the command line, which others can see."""
    found = os.environ.get(login.TOKEN, "")
    if not found:
        asked = f"token for {url} (made under Account, or by manage.py token): "
        found = getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline()
    if not found.strip():
        raise NotLoggedIn(f"no token was given; type it, pipe it in, or set {login.TOKEN}")
    return found.strip()
