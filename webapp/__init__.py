"""The Django half: teams, studies, the queue."""

from webapp.celery import app as celery_app

__all__ = ["celery_app"]
