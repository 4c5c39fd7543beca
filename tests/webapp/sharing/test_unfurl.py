"""What a link looks like where it is pasted."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from tests.webapp.conftest import DRAWS
from tests.webapp.spaced import spaced_run
from webapp.accounts.models import User
from webapp.environment import environment
from webapp.pages.unfurl import card
from webapp.pages.unfurl.canvas import SIZE, Canvas, short
from webapp.runs.models import Run
from webapp.sharing.services.share import Terms, revoke_share, share
from webapp.sharing.subjects import a_comparison, a_network, a_space, a_study, networks_named, studies_named
from webapp.spaces.services.save import save_space_of_run
from webapp.studies.models import Study


def opened(user: User, shown: Any) -> str:
    return f"/shared/{share(user, shown, Terms())[1]}/"


def told(page: str) -> dict[str, str]:
    """The page's Open Graph properties."""
    return {name: unescape(value) for name, value in re.findall(r'property="og:([\w:]+)" content="([^"]*)"', page)}


def picture(client: Client, address: str) -> Image.Image:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Referrer-Policy"] == "no-referrer"
    return Image.open(BytesIO(answer.content))


def test_each_kind_of_thing_has_a_title_a_sentence_and_a_picture(
    editor: User, run: Run, key: str, stranger: Client
) -> None:
    space = save_space_of_run(editor, spaced_run(run.study.team))
    empty = Study.objects.create(team=run.study.team, name="not <begun>", recipe=DRAWS)
    things = {
        "study": (a_study(editor, run.study_id), run.study.name, "best score 0."),
        "study that has not begun": (a_study(editor, empty.pk), "not <begun>", "has not begun"),
        "network": (a_network(editor, run.pk, key), f"Network {key}", "MAdds"),
        "space": (a_space(editor, space.pk), space.name, "shrunk: 3 networks of 3 places"),
        "studies": (
            a_comparison(studies_named(editor, [run.study_id, empty.pk]), ()),
            "2 studies side by side",
            "A 0.",
        ),
        "networks": (a_comparison((), networks_named(editor, [(run.pk, key)])), "1 network side by side", "A 0."),
    }
    seen = []
    for what, (shown, title, says) in things.items():
        where = opened(editor, shown)
        found = told(stranger.get(where).content.decode())
        assert found["title"] == title, what
        assert says in found["description"], what
        assert found["url"] == f"http://testserver{where}"
        assert found["image"] == f"http://testserver{where}picture.png"
        drawn = picture(stranger, found["image"])
        assert drawn.size == SIZE == (1200, 630)
        seen.append(drawn.tobytes())
    assert len(set(seen)) == len(seen)


def test_addresses_are_those_of_the_site_where_one_is_set(
    editor: User, run: Run, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "site_url", "https://studio.example/")
    where = opened(editor, a_study(editor, run.study_id))
    found = told(stranger.get(where).content.decode())
    assert found["url"] == f"https://studio.example{where}"
    assert found["image"] == f"https://studio.example{where}picture.png"


def test_a_picture_is_drawn_once_and_anew_when_there_is_more(
    editor: User, run: Run, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    kept = card._Picture.draw
    monkeypatch.setattr(card._Picture, "draw", lambda self: drawn.append(1) or kept(self))
    where = opened(editor, a_study(editor, run.study_id)) + "picture.png"
    for _ in range(3):
        picture(stranger, where)
    assert len(drawn) == 1
    Study.objects.filter(pk=run.study_id).update(name="another name")
    picture(stranger, where)
    assert len(drawn) == 2
    assert card._drawn.cache_info().maxsize == card.MOST


def test_a_link_that_has_ended_has_no_picture(editor: User, run: Run, stranger: Client) -> None:
    made, token = share(editor, a_study(editor, run.study_id), Terms())
    picture(stranger, f"/shared/{token}/picture.png")
    revoke_share(editor, made)
    assert stranger.get(f"/shared/{token}/picture.png").status_code == 404


def test_text_fits_whatever_it_is() -> None:
    canvas = Canvas()
    for text in ("", "x" * 500, "日本語 study \u202e", "\0"):
        canvas.heading(text, text)
        canvas.box((0, 0), (40, 40), "#0062a3", text, text)
    assert Image.open(BytesIO(canvas.png())).size == SIZE
    assert [short(value) for value in (7, 97_300, 4_310_000)] == ["7", "97.3 k", "4.31 M"]
