"""Pinned networks over REST."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.pins import NewPinSerializer, PinNameSerializer, PinSerializer, WholePinSerializer
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.library.models import Pin
from webapp.library.selectors import pins_of
from webapp.library.services.pin import let_go, pin_network, rename_pin
from webapp.sharing.subjects import networks_named
from webapp.studies.names import name_after
from webapp.studies.services.retrain import Longer, retraining


class Pins(ListAPIView[Pin]):
    scope = Scope.WRITE
    serializer_class = PinSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[Pin]:
        return pins_of(user_of(self.request))

    @extend_schema(operation_id="list_pins", summary="networks that your teams keep, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="pin_architecture",
        summary="keep a network under a name, with all that is needed to train it again; pinned again, it has the new name",
        request=NewPinSerializer,
        responses={201: PinSerializer, **dict.fromkeys((400, 403, 404, 409), PROBLEM)},
    )
    def post(self, request: Request) -> Response:
        given, user = body(self, NewPinSerializer), user_of(request)
        found = networks_named(user, [(given["run"], given["architecture"])])[0]
        made = pin_network(user, found.run, found.key, given.get("name", ""))
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED)


class OnePin(GenericAPIView[Pin]):
    scope = Scope.WRITE
    serializer_class = WholePinSerializer

    def get_queryset(self) -> QuerySet[Pin]:
        return pins_of(user_of(self.request))

    @extend_schema(
        operation_id="read_pin",
        summary="one, with a recipe that trains it",
        responses={200: WholePinSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(self._shown(seen(self.get_queryset(), pk)))

    @extend_schema(
        operation_id="rename_pin",
        request=PinNameSerializer,
        responses={200: WholePinSerializer, **dict.fromkeys((400, 403, 404, 409), PROBLEM)},
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        pin = seen(self.get_queryset(), pk)
        return Response(self._shown(rename_pin(user_of(request), pin, body(self, PinNameSerializer)["name"])))

    @extend_schema(
        operation_id="delete_pin",
        summary="the team no longer keeps it; its run stays",
        responses={204: None, 403: PROBLEM, 404: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        let_go(user_of(request), seen(self.get_queryset(), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _shown(self, pin: Pin) -> dict[str, Any]:
        return {
            **PinSerializer(pin).data,
            "recipe": {**retraining(pin.recipe, pin.genes, Longer()), "name": name_after(pin.name)},
        }
