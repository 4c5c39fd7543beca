"""Who may do what: a row for every address of the studio and every method that it answers.

**To add an address**, add a line to ROWS: the pattern as the URL configuration has it, and a rule a method. What a pattern's
variables stand for is in `world.py`, by the words before them; a row may name something else in `of`. What is sent has to be
good enough to be taken from somebody who may, so that a refusal is a refusal of the visitor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.webapp.conftest import DRAWS

YES, LOG_IN, NOT_THERE, NO = "yes", "has to log in", "not there", "refused"
VISITORS = ("stranger", "other team", "viewer", "editor", "owner", "expired link", "revoked token")


@dataclass(frozen=True)
class Rule:
    """What each kind of visitor is told. Who holds only an expired link or a revoked token is a stranger."""

    stranger: str
    other_team: str
    viewer: str
    editor: str
    owner: str
    expired: str = ""  # where a link decides

    def of(self, visitor: str) -> str:
        if visitor == "expired link" and self.expired:
            return self.expired
        known = {"other team": self.other_team, "viewer": self.viewer, "editor": self.editor, "owner": self.owner}
        return known.get(visitor, self.stranger)


PUBLIC = Rule(YES, YES, YES, YES, YES)
UNUSED = Rule(LOG_IN, NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE)  # of what nobody here has
GONE = Rule(NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE)
NOWHERE = Rule(LOG_IN, NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE)
PERSONS = Rule(LOG_IN, YES, YES, YES, YES)  # of whoever is logged in: only what is their own is in it
SEEN = Rule(LOG_IN, NOT_THERE, YES, YES, YES)  # by the members of its team
CHANGED = Rule(LOG_IN, NOT_THERE, NO, YES, YES)  # by editors and owners
ADDED = Rule(LOG_IN, YES, NO, YES, YES)  # the same, where it goes to one's own team if another's is named
OWNED = Rule(LOG_IN, NOT_THERE, NO, NO, YES)
OWNERS = Rule(LOG_IN, NOT_THERE, NOT_THERE, NOT_THERE, YES)  # nobody else is told that it is there
LINKED = Rule(YES, YES, YES, YES, YES, expired=NOT_THERE)  # by whoever holds a live link
EDITORS_OWN = Rule(LOG_IN, NOT_THERE, NOT_THERE, YES, NOT_THERE)  # of the one person who has it


@dataclass(frozen=True)
class Row:
    """One method of an address."""

    rule: Rule
    sent: Mapping[str, Any] | None = None  # a value that names something in the world stands for its id
    of: Mapping[str, str] = field(default_factory=dict)  # variable of the pattern -> its name in the world
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None  # in place of `sent`
    files: Mapping[str, str] = field(default_factory=dict)  # name of the field -> the file's name in the world
    query: str = ""
    shows: bool = False  # names of what the team has, to whoever it is shown to


LOG_IN_FORM = {"username": "nobody@example.org", "password": "a wrong guess"}
TUS = {"Tus-Resumable": "1.0.0"}
OFFSET = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
ANNOUNCED = {**TUS, "Upload-Length": "9", "Upload-Metadata": "filename YmlyZHMuemlw,team {team64}"}
FILES = [{"name": "more.zip", "size": 9}]
HOOK = "https://hooks.example/x"
LABELS = ["mb3_e2", "skip"]
RUNNING, CANCELLED = {"pk": "running"}, {"pk": "cancelled"}
NETWORK = {"run": "runs/pk", "architecture": "key"}


def linked(link: str = "study link", **of: str) -> dict[str, Row]:
    """An address below a link, by the link's name in the world."""
    return {"GET": Row(LINKED, of={"token": link, "pk": "runs/pk", **of}, shows=True)}


Rows = dict[str, dict[str, Row]]


def asks(before: str, of: Mapping[str, str]) -> Rows:
    """What is asked of a study, or of a run."""
    return {
        f"{before}<uuid:pk>/{one}/": {"POST": Row(CHANGED, of=of)} for one in ("pause", "resume", "finish", "cancel")
    }


