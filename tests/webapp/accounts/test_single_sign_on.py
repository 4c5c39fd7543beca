"""A log-in by an OpenID Connect provider: for known e-mails that it has proven, and for the invited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import clear_url_caches, include, path

from tests.webapp.accounts.conftest import People
from tests.webapp.accounts.provider import Provider, providing
from webapp import urls
from webapp.accounts.models import Role, User
from webapp.accounts.services.invitations import Wanted, invite
from webapp.environment import Environment
from webapp.single_sign_on import provider_of


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with providing() as made:
        app = {
            "provider_id": "oidc",
            "name": "the lab",
            "client_id": "studio",
            "secret": "s",
            "settings": {"server_url": made.address},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
        added = path(
            "",
            include(
                [
                    path("sso/", include("allauth.socialaccount.urls")),
                    path("sso/", include("allauth.socialaccount.providers.openid_connect.urls")),
                ]
            ),
        )
        urls.urlpatterns.insert(0, added)
        clear_url_caches()
        yield made
        urls.urlpatterns.remove(added)
        clear_url_caches()


def let_in(client: Client, provider: Provider, **person: Any) -> Any:
    """What the studio answers when the provider sends somebody back."""
    provider.person = person
    begun = client.post("/sso/oidc/oidc/login/")
    asked = parse_qs(urlsplit(begun["Location"]).query)
    assert begun["Location"].startswith(f"{provider.address}/authorize")
    assert asked["code_challenge_method"] == ["S256"]
    return client.get("/sso/oidc/oidc/login/callback/", {"code": "c", "state": asked["state"][0]})


def test_the_log_in_page_offers_it_only_where_there_is_one(provider: Provider, people: People, settings: Any) -> None:
    assert "Log in with the lab" in Client().get("/login/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Log in with" not in Client().get("/login/").content.decode()
    assert people
    assert provider


def test_who_has_a_login_of_that_e_mail_is_let_in_if_the_provider_has_proven_it(
    provider: Provider, people: People
) -> None:
    known = people.editor.email
    client = Client()
    let_in(client, provider, sub="1", email=known, email_verified=False)
    assert client.get("/account/").status_code == 302
    assert let_in(client, provider, sub="1", email=known, email_verified=True)["Location"] == "/"
    assert known in client.get("/account/").content.decode()
    assert User.objects.filter(email=known).count() == 1


def test_somebody_new_needs_an_invitation(provider: Provider, people: People) -> None:
    client = Client()
    answer = let_in(client, provider, sub="2", email="new@example.org", email_verified=True)
    assert "only those sign up who were invited" in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()
    _, secret = invite(people.owner, people.team, Wanted(Role.VIEWER))
    client.get(f"/invitations/{secret}/")
    assert let_in(client, provider, sub="2", email="new@example.org", email_verified=True)["Location"] == "/invitation/"
    assert User.objects.get(email="new@example.org").has_usable_password() is False


def test_its_settings_are_those_of_the_environment() -> None:
    environment = Environment(
        oidc_url="https://id.example", oidc_name="the lab", oidc_client_id="studio", oidc_client_secret="s"
    )
    [app] = provider_of(environment)["openid_connect"]["APPS"]
    assert (app["name"], app["client_id"], app["secret"]) == ("the lab", "studio", "s")
    assert app["settings"] == {"server_url": "https://id.example"}
