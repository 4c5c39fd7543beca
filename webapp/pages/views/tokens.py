"""The Tokens page: what your scripts are let in with."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from webapp.accounts.forms import NewToken
from webapp.accounts.selectors import tokens_of
from webapp.accounts.services.tokens import end_token, make_token
from webapp.pages.requests import Asked


@login_required
@never_cache
def tokens(request: Asked) -> HttpResponse:
    """A post makes one. The token itself is in that answer and nowhere else."""
    form, secret = NewToken(request.user, request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        made, secret = make_token(request.user, form.cleaned_data["name"], form.limits())
        form = NewToken(request.user)
        messages.success(request, f"Made “{made.name}”.")
    shown = {"page": "account", "form": form, "secret": secret, "tokens": tokens_of(request.user)}
    return render(request, "accounts/tokens.html", shown)


@login_required
@require_POST
def revoke_token(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Whoever holds it is let in no more; a live socket ends within seconds."""
    found = get_object_or_404(tokens_of(request.user), pk=pk)
    end_token(found)
    messages.success(request, f"Revoked “{found.name}”.")
    return redirect("tokens")
