"""The admin: every row has a page, and a user that is made there can log in."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.webapp.conftest import Messages
from webapp.accounts.models import User
from webapp.runs.models import Run

OURS = [
    model
    for app in apps.get_app_configs()
    if app.name.startswith("webapp.")
    for model in app.get_models()
    if model.__name__ != "Membership"  # inside its team
]


@pytest.fixture
def browser(transactional_db: None) -> Client:  # noqa: ARG001 - the database comes first
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", "a long enough password"))
    return client


def test_every_model_is_registered() -> None:
    assert {model for model in OURS if model not in admin.site._registry} == set()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_model_has_a_list_and_a_page_for_each_row(
    browser: Client,
    model: type,
    run: Run,  # noqa: ARG001 - rows to look at
    messages: Messages,
) -> None:
    messages.drain()
    where = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert browser.get(reverse(f"{where}_changelist")).status_code == 200
    for row in model.objects.all()[:1]:
        assert browser.get(reverse(f"{where}_change", args=(row.pk,))).status_code == 200


def test_a_user_that_is_made_there_can_log_in(browser: Client) -> None:
    password = "correct horse battery staple"
    given = {"email": "new@example.org", "usable_password": "true", "password1": password, "password2": password}
    assert browser.post(reverse("admin:accounts_user_add"), given).status_code == 302
    assert Client().login(username="new@example.org", password=password)


def test_what_services_write_is_not_changed_there(browser: Client, run: Run) -> None:
    answer = browser.post(reverse("admin:runs_run_change", args=(run.pk,)), {"status": "finished"})
    assert answer.status_code == 403
    run.refresh_from_db()
    assert run.status == Run.Status.RUNNING
