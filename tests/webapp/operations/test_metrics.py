"""What Prometheus is told, held against rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tests.webapp.conftest import Messages
from webapp.accounts.models import Team
from webapp.environment import environment
from webapp.runs.models import Run, Work
from webapp.runs.services.claim import claim
from webapp.runs.services.control import pause
from webapp.runs.services.presence import say_alive
from webapp.runs.services.sweep import sweep
from webapp.studies.models import Study

MOST_QUERIES = 15
Sample = tuple[str, frozenset[tuple[str, str]]]


def scraped() -> dict[Sample, float]:
    """Every sample by its name and labels."""
    answer = Client().get("/metrics/")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def sample(name: str, **labels: str) -> float:
    return scraped()[f"spacewright_{name}", frozenset(labels.items())]


def test_an_empty_studio_has_every_series_at_zero(transactional_db: None) -> None:  # noqa: ARG001
    found = {key: value for key, value in scraped().items() if key[0].startswith("spacewright_")}
    assert {name for name, _ in found} >= {
        "spacewright_studies",
        "spacewright_work",
        "spacewright_queue_age_seconds",
        "spacewright_lease_age_seconds",
        "spacewright_work_failures_total",
        "spacewright_workers_alive",
        "spacewright_event_lag_seconds_count",
    }
    assert not any(value for (name, _), value in found.items() if "event_lag" not in name)


def test_a_run_is_seen_as_it_goes(run: Run, messages: Messages) -> None:
    assert sample("studies", status="running") == 1
    messages.take()  # the first decision
    assert sample("work", status="queued") == 1
    work = run.works.get()
    assert claim(work.pk, "here/cpu") is not None
    assert (sample("work", status="queued"), sample("work", status="running")) == (0, 1)
    Work.objects.update(heartbeat=timezone.now() - timedelta(seconds=40))
    assert 40 <= sample("lease_age_seconds") < 100
    Run.objects.update(status=Run.Status.FINISHED)
    assert (sample("studies", status="running"), sample("studies", status="finished")) == (0, 1)


def test_the_seconds_of_work_are_told_once_its_run_has_heard(run: Run, messages: Messages) -> None:
    messages.take()
    work = run.works.get()
    for ordinal, seconds in enumerate((0.05, 2.0, 20_000.0), start=1):
        told = {"status": Work.Status.DONE, "told": True, "ended": timezone.now(), "seconds": seconds}
        Work.objects.create(
            run=run, key=f"{ordinal}", ordinal=ordinal, kind="evaluate", value={}, queued=work.queued, **told
        )
    assert sample("work_seconds_count", kind="evaluate") == 3
    assert sample("work_seconds_sum", kind="evaluate") == pytest.approx(20_002.05)
    below = {
        most: sample("work_seconds_bucket", kind="evaluate", le=most)
        for most in ("0.1", "1.0", "5.0", "14400.0", "+Inf")
    }
    assert below == {"0.1": 1, "1.0": 1, "5.0": 2, "14400.0": 2, "+Inf": 3}
    Work.objects.update(told=False)
    assert not [name for name, _ in scraped() if name.startswith("spacewright_work_seconds")]


def test_what_waits_grows_older_though_the_sweeper_sends_it_again(run: Run, messages: Messages) -> None:
    messages.take()
    Work.objects.update(queued=timezone.now() - timedelta(minutes=10))
    assert sweep()["sent"] == 1
    assert sweep()["sent"] == 0  # not before it has waited once more
    assert 600 <= sample("queue_age_seconds", queue="device") < 700
    pause(run.pk)
    assert sample("queue_age_seconds", queue="device") == 0


def test_a_run_that_is_not_decided_is_the_short_queues(run: Run, messages: Messages) -> None:
    Run.objects.update(created=timezone.now() - timedelta(minutes=10))
    assert 600 <= sample("queue_age_seconds", queue="short") < 700
    messages.take()
    assert sample("queue_age_seconds", queue="short") == 0
    Work.objects.update(status=Work.Status.DONE, ended=timezone.now() - timedelta(minutes=5))  # and untold
    assert 300 <= sample("queue_age_seconds", queue="short") < 400
    assert run.works.count() == 1


def test_workers_and_failures_are_counted(run: Run, messages: Messages) -> None:
    messages.take()
    say_alive({"here/cpu": 1.0, "here/gpu-0": 1.0, "here/short": 1.0})
    Work.objects.update(reason="out of memory", ended=timezone.now())
    assert (sample("workers_alive", role="short"), sample("workers_alive", role="device")) == (1, 2)
    assert sample("work_failures_total", reason="out of memory") == 1
    assert sample("work_failures_total", reason="lost worker") == 0
    assert run.works.count() == 1


@pytest.fixture
def many(transactional_db: None) -> int:  # noqa: ARG001 - the database comes first
    """Ten thousand pieces of work, of a hundred studies, in every status."""
    team, now = Team.objects.create(name="large"), timezone.now()
    studies = Study.objects.bulk_create(Study(team=team, name=f"{n}", recipe={}) for n in range(100))
    runs = Run.objects.bulk_create(Run(study=study, recipe={}) for study in studies)
    statuses = Work.Status.values
    Work.objects.bulk_create(
        Work(
            run=run,
            key=f"{n}",
            ordinal=n,
            kind=f"kind {n % 5}",
            value={},
            status=statuses[n % 4],
            queued=now,
            ended=now,
            told=n % 4 == 2,
            seconds=n,
        )
        for run in runs
        for n in range(100)
    )
    return Work.objects.count()


def queries() -> int:
    with CaptureQueriesContext(connection) as captured:
        scraped()
    return len(captured)


@pytest.mark.django_db(transaction=True)
def test_a_scrape_asks_as_little_of_ten_thousand_pieces_of_work_as_of_none(request: pytest.FixtureRequest) -> None:
    before = queries()
    assert request.getfixturevalue("many") == 10_000
    assert queries() == before <= MOST_QUERIES
    assert sample("work", status="queued") == 2500


def test_a_database_that_is_away_is_said_so(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:  # noqa: ARG001
    from django.db import OperationalError

    def away(*_: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("webapp.operations.metrics._works", away)
    assert Client().get("/metrics/").status_code == 503


def test_a_token_is_wanted_where_one_is_set(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:  # noqa: ARG001
    monkeypatch.setattr(environment, "metrics_token", "a-token")
    refused = Client().get("/metrics/")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert Client().get("/metrics/", headers={"Authorization": "Bearer a-token"}).status_code == 200
