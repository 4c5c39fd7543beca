"""Rows for every state that shows other buttons, in a studio's database: `python -m tests.browser.states`, with its VAR_DIR.

Prints, as JSON: sessions of a person with all of it, of one whose team has nothing yet, and of a viewer; and addresses by
the names of tests/browser/register.py. `--person EMAIL` makes only somebody whose password may be changed; `--clear` takes all
else away. Workers leave it alone: nothing of it is queued.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from allauth.usersessions.models import UserSession  # noqa: E402
from django.conf import settings  # noqa: E402 - Django has to know its settings first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.tokens import default_token_generator  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.encoding import force_bytes  # noqa: E402
from django.utils.http import urlsafe_base64_encode  # noqa: E402

from nas_engine.events import Event, RunEnded  # noqa: E402
from nas_engine.spaces import autospace, skeleton_named, space_document  # noqa: E402
from tests.engine.operators.declared_samples import declaration  # noqa: E402
from tests.webapp.conftest import DRAWS  # noqa: E402
from tests.webapp.datasets.pictures import birds, zipped  # noqa: E402
from webapp import queueing  # noqa: E402
from webapp.accounts.models import Membership, Role, Team, User  # noqa: E402
from webapp.accounts.services.invitations import Wanted, invite  # noqa: E402
from webapp.accounts.services.tokens import make_token  # noqa: E402
from webapp.datasets.models import Dataset, Upload, UploadedFile  # noqa: E402
from webapp.datasets.services.from_disk import OnDisk, import_data  # noqa: E402
from webapp.library.services.pin import pin_network  # noqa: E402
from webapp.notes.services.note import write_note  # noqa: E402
from webapp.notes.services.tags import set_tags  # noqa: E402
from webapp.operators.services.retire import retire_set  # noqa: E402
from webapp.operators.services.save import add_version, create_operator_set  # noqa: E402
from webapp.pages.views.operators import PAGE as OPERATOR_PAGE  # noqa: E402
from webapp.pages.views.spaces import PAGE  # noqa: E402
from webapp.runs.models import Candidate, Run, Work, Worker  # noqa: E402
from webapp.runs.services import control  # noqa: E402
from webapp.runs.services.events import append_events  # noqa: E402
from webapp.runs.services.made_up import make_up_study  # noqa: E402
from webapp.sharing.services.share import Terms, share  # noqa: E402
from webapp.sharing.subjects import a_comparison, a_network, a_space, a_study, studies_named  # noqa: E402
from webapp.spaces.services.save import save_space  # noqa: E402
from webapp.studies.models import Study  # noqa: E402
from webapp.webhooks.models import Webhook  # noqa: E402
from webapp.webhooks.services.change import create_webhook  # noqa: E402

TEAMS = {"full": "A team with everything", "empty": "A team with nothing"}
LATER = timedelta(hours=1)
DEAD = "far.example/states"


def session(email: str, teams: dict[Team, Role]) -> str:
    """Of a new person, who is logged in."""
    user = User.objects.create_user(email, "a long enough password")
    for team, role in teams.items():
        Membership.objects.create(user=user, team=team, role=role)
    kept = SessionStore()
    kept[SESSION_KEY], kept[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    kept[HASH_SESSION_KEY] = user.get_session_auth_hash()
    kept["account_authentication_methods_user"] = str(user.pk)  # who has just given the password once more
    kept["account_authentication_methods"] = [{"method": "password", "at": time.time() + 9e4, "reauthenticated": True}]
    kept.save()
    return str(kept.session_key)


def listed(user: User, key: str) -> None:
    """The session stands on the list of the user's, with another one."""
    other = SessionStore()
    other.update(dict(SessionStore(key).items()))
    other.save()
    for one in (key, other.session_key):
        UserSession.objects.create(user=user, ip="127.0.0.1", session_key=one, user_agent="made up")


def run_of(team: Team, name: str, asked: Callable[[Any], object] | None = None) -> Run:
    """A run that is told nothing but what is asked of it. Its state is there, so that no worker makes a first decision."""
    study = Study.objects.create(team=team, name=name, recipe=DRAWS)
    with transaction.atomic():
        run = control.start_run(study)
        Run.objects.filter(pk=run.pk).update(state={})
        if asked is not None:
            asked(run.pk)
    return run


