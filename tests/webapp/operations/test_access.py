"""Who may know how the studio is doing: everything else is a stranger."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from webapp.environment import environment
from webapp.operations.access import may_know


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_know(address: str) -> None:
    assert may_know(RequestFactory().get("/", REMOTE_ADDR=address))


@pytest.mark.parametrize(
    "address", ["", "10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "localhost", "127.0.0.1.example"]
)
def test_another_may_not(address: str) -> None:
    assert not may_know(RequestFactory().get("/", REMOTE_ADDR=address))


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP"])
def test_what_a_proxy_of_this_machine_passes_on_is_not_this_machine(header: str) -> None:
    """Whatever it says: a stranger may have written it."""
    assert not may_know(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={header: "127.0.0.1"}))


@pytest.mark.parametrize(
    ("sent", "may"),
    [
        ("Bearer right", True),
        ("bearer right", True),
        ("Bearer wrong", False),
        ("Bearer ", False),
        ("Basic right", False),
        ("right", False),
        ("", False),
    ],
)
def test_with_a_token_only_the_token_counts(sent: str, may: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "metrics_token", "right")
    here = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={"Authorization": sent})
    away = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"Authorization": sent})
    assert (may_know(here), may_know(away)) == (may, may)
