"""Right code gets full marks, whatever its style and wherever in the notebook it is written."""

from collections import Counter
from itertools import cycle
from textwrap import indent
from typing import Any, NamedTuple, get_args, get_origin

import nbformat
import numpy as np
import pytest
from contents import assignment_names, load_assignment, small_ones_at_once
from nbformat import NotebookNode
from typed import typed

from autograder.course.options import Limits
from autograder.explanation.losses import rounds
from autograder.explanation.styles import styles
from autograder.explanation.typed_text import student_source
from autograder.grading import grade
from autograder.notebook.assignment import grade_id
from autograder.notebook.filled_in import released, solutions
from autograder.results import Outcome, TestResult
from autograder.running.direct import direct_student
from autograder.running.hidden_tests import run_hidden_tests
from autograder.sandbox.host import Sandbox

LEAST_FOR_ARRAYS, LEAST_FOR_COUNTS = 12, 4  # styles of a function, after what it returns


class Cells(NamedTuple):
    """What a student wrote about an exercise: in its cell, and in cells of their own around it.

    An own cell without text is not there; a cell without text is as it was released.
    """

    cell: str = ""
    before: str = ""
    behind: str = ""


def written(name: str, changes: dict[str, Cells]) -> NotebookNode:
    """Return an assignment's notebook with right answers, some of them written like this."""
    assignment = load_assignment(name)
    answers = {answer: Cells(text) for answer, text in solutions(assignment).items()} | changes
    notebook = released(assignment)
    cells = []
    for cell in notebook.cells:
        own = answers.get(grade_id(cell), Cells())
        cell.source = own.cell or cell.source
        before, behind = (nbformat.v4.new_code_cell(text) for text in (own.before, own.behind))
        cells += [*([before] if own.before else []), cell, *([behind] if own.behind else [])]
    notebook.cells = cells
    return notebook


def check_full_marks(sandbox: Sandbox, name: str, notebook: NotebookNode, number: int) -> None:
    grading = grade(
        notebook,
        load_assignment(name),
        sandbox,
        notebook=name,
        student=f"student-{number:03}",
        limits=Limits(),
    ).grading
    check_all_passed({result.name: result.tests for result in grading.exercises})
    assert grading.score == grading.max_score


def check_all_passed(results: dict[str, list[TestResult]]) -> None:
    lost = [
        f"{exercise}, {test.name}: {test.message}"
        for exercise, tests in results.items()
        for test in tests
        if test.outcome is not Outcome.PASSED
    ]
    assert not lost, "\n".join(lost)


@pytest.mark.parametrize("name", small_ones_at_once())
def test_every_style_passes_every_hidden_test(name: str) -> None:
    assignment = load_assignment(name)
    for number, together in enumerate(rounds(styles(load_assignment(name)))):
        functions = {style.exercise: typed(name, style) for style in together}
        student, seed = direct_student(assignment, functions), f"student-{number:03}".encode()
        results = run_hidden_tests(assignment, student, seed, functions)
        assert results.keys() == functions.keys()
        check_all_passed(results)


@pytest.mark.parametrize("name", assignment_names())
def test_a_notebook_in_other_styles_gets_full_marks(name: str, sandbox: Sandbox) -> None:
    changes = {
        style.exercise: Cells(student_source(style))
        for style in rounds(styles(load_assignment(name)))[0]
    }
    check_full_marks(sandbox, name, written(name, changes), 0)


@pytest.mark.parametrize("name", assignment_names())
def test_every_function_is_known_in_many_styles(name: str) -> None:
    known = styles(load_assignment(name))
    assert len({style.name for style in known}) == len(known)
    count = Counter(style.exercise for style in known)
    functions = load_assignment(name).signatures()
    assert count.keys() == functions.keys()
    arrays = {f for f in functions if holds_arrays(functions[f].return_annotation)}
    least = {f: LEAST_FOR_ARRAYS if f in arrays else LEAST_FOR_COUNTS for f in functions}
    assert {f: n for f, n in count.items() if n < least[f]} == {}


def holds_arrays(kind: Any) -> bool:
    """Say whether a type is an array, or a tuple or dict with arrays in it."""
    return get_origin(kind) is np.ndarray or any(map(holds_arrays, get_args(kind)))


