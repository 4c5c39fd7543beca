"""Figures as every page writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

register = template.Library()
UNITS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))


@register.filter
def short(value: object) -> str:
    """A count in three figures: 97.3 k, 4.31 M. A dash for what is not known (a template gives it as empty text)."""
    if not isinstance(value, int | float):
        return "–"
    for size, letter in UNITS:
        if abs(value) >= size:
            return f"{value / size:.3g}\u202f{letter}"
    return f"{value:,.0f}"


@register.filter
def score(value: object) -> str:
    """Four decimals, as everywhere; a dash for what is not known."""
    return f"{value:.4f}" if isinstance(value, int | float) else "–"


@register.filter
def thousands(value: int) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,}"


@register.filter
def ago(when: datetime | None) -> str:
    """How long ago, roughly."""
    if when is None:
        return "–"
    return "just now" if timezone.now() - when < timedelta(minutes=1) else f"{timesince(when, depth=1)} ago"


@register.filter
def duration(seconds: float) -> str:
    """Seconds, minutes or hours, to about two figures."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:,.0f} h"


@register.simple_tag
def spark(values: Sequence[float]) -> SafeString | str:
    """A small line of values, best so far say; nothing for fewer than two."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    points = [(100 * i / (len(values) - 1), 22 - 20 * (v - low) / span) for i, v in enumerate(values)]
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label="{}"><path d="{}"/></svg>',
        f"from {values[0]:.4f} to {values[-1]:.4f}",
        path,
    )
