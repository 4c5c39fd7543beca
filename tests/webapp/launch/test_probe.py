"""The health check of a web container, against whatever answers there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.webapp.processes import ROOT, free_port


class Studio(BaseHTTPRequestHandler):
    """Ready, unless it is asked otherwise than it should be."""

    def do_GET(self) -> None:
        headers = (self.headers["Host"], self.headers["Authorization"])
        ready = self.path == "/health/ready/" and headers == ("studio.example", "Bearer a-token")
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(b"ready" if ready else b"not ready: the broker")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Studio)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def probed(port: int, **more: str) -> tuple[int, str]:
    env = {"PATH": os.environ["PATH"], "PORT": str(port), **more}
    command = [sys.executable, "-I", "webapp/launch/probe.py"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.strip()


def test_it_asks_by_a_name_that_is_allowed_and_with_the_token(port: int) -> None:
    names = '[".example.org","*","studio.example"]'
    assert probed(port, ALLOWED_HOSTS=names, METRICS_TOKEN="a-token") == (0, "ready")


def test_a_studio_that_is_not_ready_is_not_well_and_says_why(port: int) -> None:
    assert probed(port) == (1, "not ready: the broker")


def test_nobody_who_answers_is_not_well() -> None:
    code, said = probed(free_port())
    assert (code, said.partition(":")[0]) == (1, "the web process does not answer")
