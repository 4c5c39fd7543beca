"""Results are appended a line a seed, and the page is drawn from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.chaos.report import append, counts, document, rows, summary

ROW: dict[str, Any] = {
    "seed": 7,
    "database": "postgresql",
    "commit": "abc1234",
    "seconds": 21.5,
    "faults": {"web killed": 1, "Redis flushed": 2},
    "studies": 2,
    "ends": {"finished": 2},
    "works": 9,
    "attempts": 11,
    "failures": {"lost worker": 1},
    "events": 40,
    "compared": 1,
    "retries": 0,
    "messages": 3,
    "watchdog": 0,
    "wrong": [],
}
LOST = {**ROW, "seed": 8, "wrong": [{"kind": "lost", "text": "draws: numbers [1, 3] up to 3"}]}


def test_what_is_appended_is_read_again_also_after_a_kill_within_a_line(tmp_path: Path) -> None:
    file = tmp_path / "results" / "chaos.jsonl"
    assert rows(file) == []
    append(file, ROW)
    with file.open("a") as half:
        half.write('{"seed": 8, "comm')
    [found] = rows(file)
    assert {name: found[name] for name in ROW} == ROW
    assert "torch" in found["machine"]


def test_what_is_wrong_is_counted_by_kind_lost_and_doubled_first() -> None:
    found = counts([ROW, LOST])
    assert list(found)[:2] == ["lost", "doubled"]
    assert found["lost"] == 1
    assert sum(found.values()) == 1


def test_the_page_has_faults_by_kind_studies_work_items_lost_and_doubled(tmp_path: Path) -> None:
    file = tmp_path / "chaos.jsonl"
    for row in (ROW, LOST, {**ROW, "seed": 8}):  # the newest of a seed counts
        append(file, row)
    page = document(rows(file))
    assert "**2 seeds** (2 on postgresql), 6 faults, 4 studies, 18 work items in 22 attempts, 80 events.\n" in page
    assert "**0 lost, 0 doubled.**" in page
    assert "| Redis flushed | 4 |" in page
    assert "| 7 | postgresql | 21.5 | 2 | 9 | 11 | 1 | 0 | Redis flushed, web killed |" in page


def test_a_seed_that_could_not_be_played_is_wrong_and_says_so() -> None:
    row = {"seed": 9, "database": "sqlite", "wrong": [{"kind": "unended", "text": "the seed could not be played"}]}
    assert summary(row) == "seed 9 on sqlite: could not be played"
    assert counts([row])["unended"] == 1
