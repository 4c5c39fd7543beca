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


class LinkForm(forms.Form):
    """For how long a link is good, and whether exports may be downloaded by it."""

    DAYS = ((1, "a day"), (7, "a week"), (30, "a month"), (90, "three months"), (365, "a year"))

    days = forms.TypedChoiceField(choices=DAYS, coerce=int, initial=30, label="Good for")
    with_files = forms.BooleanField(required=False, label="Files may be downloaded")
