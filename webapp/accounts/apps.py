"""Users and teams."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class AccountsConfig(AppConfig):
    name = "webapp.accounts"
    label = "accounts"

    def ready(self) -> None:
        from webapp.accounts.models import Membership
        from webapp.accounts.services.members import tell_ended
        from webapp.accounts.services.tokens import end_tokens_with_membership, end_tokens_with_password
        from webapp.accounts.signals import membership_ended, password_changed

        membership_ended.connect(end_tokens_with_membership, dispatch_uid="end_tokens")
        password_changed.connect(end_tokens_with_password, dispatch_uid="end_tokens")
        post_delete.connect(tell_ended, sender=Membership, dispatch_uid="membership_ended")
