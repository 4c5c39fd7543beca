"""A team with one of everything, somebody of every kind who comes to see it, and another team that has nothing of it."""

from __future__ import annotations

import base64
import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nas_engine.budget import Cost
from nas_engine.bundle import blocks
from nas_engine.events import Event, Exported
from nas_engine.run import Run as EngineRun
from nas_engine.run import recipe
from nas_engine.wire import plain
from tests.webapp.conftest import DRAWS
from tests.webapp.datasets.pictures import birds, zipped
from tests.webapp.permissions.rows import VISITORS
from tests.webapp.spaced import spaced_run
from webapp.accounts.models import Invitation, Membership, Role, Team, User
from webapp.accounts.services.invitations import Wanted, invite
from webapp.accounts.services.tokens import end_token, make_token
from webapp.bundles.selectors import recorded
from webapp.datasets.models import Dataset, Upload, UploadedFile
from webapp.datasets.services.from_disk import OnDisk, import_data
from webapp.library.services.pin import pin_network
from webapp.operators.services.save import create_operator_set
from webapp.runs.models import Candidate, Run
from webapp.runs.services.control import cancel, start_run
from webapp.runs.services.events import append_events
from webapp.runs.services.made_up import make_up_study
from webapp.runs.store import RunStore
from webapp.sharing.models import Share
from webapp.sharing.services.share import Terms, share
from webapp.sharing.subjects import a_comparison, a_space, a_study, studies_named
from webapp.spaces.services.save import save_space_of_run
from webapp.studies.models import Study
from webapp.webhooks.services.change import create_webhook

SECRET = "nightingale"  # in the name of everything that the team has
LATER = timedelta(hours=1)
LIMITED = DRAWS | {"budget": {"search": {"evaluations": 1}}}


@dataclass
class World:
    """Ids by name, and what each visitor comes with."""

    things: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    def client(self, visitor: str, *, rest: bool) -> Client:
        """A browser with the visitor's session, or a script with their token."""
        if rest:
            token = self.tokens.get(visitor)
            return Client(headers={"Authorization": f"Bearer {token}"} if token else {})
        client = Client()
        if visitor in self.sessions:
            client.cookies["sessionid"] = self.sessions[visitor]
        return client

    def address(self, pattern: str, of: Any, visitor: str) -> str:
        """The pattern with its variables filled in."""
        before = pattern.removeprefix("api/v1/").partition("<")[0]
        named = {**{variable: f"{before}{variable}" for variable in VARIABLES}, **of}

        def fill(found: re.Match[str]) -> str:
            variable = found[1].rpartition(":")[2]
            name = named.get(variable, variable)
            return self.things.get(f"{name} of {visitor}") or self.things.get(name) or self.things[variable]

        return "/" + re.sub(r"<([^>]+)>", fill, pattern)

    def filled(self, sent: Any) -> dict[str, Any]:
        """What is sent, with ids in the place of names."""
        return {key: self.things.get(value, value) if isinstance(value, str) else value for key, value in sent.items()}

    def file(self, name: str) -> SimpleUploadedFile:
        path = Path(self.things[name])
        return SimpleUploadedFile(path.name, path.read_bytes())

    def query(self, text: str) -> str:
        """A query with ids in the place of {names}."""
        return re.sub(r"\{([^}]+)\}", lambda found: self.things[found[1]], text)

    def said(self, headers: Any) -> dict[str, str]:
        return {name: value.replace("{team64}", self.things["team64"]) for name, value in headers.items()}


VARIABLES = ("pk", "key", "name", "token", "split", "position", "user")


def world(folder: Path) -> World:
    """Everything that rows name, in the database."""
    made, team = World(), Team.objects.create(name=f"{SECRET} team")
    people = _people(made, team)
    made.things |= {"team": str(team.pk), "teams/pk": str(team.pk), "split": "train", "position": "0"}
    made.things |= {"team64": base64.b64encode(str(team.pk).encode()).decode(), "uidb64": "eA", "token": "nothing"}
    _runs(made, team, people["owner"])
    _data(made, team, folder)
    kept = create_operator_set(people["owner"], team, f"{SECRET} set", ["mb3_e2", "skip"])
    made.things |= dict.fromkeys(("operator-sets/pk", "operators/pk"), str(kept.pk))
    _links(made, people["owner"])
    _bundle(made, folder)
    return made


def _people(made: World, team: Team) -> dict[str, User]:
    other = Team.objects.create(name="others")
    roles = {"viewer": Role.VIEWER, "editor": Role.EDITOR, "owner": Role.OWNER}
    people = {}
    for visitor in VISITORS:
        if visitor in ("stranger", "expired link"):
            continue
        user = people[visitor] = User.objects.create_user(f"{visitor.replace(' ', '.')}@example.org", "a long password")
        row, made.tokens[visitor] = make_token(user, "tests")
        if visitor == "revoked token":
            end_token(row)
            continue
        inside = visitor in roles
        Membership.objects.create(
            user=user, team=team if inside else other, role=roles[visitor] if inside else Role.OWNER
        )
        browser = Client()
        browser.force_login(user)
        made.sessions[visitor] = browser.cookies["sessionid"].value
    third = User.objects.create_user("third@example.org", "a long password")
    Membership.objects.create(user=third, team=team, role=Role.VIEWER)
    made.things |= {"user": str(third.pk), "teams/pk": str(team.pk)}
    made.things["tokens/pk"] = made.things["account/tokens/pk"] = str(make_token(people["editor"], SECRET)[0].pk)
    return people


