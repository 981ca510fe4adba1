"""Counting what a layer has to learn: dense, locally connected and convolutional.

All three layers join the same input volume to the same output volume. What differs is
which inputs an output is joined to (sparse connections) and whether two outputs use the
same numbers (parameter sharing).
"""

import math
from typing import Any

import numpy as np

from .._arguments import require_layers, require_window

Shape = tuple[int, int, int]
Layer = dict[str, Any]

ANSWERS = {"answer_1": "b", "answer_2": "d", "answer_3": "a", "answer_4": "c"}


def output_size(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    """Return at how many positions a window stops along one side of its input.

    The side has ``size`` numbers, and ``pad`` zeros are added at each of its two ends.
    A window of ``kernel_size`` numbers starts at the first number of the padded side and
    moves ``stride`` numbers at a time. It stops only where all of it lies inside the padded
    side: a last window that would stick out is left out (the quotient is rounded down).

    All arguments are integers, and the window fits at least once. The result is an integer.
    """
    require_window([size], kernel_size, stride, pad)
    return (size + 2 * pad - kernel_size) // stride + 1


def dense_parameters(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    """Return (weights, biases) of a dense layer between two volumes.

    ``in_shape`` and ``out_shape`` are (height, width, channels); a plain row of n units is
    the volume (1, 1, n). Every number of the output is joined to every number of the input
    by a weight of its own, and has one bias of its own.

    Both results are integers.
    """
    outputs = math.prod(out_shape)
    return outputs * math.prod(in_shape), outputs


def locally_connected_parameters(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    """Return (weights, biases) of a locally connected layer: sparse, but nothing is shared.

    ``in_shape`` is (height, width, channels). A square window with a side of
    ``kernel_size`` moves over the height and the width of the input: ``stride`` numbers at
    a time, after ``pad`` rows or columns of zeros were added at each of the four borders.
    It stops by the rule of ``output_size`` and always reaches through all channels. At each
    position there are ``out_channels`` outputs.

    Every single output owns a whole kernel, with one weight for each number in the window,
    and one bias. A window at the border owns a whole kernel too: weights that fall on
    padding are counted.

    Both results are integers.
    """
    require_window(in_shape[:2], kernel_size, stride, pad)
    outputs = math.prod(_output_shape(in_shape, kernel_size, out_channels, stride, pad))
    return outputs * kernel_size**2 * in_shape[2], outputs


def conv_parameters(kernel_size: int, in_channels: int, out_channels: int) -> tuple[int, int]:
    """Return (weights, biases) of a convolutional layer: sparse, and shared by all positions.

    The layer has ``out_channels`` filters, one for each channel of its output. A filter is
    a square with a side of ``kernel_size`` that reaches through all ``in_channels``
    channels of the input; it has one weight for each number it covers, and one bias. The
    same filter is used at every position.

    Both results are integers.
    """
    return kernel_size**2 * in_channels * out_channels, out_channels


def connections(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    """Return how many (input value, output value) pairs are joined.

    The arguments are those of ``locally_connected_parameters``. A convolutional layer and a
    locally connected layer with the same window have the same connections, so this one
    number belongs to both.

    An input and an output are joined when the input lies inside the window of that output.
    The zeros of the padding are no inputs: where a window hangs over the border, only the
    part of it that lies on real inputs is counted. Biases are no connections.

    The result is an integer.
    """
    require_window(in_shape[:2], kernel_size, stride, pad)
    height, width, in_channels = in_shape
    # A window is a rectangle, so rows and columns can be counted apart.
    rows = _joined(height, kernel_size, stride, pad)
    columns = _joined(width, kernel_size, stride, pad)
    return rows * columns * in_channels * out_channels


def saving(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    """Return (by_sparsity, by_sharing): how many times fewer weights each idea leaves.

    The arguments are those of ``locally_connected_parameters``. Three layers are compared
    that have the same input volume and the same output volume: a dense layer, a locally
    connected layer and a convolutional layer.

    ``by_sparsity`` is the number of weights of the dense layer divided by that of the
    locally connected layer; ``by_sharing`` is the number of weights of the locally
    connected layer divided by that of the convolutional layer. Biases are left out, and
    weights that fall on padding are counted, as in ``locally_connected_parameters``.

    Both results are numbers that need not be whole (do not round). Their product is the
    whole saving, dense divided by convolutional.
    """
    require_window(in_shape[:2], kernel_size, stride, pad)
    out_shape = _output_shape(in_shape, kernel_size, out_channels, stride, pad)
    shared = kernel_size**2 * in_shape[2] * out_channels
    local = shared * out_shape[0] * out_shape[1]
    dense = math.prod(in_shape) * math.prod(out_shape)
    return dense / local, local / shared


def network_parameters(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    """Return (weights, biases) of a whole network, added up over its layers.

    ``in_shape`` is the (height, width, channels) of the input of the first layer; the
    output of each layer is the input of the next. Each layer is a dictionary, and it always
    has all the keys of its row (all values but the first are integers):

    - ``{"layer": "conv", "kernel_size": 5, "out_channels": 6, "stride": 1, "pad": 2}``:
      a convolutional layer with shared weights and one bias for each filter;
    - ``{"layer": "max_pool", "size": 2, "stride": 2}`` and
      ``{"layer": "average_pool", "size": 2, "stride": 2}``: a window of that size takes
      the maximum or the mean of each channel by itself. There is no padding, the number of
      channels stays, and there is nothing to learn;
    - ``{"layer": "flatten"}``: writes the volume as one row. Nothing to learn;
    - ``{"layer": "dense", "units": 10}``: a dense layer with that many outputs. It only
      comes after "flatten" or after another dense layer.

    Heights and widths follow the rule of ``output_size``, for pooling as well. The list is
    left unchanged; it may be empty. Both results are integers.
    """
    require_layers(layers, in_shape)
    weights = biases = 0
    shape = in_shape
    for layer in layers:
        if layer["layer"] == "conv":
            kernel_size, filters = layer["kernel_size"], layer["out_channels"]
            weights += kernel_size**2 * shape[2] * filters
            biases += filters
            shape = _output_shape(shape, kernel_size, filters, layer["stride"], layer["pad"])
        elif layer["layer"] == "dense":
            weights += math.prod(shape) * layer["units"]
            biases += layer["units"]
            shape = (1, 1, layer["units"])
        elif layer["layer"] == "flatten":
            shape = (1, 1, math.prod(shape))
        else:  # a pooling layer learns nothing, but it makes the volume smaller
            shape = _output_shape(shape, layer["size"], shape[2], layer["stride"], 0)
    return weights, biases


def _output_shape(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int, pad: int
) -> Shape:
    """Return (height, width, channels) of what a moving window leaves of a volume."""
    height, width = ((size + 2 * pad - kernel_size) // stride + 1 for size in in_shape[:2])
    return height, width, out_channels


def _joined(size: int, kernel_size: int, stride: int, pad: int) -> int:
    """Return how many pairs (input, window that covers it) one side has."""
    starts = np.arange(-pad, size + pad - kernel_size + 1, stride)
    inside = np.minimum(starts + kernel_size, size) - np.maximum(starts, 0)  # of each window
    return int(np.sum(np.maximum(inside, 0)))
