"""All reads of saved spaces."""

from __future__ import annotations

from django.db.models import QuerySet

from nas_engine.saved import SpaceMade, made_by
from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.runs.models import Run
from webapp.runs.state import state_of
from webapp.spaces.models import SavedSpace


def spaces_of(user: User) -> QuerySet[SavedSpace]:
    """Spaces that a user may use, newest first, without their documents until these are asked for."""
    seen = SavedSpace.objects.filter(team__in=teams_of(user)).select_related("team", "run__study", "created_by")
    return seen.defer("document", "run__state", "run__recipe", "run__study__recipe").order_by("-created", "-id")


def spaces_made(run: Run) -> list[SpaceMade]:
    """What the run's stages have made of its space so far. Raises StorageFailed where its state is missing or torn."""
    whole = Run.objects.only("recipe", "state").get(pk=run.pk)
    return made_by(whole.recipe, state_of(whole))


def saved_from(run: Run) -> dict[int, SavedSpace]:
    """The newest saved space of each stage of a run."""
    found = SavedSpace.objects.filter(run=run, stage__isnull=False).defer("document").order_by("created", "id")
    return {one.stage: one for one in found if one.stage is not None}


def operators_of(saved: SavedSpace) -> list[str]:
    """The labels of what may stand at its places, each once; none of a space whose cells are open."""
    listed = saved.document.get("labels") or [
        label for alphabet in saved.document["alphabets"] if isinstance(alphabet, list) for label in alphabet
    ]
    return list(dict.fromkeys(listed))
