"""The counts of ``solutions/parameter_counting.py`` against published ones and brute force."""

import copy
import itertools

import pytest
from published import output_sizes, parameter_counts

from solutions.parameter_counting import (
    ANSWERS,
    connections,
    conv_parameters,
    dense_parameters,
    locally_connected_parameters,
    network_parameters,
    output_size,
    saving,
)

COUNTS = parameter_counts()
ALEXNET = (227, 227, 3), 11, 96, 4  # shape, kernel size, filters, stride

# Non-square, every stride with and without a remainder, padding up to beyond the kernel: an
# item of a test takes one kernel size and one stride, with all images, channels and paddings.
ROWS = {
    f"kernel size {kernel_size}, stride {stride}": [
        ((height, width, in_channels), kernel_size, out_channels, stride, pad)
        for (height, width), (in_channels, out_channels), pad in itertools.product(
            [(5, 7), (6, 4)], [(1, 1), (2, 3), (3, 2)], [0, 1, 2, 5]
        )
    ]
    for kernel_size, stride in itertools.product([1, 2, 3, 4], [1, 2, 3])
}
in_every_row = pytest.mark.parametrize("settings", ROWS.values(), ids=ROWS)


def conv(kernel_size, out_channels, stride=1, pad=0):
    return {
        "layer": "conv",
        "kernel_size": kernel_size,
        "out_channels": out_channels,
        "stride": stride,
        "pad": pad,
    }


def max_pool(size=2, stride=2):
    return {"layer": "max_pool", "size": size, "stride": stride}


def average_pool(size=2, stride=2):
    return {"layer": "average_pool", "size": size, "stride": stride}


def dense(units):
    return {"layer": "dense", "units": units}


FLATTEN = {"layer": "flatten"}

LENET_5 = [
    conv(5, 6, pad=2),
    average_pool(),
    conv(5, 16),
    average_pool(),
    FLATTEN,
    dense(120),
    dense(84),
    dense(10),
]
VGG_16 = [
    *(conv(3, 64, pad=1), conv(3, 64, pad=1), max_pool()),
    *(conv(3, 128, pad=1), conv(3, 128, pad=1), max_pool()),
    *(conv(3, 256, pad=1), conv(3, 256, pad=1), conv(3, 256, pad=1), max_pool()),
    *(conv(3, 512, pad=1), conv(3, 512, pad=1), conv(3, 512, pad=1), max_pool()),
    *(conv(3, 512, pad=1), conv(3, 512, pad=1), conv(3, 512, pad=1), max_pool()),
    *(FLATTEN, dense(4096), dense(4096), dense(1000)),
]
ALEXNET_LIKE = [
    *(conv(11, 96, stride=4), max_pool(3, 2)),
    *(conv(5, 256, pad=2), max_pool(3, 2)),
    *(conv(3, 384, pad=1), conv(3, 384, pad=1), conv(3, 256, pad=1), max_pool(3, 2)),
    *(FLATTEN, dense(4096), dense(4096), dense(1000)),
]
KERAS_EXAMPLE = [conv(3, 32), max_pool(), conv(3, 64), max_pool(), FLATTEN, dense(10)]


def places(size, kernel_size, stride, pad):
    """Return, for every place of a window, the padded positions it covers; nothing computed."""
    padded = range(-pad, size + pad)
    windows = [range(start, start + kernel_size) for start in padded[::stride]]
    return [window for window in windows if all(position in padded for position in window)]


def joined_pairs(in_shape, kernel_size, out_channels, stride, pad):
    """Return every connection as (input position, output position), one by one."""
    height, width, in_channels = in_shape
    rows = enumerate(places(height, kernel_size, stride, pad))
    columns = list(enumerate(places(width, kernel_size, stride, pad)))
    return [
        ((row, column, c), (out_row, out_column, f))
        for out_row, covered_rows in rows
        for out_column, covered_columns in columns
        for row, column in itertools.product(covered_rows, covered_columns)
        if row in range(height) and column in range(width)
        for c in range(in_channels)
        for f in range(out_channels)
    ]


# --- output_size ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", output_sizes(), ids=str)
def test_published_output_sizes(case):
    sides = {name: case[name] for name in ("size", "kernel_size", "stride", "pad")}
    assert output_size(**sides) == case["out"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((3, 3, 1, 0), 1),
        ((7, 3, 2, 0), 3),
        ((6, 3, 2, 0), 2),  # the last window would stick out
        ((9, 3, 4, 1), 3),
        ((7, 2, 3, 2), 4),
        ((227, 11, 4, 0), 55),
        ((1, 1), 1),
    ],
)
def test_output_size(arguments, expected):
    result = output_size(*arguments)
    assert result == expected
    assert type(result) is int


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_output_size_counts_the_windows_that_fit(kernel_size, stride):
    for size, pad in itertools.product(range(1, 13), [0, 1, 2]):
        if size + 2 * pad >= kernel_size:
            expected = len(places(size, kernel_size, stride, pad))
            assert output_size(size, kernel_size, stride, pad) == expected, (size, pad)


