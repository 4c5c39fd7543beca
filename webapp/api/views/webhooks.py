"""Webhooks over REST, for owners of a team."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.selectors import home_team, teams_of
from webapp.api.etags import conditional, require_match, tag_of
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.webhooks.models import Delivery, Webhook
from webapp.webhooks.selectors import deliveries_of, webhooks_of
from webapp.webhooks.services.change import (
    change_webhook,
    create_webhook,
    delete_webhook,
    rotate_secret,
    try_webhook,
)


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """`reason` says why it is switched off; `failures` counts attempts in a row."""

    events = serializers.ListField(child=serializers.ChoiceField(Webhook.Kind.choices))

    class Meta:
        model = Webhook
        fields = ("id", "team", "url", "events", "active", "reason", "failures", "created")


class NewWebhookSerializer(WebhookSerializer):
    """`secret` is shown this once."""

    secret = serializers.CharField()

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")  # type: ignore[assignment]


class SecretSerializer(serializers.Serializer[Any]):
    """Shown this once; for a day the one before signs too."""

    secret = serializers.CharField()


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """`status` and `error` are of the last attempt; `due` is when the next one is."""

    class Meta:
        model = Delivery
        fields = ("id", "kind", "state", "attempt", "due", "status", "error", "milliseconds", "created", "ended")
        extra_kwargs: ClassVar = {"id": {"help_text": "`webhook-id` without its hyphens, after `msg_`"}}


class MakeWebhookSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=500, help_text="https, and of the whole internet")
    events = serializers.ListField(
        child=serializers.ChoiceField(Webhook.Kind.choices), required=False, help_text="default: all"
    )
    team = serializers.UUIDField(required=False, help_text="default: your only team")


class ChangeWebhookSerializer(serializers.Serializer[Any]):
    """What is left out stays."""

    url = serializers.CharField(max_length=500, required=False)
    events = serializers.ListField(child=serializers.ChoiceField(Webhook.Kind.choices), required=False)
    active = serializers.BooleanField(required=False, help_text="switched on again, what waits is sent")


@extend_schema_view(get=extend_schema(operation_id="list_webhooks", summary="webhooks of the teams that you own"))
class Webhooks(ListAPIView[Webhook]):
    scope = scope_to_read = Scope.ADMIN
    serializer_class = WebhookSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[Webhook]:
        return webhooks_of(user_of(self.request))

    @extend_schema(
        operation_id="create_webhook",
        summary="tell an address what happens to a team's runs; with its secret, shown this once",
        request=MakeWebhookSerializer,
        responses={201: NewWebhookSerializer, **dict.fromkeys((400, 403, 404, 409), PROBLEM)},
    )
    def post(self, request: Request) -> Response:
        given, user = body(self, MakeWebhookSerializer), user_of(request)
        team = seen(teams_of(user), given["team"]) if "team" in given else home_team(user)
        made, secret = create_webhook(user, team, given["url"], given.get("events", Webhook.Kind.values))
        return Response({**self.get_serializer(made).data, "secret": secret}, status.HTTP_201_CREATED)


class OfWebhook(GenericAPIView[Webhook]):
    """A view of one webhook of a team that the user owns."""

    scope = scope_to_read = Scope.ADMIN
    serializer_class = WebhookSerializer

    def get_queryset(self) -> QuerySet[Webhook]:
        return webhooks_of(user_of(self.request))

    def webhook(self) -> Webhook:
        return seen(self.get_queryset(), self.kwargs["pk"])


def _tag(webhook: Webhook) -> str:
    return tag_of("webhook", webhook.pk, webhook.version, webhook.active, webhook.failures)


class OneWebhook(OfWebhook):
    tagged, matched = ("GET",), ("PATCH", "DELETE")

    @extend_schema(operation_id="read_webhook", responses={200: WebhookSerializer, 404: PROBLEM})
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        found = self.webhook()
        return conditional(request, _tag(found), lambda: self.get_serializer(found).data)

    @extend_schema(
        operation_id="change_webhook",
        summary="another address, other events, on or off",
        request=ChangeWebhookSerializer,
        responses={200: WebhookSerializer, 400: PROBLEM, 404: PROBLEM},
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        found, given = self.webhook(), body(self, ChangeWebhookSerializer)
        require_match(request, _tag(found))
        said = (given.get("url"), given.get("events"), given.get("active"))
        return Response(self.get_serializer(change_webhook(user_of(request), found, *said)).data)

    @extend_schema(operation_id="delete_webhook", summary="with its deliveries", responses={204: None, 404: PROBLEM})
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        found = self.webhook()
        require_match(request, _tag(found))
        delete_webhook(user_of(request), found)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RotateSecret(OfWebhook):
    @extend_schema(
        operation_id="rotate_webhook_secret",
        summary="a new secret, shown this once; for a day both sign",
        request=None,
        responses={200: SecretSerializer, 404: PROBLEM},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        return Response({"secret": rotate_secret(user_of(request), self.webhook())})


class TryWebhook(OfWebhook):
    @extend_schema(
        operation_id="test_webhook",
        summary="send a message that is only a test",
        request=None,
        responses={201: DeliverySerializer, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        made = try_webhook(user_of(request), self.webhook())
        return Response(DeliverySerializer(made).data, status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(
        operation_id="list_deliveries",
        summary="what was sent to a webhook, or waits to be, newest first; kept for thirty days",
        responses={200: DeliverySerializer(many=True), 404: PROBLEM},
    )
)
class Deliveries(ListAPIView[Delivery]):
    scope = scope_to_read = Scope.ADMIN
    serializer_class = DeliverySerializer
    pagination_class = Page
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        return deliveries_of(seen(webhooks_of(user_of(self.request)), self.kwargs["pk"]))
