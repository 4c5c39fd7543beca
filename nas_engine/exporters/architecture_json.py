"""The architecture as JSON: enough to build it again, count it and start a study from it."""

from __future__ import annotations

import json
from typing import ClassVar

from nas_engine.exporters.base import Exporter, TrainedNetwork
from nas_engine.spaces.document import document


class ArchitectureJson(Exporter):
    """`architecture.json`: skeleton, genes, input shape, cost; read by `python -m nas_engine count`."""

    kind: ClassVar[str] = "architecture_json"

    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        value = document(network.space, network.architecture, network.shape)
        return {"architecture.json": (json.dumps(value, indent=2) + "\n").encode()}