def failed_run(team: Team) -> Run:
    """With a Work that failed, which the Workers page names."""
    run = run_of(team, "failed")
    result = {"mishap": {"reason": "out of memory", "message": "made up"}}
    rows = {"status": Work.Status.DONE, "reason": "out of memory", "ended": timezone.now(), "told": True}
    Work.objects.create(
        run=run, key="0-evaluate-0", ordinal=0, kind="evaluate", value={}, queued=timezone.now(), result=result, **rows
    )
    Run.objects.filter(pk=run.pk).update(status=Run.Status.FAILED, reason="made up", ended=timezone.now())
    append_events(run.pk, [Event("ended", RunEnded("failed", "made up"))])
    return run


def uploads_of(team: Team, folder: Path) -> dict[str, str]:
    """One in each state; what is ready has splits, failures and two versions."""
    found = {}
    for status in ("receiving", "checking", "refused"):
        dataset = Dataset.objects.create(team=team, name=f"{status} birds")
        upload = Upload.objects.create(
            dataset=dataset,
            status=status,
            size=9,
            expires=timezone.now() + LATER,
            heartbeat=timezone.now() + LATER,
            failure="made up" if status == "refused" else "",
        )
        UploadedFile.objects.create(upload=upload, name="birds.zip", size=9, received=3)
        found[f"dataset/{status}"] = f"/data/{dataset.pk}/"
    train, test = folder / "ready.zip", folder / "test.zip"
    train.write_bytes(zipped(birds(12)))
    import_data(OnDisk(team, "ready birds", train))
    train.write_bytes(zipped(birds(20) | {"hens/broken.png": b"not an image"}))
    test.write_bytes(zipped(birds(12)))
    version = import_data(OnDisk(team, "ready birds", train, test))
    return {**found, "dataset/ready": f"/data/{version.dataset_id}/"}


def shared_of(run: Run, key: str) -> dict[str, str]:
    """Links of each kind, and what is written of a study and a network that is kept; addresses, and the token of the study."""
    user, study = User.objects.get(email="full@states.example"), run.study
    other = Study.objects.create(team=study.team, name="beside it", recipe=DRAWS)
    space = save_space(user, study.team, "shared", space_document(autospace(skeleton_named("tiny"), expansion=2)))
    write_note(user, study, "What *we* saw.")
    set_tags(user, study, ["seen"])
    pin_network(user, run, key, "kept")
    shown = {
        "study": a_study(user, study.pk),
        "architecture": a_network(user, run.pk, key),
        "space": a_space(user, space.pk),
        "comparison": a_comparison(studies_named(user, [study.pk, other.pk]), ()),
    }
    tokens = {name: share(user, one, Terms(with_files=True))[1] for name, one in shown.items()}
    return {
        **{f"shared/{name}": f"/shared/{token}/" for name, token in tokens.items()},
        "shared-architecture/scored": f"/shared/{tokens['study']}/runs/{run.pk}/architectures/{key}/",
        "shares/study": f"/shares/?study={study.pk}",
        "compare/studies": f"/compare/?studies={study.pk},{other.pk}",
        "compare/networks": f"/compare/?architectures={run.pk}:{key}",
        "study/writing": f"/studies/{study.pk}/",
    }


def operator_sets_of(user: User, team: Team) -> dict[str, str]:
    """One with a declared operator and two versions, one that is retired, and a page more of others."""
    ours = create_operator_set(user, team, "a set", ["ghost", "skip"], [declaration("ghost")])
    add_version(user, ours, ["ghost", "skip", "mb3_e3"], [declaration("ghost")])
    retired = create_operator_set(user, team, "an old set", ["ghost"], [declaration("ghost")])
    retire_set(user, retired)
    for number in range(OPERATOR_PAGE):
        create_operator_set(user, team, f"set {number:02}", ["skip"])
    return {
        "operator-set/ours": f"/operators/{ours.pk}/",
        "operator-set/retired": f"/operators/{retired.pk}/",
        "operators/retired": "/operators/?retired=1",
        "declare-operator/ours": f"/operators/{ours.pk}/declare/?operator=ghost",
    }


