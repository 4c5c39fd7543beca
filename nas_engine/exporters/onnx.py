"""ONNX: the network as one file that other runtimes read, compared with torch before it is given out."""

from __future__ import annotations

import json
import logging
import warnings
from typing import TYPE_CHECKING, Any, ClassVar

from nas_engine.errors import EvaluationFailed
from nas_engine.exporters.base import Exporter, TrainedNetwork

if TYPE_CHECKING:
    from torch import Tensor, nn

FILE, INPUT, OUTPUT = "network.onnx", "images", "scores"
RELATIVE, ABSOLUTE = 1e-3, 1e-5  # how far the two runtimes may be apart
BATCHES = (1, 7)  # that both must answer alike


class Onnx(Exporter):
    """`network.onnx`: any batch; classes, normalisation and size in its metadata; answers as torch does, or it is not written.

    **Shapes**: `images` (B, C, H, W), float32, resized and normalised -> `scores` (B, classes), before softmax.
    """

    kind: ClassVar[str] = "onnx"
    packages: ClassVar[tuple[str, ...]] = ("onnx", "onnxscript", "onnxruntime")
    extra: ClassVar[str] = "onnx"

    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        """Raises EvaluationFailed where ONNX Runtime does not answer what torch answers."""
        import torch

        built = network.space.build(network.architecture, network.shape)
        built.load_state_dict(network.tensors)
        built = built.to(device="cpu", memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
        data = converted(built, network)
        compare(data, built, network)
        return {FILE: data}


def converted(built: nn.Module, network: TrainedNetwork) -> bytes:
    """The network as an ONNX file. It holds no word of where and when it was made."""
    import torch

    shape = network.shape
    example = torch.zeros(2, shape.channels, shape.height, shape.width)
    registry = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = registry.level
    registry.setLevel(logging.ERROR)  # it says of each import that there is no torchvision
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of torch about itself
            program = torch.onnx.export(
                built,
                (example,),
                dynamo=True,
                verbose=False,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=({0: torch.export.Dim("batch")},),
            )
    finally:
        registry.setLevel(level)
    assert program is not None
    model = program.model_proto
    _forget_the_making(model.graph)
    del model.metadata_props[:]
    for name, text in metadata(network).items():
        model.metadata_props.add(key=name, value=text)
    return bytes(model.SerializeToString(deterministic=True))


def metadata(network: TrainedNetwork) -> dict[str, str]:
    """What a program that loads the file has to know: texts, lists and objects as JSON."""
    how, cost = network.preprocessing, network.block.cost
    return {
        "name": network.name,
        "architecture": network.architecture.key,
        "data": network.data,
        "classes": json.dumps(how.classes),
        "input": INPUT,
        "channels": str(network.shape.channels),
        "height": str(how.height),
        "width": str(how.width),
        "resize": "area",
        "normalisation": json.dumps({"mean": how.mean, "deviation": how.deviation, "of": "raw pixels, by channel"}),
        "params": str(cost.params),
        "madds": str(cost.madds),
    }


def compare(data: bytes, built: nn.Module, network: TrainedNetwork) -> None:
    """Let both runtimes answer the same images. Raises EvaluationFailed where they do not agree."""
    import onnxruntime
    import torch

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    for batch in BATCHES:
        images = torch.randn(
            batch, network.shape.channels, network.shape.height, network.shape.width, generator=generator
        )
        with torch.no_grad():
            wanted = built(images)
        (answer,) = session.run([OUTPUT], {INPUT: images.numpy()})
        got: Any = torch.from_numpy(answer)
        if not agree(got, wanted):
            apart = float((got - wanted).abs().max()) if got.shape == wanted.shape else float("nan")
            raise EvaluationFailed(
                "ours",
                f"the ONNX file of network {network.architecture.key} does not answer what torch answers: for {batch} "
                f"images the scores are {apart:.3g} apart, wanted {RELATIVE:g} of each and {ABSOLUTE:g} at most; "
                "leave 'onnx' out of the recipe's exporters, and please report this mistake",
            )


def agree(got: Tensor, wanted: Tensor) -> bool:
    """Whether scores are equal within the tolerance, and name the same classes. **Shapes**: both (B, classes)."""
    import torch

    if got.shape != wanted.shape or not torch.allclose(got, wanted, rtol=RELATIVE, atol=ABSOLUTE):
        return False
    chosen = wanted.gather(1, got.argmax(dim=1, keepdim=True)).squeeze(1)
    best = wanted.amax(dim=1)  # two that are equal within the tolerance may change places
    return bool(torch.allclose(chosen, best, rtol=RELATIVE, atol=ABSOLUTE))


def _forget_the_making(graph: Any) -> None:
    """Remove what the exporter notes of itself: source files, line numbers, its own names of steps."""
    graph.doc_string = ""
    del graph.metadata_props[:]
    for part in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]
