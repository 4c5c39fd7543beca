"""Log-in, sign-up and your account. Forms and password views are Django's; whoever is let in goes on through allauth's stages."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import EmailAddress
from allauth.account.models import Login as Entering
from allauth.account.signals import password_changed
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from webapp.accounts.adapters import is_open
from webapp.accounts.backends import address_of
from webapp.accounts.forms import ChangedPassword, ForgottenPassword, LogIn
from webapp.accounts.models import User
from webapp.accounts.selectors import roles_of
from webapp.accounts.services.mails import choose_mail
from webapp.accounts.services.throttle import RESET_MAIL, attempted
from webapp.mail import is_mail_sent
from webapp.pages.requests import Asked
from webapp.single_sign_on import name_of


@login_required
def account(request: Asked) -> HttpResponse:
    """Who you are, and what you may change. A post chooses what you are told by mail."""
    if request.method == "POST":
        choose_mail(request.user, wanted="wants_mail" in request.POST)
        messages.success(request, "Saved.")
        return redirect("account")
    shown = {
        "page": "account",
        "roles": roles_of(request.user),
        "is_mail_sent": is_mail_sent(),
        "has_second_factor": is_mfa_enabled(request.user),
    }
    return render(request, "accounts/account.html", shown)


class Login(views.LoginView):
    """Answers 429 to whoever has guessed too often."""

    authentication_form = LogIn
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password fits; then follow what else is asked: an e-mail to prove, a second factor."""
        user = form.get_user()
        proving = EmailAddress.objects.filter(user=user).exists()  # who signed up; others were made by the operator
        entering = Entering(
            user,
            email=user.email,
            email_verification=settings.ACCOUNT_EMAIL_VERIFICATION if proving else "none",
            redirect_url=self.get_redirect_url() or None,
        )
        answer: HttpResponse = perform_password_login(self.request, {"email": user.email}, entering)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, is_open=is_open(self.request), oidc=name_of(settings.SOCIALACCOUNT_PROVIDERS)
        )

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_invalid(form)
        if isinstance(form, LogIn) and form.is_throttled:
            answer.status_code, answer["Retry-After"] = 429, "900"
        return answer


class PasswordChange(views.PasswordChangeView):
    """Other sessions and all tokens end; this session goes on."""

    form_class = ChangedPassword
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("account")
    extra_context = {"page": "account"}  # noqa: RUF012 - Django's

    def form_valid(self, form: BaseForm) -> HttpResponse:
        messages.success(
            self.request,
            "The password is changed. Every other browser has to log in again, and scripts need new tokens.",
        )
        answer = super().form_valid(form)  # type: ignore[arg-type]
        password_changed.send(User, request=self.request, user=self.request.user)  # this session has another key now
        return answer


class PasswordReset(views.PasswordResetView):
    """Asks for an e-mail, and says the same to everybody, also to who asks too often. Where no mail is sent it says whom to ask."""

    form_class = ForgottenPassword
    template_name = "accounts/password_reset.html"
    email_template_name = "accounts/password_reset_mail.txt"
    subject_template_name = "accounts/password_reset_subject.txt"
    success_url = reverse_lazy("password-reset-sent")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs) if is_mail_sent() else redirect("password-reset")

    def form_valid(self, form: Any) -> HttpResponse:
        if attempted(RESET_MAIL, email=form.cleaned_data["email"], address=address_of(self.request)) is None:
            return redirect(self.get_success_url())
        return super().form_valid(form)

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["email"].label = "E-mail"  # as on the log-in
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, is_mail_sent=is_mail_sent())


class PasswordResetSent(views.PasswordResetDoneView):
    template_name = "accounts/password_reset_sent.html"


class PasswordResetConfirm(views.PasswordResetConfirmView):
    """Where the link of the mail leads; it works once."""

    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        messages.success(self.request, "The password is changed. Log in with the new one; scripts need new tokens.")
        return super().form_valid(form)  # type: ignore[arg-type]
