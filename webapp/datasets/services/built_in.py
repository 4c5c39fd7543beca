"""The data sets that come with the engine, as rows."""

from __future__ import annotations

from nas_engine.catalog import built_in_data
from webapp.datasets.models import Dataset, DatasetVersion


def register_built_in(**_: object) -> None:
    """After each migration: every built-in data set has a row and a version for its content."""
    for name, facts in built_in_data().items():
        dataset, _made = Dataset.objects.get_or_create(team=None, name=name)
        DatasetVersion.objects.get_or_create(
            dataset=dataset,
            sha256=facts["sha256"],
            defaults={"facts": {k: v for k, v in facts.items() if k != "sha256"}},
        )
