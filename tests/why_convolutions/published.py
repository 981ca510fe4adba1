"""Numbers that public courses print for their exercises: an oracle that is not ours.

``data/published_values.json`` names the source of each. ``origin`` is "published" where
the source prints the number and "computed" where an independent implementation gave it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_DATA = json.loads((Path(__file__).parent / "data" / "published_values.json").read_text())


@dataclass(frozen=True)
class Case:
    """One published example: how to draw its inputs, its settings and what it expects."""

    id: str
    exercise: str
    layout: str
    inputs: dict[str, Any]
    arguments: dict[str, int]
    expected: list[dict[str, Any]]
    atol: float

    def draw(self) -> dict[str, np.ndarray]:
        """Return the input arrays by name, in the layout of the source."""
        if self.inputs["generator"] == "legacy":
            state = np.random.RandomState(self.inputs["seed"])
            return {d["name"]: state.randn(*d["shape"]) for d in self.inputs["draws"]}
        return {
            d["name"]: np.linspace(d["start"], d["stop"], d["num"]).reshape(d["shape"])
            for d in self.inputs["draws"]
        }


def cases(exercise: str, generators: tuple[str, ...] = ("legacy", "linspace")) -> list[Case]:
    """Return the published cases of an exercise whose inputs come from these generators."""
    fields = Case.__dataclass_fields__
    return [
        Case(**{name: case[name] for name in fields})
        for case in _DATA["cases"]
        if case["exercise"] == exercise and case["inputs"]["generator"] in generators
    ]


def parameter_counts() -> dict[str, dict[str, Any]]:
    """Return the published parameter counts by id: setting, values and source."""
    return {entry["id"]: entry for entry in _DATA["parameter_counts"]}


def output_sizes() -> list[dict[str, int]]:
    """Return published output sizes: size, kernel_size, stride, pad and out."""
    return list(_DATA["output_sizes"]["values"])
