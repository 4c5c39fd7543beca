"""The Django half: teams, studies, the queue."""

from nas_engine.unpickling import refuse_unpickling

refuse_unpickling()  # in every process of ours, before anything else is imported

from webapp.celery import app as celery_app  # noqa: E402 - see the line above

__all__ = ["celery_app"]
