"""What Prometheus scrapes: counted from rows at the moment that it asks, so that no restart loses anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Now
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp.live.lag import EVENT_LAG
from webapp.pages.reasons import MEANINGS
from webapp.runs.models import GOING_ON, Run, Work
from webapp.runs.selectors.waiting import claimable
from webapp.runs.selectors.workers import alive
from webapp.studies.models import Study

BUCKETS = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400)  # seconds; an evaluation, a training, a day
NO_RUN = "not started"


class Rows(Collector):
    """The rows as metrics, in a number of queries that does not depend on how many rows there are."""

    def collect(self) -> Iterator[Metric]:
        yield from (_studies(), _works(), _queue_age(), _lease_age(), _durations(), _failures(), _workers())

    def describe(self) -> list[Metric]:
        """None: the registry would otherwise ask the database for the names when this is imported."""
        return []


def _studies() -> Metric:
    """By the status of each one's newest run."""
    found = GaugeMetricFamily("spacewright_studies", "Studies, by the status of their newest run.", labels=["status"])
    newest = Run.objects.filter(study=OuterRef("pk")).order_by("-created").values("status")[:1]
    rows = Study.objects.order_by().annotate(newest=Coalesce(Subquery(newest), Value(NO_RUN))).values_list("newest")
    return _counted(found, [*Run.Status.values, NO_RUN], dict(rows.annotate(Count("pk"))))


def _works() -> Metric:
    found = GaugeMetricFamily("spacewright_work", "Pieces of work, by status.", labels=["status"])
    return _counted(
        found, Work.Status.values, dict(Work.objects.order_by().values_list("status").annotate(Count("pk")))
    )


def _queue_age() -> Metric:
    """Paused runs wait for nobody but their user, and are left out."""
    found = GaugeMetricFamily(
        "spacewright_queue_age_seconds", "How long what waits longest has waited.", labels=["queue"]
    )
    undecided = Run.objects.filter(status=Run.Status.RUNNING, wanted__in=GOING_ON)
    untold = Work.objects.filter(status=Work.Status.DONE, told__in=(False,), run__in=undecided)
    found.add_metric(["device"], _age(claimable(), "queued"))
    found.add_metric(["short"], max(_age(untold, "ended"), _age(undecided.filter(state__isnull=True), "created")))
    return found


def _lease_age() -> Metric:
    text = "How long ago the most silent worker that holds work wrote for it; beyond LEASE_SECONDS it loses it."
    return GaugeMetricFamily(
        "spacewright_lease_age_seconds", text, value=_age(Work.objects.filter(status=Work.Status.RUNNING), "heartbeat")
    )


def _durations() -> Metric:
    """Of what was done here: work that an earlier run had done, or that was imported, has no end of its own."""
    text = "Device seconds of work whose result its run has heard, all attempts together."
    found = HistogramMetricFamily("spacewright_work_seconds", text, labels=["kind"])
    told = Work.objects.filter(told=True, ended__isnull=False).order_by().values("kind")
    below = {f"below_{number}": Count("pk", filter=Q(seconds__lte=most)) for number, most in enumerate(BUCKETS)}
    rows: Iterable[Mapping[str, Any]] = told.annotate(count=Count("pk"), sum=Sum("seconds"), **below)
    for row in rows:
        counts = [(str(float(most)), row[f"below_{number}"]) for number, most in enumerate(BUCKETS)]
        found.add_metric([row["kind"]], [*counts, ("+Inf", row["count"])], row["sum"])
    return found


def _failures() -> Metric:
    text = "Pieces of work that failed, or in which a candidate did, by reason; fewer after a study was deleted."
    found = CounterMetricFamily("spacewright_work_failures", text, labels=["reason"])
    failed = Work.objects.filter(ended__isnull=False).exclude(reason="").order_by()
    return _counted(found, MEANINGS, dict(failed.values_list("reason").annotate(Count("pk"))))


def _workers() -> Metric:
    found = GaugeMetricFamily("spacewright_workers_alive", "Workers heard of in the last 20 seconds.", labels=["role"])
    found.add_metric(["short"], alive(decides=True))
    found.add_metric(["device"], alive(decides=False))
    return found


def _counted(family: GaugeMetricFamily | CounterMetricFamily, known: Iterable[str], counts: dict[str, int]) -> Metric:
    """Each known label, zero where there is none of it: a series that is missing looks like a scrape that failed."""
    for label in {**dict.fromkeys(known, 0), **counts}:
        family.add_metric([label], counts.get(label, 0))
    return family


def _age(rows: QuerySet[Any], field: str) -> float:
    """Seconds from the oldest stamp to now, by the database's clock; 0 where there is none."""
    age = rows.order_by().aggregate(age=ExpressionWrapper(Now() - Min(field), DurationField()))["age"]
    return max(0.0, (age or timedelta()).total_seconds())


registry = CollectorRegistry()
registry.register(Rows())
registry.register(EVENT_LAG)
ProcessCollector(registry=registry)
