"""Small forms of the pages."""

from __future__ import annotations

from django import forms

from nas_engine.extension import More


class MoreForm(forms.Form):
    """What is added to a run's budget; what is left empty is nothing."""

    evaluations = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)
    device_seconds = forms.FloatField(required=False, min_value=0, max_value=1e9)
    generations = forms.IntegerField(required=False, min_value=0, max_value=100_000)

    def more(self) -> More:
        """Before: valid."""
        return More(**{name: amount for name, amount in self.cleaned_data.items() if amount is not None})

    def said(self) -> str:
        """What is wrong, in words."""
        return "; ".join(
            f"{name.replace('_', ' ')}: {' '.join(map(str, texts))}" for name, texts in self.errors.items()
        )
