"""The log-in, a new password, a new token, and what is asked of a team. Other sessions and all tokens end with an old password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

from allauth.account.forms import ReauthenticateForm, SignupForm
from allauth.core import context as at_hand
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as SecondReauthenticateForm
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm
from django.utils import timezone

from webapp.accounts.backends import address_of
from webapp.accounts.models import Role, Team, Token, User
from webapp.accounts.selectors import teams_of
from webapp.accounts.services.invitations import MOST_DAYS, MOST_USES, Wanted
from webapp.accounts.services.throttle import (
    LOG_IN,
    OLD_PASSWORD,
    SECOND_FACTOR,
    SIGN_UP,
    Deed,
    attempted,
    forgive,
    is_exhausted,
)
from webapp.accounts.services.tokens import Limits

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


class NewToken(forms.Form):
    """What a script may do, where and for how long."""

    SCOPES = (
        (Token.Scope.READ.value, "Read: see what you see"),
        (Token.Scope.WRITE.value, "Write: submit and change, too"),
        (Token.Scope.ADMIN.value, "Admin: manage teams and tokens, too"),
    )
    DAYS = (("7", "in a week"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"), ("", "never"))

    name = forms.CharField(max_length=120, label="What it is for")
    scope = forms.ChoiceField(choices=SCOPES, initial=Token.Scope.WRITE.value, label="May")
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label="all my teams", label="Sees")
    days = forms.ChoiceField(choices=DAYS, initial="90", required=False, label="Ends")

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)
        team.queryset = teams_of(user).order_by("name")

    def limits(self) -> Limits:
        """Before: valid."""
        given = self.cleaned_data
        expires = timezone.now() + timedelta(days=int(given["days"])) if given["days"] else None
        return Limits(Token.Scope(given["scope"]), given["team"], expires)


class SignUp(SignupForm):  # type: ignore[misc]
    """A new person's. Not without end from one address."""

    def clean(self) -> dict[str, Any]:
        if attempted(SIGN_UP, address=address_of(at_hand.request)) is None:
            raise forms.ValidationError(WAIT, code="throttled")
        given: dict[str, Any] = super().clean()
        return given


def _guessed(deed: Deed, email: str, check: Callable[[], str]) -> str:
    """What was given, if the check lets it pass; one guess too many is not looked at."""
    attempt = attempted(deed, email=email)
    if attempt is None:
        raise forms.ValidationError(WAIT, code="throttled")
    given = check()
    forgive(attempt)
    return given


class Again(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before a second factor is changed."""

    def clean_password(self) -> str:
        return _guessed(OLD_PASSWORD, self.user.email, super().clean_password)


class SecondFactor(AuthenticateForm):  # type: ignore[misc]
    """The code of an app, or of a list kept for a lost one."""

    def clean_code(self) -> str:
        return _guessed(SECOND_FACTOR, self.user.email, super().clean_code)


class SecondFactorAgain(SecondReauthenticateForm):  # type: ignore[misc]
    """The same, before it is changed."""

    def clean_code(self) -> str:
        return _guessed(SECOND_FACTOR, self.user.email, super().clean_code)


class TeamName(forms.Form):
    """What a team is called."""

    name = forms.CharField(max_length=120)


class Invite(forms.Form):
    """Whom an owner invites."""

    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER, label="As")
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, initial=7, label="Days it is good for")
    most_uses = forms.IntegerField(min_value=1, max_value=MOST_USES, initial=1, label="People it lets in")
    email = forms.EmailField(required=False, label="E-mail, if it is for one person")

    @property
    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(Role(given["role"]), given["days"], given["most_uses"], given["email"])
