"""Requests are repeated where that does no harm, and errors are the server's own sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from client.tests.conftest import TOKEN, URL, Studio, ok, problem, run, study
from spacewright import Client, NotLoggedIn, Refused, SpacewrightError, Unreachable, WrongAnswer
from spacewright.connection import Connection, address

ME = {"id": "1", "email": "you@example.org", "teams": [{"id": "2", "name": "vision", "role": "editor"}]}
SILENCE = httpx.ReadTimeout("timed out")


def test_a_read_is_repeated_after_silence_and_after_a_gateways_error(client: Client, studio: Studio) -> None:
    studio.says("GET /me/", SILENCE, httpx.Response(503), ok(ME))
    assert client.me().email == "you@example.org"
    assert len(studio.asked) == 3
    assert studio.slept == [0.25, 0.5]


def test_patience_ends(client: Client, studio: Studio) -> None:
    studio.says("GET /me/", SILENCE)
    with pytest.raises(Unreachable, match=r"nobody answers at https://studio\.example .*is the studio running"):
        client.me()
    assert 25 < sum(studio.slept) <= 30


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7", 7.0, 7.0),
        (format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True), 80_000.0, 86_400.0),
        ("soon", 0.25, 0.25),
    ],
    ids=["seconds", "a date", "nonsense"],  # the same in every process that collects
)
def test_too_many_requests_are_waited_for_as_long_as_the_server_asks(
    studio: Studio, said: str, least: float, most: float
) -> None:
    studio.says("POST /studies/", problem(429, "slow down", **{"Retry-After": said}), ok(study(), 201))
    transport = httpx.MockTransport(studio)
    Client(URL, TOKEN, patience=1e6, transport=transport, sleep=studio.slept.append).studies.create(template="tiny")
    (slept,) = studio.slept
    assert least <= slept <= most


def test_a_wait_that_is_longer_than_patience_is_said_and_not_waited(client: Client, studio: Studio) -> None:
    studio.says("GET /me/", problem(429, "the limit is 100 an hour; wait 1800 s", **{"Retry-After": "1800"}))
    with pytest.raises(Refused, match="the limit is 100 an hour"):
        client.me()
    assert studio.slept == []


def test_one_key_is_sent_with_every_try_so_that_one_study_is_made(client: Client, studio: Studio) -> None:
    studio.says("POST /studies/", SILENCE, httpx.Response(502), ok(study(), 201))
    client.studies.create(template="tiny")
    keys = {request.headers["Idempotency-Key"] for request in studio.asked}
    assert len(studio.asked) == 3
    assert len(keys) == 1
    client.studies.create(template="tiny")
    assert studio.asked[-1].headers["Idempotency-Key"] not in keys


def test_a_bundle_is_sent_whole_with_every_try_and_one_key(client: Client, studio: Studio, tmp_path: Path) -> None:
    bundle = tmp_path / "a.bundle.zip"
    bundle.write_bytes(b"PK and more")
    studio.says("POST /studies/from-bundle/", SILENCE, ok(study(), 201))
    assert client.studies.create_from_bundle(bundle, name="again", start=False).name == "first"
    assert [b"PK and more" in request.content for request in studio.asked] == [True, True]
    assert len({request.headers["Idempotency-Key"] for request in studio.asked}) == 1
    assert b'name="start"\r\n\r\nfalse' in studio.asked[-1].content
    with pytest.raises(SpacewrightError, match="cannot read"):
        client.studies.create_from_bundle(tmp_path / "none.bundle.zip")


def test_what_would_be_done_twice_is_not_sent_again_once_the_server_may_have_it(studio: Studio) -> None:
    transport = httpx.MockTransport(studio)
    connection = Connection(URL, TOKEN, transport=transport, sleep=studio.slept.append)
    studio.says("POST /uploads/", SILENCE)
    with pytest.raises(Unreachable):
        connection.post("/uploads/")
    assert len(studio.asked) == 1
    studio.says("POST /uploads/", httpx.ConnectError("refused"), ok({"id": "u"}))
    assert connection.post("/uploads/").text("id") == "u"


def test_an_error_is_the_servers_own_sentence(client: Client, studio: Studio) -> None:
    studio.says("POST /studies/", problem(422, "budget.network.madds is 100, wanted more", "infeasible"))
    with pytest.raises(Refused, match=r"^budget\.network\.madds is 100, wanted more$") as error:
        client.studies.create({"version": 1})
    assert (error.value.status, error.value.slug) == (422, "infeasible")


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (problem(401, "the token has run out", "not-known"), NotLoggedIn, "the token has run out; log in again"),
        (problem(403, "this takes an editor", "not-allowed"), NotLoggedIn, "this takes an editor"),
        (httpx.Response(500, text="<h1>oops</h1>"), Refused, "answered 500 Internal Server Error"),
        (httpx.Response(301, headers={"Location": "https://other.example/"}), Unreachable, "sends on to https://other"),
        (httpx.Response(200, text="<html>"), WrongAnswer, "no JSON to /me/; is it a Spacewright studio"),
        (ok([]), WrongAnswer, "wanted an object"),
        (ok({"id": 3}), WrongAnswer, "'id' is 3, wanted a text|'teams' is None|wanted a list"),
    ],
)
def test_each_kind_of_trouble_is_one_sentence(
    client: Client, studio: Studio, answer: httpx.Response, kind: type[SpacewrightError], said: str
) -> None:
    studio.says("GET /me/", answer)
    with pytest.raises(kind, match=said):
        client.me()


def test_the_token_stays_with_its_studio_when_a_page_names_another(client: Client, studio: Studio) -> None:
    elsewhere = "https://elsewhere.example/api/v1/studies/?cursor=abc&limit=100"
    studio.says(
        "GET /studies/",
        ok({"next": elsewhere, "previous": None, "results": [study()]}),
        ok({"next": None, "previous": None, "results": [study(name="second")]}),
    )
    studio.says("GET /runs/", ok({"next": None, "previous": None, "results": [run(shown="paused")]}))
    found = client.studies.list()
    assert [(one.name, one.shown) for one in found] == [("first", "paused"), ("second", "paused")]
    assert {request.url.host for request in studio.asked} == {"studio.example"}
    assert studio.asked[-1].url.params["cursor"] == "abc"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://studio.example/", "https://studio.example"),
        (" http://127.0.0.1:8000/api/v1/ ", "http://127.0.0.1:8000"),
        ("https://example.org/spacewright", "https://example.org/spacewright"),
    ],
)
def test_an_address_is_kept_without_what_the_client_adds(given: str, kept: str) -> None:
    assert address(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "studio.example",
        "ftp://studio.example",
        "https://",
        "https://me:pw@host",
        "https://h?x=1",
        "http://host:port",
        "",
    ],
)
def test_what_is_no_address_is_said(given: str) -> None:
    with pytest.raises(SpacewrightError, match="give one like https://studio"):
        address(given)


def test_a_client_needs_both_or_neither() -> None:
    with pytest.raises(SpacewrightError, match="an address and a token"):
        Client(URL)
    with pytest.raises(NotLoggedIn, match="not logged in; log in with: spacewright login"):
        Client()
    assert Client(f"{URL}/", TOKEN).url == URL