def _runs(made: World, team: Team, owner: User) -> None:
    """A finished run with an export and a saved space, and one in each state that something is asked of."""
    study = make_up_study(team, 12)
    Study.objects.filter(pk=study.pk).update(name=f"{SECRET} study")
    finished, cancelled = Run.objects.get(study=study), Run.objects.get(study=make_up_study(team, 12))
    Run.objects.filter(pk=cancelled.pk).update(status=Run.Status.CANCELLED)
    spaced = spaced_run(team, name=f"{SECRET} cells")
    saved = save_space_of_run(owner, spaced, 0, f"{SECRET} space")
    stored = RunStore(spaced.pk).put("export", b"content")
    append_events(spaced.pk, [Event("exported", Exported(5, {"network.py": stored.sha256}, Cost(1, 1)))])
    running = start_run(Study.objects.create(team=team, name=f"{SECRET} running", recipe=DRAWS))
    asked = start_run(Study.objects.create(team=team, name=f"{SECRET} failed", recipe=DRAWS))
    cancel(asked.pk)
    plan = recipe(LIMITED)
    limited = Study.objects.create(team=team, name=f"{SECRET} limited", recipe=plan.plain)
    over = Run.objects.create(
        study=limited, recipe=plan.plain, state=plain(EngineRun(plan).state), status=Run.Status.FINISHED
    )
    scored = Candidate.objects.filter(run=finished, status="scored").select_related("architecture").first()
    assert scored is not None
    found = {"run": spaced, "runs/pk": finished, "running": running, "failed": asked, "limited": over}
    made.things |= {name: str(run.pk) for name, run in {**found, "cancelled": cancelled, "exported": spaced}.items()}
    made.things |= {"studies/pk": str(study.pk), "key": scored.architecture.key, "spaces/pk": str(saved.pk)}
    made.things |= {"spaces/name": "space.json", "file": "network.py", "card": "MODEL_CARD.md"}


def _bundle(made: World, folder: Path) -> None:
    file = folder / "ours.bundle.zip"
    file.write_bytes(b"".join(blocks(recorded(uuid.UUID(made.things["limited"])))))
    made.things["bundle"] = str(file)


def _links(made: World, owner: User) -> None:
    """A live link of each kind, and one that has expired."""
    runs = {name: Run.objects.get(pk=made.things[name]) for name in ("runs/pk", "exported", "cancelled")}
    space = a_space(owner, made.things["spaces/pk"])
    studies = {"study": runs["runs/pk"], "export": runs["exported"], "best": runs["cancelled"]}
    shown = {name: a_study(owner, run.study_id) for name, run in studies.items()}
    shown |= {"space": space, "comparison": a_comparison(studies_named(owner, [runs["runs/pk"].study_id]), ())}
    for name, one in shown.items():
        row, made.things[f"{name} link"] = share(owner, one, Terms(with_files=True))
        made.things["shares/pk"] = str(row.pk)
        over, made.things[f"{name} link of expired link"] = share(owner, one, Terms(with_files=True))
        Share.objects.filter(pk=over.pk).update(expires=timezone.now() - LATER)
    pinned = pin_network(owner, runs["runs/pk"], made.things["key"], f"{SECRET} network")
    made.things |= dict.fromkeys(("pins/pk", "library/pins/pk"), str(pinned.pk))
    team = Team.objects.get(pk=made.things["team"])
    row, made.things["invitation"] = invite(owner, team, Wanted(Role.VIEWER, most_uses=9))
    over, made.things["invitation of expired link"] = invite(owner, team, Wanted(Role.VIEWER))
    Invitation.objects.filter(pk=over.pk).update(expires=timezone.now() - LATER)
    made.things["invited"] = str(row.pk)
    hook, _ = create_webhook(owner, team, f"https://{SECRET}.example/", ["run.ended"])
    made.things |= {"webhooks/pk": str(hook.pk), "team name": team.name}


def _data(made: World, team: Team, folder: Path) -> None:
    archive = folder / "birds.zip"
    archive.write_bytes(zipped(birds(12)))
    version = import_data(OnDisk(team, f"{SECRET} birds", archive))
    made.things |= {"data/pk": str(version.dataset_id), "datasets/pk": str(version.dataset_id)}
    made.things["versions/pk"] = str(version.pk)
    dataset = Dataset.objects.create(team=team, name=f"{SECRET} eggs")
    upload = Upload.objects.create(dataset=dataset, status="receiving", size=9, expires=timezone.now() + LATER)
    file = UploadedFile.objects.create(upload=upload, name=f"{SECRET}.zip", size=9)
    made.things |= {"data/uploads/pk": str(upload.pk), "uploads/pk": str(upload.pk), "uploads/files/pk": str(file.pk)}
