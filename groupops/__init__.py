"""GroupOps: a self-hosted dashboard for operating chat groups."""

from groupops.celery import app as celery_app

__all__ = ["celery_app"]
