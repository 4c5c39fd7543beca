"""One JSON object a line."""

from __future__ import annotations

from typing import Any

from pythonjsonlogger.json import JsonFormatter

from webapp.logs.about import NAMES

FIELDS = ("time", "level", "logger", "message", *NAMES, "exc_info", "stack_info")


class JsonLines(JsonFormatter):
    """FIELDS and no others: what a library hangs on its records (a whole request, say) stays out."""

    def __init__(self) -> None:
        names = {"levelname": "level", "name": "logger"}
        super().__init__(["levelname", "name", "message"], rename_fields=names, timestamp="time")

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: log_data[name] for name in FIELDS if name in log_data}
