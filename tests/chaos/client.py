"""Somebody who submits studies over REST, again where the web process is just dead, and retries runs that failed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx

from tests.chaos.recipes import STUDIES
from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.tokens import make_token

MOST_RETRIES = 4


class Client:
    """Nothing here waits: what was not answered is asked again by whoever calls."""

    def __init__(self, address: str) -> None:
        user = User.objects.create(email="chaos@example.org")
        Membership.objects.create(user=user, team=Team.objects.create(name="chaos"), role=Role.EDITOR)
        headers = {"Authorization": f"Bearer {make_token(user, 'chaos')[1]}"}
        self._api = httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=20)
        self._asked: Counter[str] = Counter()
        self.retries = 0

    def submit(self, name: str) -> bool:
        """Whether the study is known to be there: with its key, it is made once however often it is asked for."""
        study = STUDIES[name]
        body = {"recipe": study.recipe, "slots": study.slots, "name": name}
        return self._post("/studies/", body, {"Idempotency-Key": name}) in (200, 201)

    def retry(self, run: str) -> None:
        """Ask for a run that failed to go on; it may be refused."""
        answer = self._post(f"/runs/{run}/retry/", {}, {})
        self._asked[run] += answer != 0
        self.retries += answer == 200

    def may_retry(self, run: str) -> bool:
        return self._asked[run] < MOST_RETRIES

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> int:
        try:
            return self._api.post(path, json=body, headers=headers).status_code
        except httpx.HTTPError:
            return 0