# Ways to write any function: {right} is a right definition of {name}, {own} the same under
# the name own_{name}, and {inner} that one as a part of another function.
WAYS = {
    "a helper in a cell before": Cells(
        before="{own}",
        cell="def {name}(*arguments, **settings):\n    return own_{name}(*arguments, **settings)",
    ),
    "a helper in the same cell": Cells(
        "{own}\n\n\ndef {name}(*values, **named):\n    return own_{name}(*values, **named)"
    ),
    "a helper inside": Cells(
        "def {name}(*given, **named):\n{inner}\n\n    return own_{name}(*given, **named)"
    ),
    "in a cell before": Cells(before="{right}"),
    "in a cell behind": Cells(behind="{right}"),
    "bound in a cell before": Cells(before="{own}\n\n\n{name}, _ = own_{name}, None"),
    "a first try, and the right one behind": Cells(
        "def {name}(*arguments, **settings):\n    raise NotImplementedError",
        behind="{right}",
    ),
    "the right one, and what did not work commented out": Cells(
        "{right}\n\n# def {name}(*arguments):\n#     return None"
    ),
    "another name for it": Cells("{own}\n\n\n{name} = own_{name}"),
    "a lambda": Cells("{own}\n\n\n{name} = lambda *a, **settings: own_{name}(*a, **settings)"),
    "a partial": Cells("from functools import partial\n\n{own}\n\n\n{name} = partial(own_{name})"),
    "an object that is called": Cells(
        "{own}\n\n\n"
        "class Layer:\n"
        "    def __call__(self, *arguments, **settings):\n"
        "        return own_{name}(*arguments, **settings)\n\n\n"
        "{name} = Layer()"
    ),
    "a method": Cells(
        "{own}\n\n\n"
        "class Layers:\n"
        "    @staticmethod\n"
        "    def run(*arguments, **settings):\n"
        "        return own_{name}(*arguments, **settings)\n\n\n"
        "{name} = Layers.run"
    ),
    "a decorator that takes the time": Cells(
        before="import functools\nimport time\n\n\n"
        "def timed(function):\n"
        "    @functools.wraps(function)\n"
        "    def wrapper(*arguments, **settings):\n"
        "        start = time.perf_counter()\n"
        "        result = function(*arguments, **settings)\n"
        "        print(function.__name__, 'took', time.perf_counter() - start)\n"
        "        return result\n\n"
        "    return wrapper",
        cell="@timed\n{right}",
    ),
    "a list for a tuple": Cells(
        "{own}\n\n\n"
        "def {name}(*arguments, **settings):\n"
        "    result = own_{name}(*arguments, **settings)\n"
        "    return list(result) if isinstance(result, tuple) else result"
    ),
    "everything from NumPy imported before": Cells(
        "{right}", before="from numpy import *\nfrom numpy.linalg import norm"
    ),
    "a named tuple for a tuple": Cells(
        "from collections import namedtuple\n\n{own}\n\n\n"
        "def {name}(*arguments, **settings):\n"
        "    result = own_{name}(*arguments, **settings)\n"
        "    names = 'first second third'.split()[: len(result) if type(result) is tuple else 0]\n"
        "    return namedtuple('Result', names)(*result) if names else result"
    ),
    "printing while it works": Cells(
        "{own}\n\n\n"
        "def {name}(*arguments, **settings):\n"
        "    print('called with', arguments, settings)\n"
        "    return own_{name}(*arguments, **settings)\n\n\n"
        "print({name})"
    ),
}


