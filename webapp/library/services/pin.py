"""A network is pinned under a name, and let go."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http import Http404

from nas_engine.preview import network
from nas_engine.preview import recipe as read_recipe
from webapp.accounts.models import Role, User
from webapp.accounts.selectors import require
from webapp.library.models import Pin
from webapp.library.selectors import pin_of_network
from webapp.refusals import Conflict
from webapp.runs.models import Candidate, Run
from webapp.runs.selectors.candidates import genes_of

MOST = 500  # of a team


def pin_network(user: User, run: Run, key: str, name: str = "") -> Pin:
    """After: the team keeps it, under this name (else after study and key). Pinned again, it has the new name.

    Raises Http404 for a network that the run knows nothing of, NotAllowed for a viewer, Conflict for a name that another
    network has, and where the team keeps very many.
    """
    require(user, run.study.team_id, Role.EDITOR)
    genes = genes_of(run, key)
    if genes is None:
        raise Http404
    name = name.strip()[:120] or f"{run.study.name[:100]}: {key}"
    known = pin_of_network(run, key)
    try:
        with transaction.atomic():
            if known is not None:
                known.name = name
                known.save(update_fields=["name"])
                return known
            return _kept(user, run, key, genes, name)
    except IntegrityError as error:
        raise Conflict(f"the team has pinned another network as {name!r}; give this one another name") from error


def _kept(user: User, run: Run, key: str, genes: list[str], name: str) -> Pin:
    team = run.study.team_id
    if Pin.objects.filter(team=team).count() >= MOST:
        raise Conflict(f"the team has pinned {MOST} networks; let some go")
    cost = network(read_recipe(run.recipe), genes).cost
    answers = Candidate.objects.filter(run=run, architecture__key=key)
    best = answers.aggregate(best=Max("score"))["best"]
    return Pin.objects.create(
        team_id=team,
        name=name,
        run=run,
        key=key,
        genes=genes,
        recipe=run.recipe,
        score=best,
        params=cost.params,
        madds=cost.madds,
        created_by=user,
    )


def rename_pin(user: User, pin: Pin, name: str) -> Pin:
    """Raises NotAllowed for a viewer, Conflict for a name that another network has."""
    require(user, pin.team_id, Role.EDITOR)
    try:
        with transaction.atomic():
            pin.name = name
            pin.save(update_fields=["name"])
    except IntegrityError as error:
        raise Conflict(f"the team has pinned another network as {name!r}; give this one another name") from error
    return pin


def let_go(user: User, pin: Pin) -> None:
    """After: the team no longer keeps it; the run, and studies begun from it, stay. Raises NotAllowed for a viewer."""
    require(user, pin.team_id, Role.EDITOR)
    pin.delete()
