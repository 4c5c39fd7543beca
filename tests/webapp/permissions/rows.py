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
NOWHERE = Rule(LOG_IN, NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE)
PERSONS = Rule(LOG_IN, YES, YES, YES, YES)  # of whoever is logged in: only what is their own is in it
SEEN = Rule(LOG_IN, NOT_THERE, YES, YES, YES)  # by the members of its team
CHANGED = Rule(LOG_IN, NOT_THERE, NO, YES, YES)  # by editors and owners
ADDED = Rule(LOG_IN, NO, NO, YES, YES)  # the same, where nothing is named that could not be there
OWNED = Rule(LOG_IN, NOT_THERE, NO, NO, YES)
EDITORS_OWN = Rule(LOG_IN, NOT_THERE, NOT_THERE, YES, NOT_THERE)  # of the one person who has it


@dataclass(frozen=True)
class Row:
    """One method of an address."""

    rule: Rule
    sent: Mapping[str, Any] | None = None  # a value that names something in the world stands for its id
    of: Mapping[str, str] = field(default_factory=dict)  # variable of the pattern -> its name in the world
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None  # in place of `sent`
    query: str = ""
    shows: bool = False  # names of what the team has, to whoever it is shown to


LOG_IN_FORM = {"username": "nobody@example.org", "password": "a wrong guess"}
TUS = {"Tus-Resumable": "1.0.0"}
OFFSET = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
ANNOUNCED = {**TUS, "Upload-Length": "9", "Upload-Metadata": "filename YmlyZHMuemlw,team {team64}"}
FILES = [{"name": "more.zip", "size": 9}]
LABELS = ["mb3_e2", "skip"]
RUNNING, CANCELLED = {"pk": "running"}, {"pk": "cancelled"}
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
    "workers/": {"GET": Row(PERSONS)},
    "workers/strip/": {"GET": Row(PERSONS)},
    "login/": {"GET": Row(PUBLIC), "POST": Row(PUBLIC, LOG_IN_FORM)},
    "account/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {})},
    "account/tokens/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {"name": "another", "scope": "read"})},
    "account/tokens/<uuid:pk>/revoke/": {"POST": Row(EDITORS_OWN)},
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
    "me/": {"GET": Row(PERSONS)},
    "tokens/": {"GET": Row(PERSONS), "POST": Row(PERSONS, {"name": "another"})},
    "tokens/<uuid:pk>/": {"DELETE": Row(EDITORS_OWN)},
    "teams/<uuid:pk>/audit/": {"GET": Row(OWNED)},
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
