"""Links as the services make, open and end them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from webapp.accounts.models import Membership, Role, Team, User
from webapp.audit.models import AuditEntry
from webapp.refusals import Conflict, NotAllowed, Unclear
from webapp.runs.models import Run
from webapp.runs.services.made_up import make_up_study
from webapp.sharing.models import Share
from webapp.sharing.selectors import share_of_token, shares_of, shares_to
from webapp.sharing.services import share as service
from webapp.sharing.services.share import LONGEST, NoSuchEnd, Terms, revoke_share, share
from webapp.sharing.subjects import MOST, TooMany, a_comparison, a_network, a_study, networks_named, studies_named
from webapp.studies.services.change import delete_study


def test_a_link_opens_until_it_ends_and_its_token_is_kept_nowhere(editor: User, run: Run) -> None:
    made, token = share(editor, a_study(editor, run.study_id), Terms())
    assert share_of_token(token) == made
    assert token not in str(Share.objects.values().get(pk=made.pk))
    assert timedelta(days=29) < made.expires - timezone.now() <= timedelta(days=30)
    assert share_of_token(token + "x") is None
    assert share_of_token("") is None
    Share.objects.filter(pk=made.pk).update(expires=timezone.now() - timedelta(seconds=1))
    assert share_of_token(token) is None
    assert Share.objects.get(pk=made.pk).state == "expired"


def test_a_link_that_is_revoked_opens_nothing_and_that_is_written_down_once(editor: User, run: Run) -> None:
    made, token = share(editor, a_study(editor, run.study_id), Terms())
    revoke_share(editor, made)
    when = Share.objects.get(pk=made.pk).revoked
    revoke_share(editor, made)
    assert share_of_token(token) is None
    assert Share.objects.get(pk=made.pk).revoked == when
    deeds = AuditEntry.objects.filter(subject_id=str(made.pk)).order_by("id").values_list("action", flat=True)
    assert list(deeds) == ["link made", "link revoked"]


def test_viewers_make_and_revoke_none(editor: User, viewer: User, run: Run) -> None:
    made, _ = share(editor, a_study(editor, run.study_id), Terms())
    with pytest.raises(NotAllowed):
        share(viewer, a_study(viewer, run.study_id), Terms())
    with pytest.raises(NotAllowed):
        revoke_share(viewer, made)
    assert list(shares_of(viewer)) == [made]


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=-1), LONGEST + timedelta(minutes=1)])
def test_a_link_ends_within_a_year(editor: User, run: Run, after: timedelta) -> None:
    with pytest.raises(NoSuchEnd, match="wanted a day within a year"):
        share(editor, a_study(editor, run.study_id), Terms(timezone.now() + after))


def test_a_team_has_only_so_many(editor: User, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    share(editor, a_study(editor, run.study_id), Terms())
    with pytest.raises(Conflict, match="1 links that are live"):
        share(editor, a_study(editor, run.study_id), Terms())


def test_what_another_team_has_is_not_there_to_be_shared(editor: User, run: Run, key: str) -> None:
    other = make_up_study(Team.objects.create(name="others"), 4)
    for named in (other.pk, "no id", "\0"):
        with pytest.raises(Http404):
            a_study(editor, named)
    with pytest.raises(Http404):
        a_network(editor, other.runs.get().pk, key)
    for unknown in ("0" * 16, "", "\0", "x" * 400):
        with pytest.raises(Http404):
            a_network(editor, run.pk, unknown)
    with pytest.raises(Http404):
        studies_named(editor, [run.study_id, other.pk])
    with pytest.raises(Http404):
        studies_named(editor, [])
    with pytest.raises(TooMany):
        networks_named(editor, [(run.pk, str(number)) for number in range(MOST + 1)])


def test_a_link_to_a_comparison_belongs_to_one_team(editor: User, run: Run) -> None:
    others = Team.objects.create(name="others")
    Membership.objects.create(user=editor, team=others, role=Role.EDITOR)
    other = make_up_study(others, 4)
    with pytest.raises(Unclear, match="belongs to one team"):
        a_comparison(studies_named(editor, [run.study_id, other.pk]), ())


def test_the_links_to_a_thing_are_those_to_exactly_that(editor: User, run: Run, key: str) -> None:
    second = make_up_study(run.study.team, 4)
    both = a_comparison(studies_named(editor, [run.study_id, second.pk]), ())
    alone = a_comparison(studies_named(editor, [run.study_id]), ())
    shown = [a_study(editor, run.study_id), a_network(editor, run.pk, key), both, alone]
    made = [share(editor, one, Terms())[0] for one in shown]
    assert [shares_to(editor, one) for one in shown] == [[one] for one in made]


def test_what_is_deleted_is_shown_by_no_link_not_even_beside_others(editor: User, run: Run, key: str) -> None:
    second = make_up_study(run.study.team, 4)
    both = a_comparison(studies_named(editor, [second.pk, run.study_id]), ())
    tokens = [
        share(editor, one, Terms())[1] for one in (a_study(editor, run.study_id), a_network(editor, run.pk, key), both)
    ]
    kept = share(editor, a_study(editor, second.pk), Terms())[1]
    delete_study(editor, run.study)
    assert [share_of_token(token) for token in tokens] == [None] * 3
    assert share_of_token(kept) is not None
    Team.objects.get(pk=second.team_id).delete()
    assert not Share.objects.exists()
