"""The OpenAPI document, its page, and what answers where there is nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.webapp.api.conftest import ExactClient, document
from webapp.api.urls import urlpatterns
from webapp.pages.urls import urlpatterns as pages


def test_the_document_is_made_without_a_warning(capsys: object) -> None:  # noqa: ARG001 - it prints the document
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


def test_every_address_is_in_the_document() -> None:
    routes = {str(p.pattern) for p in urlpatterns if isinstance(p, URLPattern)} - {"schema/", "docs/", ""}
    written = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route) for route in routes}
    documented = {path.removeprefix("/api/v1/").replace("{id}", "{pk}") for path in document()["paths"]}
    assert {re.sub(r"\{\w+\}", "{}", path) for path in written} == {
        re.sub(r"\{\w+\}", "{}", path) for path in documented
    }


def test_every_operation_has_a_name_of_its_own_and_says_what_it_is() -> None:
    operations = [o for methods in document()["paths"].values() for o in methods.values() if isinstance(o, dict)]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) >= 30


class Sources(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("src", "href") and value]


def test_the_documentation_page_needs_a_login_and_no_internet(viewer: ExactClient) -> None:
    browser = Client()
    assert browser.get("/api/v1/docs/").status_code == 302
    assert viewer.user is not None
    browser.force_login(viewer.user)
    page = browser.get("/api/v1/docs/").content.decode()
    parser = Sources()
    parser.feed(page)
    loaded = [source for source in parser.found if source.startswith("/static/")]
    assert any("swagger-ui-bundle" in source for source in loaded)
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
    for source in loaded:
        assert finders.find(source.removeprefix("/static/")), source


def test_the_document_is_not_for_strangers() -> None:
    assert Client().get("/api/v1/schema/").status_code == 401


def test_an_address_that_is_not_there_is_a_problem_too(viewer: ExactClient) -> None:
    for method in ("get", "post", "delete"):
        missed = getattr(viewer._client, method)("/api/v1/nothing/here/")
        assert missed.status_code == 404
        assert missed["Content-Type"] == "application/problem+json"


def test_no_route_answers_a_stranger_but_login_a_forgotten_password_an_invitation_and_whoever_supervises() -> None:
    forgotten = {"password/forgotten/", "password/sent/", "password/new/<uidb64>/<token>/"}
    supervising = {"health/", "health/ready/", "metrics/"}  # see tests/webapp/operations/test_access.py
    invited = {"invitation/", "invitations/<str:key>/"}
    signing_up = {"signup/", "signup/sent/", "signup/<str:key>/", "inactive/"}
    open_ones = {"login/", "logout/", "favicon.ico"} | forgotten | invited | signing_up | supervising
    own = [p for p in get_resolver().url_patterns if isinstance(p, URLPattern)]
    for pattern in [*own, *pages]:
        route = str(pattern.pattern)
        if route in open_ones or route.startswith("shared/"):  # links: see tests/webapp/sharing/test_shared_pages.py
            continue
        path = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", re.sub(r"<str:\w+>", "x", route))
        answer = Client().get(f"/{path}")
        assert answer.status_code == 302, route
        assert answer["Location"].startswith("/login/")
