"""Mistakes as students write them, in code that looks like nothing in the catalogue."""

import pytest
from contents import load_assignment

from autograder.course.options import Limits
from autograder.grading import grade
from autograder.notebook.filled_in import answered
from autograder.sandbox.host import Sandbox

CONV_FORWARD = """
def conv_forward(x, w, b, stride=1, pad=0):
    (m, n_H_prev, n_W_prev, n_C_prev) = x.shape
    (f, f, n_C_prev, n_C) = w.shape
    n_H = {n_H}
    n_W = {n_W}
    Z = np.zeros((m, n_H, n_W, n_C))
    x_pad = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    for i in range(m):
        a_prev_pad = {example}
        for h in range(n_H):
            for k in range(n_W):
                for c in range(n_C):
                    vert_start, horiz_start = {start}
                    a_slice = a_prev_pad[vert_start : vert_start + f, horiz_start : horiz_start + f]
                    {write}
    return Z
"""
FORWARD = {
    "n_H": "int((n_H_prev - f + 2 * pad) / stride) + 1",
    "n_W": "int((n_W_prev - f + 2 * pad) / stride) + 1",
    "example": "x_pad[i]",
    "start": "h * stride, k * stride",
    "write": "Z[i, h, k, c] = np.sum(a_slice * w[:, :, :, c]) + b[c]",
}
CONV_BACKWARD = """
def conv_backward(dout, x, w, stride=1, pad=0):
    m, n_H, n_W, n_C = dout.shape
    f = w.shape[0]
    dA = np.zeros(x.shape)
    dW = np.zeros(w.shape)
    db = np.zeros(n_C)
    A_pad = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dA_pad = np.zeros(A_pad.shape)
    for i in range(m):
        for h in range(n_H):
            for k in range(n_W):
                for c in range(n_C):
                    top, left = {start}
                    part = A_pad[i, top : top + f, left : left + f]
                    dA_pad[i, top : top + f, left : left + f] {add} w[:, :, :, c] * dout[i, h, k, c]
                    dW[:, :, :, c] += part * dout[i, h, k, c]
                    db[c] += dout[i, h, k, c]
        dA[i] = {crop}
    return dA, {dW}, db
"""
BACKWARD = {
    "start": "h * stride, k * stride",
    "add": "+=",
    "crop": "dA_pad[i, pad : pad + x.shape[1], pad : pad + x.shape[2]]",
    "dW": "dW",
}
VECTORISED_BACKWARD = """
def conv_backward(dout, x, w, stride=1, pad=0):
    K = w.shape[0]
    N, HO, WO, F = dout.shape
    xp = np.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
    dxp, dw = np.zeros_like(xp, dtype=float), np.zeros(w.shape)
    for p in range(K):
        for q in range(K):
            rows, cols = slice(p, p + stride * HO, stride), slice(q, q + stride * WO, stride)
            dw[p, q] = np.einsum("nijc,nijf->cf", xp[:, rows, cols], dout)
            dxp[:, rows, cols] += dout @ w[p, q].T
    return dxp[:, pad:-pad, pad:-pad], dw, {db}
"""
MAX_BACKWARD = """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    N, H, W, C = dout.shape
    for n in range(N):
        for c in range(C):
            for i in range(H):
                for j in range(W):
                    r, s = {corner}
                    win = x[n, r : r + size, s : s + size, c]
                    m = win == win.max()
                    dx[n, r : r + size, s : s + size, c] {add} {share} * dout[n, i, j, c]
    return dx
"""
ROUTED = {"corner": "i * stride, j * stride", "add": "+=", "share": "m / m.sum()"}
NETWORK = """
def network_parameters(layers, in_shape):
    h, w, c = in_shape
    total_w, total_b = 0, 0
    for l in layers:
        t = l["layer"]
        if t == "conv":
            total_w += l["kernel_size"] ** 2 * {depth} * l["out_channels"]
            total_b += l["out_channels"]
            h = (h + 2 * l["pad"] - l["kernel_size"]) // l["stride"] + 1
            w = (w + 2 * l["pad"] - l["kernel_size"]) // l["stride"] + 1
            c = l["out_channels"]
        elif t.endswith("pool"):
            {pool}
        elif t == "flatten":
            h, w, c = 1, 1, {flat}
        else:
            total_w += c * l["units"]
            total_b += l["units"]
            c = l["units"]
    return total_w, total_b
"""
COUNTED = {
    "depth": "c",
    "pool": 'h, w = ((s - l["size"]) // l["stride"] + 1 for s in (h, w))',
    "flat": "h * w * c",
}


