"""What every process of the web half imports, once for all that are forked."""

import django

django.setup()

import sklearn.datasets  # noqa: E402, F401 - what the digits are read with
import torch  # noqa: E402, F401 - a worker's child would import it after the fork
import uvicorn  # noqa: E402, F401

import nas_engine.run  # noqa: E402, F401
import webapp.asgi  # noqa: E402
import webapp.runs.tasks  # noqa: E402, F401
