"""Each check says nothing where all is well, and names what is wrong and its cure where it is not."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from tests.webapp.conftest import Messages
from tests.webapp.processes import Broker, free_port
from webapp.doctor.checklist import CHECKS
from webapp.doctor.checks import storage
from webapp.doctor.checks.broker import broker as look_at_broker
from webapp.doctor.checks.clocks import clocks
from webapp.doctor.checks.database import database, migrations
from webapp.doctor.checks.devices import devices
from webapp.doctor.checks.pages import hosts, packages
from webapp.doctor.checks.workers import leases, workers
from webapp.doctor.finding import Finding
from webapp.launch.broker import SETTINGS
from webapp.runs.models import Run, Work, Worker
from webapp.runs.services.claim import claim, reclaim_stale
from webapp.runs.services.presence import say_alive

Set = Callable[..., None]
AHEAD = timedelta(seconds=90)


def only(found: Iterable[Finding]) -> Finding:
    (one,) = found
    assert not one.wrong.endswith(".")
    assert len(one.cure) > 10
    return one


def test_what_rests_on_another_check_comes_after_it() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    for place, check in enumerate(CHECKS):
        assert set(check.needs) <= set(names[:place])


@pytest.mark.django_db
def test_a_database_that_cannot_be_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert list(database()) == []
    connection.close()
    refused = {"NAME": str(tmp_path / "no" / "such" / "folder"), "HOST": "127.0.0.1", "PORT": str(free_port())}
    monkeypatch.setattr(connection, "settings_dict", {**connection.settings_dict, **refused})
    found = only(database())
    assert "cannot be reached" in found.wrong
    assert "DATABASE_URL" in found.cure


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_named() -> None:
    assert list(migrations()) == []
    ((app, newest),) = MigrationLoader(connection).graph.leaf_nodes("runs")
    MigrationRecorder(connection).record_unapplied(app, newest)
    found = only(migrations())
    assert f"lacks 1 migrations: runs.{newest}" in found.wrong
    assert "migrate" in found.cure


def test_a_redis_that_throws_messages_away(broker: Broker, set_to: Set) -> None:
    set_to("broker", redis_url=broker.url)
    assert list(look_at_broker()) == []
    broker.client.config_set("maxmemory-policy", "allkeys-lru")
    found = only(look_at_broker())
    assert "allkeys-lru" in found.wrong
    assert "maxmemory-policy noeviction" in found.cure


def test_a_redis_that_does_not_answer_is_named_without_its_password(set_to: Set) -> None:
    port = free_port()
    set_to("broker", redis_url=f"redis://:secret@127.0.0.1:{port}/0")
    found = only(look_at_broker())
    assert f"127.0.0.1:{port}" in found.wrong
    assert "secret" not in found.wrong
    assert "REDIS_URL" in found.cure


def test_the_embedded_redis_is_found_by_its_settings(
    broker: Broker, set_to: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)  # one that is named would be looked at instead
    set_to("broker", var_dir=tmp_path)
    assert "make run" in only(look_at_broker()).cure
    broker.client.config_set("requirepass", "its own")
    (tmp_path / "redis").mkdir()
    port = broker.url.rpartition(":")[2].partition("/")[0]
    settings = SETTINGS.format(port=port, password="its own", folder=tmp_path)
    (tmp_path / "redis" / "redis.conf").write_text(settings)
    assert list(look_at_broker()) == []


@pytest.mark.django_db
def test_no_worker_or_only_one_kind_of_them() -> None:
    assert "no worker is alive that trains (0 pieces" in only(workers()).wrong
    say_alive({"here/short": 1.0})
    found = only(workers())
    assert "no worker is alive that trains" in found.wrong
    assert "make worker" in found.cure
    say_alive({"here/cpu": 1.0})
    assert list(workers()) == []
    Worker.objects.filter(name="here/short").update(seen=timezone.now() - timedelta(hours=1))
    assert "no worker is alive that decides" in only(workers()).wrong


def test_a_lease_that_nobody_takes_back(run: Run, messages: Messages) -> None:
    messages.take()
    work = claim(run.works.get().pk, "here/gpu-0")
    assert work is not None
    assert list(leases()) == []
    Work.objects.filter(pk=work.pk).update(heartbeat=timezone.now() - timedelta(hours=1))
    found = only(leases())
    assert "1 pieces of work are held" in found.wrong
    assert "here/gpu-0" in found.wrong
    assert "sweep" in found.cure
    assert reclaim_stale() == 1  # the cure
    assert list(leases()) == []


@pytest.mark.django_db
def test_a_worker_whose_clock_is_wrong() -> None:
    say_alive({"far.example/cpu": 1.0})
    assert list(clocks()) == []
    Worker.objects.update(clock=timezone.now() + AHEAD)
    found = only(clocks())
    assert "far.example/cpu is 90 s ahead of the database's" in found.wrong
    assert "far.example keep the time" in found.cure
    Worker.objects.update(seen=timezone.now() - timedelta(hours=1))  # a dead one's clock harms nobody
    assert list(clocks()) == []


@pytest.mark.django_db
def test_a_database_whose_clock_is_not_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + AHEAD)
    assert "the database's clock is 90 s behind this machine's" in only(clocks()).wrong


def test_storage_that_is_no_folder(files: Path, settings: Any) -> None:
    assert list(storage.storage()) == []
    assert list(files.iterdir()) == []  # nothing is left of the look
    (files / "a file").touch()
    settings.FILES = files / "a file" / "below"
    found = only(storage.storage())
    assert "not a directory" in found.wrong
    assert "VAR_DIR" in found.cure


def test_storage_that_takes_no_bytes(files: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        found = list(storage.storage())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert f"files cannot be written to {files}: file too large" in only(found).wrong
    assert list(files.iterdir()) == []


def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch, set_to: Set, files: Path) -> None:
    set_to("storage", var_dir=files.parent)
    monkeypatch.setattr(storage, "LEAST_SHARE", 0.0)
    monkeypatch.setattr(storage, "LEAST_FREE", 0)
    assert list(storage.disk()) == []
    monkeypatch.setattr(storage, "LEAST_FREE", 10**18)  # more than there is anywhere
    found = only(storage.disk())  # both folders are on one disk
    assert "nearly full" in found.wrong
    assert "delete studies" in found.cure


def test_a_gpu_that_torch_cannot_use(set_to: Set) -> None:
    set_to("devices", devices="cpu")
    assert list(devices()) == []
    set_to("devices", devices="cpu,63")
    found = only(devices())
    assert found.wrong.startswith("torch cannot use gpu-63")
    assert "TORCH_INDEX" in found.cure
    set_to("devices", devices="tpu")
    assert "'tpu' in it is no device" in only(devices()).wrong


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "studio.example"])
def test_pages_for_others_that_answer_to_no_name(host: str, set_to: Set) -> None:
    set_to("pages", host=host)
    found = only(hosts())
    assert f"HOST={host}" in found.wrong
    assert "ALLOWED_HOSTS=" in found.cure
    set_to("pages", host=host, allowed_hosts=["localhost", "studio.example"])
    assert list(hosts()) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_pages_for_this_machine_alone_need_no_name(host: str, set_to: Set) -> None:
    set_to("pages", host=host)
    assert list(hosts()) == []


def test_packages_of_the_pages_that_are_not_there(settings: Any, tmp_path: Path) -> None:
    for folder in settings.VENDORED.values():
        (tmp_path / folder).mkdir(parents=True)
    settings.NPM = tmp_path
    assert list(packages()) == []
    (tmp_path / settings.VENDORED["uplot"]).rmdir()
    found = only(packages())
    assert found.wrong.endswith(": uplot")
    assert "npm ci" in found.cure
