"""A result as its row keeps it: the whole of it, and what lists and counts ask for."""

from __future__ import annotations

from typing import Any

from nas_engine.run import Result
from nas_engine.wire import plain


def summed(result: Result) -> dict[str, Any]:
    """The columns: the result, how many evaluations it holds, and why something in it failed (empty where nothing did)."""
    outcome: dict[str, Any] = result.outcome
    failures = outcome.get("failures", [])  # of an evaluating Work
    reason = result.mishap.reason if result.mishap else next((failure["reason"] for failure in failures), "")
    return {"result": plain(result), "evaluations": len(outcome.get("evaluations", [])), "reason": reason}
