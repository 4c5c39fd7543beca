"""Shapes as pages write them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def times(shape: object) -> str:
    """'24×4×4' for a shape that the engine writes '24x4x4'."""
    return str(shape).replace("x", "×")