def code(text: str, right: dict[str, str], **wrong: str) -> str:
    return text.format(**right | wrong)


def names(found: str | None) -> list[str]:
    return sorted((found or "").split(" and "))


@pytest.mark.parametrize(
    ("assignment", "source", "expected"),
    [
        ("convolution", code(CONV_FORWARD, FORWARD), [""]),
        (
            "convolution",
            code(CONV_FORWARD, FORWARD, start="h, k"),
            ["starts_every_window_one_pixel_on"],
        ),
        (
            "convolution",
            code(CONV_FORWARD, FORWARD, n_W=FORWARD["n_H"]),
            ["computes_the_width_from_the_height"],
        ),
        (
            "convolution",
            code(CONV_FORWARD, FORWARD, n_H="np.floor((n_H_prev - f + 2 * pad) / stride) + 1"),
            ["does_not_round_the_size_down"],
        ),
        (
            "convolution",
            code(
                CONV_FORWARD,
                FORWARD,
                start="h, k",
                write="Z[i, h, k, c] = np.sum(a_slice * w[:, :, :, c])",
            ),
            ["leaves_the_biases_out", "starts_every_window_one_pixel_on"],
        ),
        (
            "convolution",
            code(
                CONV_FORWARD,
                FORWARD,
                example="x_pad[0]",
                write="Z[i, h, k, c] = np.sum(a_slice * w[:, :, :, c] + b[c])",
            ),
            ["adds_the_bias_to_every_product_of_the_window", "looks_at_the_first_image_only"],
        ),
        ("convolution", code(CONV_FORWARD, FORWARD, start="h * stride, hh * stride"), [""]),
        (
            "convolution",
            code(CONV_BACKWARD, BACKWARD, crop="dA_pad[i, pad:-pad, pad:-pad, :]"),
            ["removes_the_border_with_a_negative_end"],
        ),
        (
            "convolution",
            code(CONV_BACKWARD, BACKWARD, crop="dA_pad[i, pad:-pad, pad:-pad]", dW="dW / m"),
            ["averages_dw_alone_over_the_batch", "removes_the_border_with_a_negative_end"],
        ),
        (
            "convolution",
            code(CONV_BACKWARD, BACKWARD, start="h, k", add="="),
            [
                "overwrites_the_gradient_of_the_filter_before",
                "sends_back_to_windows_without_the_stride",
            ],
        ),
        (
            "convolution",
            code(VECTORISED_BACKWARD, {}, db="dout.sum(axis=(0, 1, 2))"),
            ["loses_the_whole_image_without_a_border"],
        ),
        (
            "convolution",
            code(VECTORISED_BACKWARD, {}, db="dout.mean(axis=(0, 1, 2))"),
            ["loses_the_whole_image_without_a_border", "takes_the_mean_for_db"],
        ),
        ("pooling", code(MAX_BACKWARD, ROUTED), [""]),
        (
            "pooling",
            code(MAX_BACKWARD, ROUTED, corner="i, j"),  # and shares among equal maxima, rightly
            ["ignores_the_stride"],
        ),
        (
            "pooling",
            code(MAX_BACKWARD, ROUTED, add="=", share="m"),
            ["overwrites_overlapping_windows"],
        ),
        ("pooling", code(MAX_BACKWARD, ROUTED, share="m"), ["gives_every_maximum_all"]),
        (
            "pooling",
            code(MAX_BACKWARD, ROUTED, share="m", corner="i, j"),
            ["gives_every_maximum_all", "ignores_the_stride"],
        ),
        ("parameter_counting", code(NETWORK, COUNTED), [""]),
        ("parameter_counting", code(NETWORK, COUNTED, pool="pass"), ["skips_pooling_altogether"]),
        (
            "parameter_counting",
            code(NETWORK, COUNTED, depth="in_shape[2]", flat="h * w"),
            ["flattens_one_channel", "takes_the_channels_of_the_picture"],
        ),
    ],
)
def test_it_is_recognised(
    assignment: str, source: str, expected: list[str], sandbox: Sandbox
) -> None:
    exercise = source.split("def ")[1].split("(")[0]
    loaded = load_assignment(assignment)
    notebook = answered(loaded, {exercise: source})
    grading = grade(notebook, loaded, sandbox, notebook="-", limits=Limits()).grading
    (result,) = [result for result in grading.exercises if result.name == exercise]
    assert names(result.misconception) == expected