def everything() -> dict[str, Any]:
    first = Team.objects.earliest("created")
    teams = {name: Team.objects.create(name=title) for name, title in TEAMS.items()}
    full = teams["full"]
    sessions = {
        "full": session("full@states.example", {full: Role.OWNER, first: Role.OWNER}),
        "empty": session("empty@states.example", {teams["empty"]: Role.OWNER}),
        "viewer": session("viewer@states.example", {full: Role.VIEWER}),
    }
    sessions["guarded"] = session("guarded@states.example", {full: Role.VIEWER})
    guarded = User.objects.get(email="guarded@states.example")
    TOTP.activate(guarded, generate_totp_secret())
    RecoveryCodes.activate(guarded)
    listed(User.objects.get(email="full@states.example"), sessions["full"])
    _, secret = invite(User.objects.get(email="full@states.example"), full, Wanted(Role.VIEWER))
    runs = {
        "queued": run_of(full, "queued"),
        "paused": run_of(full, "paused", control.pause),
        "finishing": run_of(full, "finishing", control.finish),
        "cancelled": run_of(full, "cancelled", control.cancel),
        "failed": failed_run(full),
    }
    found = {f"study/{name}": f"/studies/{run.study_id}/" for name, run in runs.items()}
    study = make_up_study(full, 80)
    run = Run.objects.get(study=study)
    found["study/finished"] = f"/studies/{study.pk}/"
    scored = Candidate.objects.filter(run=run, status="scored").select_related("architecture").first()
    assert scored is not None
    found["architecture/scored"] = f"/runs/{run.pk}/architectures/{scored.architecture.key}/"
    found["architecture/unknown"] = f"/runs/{run.pk}/architectures/{'0' * 12}/"
    found |= shared_of(run, scored.architecture.key)
    running = run_of(full, "running")
    extended = run_of(full, "extended", control.cancel)
    Run.objects.create(study=extended.study, recipe=extended.recipe, extends=extended, state={})
    found["study/extended"] = f"/studies/{extended.study_id}/"
    found["study/running"] = f"/studies/{running.study_id}/"
    Worker.objects.create(name=DEAD, seen=timezone.now() - LATER, began=timezone.now() - 2 * LATER)
    built_in = Dataset.objects.filter(team=None).earliest("created")
    found["dataset/built-in"] = f"/data/{built_in.pk}/"
    with tempfile.TemporaryDirectory() as folder:
        found |= uploads_of(full, Path(folder))
    for number in range(26):
        Study.objects.create(team=full, name=f"leaf {number}", recipe=DRAWS)
    someone = User.objects.get(email="full@states.example")
    make_token(someone, "a script")
    for name in ("on", "off"):
        hook, _ = create_webhook(someone, full, "https://hooks.example/", ["run.ended"])
        Webhook.objects.filter(pk=hook.pk).update(active=name == "on")
        found[f"webhook/{name}"] = f"/webhooks/{hook.pk}/"
    found |= operator_sets_of(someone, full)
    document = space_document(autospace(skeleton_named("tiny"), expansion=2))
    for number in range(PAGE + 1):
        save_space(someone, full, f"space {number:02}", document)
    key = urlsafe_base64_encode(force_bytes(someone.pk))
    found["password-reset-confirm/works"] = f"/password/new/{key}/{default_token_generator.make_token(someone)}/"
    found["password-reset-confirm/used"] = f"/password/new/{key}/no-token/"
    found |= {
        "team/": f"/teams/{full.pk}/",
        "team/invited": f"/teams/{full.pk}/",
        "delete-team/": f"/teams/{full.pk}/delete/",
    }
    found["account_confirm_email/used"] = "/signup/no-key/"
    found |= {"invitation/offered": f"/invitations/{secret}/"}
    return {
        "sessions": sessions,
        "addresses": found,
        "run": str(run.pk),
        "studies": [str(one.study_id) for one in runs.values()],
        "dataset": found["dataset/ready"].split("/")[2],
        "network": scored.architecture.key,
        "token": found["shared/study"].split("/")[2],
    }


def person(email: str) -> dict[str, str]:
    """Somebody of the first team, with a password and a token."""
    user = User.objects.create_user(email, password := "a password to be changed")
    Membership.objects.create(user=user, team=Team.objects.earliest("created"), role=Role.EDITOR)
    return {"email": user.email, "password": password, "token": make_token(user, "a script")[1]}


def clear() -> None:
    Worker.objects.filter(name=DEAD).delete()
    for dataset in Dataset.objects.filter(team__name__in=TEAMS.values()):
        Upload.objects.filter(dataset=dataset).update(status=Upload.Status.REFUSED)
        dataset.delete()
    Team.objects.filter(name__in=TEAMS.values()).delete()
    User.objects.filter(email__endswith="@states.example").delete()


if __name__ == "__main__":
    queueing._send = lambda *_: None  # nobody is told
    if "--clear" in sys.argv:
        clear()
    elif "--person" in sys.argv:
        print(json.dumps(person(sys.argv[-1])))
    else:
        print(json.dumps(everything()))
