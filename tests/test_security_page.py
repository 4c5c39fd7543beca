"""The security page names what is there, and has a row for every item."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
FILES = sorted(set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|md|html|js|toml|txt|json))`", PAGE)))
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+[\d., ]*) \| ([^|]+) \| (.+) \|$", PAGE, flags=re.MULTILINE)
ITEMS = [item.strip() for items, _, _ in ROWS for item in items.split(",")]
CHAPTERS = {  # of levels 1 and 2 in release 5.0.0
    **{1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7},
    **{10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7},
}


@pytest.mark.parametrize("name", FILES)
def test_every_file_that_it_names_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_every_item_of_every_chapter_has_one_row() -> None:
    assert len(ITEMS) == len(set(ITEMS)) == 253
    counted = {chapter: sum(item.startswith(f"{chapter}.") for item in ITEMS) for chapter in CHAPTERS}
    assert counted == CHAPTERS


@pytest.mark.parametrize(("items", "status", "how"), ROWS, ids=[items for items, _, _ in ROWS])
def test_an_item_that_is_met_says_by_what_and_one_that_is_not_says_why(items: str, status: str, how: str) -> None:
    assert status in ("met", "partly", "not met", "operator", "does not apply"), items
    assert how.strip(), items
    if status == "met":
        assert re.search(r"`[\w./-]+`|[Aa]bove", how), items


def test_its_limits_are_those_of_the_code() -> None:
    from webapp.accounts.services.throttle import INVITATION_MAIL, LOG_IN, RESET_MAIL, SECOND_FACTOR, SIGN_UP
    from webapp.api.pages import Page
    from webapp.intake import MOST_BYTES

    assert [limit.most for limit in LOG_IN.limits] == [5, 50, 100]
    assert [limit.most for limit in RESET_MAIL.limits] == [3, 20]
    assert [limit.most for limit in INVITATION_MAIL.limits] == [3, 30]
    assert [limit.most for deed in (SECOND_FACTOR, SIGN_UP) for limit in deed.limits] == [5, 20]
    assert (MOST_BYTES, Page.max_page_size) == (64 * 2**20, 500)
