"""docs/running.md says what may be set."""

from __future__ import annotations

from pathlib import Path

from webapp.environment import ROOT, Environment

SPOKEN = {
    "var_dir": "`var`",
    "allowed_hosts": "this machine's own",
    "redis_url": "an embedded Redis",
    "host": "this machine only",
}


def rows() -> list[str]:
    """The table as it has to be; defaults that are long or told better are in words."""
    found = []
    for name, field in Environment.model_fields.items():
        default = "(empty)" if field.default == "" else f"`{field.default}`"
        found.append(f"| `{name.upper()}` | {SPOKEN.get(name, default)} | {field.description} |")
    return found


def test_the_table_of_settings_is_the_environments() -> None:
    page = Path(ROOT / "docs/running.md").read_text(encoding="utf-8")
    table = page.partition("| Variable | Default | Meaning |\n|---|---|---|\n")[2].partition("\n\n")[0]
    assert table.splitlines() == rows()
