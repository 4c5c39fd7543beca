"""Where a webhook leads, and what it hears."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from webapp.accounts.models import Team
from webapp.webhooks.address import MOST_LETTERS
from webapp.webhooks.models import Webhook

Kind = Webhook.Kind
WORDS = {
    Kind.STARTED: "A run has begun",
    Kind.STAGE_STARTED: "A stage has begun",
    Kind.STAGE_FINISHED: "A stage is over",
    Kind.IMPROVED: "A better network was found",
    Kind.ENDED: "A run has ended",
}


class WebhookForm(forms.Form):
    url = forms.CharField(
        max_length=MOST_LETTERS, label="Address", widget=forms.URLInput(attrs={"placeholder": "https://"})
    )
    team = forms.ModelChoiceField(Team.objects.none(), label="Team", empty_label=None)
    events = forms.MultipleChoiceField(
        choices=[(kind.value, words) for kind, words in WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        label="Hears that",
        initial=[Kind.ENDED.value],
    )

    def __init__(self, teams: QuerySet[Team], data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)
        team.queryset = teams
