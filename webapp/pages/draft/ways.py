"""The same study by other ways: as JSON, as a call of the REST API, as a command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify


@dataclass(frozen=True)
class Ways:
    json: str
    curl: str
    command: str


def ways(recipe: dict[str, Any], address: str, team: str, operators: str = "") -> Ways:
    """`address`: where studies are posted to; `team`: named where the person has several; `operators`: version of a saved set."""
    written = as_json(recipe)
    more = {name: value for name, value in (("team", team), ("operator_set_version", operators)) if value}
    body = as_json({"recipe": recipe, **more})
    curl = (
        f"curl -X POST {address} \\\n"
        '  -H "Authorization: Bearer $SPACEWRIGHT_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  --data @- <<'JSON'\n{body}\nJSON\n"
    )
    out = slugify(str(recipe.get("name", ""))) or "study"
    command = f"cat > {out}.json <<'JSON'\n{written}\nJSON\npython -m nas_engine run {out}.json --out runs/{out}\n"
    return Ways(written, curl, command)


def as_json(value: object) -> str:
    """Indented, with short things on one line."""
    return _lines(value, "")


def _lines(value: object, indent: str) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + len(indent) <= 88 or not isinstance(value, dict | list):
        return flat
    inner = indent + "  "
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner + _lines(one, inner) for one in value) + f"\n{indent}]"
    rows = (f"{inner}{json.dumps(name, ensure_ascii=False)}: {_lines(one, inner)}" for name, one in value.items())
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
