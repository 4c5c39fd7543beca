"""What a recipe from elsewhere needs of whoever runs it, beside the recipe: a bundle names it and does not hold it."""

from __future__ import annotations

from collections.abc import Iterator

from nas_engine.recipe import Recipe
from nas_engine.tasks.images import StoredData


def data_of(plan: Recipe) -> StoredData | None:
    """Packed data; None where the data are built in."""
    found = getattr(plan.task, "data", None)
    return found if isinstance(found, StoredData) else None


def data_words(data: StoredData) -> str:
    """As a refusal names them."""
    return f"the data {data.name or 'without a name'} (sha256 {data.sha256})"


def tables_of(plan: Recipe) -> Iterator[tuple[str, str]]:
    """The recipe's field and the path of each table of known scores."""
    for number, stage in enumerate(plan.pipeline):
        path = getattr(getattr(stage, "estimator", None), "path", None)
        if isinstance(path, str):
            yield f"pipeline.{number}.estimator.path", path
