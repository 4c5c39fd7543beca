"""Who submitted a study is told once that a run of it has ended, by real mail; a mail server that is away costs nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.webapp.conftest import Messages
from tests.webapp.mailbox import Mailbox
from webapp.accounts.models import Membership, Role, User
from webapp.environment import environment
from webapp.mail import CONSOLE, link_to
from webapp.runs.models import Run
from webapp.runs.services.control import cancel
from webapp.runs.services.notify import tell_ended, untold
from webapp.runs.services.transfer import export_run, import_run
from webapp.runs.tasks import advance_run_task, tell_aside
from webapp.studies.models import Study

HANG = 60.0  # seconds


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with Mailbox() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


@pytest.fixture
def submitter(run: Run) -> User:
    user = User.objects.create_user("me@example.org")
    Membership.objects.create(user=user, team=run.study.team, role=Role.EDITOR)
    run.study.created_by = user
    run.study.save()
    return user


@pytest.fixture
def ended(run: Run, submitter: User, messages: Messages) -> Run:
    """It has found something; who submitted it knows nothing yet."""
    assert submitter.wants_mail
    messages.drain()
    run.refresh_from_db()
    assert (run.status, run.notified) == (Run.Status.FINISHED, None)
    return run


def test_the_mail_says_how_it_ended_and_leads_there(ended: Run, mailbox: Mailbox) -> None:
    assert tell_ended(ended.pk)
    message = mailbox.waited_for(0)
    assert (message["to"], message["subject"]) == ("me@example.org", "three draws: finished")
    said = message.get_content()
    best = ended.candidates.filter(improved=True).order_by("-number")[0]
    assert f"Best score {best.score:.4f}" in said
    assert f"/studies/{ended.study_id}/?run={ended.pk}" in said
    ended.refresh_from_db()
    assert ended.notified == ended.ended


def test_it_is_told_once_whoever_asks(ended: Run, mailbox: Mailbox) -> None:
    told = [tell_ended(ended.pk) for _ in range(3)]
    call_command("sweep", once=True)
    advance_run_task(str(ended.pk))
    assert told == [True, False, False]
    assert len(mailbox.messages) == 1


def test_a_run_that_was_tried_again_tells_its_next_end(ended: Run, mailbox: Mailbox) -> None:
    assert tell_ended(ended.pk)
    Run.objects.filter(pk=ended.pk).update(status=Run.Status.FAILED, reason="the disk is full", ended=timezone.now())
    assert tell_ended(ended.pk)
    assert "the disk is full" in mailbox.waited_for(1).get_content()


def test_the_decision_that_ends_a_run_has_it_told(
    run: Run, submitter: User, messages: Messages, mailbox: Mailbox
) -> None:
    while messages.waiting:
        name, identity = messages.waiting[0]
        if name == "runs.advance_run":
            messages.waiting.pop(0)
            advance_run_task(identity)
        else:
            messages.take()
    assert mailbox.waited_for(0)["to"] == submitter.email
    run.refresh_from_db()
    assert run.notified is not None


@pytest.mark.parametrize("why", ["opted out", "left the team", "not active", "nobody", "cancelled", "long ago"])
def test_who_is_not_to_be_told_is_not(
    run: Run, submitter: User, messages: Messages, mailbox: Mailbox, why: str
) -> None:
    if why == "cancelled":
        cancel(run.pk)
    messages.drain()
    if why == "opted out":
        User.objects.update(wants_mail=False)
    elif why == "left the team":
        Membership.objects.all().delete()
    elif why == "not active":
        User.objects.update(is_active=False)
    elif why == "nobody":
        submitter.delete()
    elif why == "long ago":
        Run.objects.update(ended=timezone.now() - timedelta(days=2))
    assert not tell_ended(run.pk)
    assert not untold().exists()  # and nobody tries again
    assert mailbox.messages == []


def test_without_a_mail_server_nothing_is_sent_then_or_later(ended: Run, mailbox: Mailbox, settings: Any) -> None:
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, CONSOLE
    assert not tell_ended(ended.pk)
    settings.EMAIL_BACKEND = backend
    assert not tell_ended(ended.pk)
    assert mailbox.messages == []


def test_a_mail_server_that_is_away_loses_nothing(ended: Run, mailbox: Mailbox, settings: Any) -> None:
    settings.EMAIL_PORT = 9  # nobody listens there
    assert not tell_ended(ended.pk)
    assert untold().filter(pk=ended.pk).exists()
    settings.EMAIL_PORT = mailbox.port
    call_command("sweep", once=True)
    assert mailbox.waited_for(0)["subject"] == "three draws: finished"
    assert not untold().exists()


def test_a_mail_server_that_hangs_holds_nothing_up(ended: Run, mailbox: Mailbox, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 3
        thread = tell_aside([str(ended.pk)])
        caller, _ = silent.accept()
        assert thread.is_alive()  # we are here, and it waits
        thread.join(HANG)
        caller.close()
    assert mailbox.messages == []
    assert untold().filter(pk=ended.pk).exists()


def test_a_name_of_two_lines_is_a_subject_of_one(ended: Run, mailbox: Mailbox) -> None:
    ended.study.name = "two\r\nBcc: others@example.org"
    ended.study.save()
    assert tell_ended(ended.pk)
    assert mailbox.waited_for(0)["subject"] == "two Bcc: others@example.org: finished"


def test_links_lead_to_the_address_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert link_to("/a/") == f"http://127.0.0.1:{environment.port}/a/"
    monkeypatch.setattr(environment, "site_url", "https://studio.example/")
    assert link_to("/a/") == "https://studio.example/a/"


def test_a_user_chooses_on_the_account_page(submitter: User, settings: Any) -> None:
    client = Client()
    client.force_login(submitter)
    assert 'name="wants_mail" checked' in client.get("/account/").content.decode()
    for given, wanted in (({}, False), ({"wants_mail": "on"}, True)):
        assert client.post("/account/", given)["Location"] == "/account/"
        submitter.refresh_from_db()
        assert submitter.wants_mail is wanted
    settings.EMAIL_BACKEND = CONSOLE
    page = client.get("/account/").content.decode()
    assert "sends no mail" in page
    assert "wants_mail" not in page


def test_a_run_that_had_ended_before_it_was_imported_is_not_told(ended: Run, submitter: User, tmp_path: Any) -> None:
    export_run(ended.pk, tmp_path / "run")
    other = Study.objects.create(team=ended.study.team, name="again", recipe=ended.recipe, created_by=submitter)
    Run.objects.filter(pk=ended.pk).delete()
    run = import_run(tmp_path / "run", other)
    assert run.status == Run.Status.FINISHED
    assert not untold().exists()
