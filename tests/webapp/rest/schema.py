"""The OpenAPI document as the studio gives it out."""

from __future__ import annotations

import json
from pathlib import Path

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer


def written(path: Path) -> Path:
    made = SchemaGenerator().get_schema(request=None, public=True)
    path.write_bytes(OpenApiJsonRenderer().render(made, renderer_context={}))
    assert json.loads(path.read_text())["paths"]
    return path
