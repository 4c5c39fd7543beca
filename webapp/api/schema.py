"""What the OpenAPI document says of every operation: who may ask, and what any of them may answer."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from webapp.api.problems import CONTENT_TYPE
from webapp.api.scopes import Scope, scope_of

ANY = {
    401: "no credentials, or none that are good",
    406: "nothing that `Accept` names is offered",
    429: "too much in a minute; `RateLimit` and `RateLimit-Policy` say what is left, `Retry-After` when to come back",
}
WITH_BODY = {400: "not JSON, or fields that are wrong", 413: "too large", 415: "not JSON"}


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


class Operation(AutoSchema):
    """Adds the answers that follow from what is the same for all views, and the scope that a token needs."""

    def get_description(self) -> str:  # type: ignore[override]  # of Django REST's own generator
        said = super().get_description()
        wanted = scope_of(self.view, self.method)
        return "\n\n".join(filter(None, [said, f"Scope: `{wanted.value}`." if wanted else "Not for tokens."]))

    def get_override_parameters(self) -> list[Any]:
        """What a view with entity tags takes: see `webapp.api.etags`."""
        found = []
        if self.method in getattr(self.view, "tagged", ()):
            found.append(_header("If-None-Match", "the `ETag` that you have: 304 where it is still the same"))
        if self.method in getattr(self.view, "matched", ()):
            found.append(_header("If-Match", "the `ETag` that you have read: 412 where it is another one by now"))
        return found

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        found: dict[str, Any] = super()._get_response_bodies(direction)
        shared = dict(ANY)
        if self.method in getattr(self.view, "matched", ()):
            shared[412] = "it has changed since `If-Match` was given"
        if any(one["in"] in ("query", "header") for one in self._get_parameters()):
            shared |= {400: "a parameter that is wrong"}
        if self._get_request_body() is not None:  # type: ignore[no-untyped-call]
            shared |= WITH_BODY
        if scope_of(self.view, self.method) is not Scope.READ:
            shared[403] = "not your role in the team, or not the token's scope"
        for status, said in shared.items():
            if str(status) not in found:
                found[str(status)] = self._problem(said, str(status))
        if self.method in getattr(self.view, "tagged", ()):
            found["304"] = {"description": "you have it: `If-None-Match` names its `ETag`"}
        for code, answer in found.items():
            if code >= "400" and "content" in answer:
                (body,) = answer["content"].values()
                answer["content"] = {CONTENT_TYPE: body}
        return found

    def _problem(self, said: str, status: str) -> dict[str, Any]:
        from webapp.api.serializers.problems import ProblemSerializer  # once the settings have been read

        shown: dict[str, Any] = self._get_response_for_code(  # type: ignore[no-untyped-call]
            OpenApiResponse(ProblemSerializer, description=said), status
        )
        return shown


def _header(name: str, said: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=said)


def closed(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A body holds what its schema names and nothing else, as `webapp.api.views.asking.body` reads it. (A spectacular hook.)"""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                asked = schemas.get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
                if "properties" in asked:
                    asked["additionalProperties"] = False
    return result
