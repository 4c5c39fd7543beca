"""`catalog`: every component."""

from __future__ import annotations

import argparse
import json

from nas_engine.catalog import catalog, recipe_schema, skeletons


def command(chosen: argparse.Namespace) -> int:
    """Families, kinds and fields as text, or everything as JSON schema."""
    found = catalog()
    if chosen.json:
        print(json.dumps({"catalog": found, "skeletons": skeletons(), "recipe": recipe_schema()}, indent=2))
        return 0
    for family, kinds in found.items():
        print(family)
        for kind, schema in kinds.items():
            print(f"  {kind}: {schema['description']}")
            for name, field in schema["properties"].items():
                if name != "kind":
                    default = f" (default {json.dumps(field['default'])})" if "default" in field else ""
                    print(f"      {name}: {field.get('description', '')}{default}")
    print("skeletons\n  " + ", ".join(skeletons()))
    return 0
