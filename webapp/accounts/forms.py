"""The log-in, and a new password. Other sessions and all tokens end with the old one, however it was changed."""

from __future__ import annotations

from threading import Thread
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm

from webapp.accounts.backends import address_of
from webapp.accounts.services.throttle import LOG_IN, OLD_PASSWORD, attempted, forgive, is_exhausted

WAIT = "Too many tries. Wait a quarter of an hour, then try again."


class LogIn(AuthenticationForm):
    """Says the same of a wrong password and of an e-mail that nobody has."""

    @property
    def is_throttled(self) -> bool:
        return self.has_error("__all__", "throttled")

    def get_invalid_login_error(self) -> forms.ValidationError:
        email = self.cleaned_data.get("username", "")
        if is_exhausted(LOG_IN, email=email, address=address_of(self.request)):
            return forms.ValidationError(WAIT, code="throttled")
        return super().get_invalid_login_error()


class ChangedPassword(PasswordChangeForm):
    """By who knows the old one, and does not guess it."""

    def clean_old_password(self) -> str:
        attempt = attempted(OLD_PASSWORD, email=self.user.email)
        if attempt is None:
            raise forms.ValidationError(WAIT, code="throttled")
        old: str = super().clean_old_password()
        forgive(attempt)
        return old


class ForgottenPassword(PasswordResetForm):
    """Mails aside, so that the answer takes as long whether somebody has the e-mail or not."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        Thread(target=super().send_mail, args=args, kwargs=kwargs, name="mail", daemon=True).start()