PAGES: Rows = {
    "": {"GET": Row(PERSONS)},
    "studies/new/": {
        "GET": Row(PERSONS),
        "POST": Row(PERSONS, {"act": "theme"}),
    },
    "studies/new/preview/": {"POST": Row(PERSONS, {})},
    "studies/<uuid:pk>/": {"GET": Row(SEEN)},
    "studies/<uuid:pk>/delete/": {"POST": Row(CHANGED)},
    "data/": {"GET": Row(PERSONS)},
    "data/<uuid:pk>/": {"GET": Row(SEEN)},
    "data/<uuid:pk>/delete/": {"POST": Row(CHANGED)},
    "data/uploads/<uuid:pk>/cancel/": {"POST": Row(CHANGED)},
    "operators/": {"GET": Row(PERSONS)},
    "operators/new/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "operators/<uuid:pk>/": {"GET": Row(SEEN), "POST": Row(CHANGED, {"act": "retire"})},
    "operators/<uuid:pk>/declare/": {"GET": Row(SEEN), "POST": Row(SEEN, {})},
    "spaces/": {"GET": Row(PERSONS)},
    "runs/<uuid:pk>/spaces/": {
        "GET": Row(SEEN),
        "POST": Row(CHANGED, {"stage": "0", "name": "another"}, of={"pk": "run"}),
    },
    "runs/<uuid:pk>/history/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/holdup/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/candidates/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/ask/": {"POST": Row(CHANGED, {"ask": "pause"}, of=RUNNING)},
    "runs/<uuid:pk>/extend/": {"POST": Row(CHANGED, {"evaluations": "5"}, of={"pk": "limited"})},
    "runs/<uuid:pk>/architectures/<str:key>/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/architectures/<str:key>/architecture.json": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/architectures/<str:key>/retrain/": {"POST": Row(CHANGED, {"epochs": "1", "seeds": "1"})},
    "studies/<uuid:pk>/note/": {"GET": Row(SEEN), "POST": Row(CHANGED, {"text": "words"})},
    "studies/<uuid:pk>/tags/": {"GET": Row(SEEN), "POST": Row(CHANGED, {"tags": "small"})},
    "runs/<uuid:pk>/architectures/<str:key>/note/": {"GET": Row(SEEN), "POST": Row(CHANGED, {"text": "words"})},
    "runs/<uuid:pk>/architectures/<str:key>/pin/": {"POST": Row(CHANGED, {"name": "another"})},
    "notes/preview/": {"POST": Row(PERSONS, {"text": "words"})},
    "library/": {"GET": Row(PERSONS)},
    "library/pins/<uuid:pk>/remove/": {"POST": Row(CHANGED)},
    "compare/": {"GET": Row(SEEN, query="?studies={studies/pk}")},
    "compare/data/": {"GET": Row(SEEN, query="?studies={studies/pk}")},
    "shares/": {
        "GET": Row(SEEN, query="?study={studies/pk}"),
        "POST": Row(CHANGED, {"days": "7"}, query="?study={studies/pk}"),
    },
    "shares/<uuid:pk>/revoke/": {"POST": Row(CHANGED)},
    "shared/<str:token>/": linked(),
    "shared/<str:token>/picture.png": linked(),
    "shared/<str:token>/comparison/": linked("comparison link"),
    "shared/<str:token>/space/<str:name>": linked("space link", name="spaces/name"),
    "shared/<str:token>/runs/<uuid:pk>/state/": linked(),
    "shared/<str:token>/runs/<uuid:pk>/history/": linked(),
    "shared/<str:token>/runs/<uuid:pk>/candidates/": linked(),
    "shared/<str:token>/runs/<uuid:pk>/architectures/<str:key>/": linked(),
    "shared/<str:token>/runs/<uuid:pk>/architectures/<str:key>/architecture.json": linked(),
    "shared/<str:token>/runs/<uuid:pk>/files/<str:name>": linked("export link", pk="exported", name="file"),
    "shared/<str:token>/runs/<uuid:pk>/best/<str:name>": linked("best link", pk="cancelled", name="card"),
    "teams/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {"name": "another"})},
    "teams/choose/": {"POST": Row(SEEN, {"chosen_team": "team"})},
    "teams/<uuid:pk>/": {"GET": Row(SEEN), "POST": Row(OWNED, {"act": "rename", "name": "renamed"})},
    "teams/<uuid:pk>/delete/": {"GET": Row(OWNED), "POST": Row(OWNED, {"name": "team name"})},
    "teams/<uuid:pk>/export/": {"GET": Row(OWNED)},
    "webhooks/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "webhooks/<uuid:pk>/": {"GET": Row(OWNERS), "POST": Row(OWNERS, {"url": HOOK, "events": "run.ended"})},
    "webhooks/<uuid:pk>/ask/": {"POST": Row(OWNERS, {"ask": "off"})},
    "studies/from-bundle/": {"POST": Row(ADDED, {"team": "team"}, files={"bundle": "bundle"})},
    "studies/<uuid:pk>/origin/": {"GET": Row(SEEN)},
    "invitation/": {"GET": Row(GONE), "POST": Row(GONE)},
    "invitations/<str:key>/": {"GET": Row(LINKED, of={"key": "invitation"})},
    "quotas/": {"GET": Row(PERSONS)},
    "workers/": {"GET": Row(PERSONS)},
    "workers/strip/": {"GET": Row(PERSONS)},
    "login/": {"GET": Row(PUBLIC), "POST": Row(PUBLIC, LOG_IN_FORM)},
    "account/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "account/tokens/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {"name": "another", "scope": "read"})},
    "account/tokens/<uuid:pk>/revoke/": {"POST": Row(EDITORS_OWN)},
    "account/again/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "account/second-factor/": {"GET": Row(PERSONS)},
    "account/second-factor/authenticate/": {
        "GET": Row(PUBLIC),
        "POST": Row(PUBLIC, {}),
    },  # nobody's log-in is under way
    "account/second-factor/reauthenticate/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "account/second-factor/totp/activate/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "account/second-factor/totp/deactivate/": {"GET": Row(UNUSED), "POST": Row(UNUSED, {})},
    "account/second-factor/recovery-codes/": {"GET": Row(UNUSED)},
    "account/second-factor/recovery-codes/generate/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "account/second-factor/recovery-codes/download/": {"GET": Row(UNUSED)},
    "account/sessions/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "inactive/": {"GET": Row(PUBLIC)},
    "signup/": {"GET": Row(PUBLIC), "POST": Row(PUBLIC, {})},
    "signup/sent/": {"GET": Row(PUBLIC)},
    "signup/<str:key>/": {"GET": Row(PUBLIC), "POST": Row(GONE, {})},
    "account/password/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "password/forgotten/": {"GET": Row(PUBLIC), "POST": Row(PUBLIC, {"email": "nobody@example.org"})},
    "password/sent/": {"GET": Row(PUBLIC)},
    "password/new/<uidb64>/<token>/": {"GET": Row(PUBLIC), "POST": Row(PUBLIC, {})},
    "logout/": {"POST": Row(PUBLIC)},
    "health/": {"GET": Row(PUBLIC)},
    "health/ready/": {"GET": Row(PUBLIC)},
    "metrics/": {"GET": Row(PUBLIC)},  # from this machine; others need its token, which tests/webapp/operations hold
    "favicon.ico": {"GET": Row(PUBLIC)},
}

