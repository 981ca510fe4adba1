"""Right implementations of the exercises of "parameter_counting"."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.explanation.styles import style

from . import Layer, Shape


def _stops(size: int, kernel_size: int, stride: int, pad: int) -> int:
    """At how many places a window stops along one side."""
    return (size + 2 * pad - kernel_size) // stride + 1


def _starts(size: int, kernel_size: int, stride: int, pad: int) -> range:
    """Where the windows along one side begin; the first input is place 0."""
    return range(-pad, size + pad - kernel_size + 1, stride)


def _after(layer: Layer, shape: Shape) -> Shape:
    """The volume behind one layer."""
    height, width, channels = shape
    if layer["layer"] == "dense":
        return 1, 1, layer["units"]
    if layer["layer"] == "flatten":
        return 1, 1, height * width * channels
    size = layer.get("kernel_size") or layer["size"]
    stride, pad = layer["stride"], layer.get("pad", 0)
    filters = layer.get("out_channels", channels)
    return _stops(height, size, stride, pad), _stops(width, size, stride, pad), filters


# --- output_size ---------------------------------------------------------------------------


@style("output_size")
def output_size_by_moving_the_window(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    stops, start = 0, 0
    while start + kernel_size <= size + 2 * pad:
        stops += 1
        start += stride
    return stops


@style("output_size")
def output_size_as_the_length_of_a_range(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    return len(range(-pad, size + pad - kernel_size + 1, stride))


@style("output_size")
def output_size_with_numpy_floor(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    return int(np.floor((size + 2 * pad - kernel_size) / stride) + 1)


@style("output_size")
def output_size_by_recursion(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    if size + 2 * pad < kernel_size:
        return 0
    return 1 + output_size_by_recursion(size - stride, kernel_size, stride, pad)


@style("output_size")
def output_size_rounded_up_from_the_places_for_a_start(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    places = size + 2 * pad - kernel_size + 1
    return -(-places // stride)


@style("output_size")
def output_size_of_a_strided_view(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    side = np.pad(np.ones(size), pad)
    return len(np.lib.stride_tricks.sliding_window_view(side, kernel_size)[::stride])


@style("output_size")
def output_size_with_an_exact_fraction(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    from fractions import Fraction
    from math import floor

    return floor(Fraction(size + 2 * pad - kernel_size, stride)) + 1


# --- dense_parameters ----------------------------------------------------------------------


@style("dense_parameters")
def dense_with_numpy(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    outputs: Any = np.prod(out_shape)
    return np.prod(in_shape) * outputs, outputs


@style("dense_parameters")
def dense_by_adding_up_the_outputs(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    height, width, channels = in_shape
    out_height, out_width, out_channels = out_shape
    weights = biases = 0
    for _ in range(out_height * out_width * out_channels):
        weights += height * width * channels
        biases += 1
    return weights, biases


@style("dense_parameters")
def dense_by_reducing_with_mul(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    from functools import reduce
    from operator import mul

    biases = reduce(mul, out_shape)
    return reduce(mul, in_shape, biases), biases


@style("dense_parameters")
def dense_into_a_dictionary(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    count = {"inputs": 1, "outputs": 1}
    for name, shape in (("inputs", in_shape), ("outputs", out_shape)):
        for side in shape:
            count[name] *= side
    return count["inputs"] * count["outputs"], count["outputs"]


@style("dense_parameters")
def dense_as_a_matrix_from_row_to_row(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    inputs, outputs = np.empty(in_shape).ravel(), np.empty(out_shape).ravel()
    rows, columns = (outputs.shape[0], inputs.shape[0])
    return rows * columns, rows


@style("dense_parameters")
def dense_spelled_out(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    units = out_shape[0] * out_shape[1] * out_shape[2]
    return in_shape[0] * in_shape[1] * in_shape[2] * units, units


# --- locally_connected_parameters ----------------------------------------------------------


@style("locally_connected_parameters")
def local_by_visiting_every_place(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    height, width, in_channels = in_shape
    weights = biases = 0
    for _ in range(0, height + 2 * pad - kernel_size + 1, stride):
        for _ in range(0, width + 2 * pad - kernel_size + 1, stride):
            weights += kernel_size * kernel_size * in_channels * out_channels
            biases += out_channels
    return weights, biases


@style("locally_connected_parameters")
def local_as_the_size_of_an_array(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    rows = (in_shape[0] + 2 * pad - kernel_size) // stride + 1
    columns = (in_shape[1] + 2 * pad - kernel_size) // stride + 1
    kernels = np.zeros((rows, columns, kernel_size, kernel_size, in_shape[2], out_channels))
    biases = np.zeros((rows, columns, out_channels))
    return kernels.size, biases.size


@style("locally_connected_parameters")
def local_from_the_filters_of_a_convolution(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    from math import prod

    *sides, in_channels = in_shape
    places = prod(_stops(side, kernel_size, stride, pad) for side in sides)
    shared = kernel_size**2 * in_channels * out_channels, out_channels
    weights, biases = (places * count for count in shared)
    return weights, biases


@style("locally_connected_parameters")
def local_from_a_list_of_all_outputs(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    outputs = [
        (top, left, channel)
        for top in _starts(in_shape[0], kernel_size, stride, pad)
        for left in _starts(in_shape[1], kernel_size, stride, pad)
        for channel in range(out_channels)
    ]
    return len(outputs) * kernel_size * kernel_size * in_shape[2], len(outputs)


@style("locally_connected_parameters")
def local_with_arrays_of_sides(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    places = (np.array(in_shape[:2]) + 2 * pad - kernel_size) // stride + 1
    kernel: Any = np.array([kernel_size, kernel_size, in_shape[2]]).prod()
    outputs: Any = places.prod() * out_channels
    return kernel * outputs, outputs


@style("locally_connected_parameters")
def local_from_the_shape_of_all_windows(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    from math import prod

    padded = np.pad(np.zeros(in_shape), ((pad, pad), (pad, pad), (0, 0)))
    window = (kernel_size, kernel_size, in_shape[2])
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)[::stride, ::stride]
    return windows.size * out_channels, prod(windows.shape[:3]) * out_channels


# --- conv_parameters -----------------------------------------------------------------------


@style("conv_parameters")
def conv_as_the_size_of_an_array(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    return np.zeros((kernel_size, kernel_size, in_channels, out_channels)).size, out_channels


@style("conv_parameters")
def conv_by_adding_up_the_filters(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    filters = [(in_channels * kernel_size * kernel_size, 1) for _ in range(out_channels)]
    return sum(weights for weights, _ in filters), sum(bias for _, bias in filters)


@style("conv_parameters")
def conv_as_a_product(kernel_size: int, in_channels: int, out_channels: int) -> tuple[int, int]:
    import math

    return math.prod([kernel_size, kernel_size, in_channels, out_channels]), out_channels


@style("conv_parameters")
def conv_multiplied_step_by_step(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    weights = pow(kernel_size, 2)
    weights *= in_channels
    weights *= out_channels
    return weights, out_channels


@style("conv_parameters")
def conv_from_weights_with_names(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    from itertools import product

    side = range(kernel_size)
    one_filter = [f"w[{k}, {m}, {c}]" for k, m, c in product(side, side, range(in_channels))]
    biases = [f"b[{f}]" for f in range(out_channels)]
    return len(one_filter) * out_channels, len(biases)


@style("conv_parameters")
def conv_from_the_total_with_biases(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    one_filter = in_channels * kernel_size**2 + 1
    total = out_channels * one_filter
    return total - out_channels, total - out_channels * (one_filter - 1)


# --- connections ---------------------------------------------------------------------------


@style("connections")
def connections_one_by_one(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    height, width, in_channels = in_shape
    pairs = 0
    for top in range(-pad, height + pad - kernel_size + 1, stride):
        for left in range(-pad, width + pad - kernel_size + 1, stride):
            for row in range(top, top + kernel_size):
                for column in range(left, left + kernel_size):
                    if 0 <= row < height and 0 <= column < width:
                        pairs += in_channels * out_channels
    return pairs


@style("connections")
def connections_on_a_padded_picture_of_ones(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    ones = np.pad(np.ones(in_shape[:2], dtype=int), pad)
    windows = np.lib.stride_tricks.sliding_window_view(ones, (kernel_size, kernel_size))
    joined: int = windows[::stride, ::stride].sum()
    return joined * in_shape[2] * out_channels


@style("connections")
def connections_seen_from_the_inputs(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    height, width, in_channels = in_shape

    def windows_over(place: int, size: int) -> int:
        starts = range(-pad, size + pad - kernel_size + 1, stride)
        return sum(start <= place < start + kernel_size for start in starts)

    return sum(
        windows_over(row, height) * windows_over(column, width) * in_channels * out_channels
        for row in range(height)
        for column in range(width)
    )


@style("connections")
def connections_from_clipped_ends_of_windows(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    pairs = in_shape[2] * out_channels
    for size in in_shape[:2]:
        starts = np.array(_starts(size, kernel_size, stride, pad))
        pairs *= int((np.clip(starts + kernel_size, 0, size) - np.clip(starts, 0, size)).sum())
    return pairs


@style("connections")
def connections_as_cells_of_two_masks(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    def joined(size: int) -> int:
        starts = np.array(_starts(size, kernel_size, stride, pad))[:, None]
        inputs = np.arange(size)
        return int(np.count_nonzero((inputs >= starts) & (inputs < starts + kernel_size)))

    return joined(in_shape[0]) * joined(in_shape[1]) * in_shape[2] * out_channels


@style("connections")
def connections_as_a_set_of_pairs(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    from itertools import product

    def pairs(size: int) -> set[tuple[int, int]]:
        starts = _starts(size, kernel_size, stride, pad)
        inside = product(starts, range(kernel_size))
        return {(start, start + step) for start, step in inside if start + step in range(size)}

    return len(pairs(in_shape[0])) * len(pairs(in_shape[1])) * in_shape[2] * out_channels


@style("connections")
def connections_with_padding_taken_away_again(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    sides = []
    for size in in_shape[:2]:
        starts = _starts(size, kernel_size, stride, pad)
        before = sum(min(max(-start, 0), kernel_size) for start in starts)
        behind = sum(min(max(start + kernel_size - size, 0), kernel_size) for start in starts)
        sides.append(len(starts) * kernel_size - before - behind)
    return sides[0] * sides[1] * in_shape[2] * out_channels


# --- saving --------------------------------------------------------------------------------


@style("saving")
def saving_in_closed_form(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    height, width, _ = in_shape
    places = _stops(height, kernel_size, stride, pad) * _stops(width, kernel_size, stride, pad)
    return height * width / kernel_size**2, places


@style("saving")
def saving_with_numpy(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    rows, columns = (np.array(in_shape[:2]) + 2 * pad - kernel_size) // stride + 1
    dense = np.prod(in_shape) * rows * columns * out_channels
    local = kernel_size**2 * in_shape[2] * rows * columns * out_channels
    conv = kernel_size**2 * in_shape[2] * out_channels
    by_sparsity, by_sharing = np.divide([dense, local], [local, conv])
    return by_sparsity, by_sharing


@style("saving")
def saving_with_exact_fractions(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    from fractions import Fraction
    from math import prod

    inputs, kernel = prod(in_shape), kernel_size**2 * in_shape[2]
    rows, columns = (_stops(side, kernel_size, stride, pad) for side in in_shape[:2])
    dense = inputs * rows * columns * out_channels
    local = kernel * rows * columns * out_channels
    return float(Fraction(dense, local)), float(Fraction(local, kernel * out_channels))


@style("saving")
def saving_with_decimals(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    from decimal import Decimal
    from math import prod

    places = len(_starts(in_shape[0], kernel_size, stride, pad))
    places *= len(_starts(in_shape[1], kernel_size, stride, pad))
    conv = Decimal(kernel_size) ** 2 * in_shape[2] * out_channels
    local = conv * places
    dense = Decimal(prod(in_shape)) * places * out_channels
    return float(dense / local), float(local / conv)


@style("saving")
def saving_from_the_connections_of_one_output(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    # Each output of a dense layer has a weight for every input, of a local one for its window.
    inputs = seen = 1.0
    for side in in_shape:
        inputs *= side
    for side in (kernel_size, kernel_size, in_shape[2]):
        seen *= side
    uses_of_a_weight = 0
    for _ in _starts(in_shape[0], kernel_size, stride, pad):
        uses_of_a_weight += len(_starts(in_shape[1], kernel_size, stride, pad))
    return inputs / seen, float(uses_of_a_weight)


# --- network_parameters --------------------------------------------------------------------


@style("network_parameters")
def network_with_a_row_after_flattening(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    weights = biases = 0
    shape: tuple[int, ...] = in_shape
    for layer in layers:
        kind = layer["layer"]
        if kind == "flatten":
            shape = (int(np.prod(shape)),)
        elif kind == "dense":
            weights, biases = weights + shape[0] * layer["units"], biases + layer["units"]
            shape = (layer["units"],)
        else:
            size = layer["kernel_size"] if kind == "conv" else layer["size"]
            height, width, channels = shape
            if kind == "conv":
                weights += size * size * channels * layer["out_channels"]
                biases += layer["out_channels"]
                channels = layer["out_channels"]
            stride, pad = layer["stride"], layer.get("pad", 0)
            shape = _stops(height, size, stride, pad), _stops(width, size, stride, pad), channels
    return weights, biases


@style("network_parameters")
def network_from_its_first_layer_on(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    def count(number: int, height: int, width: int, channels: int) -> tuple[int, int]:
        if number == len(layers):
            return 0, 0
        layer = layers[number]
        weights = biases = 0
        if layer["layer"] == "conv":
            filters, size = layer["out_channels"], layer["kernel_size"]
            weights, biases = size**2 * channels * filters, filters
            height = _stops(height, size, layer["stride"], layer["pad"])
            width = _stops(width, size, layer["stride"], layer["pad"])
            channels = filters
        elif layer["layer"].endswith("_pool"):
            height = _stops(height, layer["size"], layer["stride"], 0)
            width = _stops(width, layer["size"], layer["stride"], 0)
        elif layer["layer"] == "dense":
            weights, biases = height * width * channels * layer["units"], layer["units"]
            height, width, channels = 1, 1, layer["units"]
        later_weights, later_biases = count(number + 1, height, width, channels)
        return weights + later_weights, biases + later_biases

    return count(0, *in_shape)


@style("network_parameters")
def network_from_the_volumes_between_its_layers(
    layers: list[Layer], in_shape: Shape
) -> tuple[int, int]:
    volumes = [in_shape]
    for layer in layers:
        volumes.append(_after(layer, volumes[-1]))
    weights = biases = 0
    for layer, before, behind in zip(layers, volumes[:-1], volumes[1:], strict=True):
        if layer["layer"] == "conv":
            weights += layer["kernel_size"] ** 2 * before[2] * behind[2]
        elif layer["layer"] == "dense":
            weights += before[0] * before[1] * before[2] * behind[2]
        if layer["layer"] in ("conv", "dense"):
            biases += behind[2]
    return weights, biases


@style("network_parameters")
def network_with_match(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    weights, biases, (height, width, depth) = 0, 0, in_shape
    for layer in layers:
        match layer:
            case {"layer": "conv", "kernel_size": k, "out_channels": f, "stride": s, "pad": p}:
                weights, biases = weights + k * k * depth * f, biases + f
                height, width, depth = _stops(height, k, s, p), _stops(width, k, s, p), f
            case {"layer": "max_pool" | "average_pool", "size": size, "stride": s}:
                height, width = _stops(height, size, s, 0), _stops(width, size, s, 0)
            case {"layer": "dense", "units": units}:
                weights, biases = weights + depth * units, biases + units
                depth = units
            case {"layer": "flatten"}:
                height, width, depth = 1, 1, height * width * depth
    return weights, biases


@style("network_parameters")
def network_by_reducing_its_layers(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    from functools import reduce

    def add(state: tuple[int, int, Shape], layer: Layer) -> tuple[int, int, Shape]:
        weights, biases, shape = state
        kernel = layer["kernel_size"] ** 2 if layer["layer"] == "conv" else shape[0] * shape[1]
        outputs = layer.get("out_channels") or layer.get("units") or 0  # 0: nothing to learn
        behind = _after(layer, shape)
        return weights + kernel * shape[2] * outputs, biases + outputs, behind

    return reduce(add, layers, (0, 0, in_shape))[:2]


@style("network_parameters")
def network_popping_a_copy_of_the_list(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    waiting = [dict(layer) for layer in layers]
    shape, total = in_shape, np.zeros(2, dtype=int)
    while waiting:
        layer = waiting.pop(0)
        if layer["layer"] == "conv":
            size = layer.pop("kernel_size")
            total += (size * size * shape[2] * layer["out_channels"], layer["out_channels"])
            layer["size"] = size  # now the sides shrink as behind pooling
        elif layer["layer"] == "dense":
            total += (np.prod(shape) * layer["units"], layer["units"])
        shape = _after(layer, shape)
    return int(total[0]), int(total[1])


@style("network_parameters")
def network_as_a_sum_over_a_generator(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    def parameters() -> Iterator[tuple[int, int]]:
        shape = in_shape
        for layer in layers:
            kernels = {"conv": (layer.get("kernel_size", 0),) * 2, "dense": shape[:2]}
            behind = _after(layer, shape)
            if layer["layer"] in kernels:
                rows, columns = kernels[layer["layer"]]
                yield rows * columns * shape[2] * behind[2], behind[2]
            shape = behind

    counts = [*parameters()]
    return sum(weights for weights, _ in counts), sum(biases for _, biases in counts)
