"""The Webhooks pages, for owners of a team."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from webapp.pages.requests import Asked
from webapp.refusals import Refused
from webapp.webhooks.forms import WebhookForm
from webapp.webhooks.models import Webhook
from webapp.webhooks.selectors import deliveries_of, owned_by, webhooks_of
from webapp.webhooks.services.change import (
    change_webhook,
    create_webhook,
    delete_webhook,
    rotate_secret,
    try_webhook,
)

SHOWN = 50  # deliveries


@login_required
@never_cache
def webhooks(request: Asked) -> HttpResponse:
    """A post makes one. Its secret is in that answer and nowhere else."""
    teams = owned_by(request.user)
    form = WebhookForm(teams, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = create_webhook(request.user, given["team"], given["url"], given["events"])
        except Refused as refused:
            form.add_error("url", str(refused))
        else:
            return _one(request, made, secret)
    shown = {"page": "account", "form": form, "webhooks": webhooks_of(request.user), "teams": teams}
    return render(request, "webhooks/webhooks.html", shown)


@login_required
@never_cache
def webhook(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """One, with its last deliveries; HTMX asks for those alone. A post changes its address and events."""
    found = get_object_or_404(webhooks_of(request.user), pk=pk)
    if request.headers.get("HX-Request"):
        return render(request, "webhooks/deliveries.html", {"deliveries": deliveries_of(found)[:SHOWN]})
    form = _form(request, found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            change_webhook(request.user, found, given["url"], given["events"], None)
        except Refused as refused:
            form.add_error("url", str(refused))
        else:
            messages.success(request, "Saved.")
            return redirect("webhook", pk)
    return _one(request, found, form=form)


@login_required
@never_cache
@require_POST
def ask_webhook(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Try it, give it another secret, switch it on or off, or remove it."""
    found, asked = get_object_or_404(webhooks_of(request.user), pk=pk), request.POST.get("ask", "")
    if asked == "rotate":
        return _one(request, found, rotate_secret(request.user, found))
    if asked == "test":
        try_webhook(request.user, found)
    elif asked in ("on", "off"):
        change_webhook(request.user, found, None, None, asked == "on")
    elif asked == "delete":
        delete_webhook(request.user, found)
        messages.success(request, "Removed.")
        return redirect("webhooks")
    else:
        raise Http404
    return redirect("webhook", pk)


def _form(request: Asked, found: Webhook) -> WebhookForm:
    before = {"url": found.url, "events": found.events, "team": found.team_id}
    given: Any = {**request.POST.dict(), "events": request.POST.getlist("events"), "team": str(found.team_id)}
    return WebhookForm(owned_by(request.user), given if request.method == "POST" else None, before)


def _one(request: Asked, found: Webhook, secret: str = "", form: WebhookForm | None = None) -> HttpResponse:
    shown = {
        "page": "account",
        "webhook": found,
        "secret": secret,
        "deliveries": deliveries_of(found)[:SHOWN],
        "form": form or WebhookForm(owned_by(request.user), None, {"url": found.url, "events": found.events}),
    }
    return render(request, "webhooks/webhook.html", shown)