REST: Rows = {
    "me/": {"GET": Row(PERSONS), "PATCH": Row(SEEN, {"chosen_team": "team"})},
    "tokens/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {"name": "another"})},
    "tokens/<uuid:pk>/": {"DELETE": Row(EDITORS_OWN)},
    "teams/<uuid:pk>/audit/": {"GET": Row(OWNED)},
    "teams/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {"name": "another"})},
    "teams/<uuid:pk>/": {
        "GET": Row(SEEN),
        "PATCH": Row(OWNED, {"name": "renamed"}),
        "DELETE": Row(OWNED, query="?name={team name}"),
    },
    "teams/<uuid:pk>/export/": {"GET": Row(OWNED)},
    "webhooks/": {"GET": Row(PERSONS), "POST": Row(OWNED, {"url": HOOK, "team": "team"})},
    "webhooks/<uuid:pk>/": {"GET": Row(OWNERS), "PATCH": Row(OWNERS, {"active": False}), "DELETE": Row(OWNERS)},
    "webhooks/<uuid:pk>/rotate/": {"POST": Row(OWNERS)},
    "webhooks/<uuid:pk>/test/": {"POST": Row(OWNERS)},
    "webhooks/<uuid:pk>/deliveries/": {"GET": Row(OWNERS)},
    "studies/from-bundle/": {"POST": Row(CHANGED, {"team": "team"}, files={"bundle": "bundle"})},
    "studies/<uuid:pk>/bundle/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/bundle/": {"GET": Row(SEEN)},
    "teams/<uuid:pk>/members/": {"GET": Row(SEEN)},
    "teams/<uuid:pk>/members/<uuid:user>/": {
        "GET": Row(SEEN),
        "PATCH": Row(OWNED, {"role": "editor"}),
        "DELETE": Row(OWNED),
    },
    "teams/<uuid:pk>/hand-over/": {"POST": Row(OWNED, {"user": "user"})},
    "teams/<uuid:pk>/invitations/": {"GET": Row(OWNED), "POST": Row(OWNED, {"role": "viewer"})},
    "teams/<uuid:pk>/invitations/<uuid:invitation>/": {"DELETE": Row(OWNED, of={"invitation": "invited"})},
    "invitations/accept/": {"POST": Row(PERSONS, {"secret": "invitation"}, shows=True)},
    "compare/": {"GET": Row(SEEN, query="?studies={studies/pk}")},
    "pins/": {"GET": Row(PERSONS), "POST": Row(CHANGED, {**NETWORK, "name": "another"})},
    "pins/<uuid:pk>/": {"GET": Row(SEEN), "PATCH": Row(CHANGED, {"name": "renamed"}), "DELETE": Row(CHANGED)},
    "shares/": {"GET": Row(PERSONS), "POST": Row(CHANGED, {"study": "studies/pk"})},
    "shares/<uuid:pk>/": {"GET": Row(SEEN), "DELETE": Row(CHANGED)},
    "studies/<uuid:pk>/note/": {"GET": Row(SEEN), "PUT": Row(CHANGED, {"text": "words"})},
    "studies/<uuid:pk>/tags/": {"GET": Row(SEEN), "PUT": Row(CHANGED, {"tags": ["small"]})},
    "runs/<uuid:pk>/architectures/<str:key>/note/": {"GET": Row(SEEN), "PUT": Row(CHANGED, {"text": "words"})},
    "teams/<uuid:pk>/quotas/": {"GET": Row(SEEN)},
    "catalog/": {"GET": Row(PERSONS)},
    "templates/": {"GET": Row(PERSONS)},
    "preview/": {"POST": Row(PERSONS, {"recipe": DRAWS})},
    "datasets/": {"GET": Row(PERSONS)},
    "datasets/<uuid:pk>/": {"GET": Row(SEEN), "DELETE": Row(CHANGED)},
    "versions/<uuid:pk>/": {"GET": Row(SEEN), "DELETE": Row(CHANGED)},
    "versions/<uuid:pk>/images/<str:split>/<int:position>/": {"GET": Row(SEEN)},
    "uploads/": {
        "GET": Row(PERSONS),
        "POST": Row(CHANGED, {"name": "more birds", "team": "team", "files": FILES}),
    },
    "uploads/<uuid:pk>/": {"GET": Row(SEEN), "DELETE": Row(CHANGED)},
    "uploads/files/": {"POST": Row(CHANGED, headers=ANNOUNCED, content=b"")},
    "uploads/files/<uuid:pk>/": {
        "PATCH": Row(CHANGED, headers=OFFSET, content=b"123"),
        "HEAD": Row(SEEN, headers=TUS),
        "DELETE": Row(CHANGED, headers=TUS),
    },
    "operator-sets/": {
        "GET": Row(PERSONS),
        "POST": Row(CHANGED, {"name": "another", "labels": LABELS, "team": "team"}),
    },
    "operator-sets/preview/": {"POST": Row(PERSONS, {"label": "skip"})},
    "operator-sets/<uuid:pk>/diff/": {"GET": Row(SEEN)},
    "operator-sets/<uuid:pk>/retire/": {"POST": Row(CHANGED)},
    "operator-sets/<uuid:pk>/restore/": {"POST": Row(CHANGED)},
    "operator-sets/<uuid:pk>/": {"GET": Row(SEEN)},
    "operator-sets/<uuid:pk>/versions/": {"POST": Row(CHANGED, {"labels": ["skip"]})},
    "spaces/": {"GET": Row(PERSONS), "POST": Row(CHANGED, {"run": "run", "stage": 0, "name": "another"})},
    "spaces/<uuid:pk>/": {"GET": Row(SEEN)},
    "spaces/<uuid:pk>/files/<str:name>": {"GET": Row(SEEN)},
    "studies/": {"GET": Row(PERSONS), "POST": Row(CHANGED, {"recipe": DRAWS, "team": "team"})},
    "studies/<uuid:pk>/": {"GET": Row(SEEN), "PATCH": Row(CHANGED, {"name": "renamed"}), "DELETE": Row(CHANGED)},
    "studies/<uuid:pk>/runs/": {"POST": Row(CHANGED, {"slots": 1})},
    **asks("studies/", {}),
    "runs/": {"GET": Row(PERSONS)},
    "runs/<uuid:pk>/": {"GET": Row(SEEN), "DELETE": Row(CHANGED)},
    "runs/<uuid:pk>/snapshot/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/events/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/candidates/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/architectures/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/architectures/<str:key>/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/architectures/<str:key>/retrain/": {"POST": Row(CHANGED, {"epochs": 1, "seeds": 1})},
    "runs/<uuid:pk>/files/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/files/<str:name>": {"GET": Row(SEEN, of={"pk": "exported", "name": "file"})},
    "runs/<uuid:pk>/extend/": {"POST": Row(CHANGED, {"evaluations": 5}, of={"pk": "limited"})},
    "runs/<uuid:pk>/spaces/": {"GET": Row(SEEN)},
    "runs/<uuid:pk>/best/": {"GET": Row(SEEN, of=CANCELLED)},
    "runs/<uuid:pk>/best/<str:name>": {"GET": Row(SEEN, of={**CANCELLED, "name": "card"})},
    **asks("runs/", RUNNING),
    "runs/<uuid:pk>/retry/": {"POST": Row(CHANGED, of={"pk": "failed"})},
    "schema/": {"GET": Row(PERSONS)},
    "docs/": {"GET": Row(PERSONS)},
    "": {method: Row(NOWHERE) for method in ("GET", "POST", "PUT", "PATCH", "DELETE")},
}

ROWS: Rows = {**PAGES, **{f"api/v1/{path}": row for path, row in REST.items()}}
