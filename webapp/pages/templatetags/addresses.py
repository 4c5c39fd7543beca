"""Addresses in templates that a person and a stranger with a link both see."""

from __future__ import annotations

from typing import Any

from django import template

from webapp.pages.addresses import address

register = template.Library()


@register.simple_tag(takes_context=True)
def place(context: dict[str, Any], name: str, *args: object) -> str:
    """As `url`; below the link, where the page is shown by one."""
    return address(name, *args, shared=context.get("shared"))
