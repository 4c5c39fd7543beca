"""Pages of lists: by cursor, so that what arrives meanwhile neither repeats nor hides a row."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import CursorPagination


class Page(CursorPagination):
    """`next` and `previous` are addresses to follow as they are."""

    page_size = 50
    max_page_size = 500
    page_size_query_param = "limit"
    ordering = ("-created", "-id")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """In the words of OpenAPI 3.1, where null is a type."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }
