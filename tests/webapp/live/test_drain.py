"""A web process that is told to stop: what has begun is answered, sockets are closed with a code that says to come back."""

from __future__ import annotations

import http.client
import json
import signal
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.webapp.live.processes import Web
from webapp.accounts.models import Membership, Role
from webapp.runs.models import Run

pytestmark = pytest.mark.xdist_group("kill and resume")
COME_BACK = 1012  # service restart


def hear_out(socket: ClientConnection) -> None:
    while True:
        socket.recv(60)


def refuses(address: str) -> bool:
    host, _, port = address.partition(":")
    try:
        http.client.HTTPConnection(host, int(port), timeout=5).connect()
    except OSError:
        return True
    return False


def test_a_request_that_has_begun_is_answered_and_nothing_new_is_taken(run: Run, token: str, web: Web) -> None:
    Membership.objects.update(role=Role.EDITOR)
    body = json.dumps({"name": "a name that arrives in two parts"}).encode()
    request = http.client.HTTPConnection(web.address, timeout=60)
    request.putrequest("PATCH", f"/api/v1/studies/{run.study_id}/")
    for name, value in (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")):
        request.putheader(name, value)
    request.putheader("Content-Length", str(len(body)))
    request.endheaders(body[:10])
    headers = {"Authorization": f"Bearer {token}"}
    with connect(f"ws://{web.address}/live/runs/{run.pk}/", additional_headers=headers, open_timeout=60) as socket:
        assert json.loads(socket.recv(60))["type"] == "snapshot"
        began = time.monotonic()
        web._process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            hear_out(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == COME_BACK
    while not refuses(web.address):
        assert time.monotonic() - began < 60
    request.send(body[10:])
    answer = request.getresponse()
    assert (answer.status, json.loads(answer.read())["name"]) == (200, "a name that arrives in two parts")
    web._process.wait(60)
    assert "Traceback" not in web.log()
    print(f"the web process drained in {time.monotonic() - began:.2f} s")
