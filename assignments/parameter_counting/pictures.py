"""The pictures of this notebook: show("windows") in it draws `windows` with your functions."""

import math

import matplotlib.pyplot as plt
import numpy as np
from drawing import LETTERS, draw_grid, show_figure, weight_colours
from window import layer_window  # noqa: F401 (shown by its name)


def neurons():
    """Draw which pixels of a 4 x 4 image are joined to one output."""
    pixels = np.arange(1, 17).reshape(4, 4)
    panels = {
        "dense layer:\nevery output": range(1, 17),
        "2 x 2 window, stride 2:\nfirst output": [1, 2, 5, 6],
        "2 x 2 window, stride 2:\nsecond output": [3, 4, 7, 8],
        "2 x 2 window, stride 1:\nsecond output": [2, 3, 6, 7],
    }
    figure, axes = plt.subplots(1, 4, figsize=(10, 2.9))
    for axis, (title, seen) in zip(axes, panels.items()):
        joined = np.isin(pixels, list(seen))
        draw_grid(axis, pixels, title, 0.4 * joined, size=11, bold=list(zip(*np.nonzero(joined))))
        axis.set_xlabel(f"joined to {joined.sum()} of 16 pixels")
    show_figure(
        figure,
        "Four grids of 16 numbered pixels; grey are those that one output is joined to: all 16 in "
        "a dense layer, a block of four in three layers with a 2 x 2 window.",
    )


def windows(output_size, unready):
    """Draw as many windows as output_size says, on a padded side."""
    cases = [(6, 3, 1, 0), (6, 3, 2, 0), (6, 3, 1, 1)]  # size, kernel_size, stride, pad
    problem = unready("output_size")
    if problem:
        print(problem)
        return
    figure, axes = plt.subplots(1, 3, figsize=(10, 3))
    for axis, (size, kernel_size, stride, pad) in zip(axes, cases):
        for place in range(-pad, size + pad):
            is_input = 0 <= place < size
            face = "lightgrey" if is_input else "white"
            axis.add_patch(plt.Rectangle((place, 0), 1, 1, facecolor=face, edgecolor="black"))
            axis.text(place + 0.5, 0.5, place if is_input else "pad", ha="center", va="center")
        stops = int(output_size(size, kernel_size, stride, pad))
        for stop in range(min(stops, 8)):
            corner = stop * stride - pad + 0.1, -0.5 * (stop + 1)
            axis.add_patch(plt.Rectangle(corner, kernel_size - 0.2, 0.3, facecolor="0.3"))
        axis.set(xlim=(-1.8, size + 1.8), ylim=(-4.2, 1.2), xticks=[], yticks=[], frame_on=False)
        axis.set_title(f"kernel_size {kernel_size}, stride {stride}, pad {pad}", fontsize=10)
        axis.set_xlabel(f"your function says: {stops} positions")
    show_figure(
        figure,
        "Three rows of six numbered boxes, the last with a box of padding at each end; below each "
        "row one bar for every position at which output_size says that a window of three boxes stops.",
    )


def border():
    """Draw how many real pixels each output sees: 10 x 10, window 3 x 3, stride 1, pad 1."""
    seen = np.full((10, 10), 9)
    seen[[0, -1], :] = seen[:, [0, -1]] = 6
    seen[[0, 0, -1, -1], [0, -1, 0, -1]] = 4
    figure, axis = plt.subplots(figsize=(4.2, 4.2))
    draw_grid(axis, seen, f"pixels seen: {seen.sum()} in all", seen / 18, range(10), range(10))
    axis.set(xlabel="column of the output", ylabel="row of the output")
    show_figure(
        figure,
        "A grid of 10 x 10 outputs, shaded by the number of pixels that each sees: 4 in the "
        "corners, 6 along the edges, 9 everywhere else.",
    )