# --- dense, locally connected, convolutional -----------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in COUNTS if "dense_total" in COUNTS[name]["values"]]
)
def test_published_dense_totals(name):
    setting, values = COUNTS[name]["setting"], COUNTS[name]["values"]
    out_shape = setting.get("out_shape") or (1, 1, setting["units"])
    assert sum(dense_parameters(setting["in_shape"], out_shape)) == values["dense_total"]


@pytest.mark.parametrize(
    "name", [name for name in COUNTS if "conv_total" in COUNTS[name]["values"]]
)
def test_published_conv_totals(name):
    setting, values = COUNTS[name]["setting"], COUNTS[name]["values"]
    in_channels = setting.get("in_channels") or setting["in_shape"][2]
    counts = conv_parameters(setting["kernel_size"], in_channels, setting["out_channels"])
    assert sum(counts) == values["conv_total"]
    assert counts[0] == values.get("conv_weights", counts[0])


@pytest.mark.parametrize("name", [name for name in COUNTS if "local" in COUNTS[name]["values"]])
def test_three_counts_of_one_setting(name):
    setting, values = COUNTS[name]["setting"], COUNTS[name]["values"]
    in_shape, kernel_size, out_channels = (
        setting[key] for key in ("in_shape", "kernel_size", "out_channels")
    )
    stride, pad = setting["stride"], setting["pad"]
    height, width = (output_size(side, kernel_size, stride, pad) for side in in_shape[:2])
    dense_counts = dense_parameters(in_shape, (height, width, out_channels))
    local_counts = locally_connected_parameters(in_shape, kernel_size, out_channels, stride, pad)
    conv_counts = conv_parameters(kernel_size, in_shape[2], out_channels)
    assert list(dense_counts) == values["dense"]
    assert list(local_counts) == values["local"]
    assert list(conv_counts) == values["conv"]
    if "nonzero" in values:
        pairs = connections(in_shape, kernel_size, out_channels, stride, pad)
        assert pairs == values["nonzero"]


def test_alexnet():
    in_shape, kernel_size, filters, _ = ALEXNET
    published = COUNTS["alexnet_conv1"]["values"]
    assert dense_parameters(in_shape, (55, 55, 96)) == (44_892_064_800, 290_400)
    assert sum(locally_connected_parameters(*ALEXNET)) == published["local_total"] == 105_705_600
    assert conv_parameters(kernel_size, in_shape[2], filters) == (34_848, 96)
    assert connections(*ALEXNET) == 105_415_200


@in_every_row
def test_locally_connected_counts_a_kernel_and_a_bias_for_every_output(settings):
    for setting in settings:
        in_shape, kernel_size, out_channels, stride, pad = setting
        rows = places(in_shape[0], kernel_size, stride, pad)
        columns = places(in_shape[1], kernel_size, stride, pad)
        windows = sum(len(row) * len(column) for row in rows for column in columns)
        weights = windows * in_shape[2] * out_channels
        biases = len(rows) * len(columns) * out_channels
        assert locally_connected_parameters(*setting) == (weights, biases), setting


def test_a_kernel_as_large_as_the_input_is_a_dense_layer():
    in_shape = 4, 4, 3
    expected = dense_parameters(in_shape, (1, 1, 5))
    assert locally_connected_parameters(in_shape, 4, 5) == expected == conv_parameters(4, 3, 5)


def test_the_size_of_the_picture_does_not_change_the_convolution():
    small, large = (network_parameters([conv(3, 8)], (side, side, 3)) for side in (8, 256))
    assert small == large == conv_parameters(3, 3, 8)


# --- connections ---------------------------------------------------------------------------


@in_every_row
def test_connections_are_the_joined_pairs(settings):
    for setting in settings:
        pairs = joined_pairs(*setting)
        assert len(set(pairs)) == len(pairs) == connections(*setting), setting


