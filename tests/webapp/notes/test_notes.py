"""Notes: what Markdown becomes, who writes, and who wrote first."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.http import Http404

from tests.webapp.api.conftest import ExactClient
from tests.webapp.sharing.conftest import browser
from webapp.accounts.models import User
from webapp.notes.markdown import as_html
from webapp.notes.models import Note
from webapp.notes.selectors import note_of, note_of_network
from webapp.notes.services import note as service
from webapp.notes.services.note import TooLong, write_note, write_note_of_network
from webapp.refusals import Conflict, NotAllowed
from webapp.runs.models import Run


class Parsed(HTMLParser):
    """The tags and attributes that a browser finds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*one* **two** `three`", "<p><em>one</em> <strong>two</strong> <code>three</code></p>"),
        ("# Head", "<h3>Head</h3>"),
        ("###### Deep", "<h6>Deep</h6>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("|a|\n|-|\n|1|", "<table>"),
        ("[a](https://example.org/x)", '<a href="https://example.org/x" rel="noopener noreferrer nofollow">a</a>'),
    ],
)
def test_markdown_becomes_html(text: str, html: str) -> None:
    assert html in as_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![a](https://example.org/x.png)",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='https://example.org' onclick='x()'>a</a>",
        "<style>body{}</style>",
        "<iframe src='https://example.org'></iframe>",
        '[a](https://example.org "x\\" onmouseover=alert(1)")',
        "a\n\n<div style='position:fixed'>b</div>",
        "<svg><script>1</script></svg>",
        "[![a](https://example.org/x.png)](https://example.org)",
    ],
)
def test_nothing_of_a_writer_s_own_markup_or_pictures_stands_in_a_page(text: str) -> None:
    found = Parsed(as_html(text))
    assert found.tags <= {"p", "a"}
    for name, value in found.attributes:
        assert name in ("href", "title", "rel")
        assert name != "href" or value.startswith("https://example.org")


def test_a_note_is_written_written_over_and_taken_away(editor: User, run: Run, key: str) -> None:
    write_note(editor, run.study, "  first \r\n second\0 ")
    held = note_of(run.study)
    assert held is not None
    assert (held.text, held.version, held.edited_by) == ("first \n second", 1, editor)
    write_note_of_network(editor, run, key, "of the network")
    write_note(editor, run.study, "again", read=1)
    assert [note.version for note in Note.objects.order_by("key")] == [2, 1]
    write_note(editor, run.study, " ", read=2)
    assert note_of(run.study) is None
    kept = note_of_network(run, key)
    assert kept is not None
    assert kept.text == "of the network"
    run.delete()
    assert not Note.objects.exists()


def test_who_read_an_older_note_does_not_write_over_the_newer_one(editor: User, run: Run) -> None:
    write_note(editor, run.study, "one", read=0)
    for read in (0, 2):
        with pytest.raises(Conflict, match="somebody else has written"):
            write_note(editor, run.study, "two", read=read)
    held = note_of(run.study)
    assert held is not None
    assert held.text == "one"


def test_viewers_write_none_and_a_note_has_an_end(
    editor: User, viewer: User, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotAllowed):
        write_note(viewer, run.study, "mine")
    monkeypatch.setattr(service, "LONGEST", 5)
    with pytest.raises(TooLong, match="got 6 characters, wanted at most 5"):
        write_note(editor, run.study, "123456")
    with pytest.raises(Http404):
        write_note_of_network(editor, run, "0" * 16, "a")


def test_a_note_is_edited_in_place_with_a_preview(editor: User, viewer: User, run: Run, key: str) -> None:
    client, reader = browser(editor), browser(viewer)
    for page, where in (
        (f"/studies/{run.study_id}/", f"/studies/{run.study_id}/note/"),
        (f"/runs/{run.pk}/architectures/{key}/", f"/runs/{run.pk}/architectures/{key}/note/"),
    ):
        assert "Add a note" in client.get(page).content.decode()
        assert "Add a note" not in reader.get(page).content.decode()
        assert "<textarea" in client.get(f"{where}?edit").content.decode()
        assert reader.get(f"{where}?edit").status_code == 403
        assert reader.post(where, {"text": "mine"}).status_code == 403
        assert client.post(where, {"text": "**so**", "version": "0"})["Location"] == page
        late = client.post(where, {"text": "late", "version": "0"}, headers={"HX-Request": "true"}).content.decode()
        assert "somebody else has written" in late
        assert ">late</textarea>" in late
        assert "<strong>so</strong>" in reader.get(page).content.decode()
    assert "<em>a</em>" in client.post("/notes/preview/", {"text": "*a*"}).content.decode()
    assert "Nothing yet" in client.post("/notes/preview/").content.decode()


def test_rest_reads_and_writes_notes(editor: User, viewer: User, run: Run, key: str) -> None:
    ask, reader = ExactClient(editor), ExactClient(viewer)
    for where in (f"/studies/{run.study_id}/note/", f"/runs/{run.pk}/architectures/{key}/note/"):
        assert reader("GET", where).json()["version"] == 0
        made = ask("PUT", where, {"text": "*a*", "version": 0})
        assert made.json()["html"] == "<p><em>a</em></p>\n"
        assert reader("GET", where).json() == made.json()
        assert ask("PUT", where, {"text": "b", "version": 0}).status_code == 409
        assert reader("PUT", where, {"text": "b"}).status_code == 403
        for wrong in (
            {},
            {"text": None},
            {"text": "a", "version": -1},
            {"text": "a", "version": 10**30},
            {"text": "x" * 20_001},
        ):
            assert ask("PUT", where, wrong).status_code == 400
        assert ask("PUT", where, {"text": ""}).json()["version"] == 0
    assert ask("GET", f"/runs/{run.pk}/architectures/{'0' * 16}/note/").status_code == 404
    assert ask("PUT", f"/runs/{run.pk}/architectures/%00/note/", {"text": "a"}).status_code == 404
