"""What the OpenAPI document says of every operation: authentication, problems, pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A bearer token. (Found by its base class; nothing calls it.)"""

    target_class = "webapp.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "a token from POST /api/v1/tokens/ or `manage.py token`",
        }


PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
SHARED = {  # what any operation of its kind may answer
    "400": {**PROBLEM, "description": "the request is not as this document says"},
    "401": {**PROBLEM, "description": "log in, or send a good token"},
    "415": {**PROBLEM, "description": "the body is of another media type"},
}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Problems by their own media type, those that are not an operation's own, and bodies closed. (A drf-spectacular hook.)"""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            responses = operation["responses"]
            for status in [status for status in responses if status >= "400"]:
                responses[status] = {**PROBLEM, "description": responses[status]["description"]}
            for status in _shared(operation):
                responses.setdefault(status, SHARED[status])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                asked = schemas.get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
                if "properties" in asked:
                    asked["additionalProperties"] = False  # as `webapp.api.views.asking.body` reads it
    return result


def _shared(operation: dict[str, Any]) -> Iterator[str]:
    if {} not in operation.get("security", [{}]):
        yield "401"
    if any(one["in"] in ("query", "header") for one in operation.get("parameters", [])):
        yield "400"
    if "requestBody" in operation:
        yield from ("400", "415")
