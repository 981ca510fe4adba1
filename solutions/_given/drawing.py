"""What the pictures of all notebooks are drawn with. Nothing here is part of an exercise."""

import base64
import html
import inspect
import io

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.colors import to_rgb

# The colours of Okabe and Ito, which colour-blind readers tell apart, and two greys.
COLOURS = {
    "a": "#E69F00",
    "b": "#56B4E9",
    "c": "#009E73",
    "d": "#F0E442",
    "e": "#0072B2",
    "f": "#D55E00",
    "g": "#CC79A7",
    "h": "#DDDDDD",
    "i": "#999999",
}
LETTERS = "".join(COLOURS)


def draw(picture, names):
    """Call a picture with what it takes from the notebook, whose names these are."""
    needed = list(inspect.signature(picture).parameters)
    unknown = [name for name in needed if name not in names]
    if unknown:
        print(f"This needs {', '.join(unknown)}: run the cells above first.")
    else:
        picture(**{name: names[name] for name in needed})


def show_figure(figure, alt):
    """Show a figure; `alt` says what is on it, for readers who cannot see it."""
    figure.tight_layout()
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=90, bbox_inches="tight")
    plt.close(figure)
    # As HTML: a picture of its own kind would lose its words in JupyterLab and on pages.
    source = base64.b64encode(file.getvalue()).decode()
    words = html.escape(alt, quote=True)
    picture = f'<img src="data:image/png;base64,{source}" alt="{words}">'
    display({"text/html": picture, "text/plain": alt}, raw=True)


def draw_grid(ax, table, title="", colours=None, rows=None, columns=None, size=9, bold=()):
    """Draw numbers or words as a grid of boxes.

    colours  of the boxes: names of colours, or numbers from 0 (white) to 1 (black)
    rows, columns  what stands beside and below them
    bold     the places, as (row, column), whose text is bold
    """
    table = np.array(table, dtype=object)
    height, width = table.shape
    given = np.zeros(table.shape) if colours is None else np.array(colours, dtype=object)
    boxes = np.array([[_colour(colour) for colour in line] for line in given])
    ax.imshow(boxes.reshape(height, width, 3))
    for place, entry in np.ndenumerate(table):
        text = entry if isinstance(entry, str) else f"{entry:.4g}"
        luminance = boxes[place] ** 2.2 @ (0.2126, 0.7152, 0.0722)
        ink = "white" if luminance < 0.18 else "black"  # whichever stands out more
        weight = "bold" if place in bold else "normal"
        column, row = place[::-1]
        ax.text(
            column, row, text, ha="center", va="center", color=ink, fontsize=size, weight=weight
        )
    for set_ticks, names, length in (
        (ax.set_yticks, rows, height),
        (ax.set_xticks, columns, width),
    ):
        set_ticks(range(length), [""] * length if names is None else names, fontsize=size)
        set_ticks(np.arange(0.5, length - 1), minor=True)
    ax.tick_params(which="both", length=0)
    ax.grid(which="minor", color="grey", linewidth=0.6)
    ax.set_title(title, fontsize=10)


def _colour(colour):
    """Return red, green and blue of a colour, or of a shade of grey."""
    return to_rgb(colour) if isinstance(colour, str) else (1.0 - float(colour),) * 3


def weight_colours(names):
    """Return the colour of every weight's letter, and white where there is no weight."""
    return [[COLOURS.get(name, "#FFFFFF") for name in line] for line in names]
