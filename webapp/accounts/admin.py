"""Users and teams in the admin."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group

from webapp.accounts.models import Attempt, Invitation, Membership, Team, Token, User
from webapp.admin import Audited, ReadOnly

admin.site.unregister(Group)  # what somebody may do follows from their roles in teams
for theirs in ("account", "mfa", "usersessions", "socialaccount"):  # allauth's pages are not written down
    for model in apps.get_app_config(theirs).get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """Django's, for users that are known by e-mail."""

    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(Audited, DjangoUserAdmin):  # type: ignore[type-arg]
    list_display = ("email", "name", "is_active", "is_staff", "joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "wants_mail")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_form = NewUserForm
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0


@admin.register(Team)
class TeamAdmin(Audited):
    list_display = ("name", "created")
    inlines = (MembershipInline,)


@admin.register(Token)
class TokenAdmin(ReadOnly):
    list_display = ("name", "user", "scope", "team", "created", "used", "expires")
    exclude = ("digest",)


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    """To delete one is to revoke it."""

    list_display = ("team", "role", "email", "created_by", "created", "expires", "uses", "most_uses")
    exclude = ("digest",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    """To delete them is to let somebody try again."""

    list_display = ("at", "what")


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly):
    """To delete one is to let somebody in without it: who has lost app and codes."""

    list_display = ("user", "type", "created_at", "last_used_at")
    exclude = ("data",)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnly):
    """Of those who signed up, and whether it is proven. To delete one is to ask for no proof."""

    list_display = ("email", "user", "verified")
