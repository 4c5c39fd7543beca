"""Users and teams in the admin."""

from django.contrib import admin

from webapp.accounts.models import Membership, Team, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("email", "name", "is_active", "is_staff", "joined")
    search_fields = ("email", "name")
    exclude = ("password",)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "created")
    inlines = (MembershipInline,)
