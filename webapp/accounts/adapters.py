"""What allauth asks of us: who may sign up, where mails and links go, and whose address a request comes from."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as at_hand
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from webapp.accounts.backends import address_of
from webapp.accounts.services.invitations import invitation_of
from webapp.mail import link_to, mail_aside

INVITATION = "invitation"  # the key of a session that keeps the secret of an invitation until it is accepted
UNSAID = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")  # a person sees that
NOWHERE = "0.0.0.0"


def is_open(request: HttpRequest) -> bool:
    """Whether who asks may sign up: anybody where the studio is open, else who holds an invitation."""
    return settings.SIGN_UP == "open" or invitation_of(request.session.get(INVITATION, "")) is not None


class Account(DefaultAccountAdapter):  # type: ignore[misc]
    """Of those with a password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return is_open(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To the invitation that somebody came with, or to the studies."""
        return reverse("invitation") if request.session.get(INVITATION) else super().get_login_redirect_url(request)

    get_signup_redirect_url = get_login_redirect_url

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return link_to(reverse("account_confirm_email", args=(emailconfirmation.key,)))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Aside, so that the answer takes as long whether somebody has the e-mail or not."""
        said = {"request": at_hand.request, "email": email, "log_in": link_to(reverse("login")), **context}
        mail_aside(self.render_mail(template_prefix, email, said).send)

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_client_ip(self, request: HttpRequest) -> str:
        """As the web server knows it: from a proxy that it trusts it has taken the client's already."""
        try:
            return str(ip_address(address_of(request)))
        except ValueError:
            return NOWHERE

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *more: Any, **said: Any
    ) -> None:
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *more, **said)


class Social(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Of those that an identity provider knows."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return is_open(request)
