"""What every process of the web half imports, once for all that are forked."""

import django

django.setup()

import sklearn.datasets  # noqa: E402, F401 - what the digits are read with
import torch  # noqa: E402, F401 - a worker's child would import it after the fork
import uvicorn  # noqa: E402, F401

import nas_engine.run  # noqa: E402, F401
import webapp.asgi  # noqa: E402
import webapp.runs.tasks  # noqa: E402, F401
from nas_engine.unpickling import allow_unpickling  # noqa: E402

allow_unpickling(  # how a fork is told what to be; the product itself forks nothing so
    [
        "multiprocessing.context.ForkServerProcess",
        "multiprocessing.process.AuthenticationString",
        *(f"tests.chaos.forked.{name}" for name in ("_begin", "as_sweeper", "as_web", "as_worker")),
    ]
)
