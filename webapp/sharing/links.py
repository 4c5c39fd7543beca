"""Whole addresses of what is shared, as somebody elsewhere needs them."""

from __future__ import annotations

from urllib.parse import urljoin

from django.http import HttpRequest
from django.urls import reverse

from webapp.environment import environment


def absolute(request: HttpRequest, path: str) -> str:
    """With the host: SITE_URL's, or the one that the request came to."""
    return urljoin(environment.site_url, path) if environment.site_url else request.build_absolute_uri(path)


def link_of(request: HttpRequest, token: str) -> str:
    """The link that a token is in."""
    return absolute(request, reverse("shared", args=(token,)))
