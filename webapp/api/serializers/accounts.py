"""What the API takes and gives of a user and their tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.accounts.models import Token, User
from webapp.accounts.selectors import chosen_team, teams_of
from webapp.api.serializers.teams import TeamSerializer


class MeSerializer(serializers.ModelSerializer[User]):
    teams = serializers.SerializerMethodField()
    chosen_team = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "email", "name", "teams", "chosen_team")

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_chosen_team(self, user: User) -> str | None:
        """Whose things the pages list, and where new ones go; null: all your teams'."""
        team = chosen_team(user)
        return None if team is None else str(team.pk)

    def get_teams(self, user: User) -> list[dict[str, Any]]:
        return list(TeamSerializer(teams_of(user).order_by("name"), many=True, context=self.context).data)


class TokenSerializer(serializers.ModelSerializer[Token]):
    class Meta:
        model = Token
        fields = ("id", "name", "scope", "team", "created", "used", "expires")
        read_only_fields = ("id", "team", "created", "used")
        extra_kwargs: ClassVar = {"scope": {"help_text": "what it may do at most; each includes those before it"}}


class MakeTokenSerializer(serializers.Serializer[Any]):
    """What is left out limits nothing but the scope: that is then `write`."""

    name = serializers.CharField(max_length=120)
    scope = serializers.ChoiceField(
        Token.Scope.choices, default=Token.Scope.WRITE.value, help_text="what it may do at most: see, change, or all"
    )
    team = serializers.UUIDField(required=False, allow_null=True, help_text="the only team that it sees")
    expires = serializers.DateTimeField(required=False, allow_null=True, help_text="when it ends by itself")

    def validate_expires(self, expires: datetime | None) -> datetime | None:
        if expires is not None and expires <= timezone.now():
            raise serializers.ValidationError("it has to be in the future")
        return expires


class NewTokenSerializer(TokenSerializer):
    """`token` is shown this once."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "token")  # type: ignore[assignment]


class ChosenTeamSerializer(serializers.Serializer[Any]):
    chosen_team = serializers.UUIDField(
        allow_null=True, help_text="whose things the pages list, and where new ones go; null: all your teams'"
    )
