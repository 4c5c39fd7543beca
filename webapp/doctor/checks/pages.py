"""Whether the pages can be reached and have what they load."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from django.conf import settings

from webapp.doctor.finding import Finding
from webapp.environment import environment


def hosts() -> Iterator[Finding]:
    """Pages that are served to others answer to a name that others can type."""
    if not _is_local(environment.host) and all(_is_local(name) for name in environment.allowed_hosts):
        yield Finding(
            f"the pages are served at HOST={environment.host}, but answer to no name that another machine can type:"
            f" ALLOWED_HOSTS is {', '.join(environment.allowed_hosts)}",
            "add the name that is typed in the browser, as in ALLOWED_HOSTS='[\"studio.example\"]'",
        )


def packages() -> Iterator[Finding]:
    """Script and style from npm are there."""
    missing = [name for name, folder in settings.VENDORED.items() if not (settings.NPM / folder).is_dir()]
    if missing:
        yield Finding(
            f"the pages lack packages in {settings.NPM}: {', '.join(missing)}",
            "run `npm ci` in the studio's folder (`make run` does it), then start the web process again",
        )


def _is_local(host: str) -> bool:
    """Whether only this machine is meant."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
