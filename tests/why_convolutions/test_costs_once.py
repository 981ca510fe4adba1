"""An exercise that others call costs only itself when it is wrong, for every student alike."""

import pytest
from contents import load_assignment

from autograder.course.options import Limits
from autograder.grading import grade
from autograder.notebook.filled_in import answered
from autograder.sandbox.host import Sandbox

LOCALLY = """
def locally_connected_parameters(in_shape, kernel_size, out_channels, stride=1, pad=0):
    rows, columns = (output_size(n, kernel_size, stride, pad) for n in in_shape[:2])
    outputs = rows * columns * out_channels
    return outputs * kernel_size**2 * in_shape[2], outputs
"""
CONNECTIONS = """
def connections(in_shape, kernel_size, out_channels, stride=1, pad=0):
    def joined(size):
        starts = [n * stride - pad for n in range(output_size(size, kernel_size, stride, pad))]
        return sum(0 <= start + k < size for start in starts for k in range(kernel_size))
    return joined(in_shape[0]) * joined(in_shape[1]) * in_shape[2] * out_channels
"""
SAVING = """
def saving(in_shape, kernel_size, out_channels, stride=1, pad=0):
    sides = [output_size(n, kernel_size, stride, pad) for n in in_shape[:2]]
    dense, _ = dense_parameters(in_shape, (*sides, out_channels))
    local, _ = locally_connected_parameters(in_shape, kernel_size, out_channels, stride, pad)
    shared, _ = conv_parameters(kernel_size, in_shape[2], out_channels)
    return dense / local, local / shared
"""
NETWORK = """
def network_parameters(layers, in_shape):
    weights = biases = 0
    height, width, channels = in_shape
    for layer in layers:
        more = 0, 0
        if layer["layer"] == "conv":
            kernel_size, filters = layer["kernel_size"], layer["out_channels"]
            window = kernel_size, layer["stride"], layer["pad"]
            more = conv_parameters(kernel_size, channels, filters)
            height, width = output_size(height, *window), output_size(width, *window)
            channels = filters
        elif layer["layer"] == "dense":
            more = dense_parameters((height, width, channels), (1, 1, layer["units"]))
            height, width, channels = 1, 1, layer["units"]
        elif layer["layer"] != "flatten":
            window = layer["size"], layer["stride"]
            height, width = output_size(height, *window), output_size(width, *window)
        weights, biases = weights + more[0], biases + more[1]
    return weights, biases
"""
FORWARD = """
def conv_forward(x, w, b, stride=1, pad=0):
    padded, k = zero_pad(x, pad), w.shape[0]
    rows, columns = ((side - k) // stride + 1 for side in padded.shape[1:3])
    out = np.zeros((len(x), rows, columns, w.shape[3]))
    for n, i, j, f in np.ndindex(out.shape):
        window = padded[n, i * stride : i * stride + k, j * stride : j * stride + k]
        out[n, i, j, f] = conv_single_step(window, w[..., f], b[f])
    return out
"""
BACKWARD = """
def conv_backward(dout, x, w, stride=1, pad=0):
    padded, k = zero_pad(x, pad), w.shape[0]
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for n, i, j, f in np.ndindex(dout.shape):
        rows, columns = (slice(at * stride, at * stride + k) for at in (i, j))
        dpadded[n, rows, columns] += w[..., f] * dout[n, i, j, f]
        dw[..., f] += padded[n, rows, columns] * dout[n, i, j, f]
    height, width = x.shape[1:3]
    return dpadded[:, pad : pad + height, pad : pad + width], dw, dout.sum(axis=(0, 1, 2))
"""
ALIAS = FORWARD.replace("zero_pad", "with_border")
LAYER = {
    "conv_forward": f"with_border = zero_pad\n{ALIAS}",
    "conv_backward": BACKWARD,
}
AS_DENSE = """
def conv_as_dense(w, b, in_shape, stride=1, pad=0):
    height, width, c_in = in_shape
    k, c_out = w.shape[0], w.shape[3]
    joined = connectivity_matrix(height, width, k, stride, pad)
    columns_out = (width + 2 * pad - k) // stride + 1
    matrix = np.zeros((len(joined), c_out, height * width, c_in))
    for out, place in zip(*np.nonzero(joined)):
        i = place // width + pad - out // columns_out * stride
        j = place % width + pad - out % columns_out * stride
        matrix[out, :, place] = w[i, j].T
    return matrix.reshape(len(joined) * c_out, -1), np.tile(b, len(joined))
"""
AVERAGE_BACK = """
def average_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        unit = np.zeros(x.shape)
        unit[place] = 1.0
        dx[place] = (average_pool_forward(unit, size, stride) * dout).sum()
    return dx
"""

CALLING = {
    "parameter_counting": {
        "locally_connected_parameters": LOCALLY,
        "connections": CONNECTIONS,
        "saving": SAVING,
        "network_parameters": NETWORK,
    },
    "convolution": LAYER,
    "connectivity": {"conv_as_dense": AS_DENSE},
    "pooling": {"average_pool_backward": AVERAGE_BACK},
    "convnet": {},  # its hidden tests ask for what is built of earlier exercises
}
OUTPUT_SIZE = "def output_size(size, kernel_size, stride=1, pad=0): return {} + 1"
WRONG = [
    ("parameter_counting", OUTPUT_SIZE.format("-(-(size + 2*pad - kernel_size) // stride)")),
    ("parameter_counting", OUTPUT_SIZE.format("(size + pad - kernel_size) // stride")),
    ("parameter_counting", OUTPUT_SIZE.format("(size + 2*pad - kernel_size) / stride")),
    ("parameter_counting", "def dense_parameters(a, b): return a[0]*a[1]*np.prod(b), np.prod(b)"),
    (
        "parameter_counting",
        "def conv_parameters(size, before, after): return size**2 * after, after",
    ),
    (
        "convolution",
        "def zero_pad(x, pad): return np.pad(x, [(0, 0), (0, 2*pad), (0, 2*pad), (0, 0)])",
    ),
    (
        "convolution",
        "def conv_single_step(window, kernel, bias): return float(np.sum(window * kernel))",
    ),
    ("connectivity", "def connectivity_matrix(h, w, k, stride=1, pad=0): return np.ones((h, w))"),
    ("pooling", "def average_pool_forward(x, size, stride): return x[:, ::stride, ::stride]"),
    ("convnet", "def relu_forward(x): return np.abs(x)"),
    ("convnet", "def dense_backward(dout, x, w): return None, None, None"),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=[wrong for _, wrong in WRONG])
def test_a_mistake_costs_its_own_exercise_alone(name: str, wrong: str, sandbox: Sandbox) -> None:
    assignment, exercise = load_assignment(name), wrong[len("def ") : wrong.index("(")]
    notebook = answered(assignment, CALLING[name] | {exercise: wrong})
    totals = set()
    for student in ("student-001", "student-002", "student-003"):
        graded = grade(
            notebook, assignment, sandbox, notebook="-", student=student, limits=Limits()
        )
        results = graded.grading.exercises
        assert {r.name for r in results if r.score != r.max_score} == {exercise}
        totals.add(graded.grading.score)
    assert len(totals) == 1