def savings(conv_parameters, dense_parameters, locally_connected_parameters, saving, unready):
    """Draw the weights of three layers, each dense, locally connected and convolutional."""
    settings = {  # name: input shape, kernel size, filters, stride, padding, output shape
        "10 x 10, one 3 x 3 filter": ((10, 10, 1), 3, 1, 1, 1, (10, 10, 1)),
        "10 x 10, 200 such filters": ((10, 10, 1), 3, 200, 1, 1, (10, 10, 200)),
        "AlexNet's first layer": ((227, 227, 3), 11, 96, 4, 0, (55, 55, 96)),
    }
    counts = ["dense_parameters", "locally_connected_parameters", "conv_parameters"]
    problem = unready("output_size", *counts, "saving")
    if problem:
        print(problem)
        return
    figure, axes = plt.subplots(1, 3, figsize=(12, 4), sharey=True)
    for axis, (title, setting) in zip(axes, settings.items()):
        in_shape, kernel_size, filters, stride, pad, out_shape = setting
        window = in_shape, kernel_size, filters, stride, pad
        weights = [
            dense_parameters(in_shape, out_shape)[0],
            locally_connected_parameters(*window)[0],
            conv_parameters(kernel_size, in_shape[2], filters)[0],
        ]
        axis.bar(range(3), weights, width=0.5, color=["0.35", "0.6", "0.85"], edgecolor="black")
        for place, factor in enumerate(saving(*window), start=1):
            above, below = weights[place - 1], weights[place]
            axis.hlines(above, place - 0.75, place + 0.2, color="black", linestyle=":")
            arrow = {"arrowstyle": "->", "shrinkA": 0, "shrinkB": 0}
            axis.annotate("", (place, below), (place, above), arrowprops=arrow)
            middle = math.sqrt(above * below)
            axis.text(place - 0.06, middle, f"÷ {factor:,.5g}", ha="right", va="center")
        names = ["dense", "locally\nconnected", "convo-\nlutional"]
        labels = [f"{count:,}\n{name}" for count, name in zip(weights, names)]
        axis.set_xticks(range(3), labels, fontsize=9)
        axis.set(title=title, yscale="log", xlim=(-0.5, 2.5), ylim=(1, 1e12))
    axes[0].set_ylabel("weights, logarithmic")
    show_figure(
        figure,
        "Bar charts of three layers on a logarithmic scale: the weights of the dense, the locally "
        "connected and the convolutional form, with arrows that say by what each step divides "
        "them.",
    )


def four_layers():
    """Draw the weights of four layers from a ring of 6 inputs to 6 outputs."""
    outputs, inputs = np.indices((6, 6))
    place = (inputs - outputs + 1) % 6  # where an input lies in the window of an output
    everywhere = np.full((6, 6), True)
    layers = [
        ("dense", 6 * outputs + inputs, everywhere),
        ("shared, not sparse", (inputs - outputs) % 6, everywhere),
        ("sparse, not shared: locally connected", 3 * outputs + place, place < 3),
        ("sparse and shared: convolutional", place, place < 3),
    ]
    figure, axes = plt.subplots(2, 2, figsize=(7.4, 7.4))
    for axis, (title, number, joined) in zip(axes.flat, layers):
        weights = len(np.unique(number[joined]))
        names = np.where(joined, number + 1, "").astype(object)
        colours = 0.15 * joined
        if weights <= 6:
            names = np.where(joined, np.array(list(LETTERS))[number % 9], "")
            colours = weight_colours(names)
        title = f"{title}\n{weights} weights, {joined.sum()} connections"
        draw_grid(axis, names, title, colours, range(1, 7), range(1, 7), size=10)
        axis.set(xlabel="input", ylabel="output")
    show_figure(
        figure,
        "Four grids of 6 outputs by 6 inputs with the numbers of the weights: dense and shared, "
        "where all boxes are filled, and locally connected and convolutional, where half are "
        "empty.",
    )


def vgg(VGG_16, network_parameters, unready):
    """Draw how many parameters each layer of VGG-16 has."""
    problem = unready("output_size", "dense_parameters", "conv_parameters", "network_parameters")
    if problem:
        print(problem)
        return
    totals = [
        sum(network_parameters(VGG_16[:end], (224, 224, 3))) for end in range(len(VGG_16) + 1)
    ]
    names, counts = [], []
    for layer, count in zip(VGG_16, np.diff(totals)):
        if layer["layer"] in ("conv", "dense"):
            width = layer.get("out_channels", layer.get("units"))
            names.append(f"{len(names) + 1}. {layer['layer']} {width}")
            counts.append(count)
    shades = ["0.65" if "conv" in name else "0.2" for name in names]
    figure, axis = plt.subplots(figsize=(8, 4.4))
    bars = axis.barh(names, np.array(counts) / 1e6, color=shades)
    axis.bar_label(bars, [f"{count:,}" for count in counts], padding=3, fontsize=8)
    axis.legend([bars[0], bars[-1]], ["convolution", "dense"], loc="upper right")
    axis.invert_yaxis()
    axis.set(xlabel="parameters, in millions", xlim=(0, 125), title="VGG-16, layer by layer")
    show_figure(
        figure,
        "Bar chart of the parameters of the sixteen layers of VGG-16: thirteen short bars for the "
        "convolutions, one very long bar for the first dense layer, two middling ones after it.",
    )


def guessed(guess, locally_connected_parameters, unready):
    """Hold the guess of the beginning against what the function says."""
    problem = unready("output_size", "locally_connected_parameters")
    weights = "" if problem else locally_connected_parameters((10, 10, 1), 3, 1, pad=1)[0]
    said = "" if guess is None else f"Your guess was {guess}. "
    counted = f"Your function counts {weights} weights."
    print(problem or f"{said}{counted} Section 5 said how many of them ever meet a pixel.")
