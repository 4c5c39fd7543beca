"""What the API takes and gives of teams, their members and invitations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from webapp.accounts.models import Invitation, Membership, Role, Team
from webapp.accounts.selectors import role_in
from webapp.accounts.services.invitations import MOST_DAYS, MOST_USES


class TeamSerializer(serializers.ModelSerializer[Team]):
    role = serializers.SerializerMethodField()

    class Meta:
        model = Team
        fields = ("id", "name", "role")

    def get_role(self, team: Team) -> str:
        """The asking user's."""
        return str(role_in(self.context["request"].user, team))


class TeamNameSerializer(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ("name",)


class TypedNameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, help_text="the team's, again, to say that you mean it")


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Who is in a team. `user` names them in addresses."""

    user = serializers.UUIDField(source="user_id", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        model = Membership
        fields = ("user", "email", "name", "role")


class RoleSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)


class HandOverSerializer(serializers.Serializer[Any]):
    user = serializers.UUIDField(help_text="a member, who becomes an owner; you become an editor")


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """`is_over`: it has run out, or was used as often as it may be. What its link is, is not kept."""

    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    email = serializers.CharField(read_only=True, help_text="whom it is for; empty: whoever has the link")
    created_by = serializers.UUIDField(source="created_by_id", read_only=True, allow_null=True)
    is_over = serializers.BooleanField(read_only=True)

    class Meta:
        model = Invitation
        fields = ("id", "role", "email", "uses", "most_uses", "created_by", "created", "expires", "is_over")
        read_only_fields = fields


class MadeInvitationSerializer(InvitationSerializer):
    """`secret` and `link` are shown this once; the secret is what POST /invitations/accept/ takes."""

    secret = serializers.CharField(read_only=True)
    link = serializers.URLField(read_only=True)

    class Meta(InvitationSerializer.Meta):
        fields = (*InvitationSerializer.Meta.fields, "secret", "link")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class InviteSerializer(serializers.Serializer[Any]):
    """Whom to invite. With an `email` it is for them alone, once, and mailed where the studio sends mail."""

    role = serializers.ChoiceField(choices=Role.choices)
    days = serializers.IntegerField(default=7, min_value=1, max_value=MOST_DAYS, help_text="that it is good for")
    most_uses = serializers.IntegerField(default=1, min_value=1, max_value=MOST_USES, help_text="people it lets in")
    email = serializers.EmailField(default="", max_length=254, allow_blank=True)


class SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(max_length=200, help_text="the last part of the invitation's link")
