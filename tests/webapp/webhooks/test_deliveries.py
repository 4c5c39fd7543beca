"""What happens to runs is told to webhooks: signed, at least once, with a stable id, and not for ever."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.conftest import DRAWS, Messages
from tests.webapp.webhooks.conftest import Receiver
from webapp.accounts.models import Role, Team, User
from webapp.refusals import Conflict, NotAllowed
from webapp.runs.models import Run
from webapp.runs.services.control import cancel, start_run
from webapp.runs.services.sweep import sweep
from webapp.studies.models import Study
from webapp.webhooks.models import Delivery, Webhook
from webapp.webhooks.secrets import secret_of
from webapp.webhooks.services import deliver as deliveries
from webapp.webhooks.services.change import MOST, change_webhook, create_webhook, rotate_secret, try_webhook
from webapp.webhooks.services.deliver import MOST_FAILURES, PAUSES, deliver
from webapp.webhooks.services.sweep import KEPT, sweep_deliveries

State = Delivery.State


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver checks it, by the standard's words alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mine = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{mine}" in headers["webhook-signature"].split(" ")


def grown_due() -> None:
    Delivery.objects.filter(state__in=deliveries.OPEN).update(due=timezone.now() - timedelta(seconds=1))


def test_a_run_is_told_from_its_beginning_to_its_end(
    webhook: Webhook, receiver: Receiver, team: Team, messages: Messages
) -> None:
    study = Study.objects.create(team=team, name="three draws", recipe=DRAWS)
    run = start_run(study)
    messages.drain()
    told = [json.loads(body) for _, body in receiver.got]
    kinds = [one["type"] for one in told]
    assert kinds[:2] == ["run.started", "run.stage_started"]
    assert kinds[-2:] == ["run.stage_finished", "run.ended"]
    assert "run.improved" in kinds
    assert all(is_signed(secret_of(webhook), headers, body) for headers, body in receiver.got)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == len(told)
    assert told[-1]["data"]["run"]["id"] == str(run.pk)
    assert told[-1]["data"]["study"]["name"] == "three draws"
    assert told[-1]["data"]["fact"]["status"] == "finished"
    assert [one["data"]["seq"] for one in told] == sorted(one["data"]["seq"] for one in told)
    best = [one["data"]["fact"]["score"] for one in told if one["type"] == "run.improved"]
    assert best == sorted(best)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}


def test_a_webhook_hears_only_what_it_asked_for_and_only_of_its_team(
    webhook: Webhook, owner: User, messages: Messages
) -> None:
    change_webhook(owner, webhook, None, [Webhook.Kind.ENDED], None)
    others = Study.objects.create(team=Team.objects.create(name="others"), name="theirs", recipe=DRAWS)
    ours = Study.objects.create(team=webhook.team, name="ours", recipe=DRAWS)
    for study in (others, ours):
        cancel(start_run(study).pk)
    delivery = Delivery.objects.get()
    assert delivery.kind == "run.ended"
    assert json.loads(delivery.body)["data"]["study"]["name"] == "ours"
    assert ("webhooks.deliver", str(delivery.pk)) in messages.waiting


def test_what_fails_is_tried_again_with_growing_pauses_and_the_same_id_and_body(
    webhook: Webhook, owner: User, receiver: Receiver, messages: Messages
) -> None:
    receiver.status = 500
    row = try_webhook(owner, webhook)
    messages.drain()
    row.refresh_from_db()
    assert (row.state, row.attempt, row.status) == (State.WAITING, 1, 500)
    assert 3 < (row.due - timezone.now()).total_seconds() <= PAUSES[0]
    assert not deliver(row.pk)  # not yet
    grown_due()
    assert deliver(row.pk)
    row.refresh_from_db()
    assert 25 < (row.due - timezone.now()).total_seconds() <= PAUSES[1]
    receiver.status = 200
    grown_due()
    assert deliver(row.pk)
    row.refresh_from_db()
    webhook.refresh_from_db()
    assert (row.state, row.attempt, webhook.failures) == (State.DELIVERED, 3, 0)
    assert len({(headers["webhook-id"], body) for headers, body in receiver.got}) == 1
    assert not deliver(row.pk)


def test_after_the_last_pause_it_has_failed(
    webhook: Webhook, owner: User, receiver: Receiver, messages: Messages
) -> None:
    receiver.status = 503
    row = try_webhook(owner, webhook)
    messages.waiting.clear()
    for _ in range(len(PAUSES) + 3):
        grown_due()
        deliver(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempt) == (State.FAILED, len(PAUSES) + 1)
    assert row.ended is not None


def test_too_many_failures_in_a_row_switch_it_off_with_the_reason_and_by_hand_it_goes_on(
    webhook: Webhook, owner: User, receiver: Receiver, messages: Messages
) -> None:
    receiver.status = 302
    for _ in range(MOST_FAILURES):
        try_webhook(owner, webhook)
    messages.drain()
    webhook.refresh_from_db()
    assert not webhook.active
    assert webhook.reason == (
        f"{MOST_FAILURES} attempts in a row failed; the last: it answered 302; redirects are not followed"
    )
    assert len(receiver.got) == MOST_FAILURES  # nobody went elsewhere
    grown_due()
    assert sweep_deliveries() == {"delivered": 0}
    with pytest.raises(Conflict):
        try_webhook(owner, webhook)
    receiver.status = 204
    change_webhook(owner, webhook, None, None, True)
    grown_due()
    Delivery.objects.update(created=timezone.now() - timedelta(minutes=1))
    assert sweep_deliveries() == {"delivered": MOST_FAILURES}
    messages.drain()
    webhook.refresh_from_db()
    assert (webhook.active, webhook.reason, webhook.failures) == (True, "", 0)


def test_a_receiver_that_wants_no_more_is_believed_at_once(
    webhook: Webhook, owner: User, receiver: Receiver, messages: Messages
) -> None:
    receiver.status = 410
    try_webhook(owner, webhook)
    messages.drain()
    webhook.refresh_from_db()
    assert (webhook.active, webhook.reason) == (False, "it answered 410: gone")


def test_a_name_that_leads_inside_by_now_is_not_called_and_the_reason_is_shown(
    webhook: Webhook, owner: User, receiver: Receiver, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.environment.environment.webhook_hosts", [])
    row = try_webhook(owner, webhook)
    messages.drain()
    row.refresh_from_db()
    assert receiver.got == []
    assert "127.0.0.1 is no address of the whole internet" in row.error


def test_lost_messages_and_dead_workers_cost_no_delivery(
    webhook: Webhook, owner: User, receiver: Receiver, messages: Messages
) -> None:
    row = try_webhook(owner, webhook)
    messages.waiting.clear()
    Delivery.objects.update(created=timezone.now() - timedelta(minutes=1))
    assert sweep()["delivered"] == 1
    assert sweep()["delivered"] == 0  # it was just asked for
    assert deliveries._claimed(row.pk) is not None  # and the worker died
    messages.drain()
    assert receiver.got == []
    grown_due()
    Delivery.objects.update(sent=timezone.now() - timedelta(minutes=1))
    assert sweep()["delivered"] == 1
    messages.drain()
    row.refresh_from_db()
    assert (row.state, row.attempt, len(receiver.got)) == (State.DELIVERED, 2, 1)


def test_a_slow_receiver_holds_no_more_than_two_places(webhook: Webhook, owner: User, messages: Messages) -> None:
    rows = [try_webhook(owner, webhook) for _ in range(3)]
    messages.waiting.clear()
    claimed = [deliveries._claimed(row.pk) for row in rows]
    assert [one is not None for one in claimed] == [True, True, False]


def test_a_rotated_secret_signs_beside_the_new_one_for_a_day(
    webhook: Webhook, owner: User, receiver: Receiver, messages: Messages
) -> None:
    before, after = secret_of(webhook), rotate_secret(owner, webhook)
    assert before != after
    try_webhook(owner, webhook)
    messages.drain()
    assert all(is_signed(secret, *receiver.got[0]) for secret in (before, after))
    Webhook.objects.update(rotated=timezone.now() - timedelta(days=2))
    try_webhook(owner, webhook)
    messages.drain()
    assert [is_signed(secret, *receiver.got[1]) for secret in (before, after)] == [False, True]


def test_old_deliveries_are_removed(webhook: Webhook, owner: User, messages: Messages) -> None:
    try_webhook(owner, webhook)
    messages.drain()
    sweep_deliveries()
    assert Delivery.objects.count() == 1
    Delivery.objects.update(created=timezone.now() - KEPT - timedelta(hours=1))
    sweep_deliveries()
    assert not Delivery.objects.exists()


def test_only_owners_manage_webhooks_and_not_without_end(webhook: Webhook, owner: User, team: Team) -> None:
    for _ in range(MOST - 1):
        create_webhook(owner, team, webhook.url, [])
    with pytest.raises(Conflict):
        create_webhook(owner, team, webhook.url, [])
    team.memberships.update(role=Role.EDITOR)
    with pytest.raises(NotAllowed):
        create_webhook(owner, team, webhook.url, [])
    with pytest.raises(NotAllowed):
        rotate_secret(owner, webhook)


def test_facts_that_nobody_hears_of_cost_nothing(team: Team, messages: Messages) -> None:
    run = start_run(Study.objects.create(team=team, name="quiet", recipe=DRAWS))
    messages.drain()
    assert not Delivery.objects.exists()
    assert Run.objects.get(pk=run.pk).status == Run.Status.FINISHED
