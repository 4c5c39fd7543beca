"""The identity provider that an operator has named, as allauth wants it told."""

from __future__ import annotations

from typing import Any

from webapp.environment import Environment

NAME = "oidc"


def provider_of(environment: Environment) -> dict[str, Any]:
    """Empty where none is named."""
    if not environment.oidc_url:
        return {}
    app = {
        "provider_id": NAME,
        "name": environment.oidc_name,
        "client_id": environment.oidc_client_id,
        "secret": environment.oidc_client_secret,
        "settings": {"server_url": environment.oidc_url},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def name_of(providers: dict[str, Any]) -> str:
    """What people call the one that the settings hold; nothing where there is none."""
    return str(providers["openid_connect"]["APPS"][0]["name"]) if providers else ""
