"""Who may know how the studio is doing."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from webapp.environment import environment

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def may_know(request: HttpRequest) -> bool:
    """With METRICS_TOKEN whoever sends it, and nobody else; without, who asks from this machine and through no proxy."""
    if environment.metrics_token:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and constant_time_compare(given, environment.metrics_token)
    return _from_here(request.META.get("REMOTE_ADDR", "")) and not any(name in request.headers for name in FORWARDED)


def _from_here(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:  # a socket file, or nothing
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback
