"""Installations in which one thing is really wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from webapp.environment import Environment


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a check's module an environment with these settings."""

    def setting(module: str, **said: Any) -> None:
        monkeypatch.setattr(f"webapp.doctor.checks.{module}.environment", Environment(**said))

    return setting
