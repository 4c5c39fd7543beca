"""All targets."""

from __future__ import annotations

from tests.fuzz import architectures, bundles, declarations, events, recipes, states, uploads
from tests.fuzz.target import Target

TARGETS: tuple[Target, ...] = (
    *recipes.TARGETS,
    *architectures.TARGETS,
    *declarations.TARGETS,
    *uploads.TARGETS,
    *bundles.TARGETS,
    *events.TARGETS,
    *states.TARGETS,
)
