"""No webhook calls anything inside."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from webapp.environment import environment
from webapp.webhooks import post as posts
from webapp.webhooks.address import checked, resolved
from webapp.webhooks.post import post
from webapp.webhooks.refusals import BadAddress

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "240.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
]
OUTSIDE = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    monkeypatch.setattr("webapp.webhooks.address.look_up", lambda *_: list(addresses))


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, address)
    with pytest.raises(BadAddress, match="no address of the whole internet"):
        resolved(checked("https://innocent.example/"))


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_before_anything_is_saved(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(BadAddress):
        checked(f"https://{literal}/")


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_whole_internet_is_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, address)
    assert resolved(checked("https://hooks.example/")) == address


def test_one_address_inside_among_others_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(BadAddress, match=r"10\.0\.0\.1"):
        resolved(checked("https://hooks.example/"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "017700000001", "localhost", "localhost."])
def test_other_spellings_of_this_machine_are_refused(host: str) -> None:
    with pytest.raises(BadAddress):
        resolved(checked(f"https://{host}/"))


@pytest.mark.parametrize(
    "text",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "//hooks.example/",
        "hooks.example",
        "https://",
        "https://user:password@hooks.example/",
        "https://hooks.example/ ",
        "https://hooks.example/\x00",
        "https://[::1",
        "https://hooks.example:99999/",
        "https://" + "a" * 600,
        "javascript:alert(1)",
        "",
        "\ud800",
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadAddress):
        checked(text)


def test_http_and_hosts_inside_are_called_where_the_operator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "10.0.0.1")
    monkeypatch.setattr(environment, "webhook_http", True)
    monkeypatch.setattr(environment, "webhook_hosts", ["Hooks.Internal"])
    assert resolved(checked("http://hooks.internal:8080/x")) == "10.0.0.1"
    with pytest.raises(BadAddress):
        resolved(checked("http://other.internal/"))


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise at the second look-up: there is none."""
    looked: list[object] = []
    monkeypatch.setattr("webapp.webhooks.address.look_up", lambda *asked: looked.append(asked) or ["93.184.216.34"])
    connected: list[str] = []

    async def refuse(self: object, host: str, *_: object, **__: object) -> None:  # noqa: ARG001 - the library's
        connected.append(host)
        raise OSError("no network in tests")

    monkeypatch.setattr("httpcore._backends.auto.AutoBackend.connect_tcp", refuse)
    assert post("https://rebinding.example/", b"{}", {}).status is None
    assert connected == ["93.184.216.34"]
    assert len(looked) == 1


def test_a_receiver_that_drips_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        there, _ = server.accept()
        with there:
            for letter in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1000:
                try:
                    there.send(bytes([letter]))
                except OSError:
                    return
                time.sleep(0.05)

    threading.Thread(target=drip, daemon=True).start()
    monkeypatch.setattr(posts, "WHOLE", 0.5)
    monkeypatch.setattr(environment, "webhook_http", True)
    monkeypatch.setattr(environment, "webhook_hosts", ["127.0.0.1"])
    began = time.monotonic()
    answer = post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
    assert answer.status is None
    assert "no answer within" in answer.error
    assert time.monotonic() - began < 5
    server.close()
