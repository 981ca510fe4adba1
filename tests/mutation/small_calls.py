"""Small legal calls of every exercise, all of them: of each setting that is small, one call.

Settings are whole: each side, window, stride and border up to a few pixels meets each of the
others. Numbers in arrays are random; their kinds, and how many images, channels and filters there
are, change from call to call. What the reference refuses is not legal, and left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, cycle, product
from typing import Any

import numpy as np

from autograder.running.student import Functions
from autograder.sandbox.wire import Named

SIDES, KERNELS, STRIDES, PADS = range(1, 5), range(1, 4), range(1, 4), range(4)
DEPTHS = [(1, 1, 1), (2, 1, 2), (1, 2, 3), (3, 2, 1), (2, 3, 2)]  # images, channels, filters
FEW = range(1, 4)


@dataclass(frozen=True)
class Call:
    """The arguments of one call; ``functions`` are those that an argument only names."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    functions: Functions


def small_calls(function: str) -> Iterator[Call]:
    """Yield the small legal calls of an exercise, the same every time."""
    for args, kwargs in CALLS[function](np.random.default_rng(0)):
        yield Call(tuple(args), kwargs, {"line": line} if Named("line") in map(_name, args) else {})


def _name(value: Any) -> Any:
    return value if isinstance(value, Named) else None


Random = np.random.Generator
Calls = Iterator[tuple[Iterable[Any], dict[str, Any]]]


def _named(**settings: int) -> dict[str, int]:
    """Return settings as a caller gives them, who leaves out what is the default."""
    return {k: v for k, v in settings.items() if v != {"stride": 1, "pad": 0}[k]}


