"""The OpenAPI document."""

from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView

from webapp.api.scopes import Scope


class Document(SpectacularAPIView):
    scope = Scope.READ
