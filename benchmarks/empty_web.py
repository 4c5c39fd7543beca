"""The pages and REST, in a process that knows the estimator of `empty_worker`: `uvicorn benchmarks.empty_web:application`."""

from __future__ import annotations

from benchmarks.empty_worker import register
from webapp.asgi import application

__all__ = ["application"]

register()
