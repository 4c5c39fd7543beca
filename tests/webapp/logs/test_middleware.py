"""The id of a request: brought or made, answered, and logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from webapp.operations import views

Logged = Callable[[], list[dict[str, Any]]]
pytestmark = pytest.mark.django_db


def test_each_request_has_its_own() -> None:
    first, second = (Client().get("/login/")["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) == 32


def test_one_that_is_brought_is_kept(logged: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked(_: object) -> bool:
        logging.getLogger("webapp.tests").warning("asked")
        return False

    monkeypatch.setattr(views, "may_know", looked)
    answer = Client().get("/metrics/", headers={"X-Request-ID": "a-proxys.own_1"})
    assert answer["X-Request-ID"] == "a-proxys.own_1"
    assert [line["request_id"] for line in logged() if line["message"] == "asked"] == ["a-proxys.own_1"]


@pytest.mark.parametrize("brought", ["", "two words", "x" * 65, 'a"quote', "{brace}", "ümlaut"])
def test_one_that_is_no_plain_word_is_replaced(brought: str) -> None:
    assert Client().get("/login/", headers={"X-Request-ID": brought})["X-Request-ID"] != brought
