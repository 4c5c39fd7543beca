from __future__ import annotations

from nas_engine.chance import Chance
from nas_engine.components import checked
from nas_engine.operators import Declared
from tests.engine.operators.declared_samples import GATED, SAMPLES, Step


def label(nodes: list[Step]) -> str:
    return checked(Declared, {"nodes": nodes}).label


def shuffled(nodes: list[Step], chance: Chance) -> list[Step]:
    """The same operator: other names, steps in another order that can be computed, what is added in another order."""
    written, before = [], "x"
    for number, step in enumerate(nodes):
        name, default = step.get("name", f"own{number}"), () if step["kind"] == "skip" else (before,)
        written.append({**step, "name": name, "inputs": list(step.get("inputs", default))})
        before = name
    left, done, names = list(written), [], {"x": "x"}
    while left:
        ready = [step for step in left if set(step["inputs"]) <= names.keys()]
        step = chance.pick(ready)
        left.remove(step)
        inputs = [names[name] for name in step["inputs"]]
        if step["kind"] in ("add", "multiply"):
            inputs = [inputs[place] for place in chance.permutation(len(inputs))]
        names[step["name"]] = f"step{len(done)}"
        done.append({**step, "name": names[step["name"]], "inputs": inputs})
    return done


def test_one_operator_has_one_label_however_it_is_written() -> None:
    chance = Chance(3)
    for name, nodes in SAMPLES.items():
        for _ in range(5):
            assert label(shuffled(nodes, chance)) == label(nodes), name


def test_the_order_of_what_is_concatenated_counts() -> None:
    ways: list[Step] = [
        {"kind": "pool", "stride": True, "name": "a"},
        {"kind": "pool", "function": "avg", "stride": True, "inputs": ["x"], "name": "b"},
    ]
    one, other = ([*ways, {"kind": "concat", "inputs": list(inputs)}] for inputs in ("ab", "ba"))
    assert label(one) != label(other)


def test_twins_are_told_apart_by_what_follows_them() -> None:
    """Two equal branches of which one is read twice: whichever it is that was written first."""
    twin = {"kind": "conv", "width": "out", "stride": True, "inputs": ["x"]}
    labels = set()
    for first, second in ("ab", "ba"):
        nodes = [
            {**twin, "name": first},
            {**twin, "name": second},
            {"kind": "norm", "inputs": ["a"], "name": "n"},
            {"kind": "add", "inputs": ["a", "b", "n"]},
        ]
        labels.add(label(nodes))
    assert len(labels) == 1


def test_other_steps_have_another_label() -> None:
    for number, step in enumerate(GATED):
        if step["kind"] == "activation":
            other = [*GATED[:number], {**step, "function": "relu"}, *GATED[number + 1 :]]
            assert label(other) != label(GATED)
