"""A slice of `python -m tests.webapp.rest`, the same one each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webapp.conftest import Messages
from tests.webapp.rest.schema import written
from tests.webapp.rest.strangers import held, studio

VISITORS = ("stranger", "other team", "viewer", "editor")
SLICE = ["--phases", "fuzzing", "--max-examples", "2", "--seed", "1", "--no-shrink"]


@pytest.mark.timeout(600)
@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_nobody_gets_a_server_error_an_answer_beside_the_schema_or_anothers_rows(
    tmp_path: Path,
    messages: Messages,  # noqa: ARG001 - nothing is sent
) -> None:
    (tmp_path / "files").mkdir()
    with studio(tmp_path) as (web, made):
        written(tmp_path / "schema.json")
        for visitor in VISITORS:
            told = held(web, made, visitor, tmp_path, SLICE)
            assert not told.wrong, f"as {visitor}:\n{told.wrong}\n{told.log}"
