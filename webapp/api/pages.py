"""Pages of lists: by cursor, so that what arrives meanwhile neither repeats nor hides a row."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

LONGEST = 9  # digits of a number that is read at all


class Page(CursorPagination):
    """`next` and `previous` are addresses to follow as they are."""

    page_size = 50
    max_page_size = 500
    page_size_query_param = "limit"
    ordering = ("-created", "-id")

    def decode_cursor(self, request: Request) -> Any:
        """Raises ValidationError for one that none of our pages gave."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError(
                {self.cursor_query_param: ["take `next` or `previous` of a page as they are"]}
            ) from error

    def get_page_size(self, request: Request) -> int:
        """Raises ValidationError for what is no number from 1 on; a larger one than the largest page gets that."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not asked.isascii() or not asked.isdigit() or not asked.strip("0"):
            raise ValidationError(
                {self.page_size_query_param: [f"{asked!r} is no number from 1 to {self.max_page_size}"]}
            )
        return self.max_page_size if len(asked) > LONGEST else min(int(asked), self.max_page_size)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """In the words of OpenAPI 3.1, where null is a type."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }
