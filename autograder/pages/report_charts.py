"""The charts of a class report: SVG by matplotlib, in the colours of the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..report.items import ExerciseFigures
from ..report.of_class import State

# matplotlib wants colours; the page's own, light or dark, take their place in the SVG.
_COLOURS = {
    "#010101": "var(--text)",
    "#020202": "var(--bar)",
    "#030303": "var(--full)",
    "#040404": "var(--partial)",
    "#050505": "var(--none)",
    "#060606": "var(--untouched)",
    "#070707": "var(--waiting)",
    "#080808": "var(--edge)",
}
_TEXT, _BAR, _FULL, _PARTIAL, _NONE, _UNTOUCHED, _WAITING, _EDGE = _COLOURS
STATES: dict[State, str] = {
    "full": _FULL,
    "partial": _PARTIAL,
    "none": _NONE,
    "untouched": _UNTOUCHED,
    "waiting": _WAITING,
}
_WIDTH = 5.0  # inches, so that letters are large enough where the chart is as wide as a phone
_BINS = 20
_LOOK: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "font.size": 10,
    "text.color": _TEXT,
    "axes.labelcolor": _TEXT,
    "axes.edgecolor": _EDGE,
    "xtick.color": _TEXT,
    "ytick.color": _TEXT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


def points_chart(points: Sequence[float], most: float) -> Markup:
    """Return the distribution of points: how many students have how many.

    Points given by hand can be more than there are; those stand in the last bar.
    """
    with mpl.rc_context(_LOOK):
        figure, axes = _figure(2.2)
        bins = max(1, min(_BINS, round(most)))
        counts, _, _ = axes.hist(
            np.clip(points, 0, most),
            bins=bins,
            range=(0, most or 1),
            color=_BAR,
            rwidth=0.9,
            clip_on=False,
        )
        axes.set_xlabel(f"points of {most:g}")
        axes.set_ylabel("students")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        said = ", ".join(
            f"{int(count)} from {most * n / bins:g} to {most * (n + 1) / bins:g}"
            for n, count in enumerate(counts)
            if count
        )
        return _svg(figure, f"How many students have how many points: {said}.")


def exercises_chart(exercises: Sequence[ExerciseFigures]) -> Markup:
    """Return a bar for each exercise: how many students are in which state."""
    with mpl.rc_context(_LOOK):
        figure, axes = _figure(0.6 + 0.42 * len(exercises))
        rows = range(len(exercises))
        left = [0] * len(exercises)
        for state, colour in STATES.items():
            counts = [exercise.states.get(state, 0) for exercise in exercises]
            axes.barh(rows, counts, 0.5, left, color=colour, clip_on=False)
            left = [before + count for before, count in zip(left, counts, strict=True)]
        for row, exercise in enumerate(exercises):
            axes.text(0, row - 0.33, exercise.name, va="bottom", clip_on=False)
        axes.set_yticks([])
        axes.invert_yaxis()
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("students")
        return _svg(figure, "For each exercise how many students are in which state, as below.")


def ideas_chart(ideas: Mapping[str, float]) -> Markup:
    """Return a bar for each idea: which part of its points the class has."""
    with mpl.rc_context(_LOOK):
        figure, axes = _figure(0.6 + 0.42 * len(ideas))
        axes.barh(range(len(ideas)), [100 * part for part in ideas.values()], 0.5, color=_BAR)
        for row, idea in enumerate(ideas):
            axes.text(0, row - 0.33, idea, va="bottom", clip_on=False)
        axes.set_yticks([])
        axes.set_xlim(0, 100)
        axes.invert_yaxis()
        axes.set_xlabel("per cent of the points")
        said = ", ".join(f"{idea} {part:.0%}" for idea, part in ideas.items())
        return _svg(figure, f"Which part of each idea's points the class has: {said}.")


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    figure.patch.set_visible(False)
    axes = figure.add_subplot()
    axes.patch.set_visible(False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure, said: str) -> Markup:
    """Return a figure as part of a page: nothing in it has an id, a font or a colour of its own."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    for part in (r"<metadata>.*?</metadata>", r"<defs>.*?</defs>", r' id="[^"]*"', r"<!--.*?-->"):
        text = re.sub(part, "", text, flags=re.DOTALL)
    text = re.sub(r"font: [^;\"]*px[^;\"]*", "font-size: 10px", text)
    for colour, ours in _COLOURS.items():
        text = text.replace(colour, ours)
    label = Markup('<svg role="img" aria-label="{}" ').format(said)
    size = r'(width|height)="[\d.]+pt" '
    return label + Markup(re.sub(size, "", text.removeprefix("<svg "), count=2))
