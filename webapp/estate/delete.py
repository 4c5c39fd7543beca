"""A team is deleted, with everything that it owns."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.datasets.models import Dataset
from webapp.datasets.services.delete import delete_dataset
from webapp.operators.models import OperatorSet
from webapp.refusals import Unclear
from webapp.runs.models import Run
from webapp.spaces.models import SavedSpace
from webapp.studies.models import Study
from webapp.studies.services.change import delete_study


@dataclass(frozen=True)
class Estate:
    """How much a team owns."""

    studies: int
    runs: int
    datasets: int
    spaces: int
    operator_sets: int


def estate_of(team: Team) -> Estate:
    return Estate(
        Study.objects.filter(team=team).count(),
        Run.objects.filter(study__team=team).count(),
        Dataset.objects.filter(team=team).count(),
        SavedSpace.objects.filter(team=team).count(),
        OperatorSet.objects.filter(team=team).count(),
    )


def delete_team(user: User, team: Team, name: str) -> None:
    """After: the team, its studies, runs, data and their files are gone; workers on them stop at once.

    `name`: the team's, said again by who means it. What ends this half way leaves a team that owns less; said again it goes on.
    Raises NotAllowed for who is not an owner, Unclear for another name.
    """
    require(user, team, Role.OWNER)
    if name.strip() != team.name.strip():
        raise Unclear(f"the team's name was wanted, {team.name!r}, and {name[:120]!r} was given; nothing was deleted")
    for study in Study.objects.filter(team=team):
        delete_study(user, study)
    for dataset in Dataset.objects.filter(team=team):
        delete_dataset(user, dataset)
    team.delete()