def _windows(pads: Iterable[int] = PADS) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Yield (height, width, kernel_size, stride, pad, running number)."""
    numbers = count()
    for height, width, size, stride, pad in product(SIDES, SIDES, KERNELS, STRIDES, pads):
        if min(height, width) + 2 * pad >= size:
            yield height, width, size, stride, pad, next(numbers)


def _outputs(height: int, width: int, size: int, stride: int, pad: int) -> tuple[int, int]:
    return (height + 2 * pad - size) // stride + 1, (width + 2 * pad - size) // stride + 1


def _numbers(rng: Random, shape: tuple[int, ...], number: int = 0) -> Any:
    """Return numbers of both signs, whole ones at every third call."""
    return rng.integers(-9, 10, shape) if number % 3 == 2 else rng.normal(size=shape)


def _distinct(rng: Random, shape: tuple[int, ...], number: int = 0) -> Any:
    """Return different numbers: whole, below zero, of both signs, or above zero."""
    numbers = rng.permutation(np.prod(shape)).reshape(shape)
    return [numbers - 5, -1.5 - numbers, numbers / 8 - 1, numbers / 8 + 1][number % 4]


def _zero_pad(rng: Random) -> Calls:
    for number, (n, h, w, c, pad) in enumerate(product((1, 2), FEW, FEW, (1, 2), range(4))):
        yield (_numbers(rng, (n, h, w, c), number), pad), {}


def _single_step(rng: Random) -> Calls:
    for size, channels, bias in product(KERNELS, FEW, (0.0, -1.5, 2.0)):
        window, kernel = rng.normal(size=(2, size, size, channels))
        for seen in (window, 0 * window, rng.integers(0, 3, window.shape)):
            yield (seen, kernel, bias), {}


def _convolutions(rng: Random) -> Iterator[tuple[Any, Any, Any, tuple[int, ...], dict[str, int]]]:
    for (n, c, f), (h, w, size, stride, pad, number) in zip(cycle(DEPTHS), _windows()):
        out = (n, *_outputs(h, w, size, stride, pad), f)
        x, weights = _numbers(rng, (n, h, w, c), number), rng.normal(size=(size, size, c, f))
        yield x, weights, rng.normal(size=f), out, _named(stride=stride, pad=pad)


def _conv_forward(rng: Random) -> Calls:
    for x, w, b, _, settings in _convolutions(rng):
        yield (x, w, b), settings


def _conv_backward(rng: Random) -> Calls:
    for number, (x, w, _, out, settings) in enumerate(_convolutions(rng)):
        weights = rng.integers(-5, 6, w.shape) if number % 2 else w
        yield (rng.normal(size=out), x, weights), settings


def _conv_as_dense(rng: Random) -> Calls:
    for number, (x, w, b, _, settings) in enumerate(_convolutions(rng)):
        weights = rng.integers(-5, 6, w.shape) if number % 4 == 1 else w
        yield (weights, b, x.shape[1:]), settings


def _local_forward(rng: Random) -> Calls:
    for x, w, b, out, settings in _convolutions(rng):
        weights = rng.normal(size=(*out[1:3], *w.shape))
        yield (x, weights, rng.normal(size=(*out[1:3], len(b)))), settings


def _local_backward(rng: Random) -> Calls:
    for x, w, _, out, settings in _convolutions(rng):
        yield (rng.normal(size=out), x, rng.normal(size=(*out[1:3], *w.shape))), settings


def _pools(
    rng: Random, numbers: Callable[..., Any]
) -> Iterator[tuple[Any, tuple[int, ...], dict[str, int]]]:
    for (n, c, _), (h, w, size, stride, _, number) in zip(cycle(DEPTHS), _windows(pads=[0])):
        out = (n, *_outputs(h, w, size, stride, 0), c)
        for kind in range(4):
            x = numbers(rng, (n, h, w, c), number + kind)
            yield x, out, {"size": size, "stride": stride}


def _max_forward(rng: Random) -> Calls:
    for x, _, settings in _pools(rng, _distinct):
        yield (x,), settings
        yield (x // 3,), settings  # has ties


def _max_backward(rng: Random) -> Calls:
    # Without ties: whoever shares the gradient among equal maxima loses no point.
    for x, out, settings in _pools(rng, _distinct):
        yield (rng.normal(size=out), x), settings


def _average_forward(rng: Random) -> Calls:
    for x, _, settings in _pools(rng, _numbers):
        yield (x,), settings


def _average_backward(rng: Random) -> Calls:
    for x, out, settings in _pools(rng, _numbers):
        yield (rng.normal(size=out), x), settings


def _sgd_step(rng: Random) -> Calls:
    for shape, rate in product([(1,), (4,), (2, 3), (3, 2, 2), (2, 2, 1, 3)], (0.1, 1.0, 2.5)):
        w, dw = rng.normal(size=(2, *shape))
        for slope in (dw, 0 * dw, np.round(dw), np.where(dw > 0, dw, 0)):
            yield (w, slope, rate), {}


def _output_size(_: Random) -> Calls:
    for size, kernel, stride, pad in product(range(1, 9), range(1, 6), range(1, 5), range(4)):
        yield (size, kernel), _named(stride=stride, pad=pad)


def _dense_parameters(_: Random) -> Calls:
    for shape in product(FEW, repeat=6):
        yield (shape[:3], shape[3:]), {}


def _conv_parameters(_: Random) -> Calls:
    for setting in product(range(1, 6), repeat=3):
        yield setting, {}


def _moving(_: Random) -> Calls:
    for (_, c, f), (h, w, size, stride, pad, _) in zip(cycle(DEPTHS), _windows(range(5))):
        yield ((h, w, c), size, f), _named(stride=stride, pad=pad)


def _network_parameters(_: Random) -> Calls:
    moving: list[dict[str, Any]] = [
        *(
            {"layer": "conv", "kernel_size": k, "out_channels": f, "stride": s, "pad": p}
            for k, f, s, p in [(1, 2, 1, 0), (2, 3, 2, 1), (3, 1, 1, 1), (3, 4, 3, 2)]
        ),
        {"layer": "max_pool", "size": 2, "stride": 2},
        {"layer": "average_pool", "size": 3, "stride": 1},
        {"layer": "max_pool", "size": 1, "stride": 3},
    ]
    flat = [{"layer": "flatten"}]
    dense: list[dict[str, Any]] = [{"layer": "dense", "units": units} for units in (1, 3)]
    starts = [list(row) for length in range(3) for row in product(moving, repeat=length)]
    ends = [[], *([*flat, *row] for length in range(3) for row in product(dense, repeat=length))]
    for start, end, shape in product(starts, ends, [(4, 6, 1), (5, 3, 2), (2, 1, 3)]):
        yield ([*start, *end], shape), {}


def _connectivity_matrix(_: Random) -> Calls:
    for height, width, size, stride, pad, _ in _windows():
        yield (height, width, size), _named(stride=stride, pad=pad)


def _sparsity(rng: Random) -> Calls:
    for shape in [(1,), (3,), (1, 2), (2, 2), (2, 1, 2), (1, 4)]:
        for places in product([0, 1], repeat=int(np.prod(shape))):
            connected = np.reshape(places, shape)
            for matrix in (connected.astype(bool), connected, connected * rng.normal(size=shape)):
                yield (matrix,), {}


def _distinct_parameters(_: Random) -> Calls:
    for shape in [(1,), (2,), (1, 3), (3, 1), (2, 2), (2, 1, 2)]:
        for ids in product(range(4), repeat=int(np.prod(shape))):
            yield (np.reshape(ids, shape),), {}


def _tie_gradients(rng: Random) -> Calls:
    for h, w, size, c, f in product(FEW, FEW, (1, 2), FEW, FEW):
        yield (rng.normal(size=(h, w, size, size, c, f)), rng.normal(size=(h, w, f))), {}


def _receptive_field(_: Random) -> Calls:
    steps = list(product(FEW, FEW))
    for length in range(4):
        for layers in product(steps, repeat=length):
            yield (list(layers),), {}


def _translate(rng: Random) -> Calls:
    moves = range(-4, 5)
    numbers, depths = count(), cycle([(1, 1), (2, 3)])
    for h, w, rows, columns in product(FEW, FEW, moves, moves):
        n, c = next(depths)
        yield (_numbers(rng, (n, h, w, c), next(numbers)), rows, columns), {}


def _signs() -> Iterator[Any]:
    """Yield arrays with all sequences of a few numbers, in several shapes."""
    for shape in [(1,), (3,), (1, 2), (3, 1), (1, 2, 1), (2, 1, 1, 2)]:
        for row in product([-2.0, -0.5, 0.0, 0.5, 3.0], repeat=int(np.prod(shape))):
            yield np.reshape(row, shape)


def _relu_forward(_: Random) -> Calls:
    for x in _signs():
        yield (x,), {}


def _relu_backward(rng: Random) -> Calls:
    for x in _signs():
        yield (rng.normal(size=x.shape), x), {}


def _dense_forward(rng: Random) -> Calls:
    for n, d, m in product(FEW, repeat=3):
        yield (rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=m)), {}


def _dense_backward(rng: Random) -> Calls:
    for n, d, m in product(FEW, repeat=3):
        yield (rng.normal(size=(n, m)), rng.normal(size=(n, d)), rng.normal(size=(d, m))), {}


def _softmax_cross_entropy(rng: Random) -> Calls:
    for n, c in product(FEW, range(2, 5)):
        for labels in product(range(c), repeat=n):
            scores = rng.normal(size=(n, c))
            for size in (1.0, 0.0, 1000.0, 10000.0):
                yield (size * scores, np.array(labels)), {}
            yield (scores - 10000, np.array(labels)), {}


def _average_maps(rng: Random) -> Calls:
    for shape in product(FEW, SIDES, SIDES, FEW):
        yield (rng.normal(size=shape),), {}


def _average_maps_backward(rng: Random) -> Calls:
    for n, h, w, c in product(FEW, SIDES, SIDES, FEW):
        yield (rng.normal(size=(n, c)), rng.normal(size=(n, h, w, c))), {}


def _networks(rng: Random) -> Iterator[tuple[dict[str, Any], Any, Any]]:
    maps = cycle([(2, 1.0), (1, 1.0), (2, 0.0)])  # of the second layer, and the size of its biases
    for (n, c, f), h, w, classes in product(DEPTHS, range(2, 6), range(2, 6), (1, 3)):
        second, size = next(maps)
        shapes = {"w1": (3, 3, c, f), "w2": (3, 3, f, second), "w3": (second, classes)}
        biases = {"b1": f, "b2": second, "b3": classes}
        parameters = {name: rng.normal(size=shape) for name, shape in (shapes | biases).items()}
        parameters |= {name: size * parameters[name] for name in ("b1", "b2")}
        images = rng.normal(size=(n, h, w, c))
        images[0] *= size  # where it is dark, and there are no biases, a ReLU gets zeros
        yield parameters, images, rng.integers(0, classes, n)


def _convnet_scores(rng: Random) -> Calls:
    for parameters, images, _ in _networks(rng):
        yield (parameters, images), {}


def _convnet_gradients(rng: Random) -> Calls:
    for network in _networks(rng):
        yield network, {}


def line(parameters: dict[str, Any], x: Any, y: Any) -> tuple[float, dict[str, Any]]:
    """Return loss and gradients of a straight line, a network that costs nothing."""
    error = parameters["slope"] * x + parameters["offset"] - y
    gradients = {"slope": np.array([np.mean(error * x)]), "offset": np.array([error.mean()])}
    return float(np.mean(error**2)) / 2, gradients


def _train(rng: Random) -> Calls:
    for n, epochs, size, rate in product(range(1, 6), FEW, range(1, 7), (0.1, 0.5)):
        orders = np.array([rng.permutation(n) for _ in range(epochs)])
        parameters = {"slope": rng.normal(size=1), "offset": rng.normal(size=1)}
        x, y = rng.normal(size=(2, n))
        yield (parameters, x, y, orders, size, rate, Named("line")), {}
    for number, (parameters, images, labels) in enumerate(_networks(rng)):
        orders = np.array([rng.permutation(len(images)) for _ in range(1 + number % 2)])
        yield (parameters, images, labels, orders, 1 + number % 3, 0.3), {}


CALLS: dict[str, Callable[[Random], Calls]] = {
    "zero_pad": _zero_pad,
    "conv_single_step": _single_step,
    "conv_forward": _conv_forward,
    "conv_backward": _conv_backward,
    "max_pool_forward": _max_forward,
    "average_pool_forward": _average_forward,
    "max_pool_backward": _max_backward,
    "average_pool_backward": _average_backward,
    "sgd_step": _sgd_step,
    "output_size": _output_size,
    "dense_parameters": _dense_parameters,
    "locally_connected_parameters": _moving,
    "conv_parameters": _conv_parameters,
    "connections": _moving,
    "saving": _moving,
    "network_parameters": _network_parameters,
    "connectivity_matrix": _connectivity_matrix,
    "conv_as_dense": _conv_as_dense,
    "sparsity": _sparsity,
    "distinct_parameters": _distinct_parameters,
    "locally_connected_forward": _local_forward,
    "locally_connected_backward": _local_backward,
    "tie_gradients": _tie_gradients,
    "receptive_field": _receptive_field,
    "translate": _translate,
    "relu_forward": _relu_forward,
    "relu_backward": _relu_backward,
    "dense_forward": _dense_forward,
    "dense_backward": _dense_backward,
    "softmax_cross_entropy": _softmax_cross_entropy,
    "global_average_pool_forward": _average_maps,
    "global_average_pool_backward": _average_maps_backward,
    "convnet_scores": _convnet_scores,
    "convnet_gradients": _convnet_gradients,
    "train": _train,
}
