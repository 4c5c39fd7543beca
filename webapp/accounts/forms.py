"""A new password, and what ends with the old one. Other sessions always do: they hold a hash of it."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm

from webapp.accounts.models import User
from webapp.accounts.services.tokens import end_tokens


class _EndsTokens(forms.Form):
    """Offers to end the user's tokens too: they are no part of the password."""

    user: User
    ends_tokens = forms.BooleanField(required=False, label="End my tokens too", help_text="Scripts need new ones then.")

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)  # type: ignore[misc]
        if self.cleaned_data["ends_tokens"]:
            end_tokens(user)
        return user


class NewPassword(_EndsTokens, SetPasswordForm):  # type: ignore[type-arg]
    """By who came with the link of a mail."""


class ChangedPassword(_EndsTokens, PasswordChangeForm):
    """By who knows the old one."""