def ways_in_turn(name: str) -> list[dict[str, str]]:
    """Return notebooks as a way for each function, so that every way is taken once."""
    ways, functions = cycle(WAYS), load_assignment(name).signatures()
    notebooks = -(-len(WAYS) // len(functions))
    return [dict(zip(functions, ways, strict=False)) for _ in range(notebooks)]


@pytest.mark.parametrize(
    ("name", "number", "ways"),
    [
        pytest.param(name, number, ways, id=f"{name}-{number}")
        for name in assignment_names()
        for number, ways in enumerate(ways_in_turn(name))
    ],
)
def test_every_way_to_write_a_function_gets_full_marks(
    name: str, number: int, ways: dict[str, str], sandbox: Sandbox
) -> None:
    answers = solutions(load_assignment(name))
    changes = {}
    for function, way in ways.items():
        right = answers[function]
        own = right.replace(f"def {function}(", f"def own_{function}(")
        inner = indent(own, "    ")
        texts = {"{right}": right, "{own}": own, "{inner}": inner, "{name}": function}
        changes[function] = Cells(*(filled(part, texts) for part in WAYS[way]))
    check_full_marks(sandbox, name, written(name, changes), number)


def filled(text: str, texts: dict[str, str]) -> str:
    """Fill in a template; the braces of code make str.format of no use."""
    for key, value in texts.items():
        text = text.replace(key, value)
    return text


CONV_FORWARD_FROM_EARLIER_FUNCTIONS = """
def conv_forward(x, w, b, stride=1, pad=0):
    images = zero_pad(x, pad)
    size = w.shape[0]
    height = (images.shape[1] - size) // stride + 1
    width = (images.shape[2] - size) // stride + 1
    out = np.zeros((len(x), height, width, w.shape[3]))
    for n, i, j, f in np.ndindex(out.shape):
        rows = slice(i * stride, i * stride + size)
        columns = slice(j * stride, j * stride + size)
        out[n, i, j, f] = conv_single_step(images[n, rows, columns], w[..., f], b[f])
    return out
"""

CONV_BACKWARD_FROM_EARLIER_FUNCTIONS = """
def conv_backward(dout, x, w, stride=1, pad=0):
    nothing = np.zeros(w.shape[3])

    def slope(of, forward):
        gradient = np.zeros(of.shape)
        for index in np.ndindex(of.shape):
            one = np.zeros(of.shape)
            one[index] = 1
            gradient[index] = np.sum(forward(one) * dout)
        return gradient

    dx = slope(x, lambda one: conv_forward(one, w, nothing, stride, pad))
    dw = slope(w, lambda one: conv_forward(x, one, nothing, stride=stride, pad=pad))
    return dx, dw, slope(nothing, lambda one: conv_forward(x, 0 * w, one, stride, pad))
"""

MAX_POOL_BACKWARD_FROM_FORWARD = """
def max_pool_backward(dout, x, size, stride):
    largest = max_pool_forward(x, size, stride)
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(largest.shape):
        window = x[n, i * stride : i * stride + size, j * stride : j * stride + size, c]
        row, column = [int(place[0]) for place in np.where(window == largest[n, i, j, c])]
        dx[n, i * stride + row, j * stride + column, c] += dout[n, i, j, c]
    return dx
"""

DENSE_FROM_EARLIER_FUNCTIONS = """
def conv_as_dense(w, b, in_shape, stride=1, pad=0):
    height, width, c_in = in_shape
    matrix = []
    outputs = connectivity_matrix(height + 2 * pad, width + 2 * pad, len(w), stride)
    for connected in outputs.astype(bool):
        for f in range(len(b)):
            image = np.zeros((connected.size, c_in))
            image[connected] = w[:, :, :, f].reshape(-1, c_in)
            image = image.reshape(height + 2 * pad, width + 2 * pad, c_in)
            matrix.append(image[pad : pad + height, pad : pad + width].ravel())
    return np.array(matrix), np.tile(b, len(outputs))
"""

LOCAL_BACKWARD_FROM_EARLIER_FUNCTIONS = """
def locally_connected_backward(dout, x, w, stride=1, pad=0):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), dout.sum(axis=0)
    ids = np.arange(1, w[0, 0].size + 1).reshape(w[0, 0].shape)

    def used_at(i, j, filters):
        matrix, _ = conv_as_dense(filters, db[i, j], x.shape[1:], stride, pad=pad)
        return matrix.reshape(*db.shape, -1)[i, j]

    for i, j in np.ndindex(db.shape[:2]):
        dx += (dout[:, i, j] @ used_at(i, j, w[i, j])).reshape(x.shape)
        numbers = used_at(i, j, ids).astype(int)
        products = dout[:, i, j].T @ x.reshape(len(x), -1)
        dw[i, j].flat[numbers[numbers > 0] - 1] = products[numbers > 0]
    return dx, dw, db
"""

NETWORK_OF_LAYERS_THAT_REMEMBER = """
class Remembering:
    parameters = ()

    def run(self, x):
        self.x = x
        return self.forward(x)


class Convolution(Remembering):
    def __init__(self, w, b):
        self.parameters = w, b

    def forward(self, x):
        return conv_forward(x, *self.parameters, pad=1)

    def backward(self, dout):
        dx, *self.gradients = conv_backward(dout, self.x, self.parameters[0], pad=1)
        return dx


class Dense(Convolution):
    def forward(self, x):
        return dense_forward(x, *self.parameters)

    def backward(self, dout):
        dx, *self.gradients = dense_backward(dout, self.x, self.parameters[0])
        return dx


class Relu(Remembering):
    forward = staticmethod(relu_forward)

    def backward(self, dout):
        return relu_backward(dout, self.x)


class MaxPool(Remembering):
    def forward(self, x):
        return max_pool_forward(x, 2, 2)

    def backward(self, dout):
        return max_pool_backward(dout, self.x, size=2, stride=2)


class Average(Remembering):
    def forward(self, x):
        return global_average_pool_forward(x)

    def backward(self, dout):
        return global_average_pool_backward(dout, self.x)


def layers_with(parameters):
    first, second, third = ((parameters["w" + k], parameters["b" + k]) for k in "123")
    start = [Convolution(*first), Relu(), MaxPool()]
    return [*start, Convolution(*second), Relu(), Average(), Dense(*third)]
"""

SCORES_OF_LAYERS = """
def convnet_scores(parameters, images, layers=None):
    x = images
    for layer in layers or layers_with(parameters):
        x = layer.run(x)
    return x
"""

GRADIENTS_OF_LAYERS = """
def convnet_gradients(parameters, images, labels):
    layers = layers_with(parameters)
    loss, d = softmax_cross_entropy(convnet_scores(parameters, images, layers), labels)
    gradients = {}
    number = 3
    for layer in layers[::-1]:
        d = layer.backward(d)
        if layer.parameters:
            gradients[f"w{number}"], gradients[f"b{number}"] = layer.gradients
            number -= 1
    return loss, gradients
"""

SCORES_WITH_INTERMEDIATES = """
def forward_pass(parameters, images):
    w1, b1, w2, b2, w3, b3 = (parameters[name] for name in "w1 b1 w2 b2 w3 b3".split())
    before_1 = conv_forward(images, w1, b1, pad=1)
    after_1 = relu_forward(before_1)
    pooled = max_pool_forward(after_1, 2, 2)
    before_2 = conv_forward(pooled, w2, b2, pad=1)
    after_2 = relu_forward(before_2)
    features = global_average_pool_forward(after_2)
    return dense_forward(features, w3, b3), (before_1, after_1, pooled, before_2, after_2, features)


def convnet_scores(parameters, images):
    scores, _ = forward_pass(parameters, images)
    return scores
"""

GRADIENTS_OF_INTERMEDIATES = """
def convnet_gradients(parameters, images, labels):
    scores, intermediates = forward_pass(parameters, images)
    before_1, after_1, pooled, before_2, after_2, features = intermediates
    loss, dscores = softmax_cross_entropy(scores, labels)
    dfeatures, dw3, db3 = dense_backward(dscores, features, parameters["w3"])
    dbefore_2 = relu_backward(global_average_pool_backward(dfeatures, after_2), before_2)
    dpooled, dw2, db2 = conv_backward(dbefore_2, pooled, parameters["w2"], pad=1)
    dbefore_1 = relu_backward(max_pool_backward(dpooled, after_1, 2, 2), before_1)
    _, dw1, db1 = conv_backward(dbefore_1, images, parameters["w1"], pad=1)
    return loss, dict(w1=dw1, b1=db1, w2=dw2, b2=db2, w3=dw3, b3=db3)
"""

SCORES_THAT_FILL_A_CACHE = """
cache = {}


def convnet_scores(parameters, images):
    cache["images"] = images
    maps, k = images, 0
    while k < 2:
        k += 1
        cache["into", k] = maps
        cache["before", k] = conv_forward(maps, parameters[f"w{k}"], parameters[f"b{k}"], 1, 1)
        cache["maps", k] = relu_forward(cache["before", k])
        maps = max_pool_forward(cache["maps", k], 2, 2) if k == 1 else cache["maps", k]
    cache["features"] = global_average_pool_forward(maps)
    return dense_forward(cache["features"], parameters["w3"], parameters["b3"])
"""

GRADIENTS_FROM_A_CACHE = """
def convnet_gradients(parameters, images, labels):
    grads = {name: np.zeros_like(parameters[name]) for name in parameters}
    loss, d = softmax_cross_entropy(convnet_scores(parameters, images), labels)
    d, grads["w3"][:], grads["b3"][:] = dense_backward(d, cache["features"], parameters["w3"])
    d = global_average_pool_backward(d, cache["maps", 2])
    for k in (2, 1):
        d = relu_backward(d, cache["before", k])
        d, dw, db = conv_backward(d, cache["into", k], parameters[f"w{k}"], stride=1, pad=1)
        grads[f"w{k}"] += dw
        grads[f"b{k}"] += db
        if k == 2:
            d = max_pool_backward(d, cache["maps", 1], size=2, stride=2)
    return loss, grads
"""

TRAIN_IN_PLACE = """
def train(parameters, images, labels, orders, batch_size, learning_rate, gradients_of=None):
    parameters = {name: value.copy() for name, value in parameters.items()}
    losses = []
    for order in orders:
        for start in range(0, len(order), batch_size):
            use = order[start : start + batch_size]
            function = gradients_of or convnet_gradients
            loss, gradients = function(parameters, images[use], labels[use])
            losses.append(loss)
            for name in parameters:
                parameters[name] -= learning_rate * gradients[name]
    return parameters, losses
"""

TRAIN_WITH_A_STEP_OF_ITS_OWN = """
def batches_of(order, batch_size):
    while len(order):
        yield order[:batch_size]
        order = order[batch_size:]


def one_step(parameters, gradients, learning_rate):
    return {name: parameters[name] - learning_rate * gradients[name] for name in parameters}


def train(
    parameters,
    images,
    labels,
    orders,
    batch_size,
    learning_rate,
    gradients_of=convnet_gradients,
):
    gradients_of = gradients_of or convnet_gradients
    history = []
    for order in orders:
        for use in batches_of(order, batch_size):
            loss, gradients = gradients_of(parameters, images[use], labels[use])
            history = np.append(history, loss)
            parameters = one_step(parameters, gradients, learning_rate)
    return parameters, history
"""

SAVING_FROM_EARLIER_FUNCTIONS = """
def saving(in_shape, kernel_size, out_channels, stride=1, pad=0):
    rows, columns = (output_size(side, kernel_size, stride, pad) for side in in_shape[:2])
    dense, _ = dense_parameters(in_shape, (rows, columns, out_channels))
    local, _ = locally_connected_parameters(in_shape, kernel_size, out_channels, stride, pad)
    shared, _ = conv_parameters(kernel_size, in_shape[2], out_channels)
    return dense / local, local / shared
"""

LOCAL_FROM_EARLIER_FUNCTIONS = """
def locally_connected_parameters(in_shape, kernel_size, out_channels, stride=1, pad=0):
    rows = output_size(in_shape[0], kernel_size, stride=stride, pad=pad)
    columns = output_size(in_shape[1], kernel_size, pad=pad, stride=stride)
    kernel, _ = conv_parameters(kernel_size, in_shape[2], out_channels)
    return rows * columns * kernel, rows * columns * out_channels
"""

NETWORK_FROM_EARLIER_FUNCTIONS = """
def network_parameters(layers, in_shape):
    total = np.array([0, 0])
    for layer in layers:
        kind = layer["layer"]
        if kind == "dense":
            total += dense_parameters(in_shape, (1, 1, layer["units"]))
            in_shape = (1, 1, layer["units"])
        elif kind == "flatten":
            in_shape = (1, 1, in_shape[0] * in_shape[1] * in_shape[2])
        else:
            window = layer["kernel_size"] if kind == "conv" else layer["size"]
            move = layer["stride"], layer.get("pad", 0)
            channels = in_shape[2]
            if kind == "conv":
                total += conv_parameters(window, channels, layer["out_channels"])
                channels = layer["out_channels"]
            in_shape = *(output_size(side, window, *move) for side in in_shape[:2]), channels
    return tuple(total)
"""

ZERO_PAD_WITH_BARE_NAMES = """
def zero_pad(x, pad):
    n, h, w, c = shape(x)
    out = zeros((n, h + 2 * pad, w + 2 * pad, c))
    out[:, pad : pad + h, pad : pad + w] = x
    return out
"""

AVERAGE_IN_PLACE_ON_COPIES = """
def average_pool_backward(dout, x, size, stride):
    dout = dout.copy()
    dout /= size * size
    x = x.astype(float)
    x *= 0
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            place = x[:, i * stride : i * stride + size, j * stride : j * stride + size]
            place += dout[:, [i]][:, :, [j]]
    return x
"""

CLASS_THAT_REMEMBERS = """
class Convolution:
    def __init__(self):
        self.calls = 0

    def __call__(self, x, w, b, stride=1, pad=0):
        self.calls += 1
        self.images, self.stride = zero_pad(x, pad), stride
        return np.array([self.one(image, w, b) for image in self.images])

    def one(self, image, w, b):
        tops = range(0, image.shape[0] - len(w) + 1, self.stride)
        lefts = range(0, image.shape[1] - len(w) + 1, self.stride)
        seen = [[image[t : t + len(w), l : l + len(w)] for l in lefts] for t in tops]
        return np.tensordot(seen, w, 3) + b


conv_forward = Convolution()
"""

POOLING_BY_ANY_REDUCTION = """
from functools import partial


def pool(reduce, x, size, stride):
    rows = range(0, x.shape[1] - size + 1, stride)
    columns = range(0, x.shape[2] - size + 1, stride)
    pick = lambda i, j: reduce(x[:, i : i + size, j : j + size], axis=(1, 2))
    return np.stack([np.stack([pick(i, j) for j in columns], 1) for i in rows], 1)
"""

# Notebooks whose functions are written in their own words.
NOTEBOOKS = {
    "functions that call earlier ones": (
        "convolution",
        {
            "conv_forward": Cells(CONV_FORWARD_FROM_EARLIER_FUNCTIONS),
            "conv_backward": Cells(CONV_BACKWARD_FROM_EARLIER_FUNCTIONS),
        },
    ),
    "a backward pass that calls the forward pass": (
        "pooling",
        {"max_pool_backward": Cells(MAX_POOL_BACKWARD_FROM_FORWARD)},
    ),
    "layers that call earlier functions": (
        "connectivity",
        {
            "conv_as_dense": Cells(DENSE_FROM_EARLIER_FUNCTIONS),
            "locally_connected_backward": Cells(LOCAL_BACKWARD_FROM_EARLIER_FUNCTIONS),
        },
    ),
    "counts that call earlier counts": (
        "parameter_counting",
        {
            "locally_connected_parameters": Cells(LOCAL_FROM_EARLIER_FUNCTIONS),
            "saving": Cells(SAVING_FROM_EARLIER_FUNCTIONS),
            "network_parameters": Cells(NETWORK_FROM_EARLIER_FUNCTIONS),
        },
    ),
    "names of NumPy without np": (
        "convolution",
        {
            "zero_pad": Cells(ZERO_PAD_WITH_BARE_NAMES, before="from numpy import *"),
            "conv_single_step": Cells(
                "def conv_single_step(window, kernel, bias):\n"
                "    return sum(window * kernel) + bias",
                before="from numpy import array, sum, zeros",
            ),
        },
    ),
    "names of math without math": (
        "parameter_counting",
        {
            "output_size": Cells(
                "def output_size(size, kernel_size, stride=1, pad=0):\n"
                "    return floor((size + 2 * pad - kernel_size) / stride) + 1",
                before="from math import *",
            )
        },
    ),
    "a short name for an imported module": (
        "pooling",
        {
            "sgd_step": Cells(
                "def sgd_step(w, dw, learning_rate):\n"
                "    return numpy.subtract(w, learning_rate * dw)",
                before="import numpy\nimport numpy as n_p\nimport numpy.linalg",
            )
        },
    ),
    "work in place on copies": (
        "pooling",
        {
            "average_pool_backward": Cells(AVERAGE_IN_PLACE_ON_COPIES),
            "sgd_step": Cells(
                "def sgd_step(w, dw, learning_rate):\n"
                "    w, dw = w.copy(), dw.copy()\n"
                "    dw *= learning_rate\n"
                "    w -= dw\n"
                "    return w"
            ),
        },
    ),
    "a class that remembers": ("convolution", {"conv_forward": Cells(CLASS_THAT_REMEMBERS)}),
    "lambdas": (
        "pooling",
        {"sgd_step": Cells("sgd_step = lambda w, dw, learning_rate: w - learning_rate * dw")},
    ),
    "one function for two exercises": (
        "pooling",
        {
            "max_pool_forward": Cells(
                "max_pool_forward = partial(pool, np.max)", before=POOLING_BY_ANY_REDUCTION
            ),
            "average_pool_forward": Cells("average_pool_forward = partial(pool, np.mean)"),
        },
    ),
    "layers of a network that call earlier layers": (
        "convnet",
        {
            "relu_backward": Cells(
                "def relu_backward(dout, x):\n    return dout * np.sign(relu_forward(x))"
            ),
            "dense_backward": Cells(
                "def dense_backward(dout, x, w):\n"
                "    back, across = np.zeros(w.shape[0]), np.zeros(w.shape[1])\n"
                "    ones = np.ones((1, len(x)))\n"
                "    dw, db = (dense_forward(part, dout, across) for part in (x.T, ones))\n"
                "    return dense_forward(dout, w.T, back), dw, db[0]"
            ),
            "softmax_cross_entropy": Cells(
                before="def log_softmax(scores):\n"
                "    lower = scores - np.max(scores, axis=1, keepdims=True)\n"
                "    return lower - np.log(np.sum(np.exp(lower), axis=1, keepdims=True))",
                cell="def softmax_cross_entropy(scores, labels):\n"
                "    n, logs = range(len(labels)), log_softmax(scores)\n"
                "    dscores = np.exp(logs)\n"
                "    dscores[n, labels] -= 1\n"
                "    return -logs[n, labels].mean(), dscores / len(labels)",
            ),
            "global_average_pool_forward": Cells(
                "def global_average_pool_forward(x):\n"
                "    pixels = x.shape[1] * x.shape[2]\n"
                "    equal = np.full((pixels, 1), 1 / pixels)\n"
                "    flat = np.moveaxis(x, 3, 1).reshape(-1, pixels)\n"
                "    return dense_forward(flat, equal, np.zeros(1)).reshape(len(x), -1)"
            ),
            "global_average_pool_backward": Cells(
                "def global_average_pool_backward(dout, x):\n"
                "    n, rows, columns, channels = x.shape\n"
                "    pixels = rows * columns\n"
                "    equal = np.full((1, pixels), 1 / pixels)\n"
                "    flat = dense_forward(dout.reshape(-1, 1), equal, np.zeros(pixels))\n"
                "    return np.moveaxis(flat.reshape(n, channels, rows, columns), 1, 3)"
            ),
        },
    ),
    "a list of layers that remember": (
        "convnet",
        {
            "convnet_scores": Cells(SCORES_OF_LAYERS, before=NETWORK_OF_LAYERS_THAT_REMEMBER),
            "convnet_gradients": Cells(GRADIENTS_OF_LAYERS),
            "train": Cells(TRAIN_IN_PLACE),
        },
    ),
    "intermediates in a tuple": (
        "convnet",
        {
            "convnet_scores": Cells(SCORES_WITH_INTERMEDIATES),
            "convnet_gradients": Cells(GRADIENTS_OF_INTERMEDIATES),
            "train": Cells(TRAIN_WITH_A_STEP_OF_ITS_OWN),
        },
    ),
    "a cache that the forward pass fills": (
        "convnet",
        {
            "convnet_scores": Cells(SCORES_THAT_FILL_A_CACHE),
            "convnet_gradients": Cells(GRADIENTS_FROM_A_CACHE),
        },
    ),
    "layers in single precision, and a network of them": (
        "convnet",
        {
            "relu_forward": Cells(
                "def relu_forward(x):\n    return np.maximum(x, 0).astype(np.float32)"
            ),
            "dense_backward": Cells(
                "def dense_backward(dout, x, w):\n"
                "    dout, x, w = (array.astype('float32') for array in (dout, x, w))\n"
                "    return dout @ w.T, x.T @ dout, dout.sum(0)"
            ),
            "global_average_pool_forward": Cells(
                "def global_average_pool_forward(x):\n"
                "    return x.astype(np.float32).mean(axis=(1, 2))"
            ),
        },
    ),
}


@pytest.mark.parametrize("title", NOTEBOOKS)
def test_a_notebook_in_its_own_words_gets_full_marks(title: str, sandbox: Sandbox) -> None:
    name, changes = NOTEBOOKS[title]
    check_full_marks(sandbox, name, written(name, changes), [*NOTEBOOKS].index(title))


# A first line in the place of the released one; the right body follows.
SIGNATURES = {
    "conv_forward": "def conv_forward(x, w, b, stride=1, pad=0, dilation=1):",
    "conv_backward": "def conv_backward(dout, x, w, stride=1, pad=0, *, check=False):",
    "zero_pad": "def zero_pad(x, pad=1):",
    "conv_single_step": "def conv_single_step(window, kernel, bias=0.0, *rest):",
    "max_pool_forward": "def max_pool_forward(x, size=2, stride=2):",
    "average_pool_forward": "def average_pool_forward(x, size=2, stride=None, mode='mean'):",
    "max_pool_backward": "def max_pool_backward(dout, x, size=2, stride=2, **options):",
    "average_pool_backward": "def average_pool_backward(dout, x, size: int, stride: int = 2):",
    "sgd_step": "def sgd_step(w, dw, learning_rate=0.01, momentum=0.0):",
    "output_size": "def output_size(size, kernel_size=3, stride=1, pad=0, dilation=1):",
    "dense_parameters": "def dense_parameters(in_shape, out_shape=(1, 1, 1)):",
    "locally_connected_parameters": "def locally_connected_parameters(in_shape, kernel_size, "
    "out_channels=1, stride=1, pad=0, bias=True):",
    "conv_parameters": "def conv_parameters(kernel_size, in_channels=1, out_channels=1):",
    "connections": "def connections(in_shape, kernel_size, out_channels=1, stride=1, pad=0):",
    "saving": "def saving(in_shape, kernel_size, out_channels=1, stride=1, pad=0, **unused):",
    "network_parameters": "def network_parameters(layers=(), in_shape=(28, 28, 1)):",
    "connectivity_matrix": "def connectivity_matrix(height, width, kernel_size=3, stride=1, "
    "pad=0):",
    "conv_as_dense": "def conv_as_dense(w, b, in_shape, stride=1, pad=0, *, flip=False):",
    "sparsity": "def sparsity(matrix, tolerance=0):",
    "distinct_parameters": "def distinct_parameters(ids, *more):",
    "locally_connected_forward": "def locally_connected_forward(x, w, b=0, stride=1, pad=0):",
    "locally_connected_backward": "def locally_connected_backward("
    "dout, x, w, stride: int = 1, pad: int = 0, b=None):",
    "tie_gradients": "def tie_gradients(dw, db=None):",
    "receptive_field": "def receptive_field(layers=()):",
    "translate": "def translate(x, rows=0, columns=0, fill=0.0):",
    "relu_forward": "def relu_forward(x, slope=0.0):",
    "relu_backward": "def relu_backward(dout, x=None, *, slope=0.0):",
    "dense_forward": "def dense_forward(x, w, b=0.0):",
    "dense_backward": "def dense_backward(dout, x, w, b=None):",
    "softmax_cross_entropy": "def softmax_cross_entropy(scores, labels, **options):",
    "global_average_pool_forward": "def global_average_pool_forward(x, *unused):",
    "global_average_pool_backward": "def global_average_pool_backward(dout, x: Array = None):",
    "convnet_scores": "def convnet_scores(parameters, images=(), stride=1, pad=1):",
    "convnet_gradients": "def convnet_gradients("
    "parameters, images, labels=None, *, size: int = 2, **settings):",
    "train": "def train(parameters, images, labels, orders, batch_size=32, learning_rate=0.1, "
    "gradients_of=convnet_gradients, verbose=False):",
}


@pytest.mark.parametrize("name", assignment_names())
def test_another_signature_gets_full_marks(name: str, sandbox: Sandbox) -> None:
    answers = solutions(load_assignment(name))
    changes = {}
    for function in SIGNATURES.keys() & load_assignment(name).signatures():
        _, docstring, rest = answers[function].partition('    """')
        changes[function] = Cells(f"{SIGNATURES[function]}\n{docstring}{rest}")
    check_full_marks(sandbox, name, written(name, changes), 0)


@pytest.mark.parametrize("name", assignment_names())
@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_all_functions_in_one_cell_get_full_marks(name: str, place: int, sandbox: Sandbox) -> None:
    answers = solutions(load_assignment(name))
    functions = [*load_assignment(name).signatures()]
    everything = Cells("\n\n\n".join(answers[function] for function in functions))
    changes = dict.fromkeys(functions, Cells()) | {functions[place]: everything}
    check_full_marks(sandbox, name, written(name, changes), 1)


def test_counts_that_are_remembered_get_full_marks(sandbox: Sandbox) -> None:
    name = "parameter_counting"
    answers = solutions(load_assignment(name))
    cached = load_assignment(name).signatures().keys() - {"network_parameters"}  # takes a list
    head = "from functools import lru_cache\n\n\n@lru_cache(maxsize=None)\n"
    changes = {function: Cells(head + answers[function]) for function in cached}
    check_full_marks(sandbox, name, written(name, changes), 2)
