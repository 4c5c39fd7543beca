"""The queue's application. Messages are hints: JSON only, no results kept, nothing retried by the broker."""

import os
import warnings

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from nas_engine.unpickling import allow_unpickling

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

# What it warns of is unpickling as root; JSON is all that is taken here.
warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")

app = Celery("spacewright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_send_task_events=False,
    worker_proc_alive_timeout=60,  # a child that begins may wait for the database
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 10, "socket_connect_timeout": 5},
    task_default_queue="short",
    task_routes={name: {"queue": "device"} for name in ("runs.perform_work", "datasets.check_upload")},
)


@setup_logging.connect
def keep_ours(**_: object) -> None:
    """Celery would log in a form of its own: the settings say how, and Django has seen to it."""


app.autodiscover_tasks(["webapp.runs", "webapp.datasets", "webapp.webhooks"])


@worker_process_init.connect
def take_tasks(**_: object) -> None:
    """A worker's child is told what to do through a pipe of its parent's, by this function's name: the one exception there is."""
    allow_unpickling(["celery.app.trace.fast_trace_task"])
