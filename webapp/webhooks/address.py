"""Where a webhook may go: to https, and to addresses of the whole internet only.

A name is looked up once an attempt, every address that it has is looked at, and the connection goes to the very one that was
(`webapp.webhooks.post`): a name that answers otherwise a moment later leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket

import httpx

from webapp.environment import environment
from webapp.webhooks.refusals import BadAddress

MOST_LETTERS = 500
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # a network of IPv6 alone reaches IPv4 by it
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked(text: str) -> httpx.URL:
    """The address as it will be called. Raises BadAddress for one that is wrong by itself, whatever its name leads to."""
    if len(text) > MOST_LETTERS or not text.isprintable() or " " in text:
        raise BadAddress(f"an address has at most {MOST_LETTERS} letters, and no spaces")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise BadAddress(f"{text!r} is no address: {error}") from error
    if url.scheme not in ("https", "http") or not url.raw_host:
        raise BadAddress(f"{text!r} is no address; one begins with https://")
    if url.port is not None and not 1 <= url.port <= 65_535:
        raise BadAddress(f"the port is {url.port}, wanted one from 1 to 65535")
    if url.scheme == "http" and not environment.webhook_http:
        raise BadAddress("the address begins with http://; only https:// is called, unless WEBHOOK_HTTP is set")
    if url.userinfo:
        raise BadAddress("the address holds a name or a password; leave them out: the signature says who calls")
    literal = _literal(name_of(url))
    if literal is not None and not is_allowed(url):
        refuse_private(literal)
    return url.copy_with(fragment=None)


def resolved(url: httpx.URL) -> str:
    """The address to connect to. Raises BadAddress where any that its name has is not of the whole internet."""
    name = name_of(url)
    found = look_up(name, url.port or (443 if url.scheme == "https" else 80))
    if not found:
        raise BadAddress(f"{name} has no address")
    if not is_allowed(url):
        for address in found:
            refuse_private(ipaddress.ip_address(address))
    return found[0]


def look_up(name: str, port: int) -> list[str]:
    """Every address of a name, IPv4 and IPv6. Raises BadAddress for a name that has none."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadAddress(f"{name} was not found: {error}") from error
    return list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))


def is_allowed(url: httpx.URL) -> bool:
    """Whether the operator has named this host: it may be anywhere."""
    return name_of(url) in {host.lower().strip("[]") for host in environment.webhook_hosts}


def name_of(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower().rstrip(".")


def refuse_private(address: Address) -> None:
    """Raise BadAddress for one that is not of the whole internet, also where an IPv6 address only wraps it."""
    if not all(_is_global(one) for one in _meant(address)):
        raise BadAddress(
            f"{address} is no address of the whole internet; whoever runs the studio may name the host in WEBHOOK_HOSTS"
        )


def _is_global(address: Address) -> bool:
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not is_special


def _meant(address: Address) -> list[Address]:
    """Where it leads: an IPv6 address that is mapped or of NAT64 to the IPv4 address in it, one of 6to4 there too."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address] if address.sixtofour is None else [address, address.sixtofour]


def _literal(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None