@in_every_row
def test_without_padding_every_local_weight_is_a_connection(settings):
    for setting in settings:
        if setting[-1] == 0:
            assert connections(*setting) == locally_connected_parameters(*setting)[0], setting


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (((3, 3, 1), 3, 1, 1, 1), 49),
        (((10, 10, 1), 3, 1, 1, 0), 576),
        (((10, 10, 1), 3, 1, 1, 1), 784),
        (((10, 10, 1), 3, 200, 1, 1), 156_800),
        (((5, 7, 2), 3, 4, 2, 1), 560),
        (((4, 4, 1), 2, 1, 2, 0), 16),
        (((1, 1, 1), 1, 1, 1, 3), 1),  # 48 of the 49 windows lie on padding alone
    ],
)
def test_connections(setting, expected):
    assert connections(*setting) == expected
    assert type(connections(*setting)) is int


def test_published_connections_of_one_neuron():
    entry = COUNTS["cs231n_one_neuron_b"]
    in_channels, kernel_size = entry["setting"]["in_shape"][2], entry["setting"]["kernel_size"]
    one_place = kernel_size, kernel_size, in_channels
    assert connections(one_place, kernel_size, 1) == entry["values"]["connections"]


# --- saving --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (ALEXNET, (425.8595041322314, 3025.0)),
        (((10, 10, 1), 3, 1, 1, 1), (100 / 9, 100.0)),
        (((10, 10, 1), 3, 200, 1, 1), (100 / 9, 100.0)),
        (((10, 10, 1), 3, 1, 1, 0), (100 / 9, 64.0)),
        (((5, 7, 2), 3, 4, 2, 1), (3_360 / 864, 12.0)),
        (((4, 4, 1), 2, 1, 2, 0), (4.0, 4.0)),
    ],
)
def test_saving(setting, expected):
    assert saving(*setting) == pytest.approx(expected, rel=1e-15)


@in_every_row
def test_savings_multiply_to_the_whole(settings):
    for setting in settings:
        in_shape, kernel_size, out_channels, stride, pad = setting
        height, width = (output_size(side, kernel_size, stride, pad) for side in in_shape[:2])
        dense_weights = dense_parameters(in_shape, (height, width, out_channels))[0]
        conv_weights = conv_parameters(kernel_size, in_shape[2], out_channels)[0]
        by_sparsity, by_sharing = saving(*setting)
        assert type(by_sparsity) is type(by_sharing) is float
        assert by_sharing == height * width
        assert by_sparsity == pytest.approx(in_shape[0] * in_shape[1] / kernel_size**2)
        assert by_sparsity * by_sharing == pytest.approx(dense_weights / conv_weights)


# --- network_parameters --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "in_shape", "expected"),
    [
        (LENET_5, (28, 28, 1), 61_706),
        (VGG_16, (224, 224, 3), 138_357_544),
        (ALEXNET_LIKE, (227, 227, 3), 62_378_344),
        (KERAS_EXAMPLE, (28, 28, 1), COUNTS["keras_example"]["values"]["total"]),
        ([], (28, 28, 1), 0),
        ([max_pool(), average_pool(3, 1), FLATTEN], (28, 28, 1), 0),
    ],
    ids=["LeNet-5", "VGG-16", "AlexNet in one stream", "Keras example", "empty", "nothing learned"],
)
def test_networks(layers, in_shape, expected):
    untouched = copy.deepcopy(layers)
    counts = network_parameters(layers, in_shape)
    assert sum(counts) == expected
    assert all(type(count) is int for count in counts)
    assert layers == untouched


def test_network_of_one_layer_is_that_layer():
    in_shape = 6, 9, 2
    assert network_parameters([conv(3, 5, 2, 1)], in_shape) == conv_parameters(3, 2, 5)
    assert network_parameters([FLATTEN, dense(7)], in_shape) == dense_parameters(
        in_shape, (1, 1, 7)
    )


@pytest.mark.parametrize("pool", [max_pool, average_pool])
def test_pooling_drops_the_window_that_sticks_out(pool):
    weights, biases = network_parameters([pool(2, 2), FLATTEN, dense(1)], (5, 7, 2))
    assert (weights, biases) == (2 * 3 * 2, 1)


# --- what the functions refuse -------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda: output_size(4, 5),
        lambda: output_size(4, 0),
        lambda: output_size(4, 2, stride=0),
        lambda: output_size(4, 2, pad=-1),
        lambda: locally_connected_parameters((5, 2, 1), 3, 1),
        lambda: connections((2, 5, 1), 3, 1),
        lambda: saving((5, 5, 1), 3, 1, stride=0),
        lambda: network_parameters([max_pool(), max_pool()], (3, 3, 1)),
        lambda: network_parameters([{"layer": "dropout"}], (3, 3, 1)),
    ],
)
def test_refused(call):
    with pytest.raises(ValueError, match=r"window|stride|padding|layer"):
        call()


def test_answers_are_spread_over_the_letters():
    assert sorted(ANSWERS.values()) == ["a", "b", "c", "d"]
