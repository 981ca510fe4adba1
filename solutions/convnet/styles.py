"""Right implementations of the exercises of "convnet"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.explanation.styles import style

from .._layers import conv_backward, conv_forward, max_pool_backward, max_pool_forward
from . import Array, Labels, Parameters

Gradients = tuple[Array, Array, Array]
Loss = tuple[float, Array]
LossAndGradients = tuple[float, Parameters]
GradientsOf = Callable[[Parameters, Array, Labels], LossAndGradients]
Trained = tuple[Parameters, Array]


# --- relu_forward --------------------------------------------------------------------------


@style("relu_forward")
def relu_with_where(x: Array) -> Array:
    return np.where(x > 0, x, 0)


@style("relu_forward")
def relu_on_a_copy_with_a_mask(x: Array) -> Array:
    out = x.copy()
    out[out < 0] = 0
    return out


@style("relu_forward")
def relu_times_the_mask(x: Array) -> Array:
    return x * (x > 0)


@style("relu_forward")
def relu_as_half_of_itself_and_its_size(x: Array) -> Array:
    return (x + np.abs(x)) / 2


@style("relu_forward")
def relu_by_clipping(x: Array) -> Array:
    return x.clip(min=0)


@style("relu_forward")
def relu_number_by_number(x: Array) -> Array:
    out = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        if x[index] > 0:
            out[index] = x[index]
    return out


@style("relu_forward")
def relu_of_a_flat_list(x: Array) -> Array:
    numbers: list[float] = x.ravel().tolist()
    return np.array([max(0.0, number) for number in numbers]).reshape(x.shape)


@style("relu_forward")
def relu_with_vectorize(x: Array) -> Array:
    relu = np.vectorize(lambda number: number if number > 0 else 0.0, otypes=[float])
    return np.asarray(relu(x))


@style("relu_forward")
def relu_in_single_precision(x: Array) -> Array:
    return np.maximum(x, 0).astype(np.float32)


@style("relu_forward")
def relu_by_recursion_over_the_axes(x: Array) -> Array:
    if x.ndim == 0:
        return np.asarray(max(float(x), 0.0))
    parts = [relu_by_recursion_over_the_axes(part[..., 0]) for part in x[..., None]]
    return np.array(parts).reshape(x.shape)


@style("relu_forward")
def relu_copies_what_is_positive(x: Array) -> Array:
    out = np.zeros_like(x)
    np.copyto(out, x, where=x > 0)
    return out


@style("relu_forward")
def relu_as_the_largest_of_a_stack(x: Array) -> Array:
    return np.asarray(np.stack([x, np.zeros(x.shape)]).max(axis=0))


@style("relu_forward")
def relu_takes_the_negative_part_away(x: Array) -> Array:
    return np.asarray(x - np.minimum(x, 0))


@style("relu_forward")
def relu_with_a_step_function(x: Array) -> Array:
    return np.asarray(np.heaviside(x, 0) * x)


@style("relu_forward")
def relu_with_an_iterator_that_writes(x: Array) -> Array:
    out = np.array(x)
    settings: Any = {"flags": ["zerosize_ok"], "op_flags": [["readwrite"]]}
    places: Any = np.nditer(out, **settings)
    for number in places:
        number[...] = number if number > 0 else 0
    return out


@style("relu_forward")
def relu_in_pieces(x: Array) -> Array:
    return np.asarray(np.piecewise(x, [x > 0], [lambda positive: positive, 0]))


@style("relu_forward")
def relu_from_a_generator(x: Array) -> Array:
    numbers = (number if number >= 0 else 0 for number in x.flat)
    return np.fromiter(numbers, dtype=float, count=x.size).reshape(x.shape)


@style("relu_forward")
def relu_with_a_while_loop_on_a_flat_copy(x: Array) -> Array:
    flat = x.flatten()
    place = 0
    while place < len(flat):
        if flat[place] < 0:
            flat[place] = 0
        place += 1
    return flat.reshape(x.shape)


# --- relu_backward -------------------------------------------------------------------------


@style("relu_backward")
def relu_back_with_where(dout: Array, x: Array) -> Array:
    return np.where(x > 0, dout, 0)


@style("relu_backward")
def relu_back_on_a_copy(dout: Array, x: Array) -> Array:
    dx = dout.copy()
    dx[x <= 0] = 0
    return dx


@style("relu_backward")
def relu_back_fills_in_zeros(dout: Array, x: Array) -> Array:
    dx = np.zeros(x.shape)
    passed = x > 0
    dx[passed] = dout[passed]
    return dx


@style("relu_backward")
def relu_back_number_by_number(dout: Array, x: Array) -> Array:
    dx = np.empty(x.shape)
    for index, number in np.ndenumerate(x):
        dx[index] = dout[index] if number > 0 else 0
    return dx


@style("relu_backward")
def relu_back_of_flat_lists(dout: Array, x: Array) -> Array:
    pairs = zip(dout.ravel(), x.ravel(), strict=True)
    return np.array([slope * (number > 0) for slope, number in pairs]).reshape(x.shape)


@style("relu_backward")
def relu_back_with_a_mask_of_floats(dout: Array, x: Array) -> Array:
    return np.asarray(np.multiply(dout, (x > 0).astype(float)))


@style("relu_backward")
def relu_back_with_a_step_function(dout: Array, x: Array) -> Array:
    return np.asarray(dout * np.heaviside(x, 0.0))


@style("relu_backward")
def relu_back_through_the_output(dout: Array, x: Array) -> Array:
    out = np.maximum(x, 0)  # positive exactly where the input is
    return np.where(out == 0, 0, dout)


@style("relu_backward")
def relu_back_in_single_precision(dout: Array, x: Array) -> Array:
    return np.asarray(dout.astype(np.float32) * (x > 0))


@style("relu_backward")
def relu_back_with_vectorize(dout: Array, x: Array) -> Array:
    gate = np.vectorize(lambda slope, number: slope if number > 0 else 0.0, otypes=[float])
    return np.asarray(gate(dout, x))


@style("relu_backward")
def relu_back_takes_the_blocked_part_away(dout: Array, x: Array) -> Array:
    return np.asarray(dout - dout * np.less_equal(x, 0))


@style("relu_backward")
def relu_back_multiplies_where_it_passes(dout: Array, x: Array) -> Array:
    dx = np.zeros_like(x)
    np.multiply(dout, 1, out=dx, where=x > 0)
    return dx


@style("relu_backward")
def relu_back_at_the_places_that_pass(dout: Array, x: Array) -> Array:
    places = np.flatnonzero(x > 0)
    dx = np.zeros(x.size)
    dx[places] = dout.reshape(-1)[places]
    return dx.reshape(x.shape)


@style("relu_backward")
def relu_back_by_recursion_over_the_axes(dout: Array, x: Array) -> Array:
    if x.ndim == 0:
        return np.asarray(dout if x > 0 else 0.0)
    pairs = zip(dout[..., None], x[..., None], strict=True)
    parts = [relu_back_by_recursion_over_the_axes(a[..., 0], b[..., 0]) for a, b in pairs]
    return np.array(parts).reshape(x.shape)


@style("relu_backward")
def relu_back_chooses_by_the_sign(dout: Array, x: Array) -> Array:
    return np.asarray(dout * np.maximum(np.sign(x), 0))


@style("relu_backward")
def relu_back_puts_zeros_with_putmask(dout: Array, x: Array) -> Array:
    dx = np.array(dout, dtype=float)
    np.putmask(dx, np.logical_not(x > 0), 0)
    return dx


@style("relu_backward")
def relu_back_with_a_masked_array(dout: Array, x: Array) -> Array:
    return np.asarray(np.ma.masked_where(x <= 0, dout).filled(0))


# --- dense_forward -------------------------------------------------------------------------


@style("dense_forward")
def dense_with_three_loops(x: Array, w: Array, b: Array) -> Array:
    out = np.zeros((x.shape[0], w.shape[1]))
    for n in range(x.shape[0]):
        for m in range(w.shape[1]):
            for d in range(x.shape[1]):
                out[n, m] += x[n, d] * w[d, m]
            out[n, m] += b[m]
    return out


@style("dense_forward")
def dense_with_dot(x: Array, w: Array, b: Array) -> Array:
    return np.asarray(np.dot(x, w) + b)


@style("dense_forward")
def dense_with_einsum(x: Array, w: Array, b: Array) -> Array:
    return np.asarray(np.einsum("nd,dm->nm", x, w) + b[np.newaxis])


@style("dense_forward")
def dense_with_tensordot(x: Array, w: Array, b: Array) -> Array:
    return np.asarray(np.add(np.tensordot(x, w, axes=([1], [0])), b))


@style("dense_forward")
def dense_by_broadcasting(x: Array, w: Array, b: Array) -> Array:
    products = x[:, :, None] * w[None, :, :]  # (N, D, M)
    return np.asarray(products.sum(axis=1) + b)


@style("dense_forward")
def dense_with_the_bias_as_one_more_weight(x: Array, w: Array, b: Array) -> Array:
    longer = np.hstack([x, np.ones((len(x), 1))])
    return np.asarray(longer @ np.vstack([w, b]))


@style("dense_forward")
def dense_as_a_sum_of_outer_products(x: Array, w: Array, b: Array) -> Array:
    out = np.tile(b, (len(x), 1))
    for inputs, weights in zip(x.T, w, strict=True):
        out = out + np.outer(inputs, weights)
    return out


@style("dense_forward")
def dense_of_plain_lists(x: Array, w: Array, b: Array) -> Array:
    outputs = list(zip(w.T.tolist(), b.tolist(), strict=True))

    def one(example: list[float], weights: list[float], bias: float) -> float:
        return sum(a * c for a, c in zip(example, weights, strict=True)) + bias

    return np.array([[one(example, *output) for output in outputs] for example in x.tolist()])


@style("dense_forward")
def dense_row_by_row(x: Array, w: Array, b: Array) -> Array:
    out = np.empty((len(x), len(b)))
    for n, example in enumerate(x):
        out[n] = example @ w + b
    return out


@style("dense_forward")
def dense_output_by_output(x: Array, w: Array, b: Array) -> Array:
    columns = [x.dot(w[:, m]) + b[m] for m in range(w.shape[1])]
    return np.column_stack(columns)


@style("dense_forward")
def dense_with_columns_for_examples(x: Array, w: Array, b: Array) -> Array:
    return np.asarray((w.T @ x.T + b[:, None]).T)


@style("dense_forward")
def dense_in_single_precision(x: Array, w: Array, b: Array) -> Array:
    return np.asarray(x.astype(np.float32) @ w.astype(np.float32) + b.astype(np.float32))


@style("dense_forward")
def dense_in_place_on_the_product(x: Array, w: Array, b: Array) -> Array:
    out = np.matmul(x, w)
    out += b
    return np.asarray(out)


@style("dense_forward")
def dense_along_an_axis(x: Array, w: Array, b: Array) -> Array:
    return np.apply_along_axis(lambda example: (example * w.T).sum(axis=1) + b, 1, x)


@style("dense_forward")
def dense_by_recursion_over_the_inputs(x: Array, w: Array, b: Array) -> Array:
    if len(w) == 1:
        return x * w + b
    middle = len(w) // 2
    left = dense_by_recursion_over_the_inputs(x[:, :middle], w[:middle], b)
    return left + dense_by_recursion_over_the_inputs(x[:, middle:], w[middle:], 0 * b)


@style("dense_forward")
def dense_with_inner_products(x: Array, w: Array, b: Array) -> Array:
    return np.asarray(np.inner(x, w.transpose()) + np.broadcast_to(b, (len(x), len(b))))


@style("dense_forward")
def dense_by_reducing_over_the_inputs(x: Array, w: Array, b: Array) -> Array:
    from functools import reduce

    start = np.zeros((len(x), 1)) + b
    return reduce(lambda out, d: out + x[:, [d]] * w[[d]], range(len(w)), start)


# --- dense_backward ------------------------------------------------------------------------


@style("dense_backward")
def dense_back_with_three_loops(dout: Array, x: Array, w: Array) -> Gradients:
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n in range(x.shape[0]):
        for m in range(w.shape[1]):
            for d in range(x.shape[1]):
                dx[n, d] += dout[n, m] * w[d, m]
                dw[d, m] += dout[n, m] * x[n, d]
            db[m] += dout[n, m]
    return dx, dw, db


@style("dense_backward")
def dense_back_with_dot(dout: Array, x: Array, w: Array) -> Gradients:
    dx = np.dot(dout, w.T)
    dw = np.dot(x.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


@style("dense_backward")
def dense_back_with_einsum(dout: Array, x: Array, w: Array) -> Gradients:
    dx: Array = np.einsum("nm,dm->nd", dout, w)
    dw: Array = np.einsum("nd,nm->dm", x, dout)
    db: Array = np.einsum("nm->m", dout)
    return dx, dw, db


@style("dense_backward")
def dense_back_with_tensordot(dout: Array, x: Array, w: Array) -> Gradients:
    ones = np.ones(len(x))
    dx = np.tensordot(dout, w, axes=(1, 1))
    dw = np.tensordot(x, dout, axes=(0, 0))
    return dx, dw, np.tensordot(ones, dout, axes=1)


@style("dense_backward")
def dense_back_by_broadcasting(dout: Array, x: Array, w: Array) -> Gradients:
    arriving = dout[:, None, :]  # (N, 1, M)
    dx = (arriving * w).sum(axis=2)
    dw = (arriving * x[:, :, None]).sum(axis=0)
    return dx, dw, arriving.sum(axis=(0, 1))


@style("dense_backward")
def dense_back_example_by_example(dout: Array, x: Array, w: Array) -> Gradients:
    dx, dw, db = np.empty_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for n, (slopes, example) in enumerate(zip(dout, x, strict=True)):
        dx[n] = w @ slopes
        dw += np.outer(example, slopes)
        db += slopes
    return dx, dw, db


@style("dense_backward")
def dense_back_output_by_output(dout: Array, x: Array, w: Array) -> Gradients:
    outputs = range(w.shape[1])
    dx = np.zeros(x.shape)
    for m in outputs:
        dx += dout[:, m : m + 1] * w[:, m]
    dw = np.stack([x.T @ dout[:, m] for m in outputs], axis=1)
    return dx, dw, np.array([dout[:, m].sum() for m in outputs])


@style("dense_backward")
def dense_back_with_the_bias_as_one_more_weight(dout: Array, x: Array, w: Array) -> Gradients:
    longer = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    both = longer.T @ dout  # the last row belongs to the biases
    return dout @ w.transpose(), both[:-1], both[-1]


@style("dense_backward")
def dense_back_in_single_precision(dout: Array, x: Array, w: Array) -> Gradients:
    slopes, inputs, weights = (array.astype(np.float32) for array in (dout, x, w))
    return slopes @ weights.T, inputs.T @ slopes, slopes.sum(axis=0)


@style("dense_backward")
def dense_back_of_plain_lists(dout: Array, x: Array, w: Array) -> Gradients:
    def product(left: Any, right: Any) -> Array:
        columns = [*zip(*right, strict=True)]
        return np.array(
            [[sum(a * b for a, b in zip(row, c, strict=True)) for c in columns] for row in left]
        )

    slopes, inputs, weights = dout.tolist(), x.tolist(), w.tolist()
    db = np.array([sum(column) for column in zip(*slopes, strict=True)])
    dx = product(slopes, zip(*weights, strict=True))
    return dx, product(zip(*inputs, strict=True), slopes), db


@style("dense_backward")
def dense_back_transposed_at_the_end(dout: Array, x: Array, w: Array) -> Gradients:
    dx = (w @ dout.T).T
    dw = (dout.T @ x).T
    return dx, dw, dout.T.sum(axis=1)


@style("dense_backward")
def dense_back_input_by_input(dout: Array, x: Array, w: Array) -> Gradients:
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for d in range(x.shape[1]):
        dx[:, d] = np.sum(dout * w[d], axis=1)
        dw[d] = np.sum(dout * x[:, d, np.newaxis], axis=0)
    return dx, dw, np.add.reduce(dout, axis=0)


@style("dense_backward")
def dense_back_by_nudging_one_number_at_a_time(dout: Array, x: Array, w: Array) -> Gradients:
    # The layer is linear in each of its arguments: a nudge of 1 from zero is exact.
    def slopes(shape: tuple[int, ...], forward: Callable[[Array], Array]) -> Array:
        nudges = np.eye(int(np.prod(shape))).reshape(-1, *shape)
        return np.array([np.sum(forward(nudge) * dout) for nudge in nudges]).reshape(shape)

    dx = slopes(x.shape, lambda nudge: nudge @ w)
    dw = slopes(w.shape, lambda nudge: x @ nudge)
    return dx, dw, slopes(w.shape[1:], lambda nudge: nudge + np.zeros(dout.shape))


@style("dense_backward")
def dense_back_by_recursion_over_the_examples(dout: Array, x: Array, w: Array) -> Gradients:
    if len(x) == 1:
        return dout @ w.T, np.outer(x, dout), dout[0].copy()
    dx, dw, db = dense_back_by_recursion_over_the_examples(dout[1:], x[1:], w)
    first = dout[0] @ w.T
    return np.vstack([first, dx]), dw + np.outer(x[0], dout[0]), db + dout[0]


@style("dense_backward")
def dense_back_with_running_sums(dout: Array, x: Array, w: Array) -> Gradients:
    dx = np.cumsum(dout[:, None, :] * w, axis=2)[:, :, -1]
    dw = np.cumsum(x[:, :, None] * dout[:, None, :], axis=0)[-1]
    return dx, dw, dout.cumsum(axis=0)[-1]


@style("dense_backward")
def dense_back_into_buffers(dout: Array, x: Array, w: Array) -> Gradients:
    dx, dw, db = np.empty(x.shape), np.empty(w.shape), np.empty(w.shape[1])
    np.matmul(dout, w.T, out=dx)
    np.matmul(x.T, dout, out=dw)
    dout.sum(axis=0, out=db)
    return dx, dw, db


@style("dense_backward")
def dense_back_adds_up_with_add_at(dout: Array, x: Array, w: Array) -> Gradients:
    n, d, m = np.indices((*x.shape, w.shape[1]))
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    np.add.at(dx, (n, d), dout[n, m] * w[d, m])
    np.add.at(dw, (d, m), dout[n, m] * x[n, d])
    np.add.at(db, m[:, 0], dout)
    return dx, dw, db


# --- softmax_cross_entropy -----------------------------------------------------------------


@style("softmax_cross_entropy")
def cross_entropy_with_a_one_hot_matrix(scores: Array, labels: Labels) -> Loss:
    one_hot = np.eye(scores.shape[1])[labels]
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -np.sum(one_hot * log_p) / len(scores)
    return loss, (np.exp(log_p) - one_hot) / len(scores)


@style("softmax_cross_entropy")
def cross_entropy_example_by_example(scores: Array, labels: Labels) -> Loss:
    number = len(scores)
    loss, dscores = 0.0, np.zeros(scores.shape)
    for n in range(number):
        shifted = scores[n] - np.max(scores[n])
        total = np.sum(np.exp(shifted))
        loss += (np.log(total) - shifted[labels[n]]) / number
        dscores[n] = np.exp(shifted) / total / number
        dscores[n, labels[n]] -= 1 / number
    return loss, dscores


@style("softmax_cross_entropy")
def cross_entropy_with_logaddexp(scores: Array, labels: Labels) -> Loss:
    log_sums = np.logaddexp.reduce(scores, axis=1)
    right = np.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
    dscores = np.exp(scores - log_sums[:, None])
    dscores[np.arange(len(labels)), labels] -= 1.0
    dscores /= len(labels)
    return np.mean(log_sums - right), dscores


@style("softmax_cross_entropy")
def cross_entropy_of_plain_numbers(scores: Array, labels: Labels) -> Loss:
    from math import exp, fsum, log

    number = len(labels)
    losses, rows = [], []
    for row, label in zip(scores.tolist(), labels.tolist(), strict=True):
        largest = max(row)
        powers = [exp(score - largest) for score in row]
        total = fsum(powers)
        losses.append(log(total) + largest - row[label])
        rows.append([(p / total - (c == label)) / number for c, p in enumerate(powers)])
    return sum(losses) / number, np.array(rows)


@style("softmax_cross_entropy")
def cross_entropy_of_differences_to_the_right_score(scores: Array, labels: Labels) -> Loss:
    n = np.arange(len(labels))
    behind = scores - scores[n, labels][:, None]  # the right class has 0
    most = behind.max(axis=1)
    losses = most + np.log(np.exp(behind - most[:, None]).sum(axis=1))
    p = np.exp(behind - losses[:, None])
    p[n, labels] = np.expm1(-losses)
    return float(np.average(losses)), p / n.size


@style("softmax_cross_entropy")
def cross_entropy_in_single_precision(scores: Array, labels: Labels) -> Loss:
    n = np.arange(len(labels))
    shifted = (scores - np.amax(scores, axis=1, keepdims=True)).astype(np.float32)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1)
    loss: Any = np.mean(np.log(sums) - shifted[n, labels])  # a number of NumPy
    dscores = powers / sums[:, None]
    dscores[n, labels] -= 1
    return loss, np.asarray(dscores / np.float32(len(labels)))


@style("softmax_cross_entropy")
def cross_entropy_with_a_column_for_each_example(scores: Array, labels: Labels) -> Loss:
    columns = scores.T - scores.max(axis=1)
    probabilities = np.exp(columns)
    sums = probabilities.sum(axis=0)
    probabilities /= sums
    loss = np.log(sums).mean() - np.diag(columns[labels]).mean()
    probabilities[labels, range(len(labels))] -= 1
    return float(loss), probabilities.T / len(labels)


@style("softmax_cross_entropy")
def cross_entropy_subtracts_the_one_with_add_at(scores: Array, labels: Labels) -> Loss:
    number = len(labels)
    places = tuple(zip(*enumerate(labels), strict=True))  # rows, columns
    powers = np.exp(scores - np.max(scores, 1)[:, None])
    dscores = powers / powers.sum(1)[:, None] / number
    np.add.at(dscores, places, -1 / number)
    largest = scores.max(1)
    losses = largest - scores[places] + np.log(powers.sum(1))
    return losses.sum() / number, dscores


@style("softmax_cross_entropy")
def cross_entropy_by_recursion_over_the_batch(scores: Array, labels: Labels) -> Loss:
    number = len(labels)
    if number == 1:
        row, label = scores[0] - scores.max(), labels[0]
        total = np.exp(row).sum()
        return np.log(total) - row[label], (np.exp(row) / total - np.eye(len(row))[label])[None]
    half = number // 2
    first = cross_entropy_by_recursion_over_the_batch(scores[:half], labels[:half])
    second = cross_entropy_by_recursion_over_the_batch(scores[half:], labels[half:])
    share = half / number
    loss = first[0] * share + second[0] * (1 - share)
    return loss, np.concatenate([first[1] * share, second[1] * (1 - share)])


@style("softmax_cross_entropy")
def cross_entropy_with_a_mask_of_the_right_class(scores: Array, labels: Labels) -> Loss:
    right = np.arange(scores.shape[1]) == labels[:, None]
    shifted = scores - scores.max(axis=1)[:, None]
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    p = powers / sums
    loss = (np.log(sums[:, 0]) - shifted[right]).mean()
    return loss, np.where(right, p - 1, p) / len(scores)


@style("softmax_cross_entropy")
def cross_entropy_with_einsum(scores: Array, labels: Labels) -> Loss:
    number, classes = scores.shape
    target = np.zeros((number, classes))
    target[np.arange(number), labels] = 1
    shifted = scores - scores.max(axis=1).reshape(number, 1)
    log_sums = np.log(np.einsum("nc->n", np.exp(shifted)))
    loss = (log_sums.sum() - np.einsum("nc,nc->", target, shifted)) / number
    dscores = (np.exp(shifted - log_sums.reshape(-1, 1)) - target) / number
    return float(loss), dscores


@style("softmax_cross_entropy")
def cross_entropy_with_helpers_inside(scores: Array, labels: Labels) -> Loss:
    def log_softmax(row: Array) -> Array:
        row = row - max(row)
        return np.asarray(row - np.log(sum(np.exp(row))))

    log_p = np.array([log_softmax(row) for row in scores])
    picked = [row[label] for row, label in zip(log_p, labels, strict=True)]
    loss = sum(-log for log in picked) / len(picked)
    dscores = np.exp(log_p)
    for n, label in enumerate(labels):
        dscores[n, label] = dscores[n, label] - 1
    return loss, dscores / len(labels)


@style("softmax_cross_entropy")
def cross_entropy_class_by_class(scores: Array, labels: Labels) -> Loss:
    largest = scores[:, 0].copy()
    for column in scores.T:
        np.maximum(largest, column, out=largest)
    sums = np.zeros(len(scores))
    for column in scores.T:
        sums += np.exp(column - largest)
    dscores, loss = np.empty(scores.shape), 0.0
    for c, column in enumerate(scores.T):
        mine = labels == c
        logs = column - largest - np.log(sums)
        loss -= logs[mine].sum()
        dscores[:, c] = np.exp(logs) - mine
    return loss / len(scores), dscores / len(scores)


@style("softmax_cross_entropy")
def cross_entropy_returns_an_array_without_axes(scores: Array, labels: Labels) -> Loss:
    n = np.arange(len(labels))
    sorted_scores = np.sort(scores, axis=1)
    lower = scores - sorted_scores[:, -1:]
    sums = np.exp(lower).sum(axis=-1, keepdims=True)
    losses = np.log(sums) - lower[n, labels, None]
    loss: Any = np.array(losses.mean())
    dscores = np.divide(np.exp(lower), sums * len(labels))
    dscores[n, labels] -= 1 / len(labels)
    return loss, dscores


@style("softmax_cross_entropy")
def cross_entropy_with_a_jacobian_for_each_example(scores: Array, labels: Labels) -> Loss:
    # By the chain rule: from -log of all probabilities back to the scores.
    lower = scores - scores.max(axis=1, keepdims=True)
    log_p = lower - np.log(np.exp(lower).sum(axis=1, keepdims=True))
    identity = np.eye(scores.shape[1])
    # d log p_k / d score_c = (k equals c) - p_c
    jacobians = identity - np.exp(log_p)[:, None, :]
    dlog_p = -identity[labels] / len(labels)
    dscores: Array = np.einsum("nk,nkc->nc", dlog_p, jacobians)
    return float(-log_p[identity[labels] == 1].mean()), dscores


# --- global_average_pool_forward -----------------------------------------------------------


@style("global_average_pool_forward")
def average_of_maps_with_four_loops(x: Array) -> Array:
    n_examples, height, width, channels = x.shape
    out = np.zeros((n_examples, channels))
    for n in range(n_examples):
        for c in range(channels):
            for i in range(height):
                for j in range(width):
                    out[n, c] += x[n, i, j, c]
    return np.asarray(out / (height * width))


@style("global_average_pool_forward")
def average_of_maps_as_a_sum_of_shares(x: Array) -> Array:
    return np.asarray(np.sum(x / (x.shape[1] * x.shape[2]), axis=(1, 2)))


@style("global_average_pool_forward")
def average_of_maps_one_side_after_the_other(x: Array) -> Array:
    return np.asarray(x.mean(axis=1).mean(axis=1))


@style("global_average_pool_forward")
def average_of_maps_with_einsum(x: Array) -> Array:
    return np.asarray(np.einsum("nhwc->nc", x) / x[0, :, :, 0].size)


@style("global_average_pool_forward")
def average_of_maps_made_flat(x: Array) -> Array:
    flat = x.reshape(x.shape[0], -1, x.shape[3])
    return np.asarray(np.average(flat, axis=1))


@style("global_average_pool_forward")
def average_of_maps_in_a_nested_list(x: Array) -> Array:
    return np.array([[np.mean(image[:, :, c]) for c in range(x.shape[3])] for image in x])


@style("global_average_pool_forward")
def average_of_maps_with_equal_weights(x: Array) -> Array:
    height, width = x.shape[1:3]
    weights = np.full((height, width), 1 / (height * width))
    return np.asarray(np.tensordot(x, weights, axes=([1, 2], [0, 1])))


@style("global_average_pool_forward")
def average_of_maps_as_a_matrix_product(x: Array) -> Array:
    n, height, width, channels = x.shape
    pixels = height * width
    return np.asarray(np.ones(pixels) @ x.reshape(n, pixels, channels) / pixels)


@style("global_average_pool_forward")
def average_of_maps_in_single_precision(x: Array) -> Array:
    return np.asarray(np.mean(x, axis=(1, 2), dtype=np.float32))


@style("global_average_pool_forward")
def average_of_maps_pixel_by_pixel(x: Array) -> Array:
    n, height, width, channels = x.shape
    total = np.zeros((n, channels))
    for i, j in np.ndindex(height, width):
        total += x[:, i, j]
    total /= height * width
    return total


@style("global_average_pool_forward")
def average_of_maps_with_exact_sums(x: Array) -> Array:
    from math import fsum

    maps = np.moveaxis(x, 3, 1)
    sums = [[fsum(one.ravel()) for one in example] for example in maps]
    return np.asarray(np.divide(sums, maps[0, 0].size))


@style("global_average_pool_forward")
def average_of_maps_with_running_sums(x: Array) -> Array:
    corner = x.cumsum(axis=1).cumsum(axis=2)[:, -1, -1]
    return np.asarray(corner / x.shape[1] / x.shape[2])


@style("global_average_pool_forward")
def average_of_maps_as_a_running_average(x: Array) -> Array:
    pixels = x.transpose(1, 2, 0, 3).reshape(-1, len(x), x.shape[3])
    average = pixels[0].copy()
    for seen, pixel in enumerate(pixels[1:], start=2):
        average += (pixel - average) / seen
    return np.asarray(average)


@style("global_average_pool_forward")
def average_of_maps_by_recursion_over_the_rows(x: Array) -> Array:
    first = np.add.reduce(x[:, 0], axis=1) / x.shape[2]
    if x.shape[1] == 1:
        return np.asarray(first)
    rest = average_of_maps_by_recursion_over_the_rows(x[:, 1:])
    return np.asarray((first + rest * (x.shape[1] - 1)) / x.shape[1])


@style("global_average_pool_forward")
def average_of_maps_along_an_axis(x: Array) -> Array:
    from statistics import fmean

    maps = x.transpose(0, 3, 1, 2).reshape(len(x), x.shape[3], -1)
    return np.apply_along_axis(fmean, 2, maps)


@style("global_average_pool_forward")
def average_of_maps_counted_into_bins(x: Array) -> Array:
    number = np.arange(len(x) * x.shape[3]).reshape(len(x), 1, 1, x.shape[3])
    bins = np.broadcast_to(number, x.shape).ravel()
    means = np.bincount(bins, weights=x.ravel()) / np.bincount(bins)
    return means.reshape(len(x), -1)


# --- global_average_pool_backward ----------------------------------------------------------


@style("global_average_pool_backward")
def shares_of_maps_with_four_loops(dout: Array, x: Array) -> Array:
    n_examples, height, width, channels = x.shape
    dx = np.zeros(x.shape)
    for n in range(n_examples):
        for i in range(height):
            for j in range(width):
                for c in range(channels):
                    dx[n, i, j, c] = dout[n, c] / (height * width)
    return dx


@style("global_average_pool_backward")
def shares_of_maps_times_ones(dout: Array, x: Array) -> Array:
    height, width = x.shape[1], x.shape[2]
    return np.asarray(np.ones(x.shape) * dout[:, None, None, :] / (height * width))


@style("global_average_pool_backward")
def shares_of_maps_with_einsum(dout: Array, x: Array) -> Array:
    share = np.full(x.shape[1:3], 1 / np.prod(x.shape[1:3]))
    return np.asarray(np.einsum("nc,hw->nhwc", dout, share))


@style("global_average_pool_backward")
def shares_of_maps_repeated(dout: Array, x: Array) -> Array:
    n, height, width, channels = x.shape
    share = dout / height / width
    return np.asarray(share.reshape(n, 1, 1, channels).repeat(height, axis=1).repeat(width, axis=2))


@style("global_average_pool_backward")
def shares_of_maps_tiled(dout: Array, x: Array) -> Array:
    n, height, width, channels = x.shape
    tiled = np.tile(dout / (height * width), (1, height * width))  # (N, H * W * C)
    return tiled.reshape(n, height, width, channels)


@style("global_average_pool_backward")
def shares_of_maps_by_assignment(dout: Array, x: Array) -> Array:
    dx = np.empty_like(x)
    dx[:] = np.expand_dims(dout, (1, 2))
    dx /= x.shape[1] * x.shape[2]
    return dx


@style("global_average_pool_backward")
def shares_of_maps_pixel_by_pixel(dout: Array, x: Array) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(x.shape[1:3]):
        dx[:, i, j] = dout / x[0, ..., 0].size
    return dx


@style("global_average_pool_backward")
def shares_of_maps_in_a_nested_list(dout: Array, x: Array) -> Array:
    _, height, width, _ = x.shape
    return np.array([[[row / (height * width)] * width] * height for row in dout])


@style("global_average_pool_backward")
def shares_of_maps_in_single_precision(dout: Array, x: Array) -> Array:
    share = dout.astype(np.float32) / np.float32(x.shape[1] * x.shape[2])
    return np.zeros(x.shape, np.float32) + share[:, None, None]


@style("global_average_pool_backward")
def shares_of_maps_map_by_map(dout: Array, x: Array) -> Array:
    maps = [np.full(x.shape[1:3], slope) for slope in dout.ravel()]
    stack = np.stack(maps).reshape(*dout.shape, *x.shape[1:3])
    return np.asarray(np.moveaxis(stack, 1, 3) / maps[0].size)


@style("global_average_pool_backward")
def shares_of_maps_by_an_outer_product(dout: Array, x: Array) -> Array:
    n, height, width, channels = x.shape
    pixels = height * width
    flat = np.multiply.outer(dout, np.repeat(1 / pixels, pixels))  # (N, C, H * W)
    return np.asarray(flat.transpose(0, 2, 1).reshape(n, height, width, channels))


@style("global_average_pool_backward")
def shares_of_maps_by_an_index(dout: Array, x: Array) -> Array:
    n, _, _, c = np.indices(x.shape)
    return np.asarray(dout[n, c] / (x.shape[1] * x.shape[2]))


@style("global_average_pool_backward")
def shares_of_maps_row_by_row_and_column_by_column(dout: Array, x: Array) -> Array:
    _, height, width, _ = x.shape
    rows = np.stack([dout / height] * height, axis=1)  # (N, H, C)
    return np.stack([rows / width] * width, axis=2)


@style("global_average_pool_backward")
def shares_of_maps_from_a_function_of_the_place(dout: Array, x: Array) -> Array:
    def slope(n: Any, i: Any, j: Any, c: Any) -> Any:
        return dout[n, c] / (x.shape[1] * x.shape[2])

    return np.asarray(np.fromfunction(slope, x.shape, dtype=int))


@style("global_average_pool_backward")
def shares_of_maps_by_recursion_over_the_rows(dout: Array, x: Array) -> Array:
    n, height, width, channels = x.shape
    row = np.zeros((n, 1, width, channels)) + dout[:, None, None] / (height * width)
    if height == 1:
        return np.asarray(row)
    share_of_the_rest = dout * (height - 1) / height
    rest = shares_of_maps_by_recursion_over_the_rows(share_of_the_rest, x[:, 1:])
    return np.concatenate([row, rest], axis=1)


@style("global_average_pool_backward")
def shares_of_maps_as_a_matrix_product(dout: Array, x: Array) -> Array:
    n, height, width, channels = x.shape
    column = np.full((height * width, 1), (height * width) ** -1.0)
    return (column @ dout.reshape(n, 1, channels)).reshape(x.shape)


# --- convnet_scores ------------------------------------------------------------------------


def _views(x: Array) -> Array:
    """The 3x3 window around every pixel, shape (N, H, W, C, 3, 3)."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))


def _shifted(x: Array) -> list[Array]:
    """The batch as each of the nine weights of a 3x3 kernel meets it."""
    n, height, width, channels = x.shape
    padded = np.zeros((n, height + 2, width + 2, channels))
    padded[:, 1:-1, 1:-1] = x
    return [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]


def _blocks(x: Array) -> Array:
    """The four pixels of every 2x2 block along a new last axis, shape (N, H/2, W/2, C, 4)."""
    n, height, width, channels = x.shape
    whole = x[:, : height // 2 * 2, : width // 2 * 2]
    pixels = whole.reshape(n, height // 2, 2, width // 2, 2, channels)
    return pixels.transpose(0, 1, 3, 5, 2, 4).reshape(n, height // 2, width // 2, channels, 4)


@style("convnet_scores")
def scores_line_by_line(parameters: Parameters, images: Array) -> Array:
    x = conv_forward(images, parameters["w1"], parameters["b1"], stride=1, pad=1)
    x = np.maximum(0, x)
    x = max_pool_forward(x, size=2, stride=2)
    x = conv_forward(x, parameters["w2"], parameters["b2"], stride=1, pad=1)
    x = np.maximum(0, x)
    x = np.mean(x, axis=(1, 2))
    return np.asarray(x @ parameters["w3"] + parameters["b3"])


@style("convnet_scores")
def scores_in_one_expression(parameters: Parameters, images: Array) -> Array:
    w1, b1, w2, b2, w3, b3 = (parameters[name] for name in ["w1", "b1", "w2", "b2", "w3", "b3"])
    pooled = max_pool_forward(conv_forward(images, w1, b1, 1, 1).clip(0), 2, 2)
    return np.asarray(conv_forward(pooled, w2, b2, 1, 1).clip(0).mean((1, 2)).dot(w3) + b3)


@style("convnet_scores")
def scores_of_a_list_of_layers(parameters: Parameters, images: Array) -> Array:
    layers: list[Callable[[Array], Array]] = [
        lambda x: conv_forward(x, parameters["w1"], parameters["b1"], pad=1),
        lambda x: np.where(x > 0, x, 0.0),
        lambda x: max_pool_forward(x, 2, 2),
        lambda x: conv_forward(x, parameters["w2"], parameters["b2"], pad=1),
        lambda x: np.where(x > 0, x, 0.0),
        lambda x: x.sum(axis=(1, 2)) / (x.shape[1] * x.shape[2]),
        lambda x: np.dot(x, parameters["w3"]) + parameters["b3"],
    ]
    x = images
    for layer in layers:
        x = layer(x)
    return x


@style("convnet_scores")
def scores_by_reducing_over_the_layers(parameters: Parameters, images: Array) -> Array:
    from functools import partial, reduce

    first = partial(conv_forward, w=parameters["w1"], b=parameters["b1"], pad=1)
    second = partial(conv_forward, w=parameters["w2"], b=parameters["b2"], pad=1)
    relu = partial(np.maximum, 0)
    pool = partial(max_pool_forward, size=2, stride=2)
    average = partial(np.mean, axis=(1, 2))
    steps: Any = [first, relu, pool, second, relu, average]
    features = reduce(lambda x, step: step(x), steps, images)
    return np.asarray(features @ parameters["w3"] + parameters["b3"])


@style("convnet_scores")
def scores_image_by_image(parameters: Parameters, images: Array) -> Array:
    scores = []
    for image in images:
        maps = conv_forward(image[np.newaxis], parameters["w1"], parameters["b1"], pad=1)
        maps[maps < 0] = 0
        maps = max_pool_forward(maps, 2, 2)
        maps = conv_forward(maps, parameters["w2"], parameters["b2"], pad=1)
        maps[maps < 0] = 0
        features = maps[0].mean(axis=0).mean(axis=0)
        scores.append(features @ parameters["w3"] + parameters["b3"])
    return np.stack(scores)


@style("convnet_scores")
def scores_with_pooling_before_relu(parameters: Parameters, images: Array) -> Array:
    # The largest of four and ReLU may change places.
    p = parameters
    pooled = max_pool_forward(conv_forward(images, p["w1"], p["b1"], pad=1), size=2, stride=2)
    maps = conv_forward(pooled * (pooled > 0), p["w2"], p["b2"], pad=1)
    return np.average(maps * (maps > 0), axis=(1, 2)) @ p["w3"] + p["b3"]


@style("convnet_scores")
def scores_of_sliding_windows(parameters: Parameters, images: Array) -> Array:
    def conv_and_relu(x: Array, number: int) -> Array:
        w, b = parameters[f"w{number}"], parameters[f"b{number}"]
        return np.asarray(np.maximum(np.einsum("nhwcij,ijcf->nhwf", _views(x), w) + b, 0))

    pooled = _blocks(conv_and_relu(images, 1)).max(axis=4)
    maps = conv_and_relu(pooled, 2)
    features = np.einsum("nhwf->nf", maps) / maps[0, :, :, 0].size
    return np.asarray(np.einsum("nf,fc->nc", features, parameters["w3"]) + parameters["b3"])


@style("convnet_scores")
def scores_as_matrix_products(parameters: Parameters, images: Array) -> Array:
    x = images
    for number in 1, 2:
        w, b = parameters[f"w{number}"], parameters[f"b{number}"]
        n, height, width, _ = x.shape
        columns = np.concatenate(_shifted(x), axis=3).reshape(n * height * width, -1)
        x = np.maximum(columns @ w.reshape(-1, len(b)) + b, 0).reshape(n, height, width, len(b))
        if number == 1:
            x = _blocks(x).max(axis=-1)
    features = x.reshape(len(x), -1, x.shape[3]).mean(axis=1)
    return np.asarray(features @ parameters["w3"] + parameters["b3"])


@style("convnet_scores")
def scores_adding_up_nine_shifts(parameters: Parameters, images: Array) -> Array:
    def conv(x: Array, w: Array, b: Array) -> Array:
        kernel = w.reshape(9, *w.shape[2:])
        return sum((s @ one for s, one in zip(_shifted(x), kernel, strict=True)), start=b)

    maps = conv(images, parameters["w1"], parameters["b1"])
    height, width = (side // 2 * 2 for side in maps.shape[1:3])
    corners = [maps[:, i:height:2, j:width:2] for i in (0, 1) for j in (0, 1)]
    pooled = np.maximum.reduce([np.zeros(corners[0].shape), *corners])
    maps = conv(pooled, parameters["w2"], parameters["b2"])
    features = (maps + np.abs(maps)).mean(axis=(1, 2)) / 2
    return np.asarray(np.matmul(features, parameters["w3"]) + parameters["b3"])


@style("convnet_scores")
def scores_with_loops_over_every_output(parameters: Parameters, images: Array) -> Array:
    def conv_and_relu(x: Array, w: Array, b: Array) -> Array:
        padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)])
        out = np.zeros((*x.shape[:3], len(b)))
        for n, i, j, f in np.ndindex(out.shape):
            window = padded[n, i : i + 3, j : j + 3]
            out[n, i, j, f] = max(np.sum(window * w[..., f]) + b[f], 0)
        return out

    maps = conv_and_relu(images, parameters["w1"], parameters["b1"])
    n_images, height, width, channels = maps.shape
    pooled = np.zeros((n_images, height // 2, width // 2, channels))
    for n, i, j, c in np.ndindex(pooled.shape):
        pooled[n, i, j, c] = np.max(maps[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, c])
    maps = conv_and_relu(pooled, parameters["w2"], parameters["b2"])
    means = [[maps[n, :, :, c].mean() for c in range(maps.shape[3])] for n in range(n_images)]
    return np.array(means) @ parameters["w3"] + parameters["b3"]


@style("convnet_scores")
def scores_in_single_precision(parameters: Parameters, images: Array) -> Array:
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    x = np.tensordot(_views(images.astype(np.float32)), p["w1"], axes=([4, 5, 3], [0, 1, 2]))
    x = _blocks(np.maximum(x + p["b1"], 0)).max(axis=4)
    x = np.tensordot(_views(x), p["w2"], axes=([4, 5, 3], [0, 1, 2]))
    x = np.maximum(x + p["b2"], 0).mean(axis=(1, 2))
    return np.asarray(x @ p["w3"] + p["b3"])


@style("convnet_scores")
def scores_with_a_class_of_layers(parameters: Parameters, images: Array) -> Array:
    class Convolution:
        def __init__(self, number: int) -> None:
            self.w, self.b = parameters[f"w{number}"], parameters[f"b{number}"]

        def __call__(self, x: Array) -> Array:
            out = conv_forward(x, self.w, self.b, pad=1)
            np.maximum(out, 0, out=out)
            return out

    class Dense(Convolution):
        def __call__(self, x: Array) -> Array:
            return np.asarray(np.add(x.dot(self.w), self.b))

    pooled = max_pool_forward(Convolution(1)(images), 2, 2)
    return Dense(3)(Convolution(2)(pooled).mean(axis=1).mean(axis=1))


@style("convnet_scores")
def scores_by_recursion_over_the_batch(parameters: Parameters, images: Array) -> Array:
    if len(images) > 1:
        first = scores_by_recursion_over_the_batch(parameters, images[:1])
        return np.vstack([first, scores_by_recursion_over_the_batch(parameters, images[1:])])
    x = images
    for w, b in (parameters["w1"], parameters["b1"]), (parameters["w2"], parameters["b2"]):
        x = np.fmax(conv_forward(x, w, b, pad=1), 0)
        if w is parameters["w1"]:
            x = max_pool_forward(x, 2, 2)
    return np.asarray(np.tensordot(x.mean(axis=(1, 2)), parameters["w3"], 1) + parameters["b3"])


@style("convnet_scores")
def scores_with_the_dense_layer_before_the_average(parameters: Parameters, images: Array) -> Array:
    # Both are linear, so that every pixel may have scores of its own first.
    w1, w2, w3 = (parameters[f"w{number}"] for number in (1, 2, 3))
    b1, b2, b3 = (parameters[f"b{number}"] for number in (1, 2, 3))
    maps = np.maximum(conv_forward(images, w1, b1, pad=1), 0)
    maps = np.maximum(conv_forward(max_pool_forward(maps, 2, 2), w2, b2, pad=1), 0)
    scores: Array = (maps @ w3 + b3).mean(axis=(1, 2))
    return scores


@style("convnet_scores")
def scores_with_pooling_by_slices(parameters: Parameters, images: Array) -> Array:
    before = conv_forward(images, parameters["w1"], parameters["b1"], pad=1)
    maps = before.copy()
    maps[before <= 0] = 0
    rows, columns = maps.shape[1] // 2, maps.shape[2] // 2
    pooled = np.empty((len(maps), rows, columns, maps.shape[3]))
    for i in range(rows):
        for j in range(columns):
            pooled[:, i, j] = maps[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max(axis=(1, 2))
    before = conv_forward(pooled, parameters["w2"], parameters["b2"], pad=1)
    total = np.sum(before, axis=(1, 2), where=before > 0)
    return np.asarray(total / (rows * columns) @ parameters["w3"] + parameters["b3"])


@style("convnet_scores")
def scores_from_a_list_of_names_and_numbers(parameters: Parameters, images: Array) -> Array:
    values = [images]
    for kind, number in [("conv", 1), ("relu", 0), ("pool", 2), ("conv", 2), ("relu", 0)]:
        x = values[-1]
        if kind == "conv":
            x = conv_forward(x, parameters[f"w{number}"], parameters[f"b{number}"], 1, 1)
        elif kind == "relu":
            x = x.clip(min=number)
        else:
            x = max_pool_forward(x, number, number)
        values.append(x)
    features = values.pop().mean(axis=(1, 2))
    return np.asarray((features[:, :, None] * parameters["w3"]).sum(axis=1) + parameters["b3"])


# --- convnet_gradients ---------------------------------------------------------------------


def _loss(scores: Array, labels: Labels) -> Loss:
    """The mean cross-entropy and its gradient."""
    lower = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(lower) / np.exp(lower).sum(axis=1, keepdims=True)
    right = np.eye(scores.shape[1])[labels]
    losses = np.log(np.exp(lower).sum(axis=1)) - (lower * right).sum(axis=1)
    return float(losses.mean()), (p - right) / len(scores)


def _everything(parameters: Parameters, images: Array) -> tuple[Array, ...]:
    """All that the network computes on the way to its scores, and these."""
    before_1 = conv_forward(images, parameters["w1"], parameters["b1"], pad=1)
    maps_1 = np.maximum(before_1, 0)
    pooled = max_pool_forward(maps_1, 2, 2)
    before_2 = conv_forward(pooled, parameters["w2"], parameters["b2"], pad=1)
    features = np.maximum(before_2, 0).mean(axis=(1, 2))
    scores = features @ parameters["w3"] + parameters["b3"]
    return before_1, maps_1, pooled, before_2, features, scores


@style("convnet_gradients")
def gradients_line_by_line(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    w1, b1, w2, b2, w3, b3 = (parameters[name] for name in ("w1", "b1", "w2", "b2", "w3", "b3"))
    a1 = conv_forward(images, w1, b1, pad=1)
    h1 = np.maximum(a1, 0)
    p1 = max_pool_forward(h1, size=2, stride=2)
    a2 = conv_forward(p1, w2, b2, pad=1)
    h2 = np.maximum(a2, 0)
    features = h2.mean(axis=(1, 2))
    loss, dscores = _loss(features @ w3 + b3, labels)
    dw3, db3 = features.T @ dscores, dscores.sum(axis=0)
    dh2 = np.ones_like(h2) * (dscores @ w3.T)[:, None, None] / (h2.shape[1] * h2.shape[2])
    dp1, dw2, db2 = conv_backward(dh2 * (a2 > 0), p1, w2, pad=1)
    dh1 = max_pool_backward(dp1, h1, size=2, stride=2)
    _, dw1, db1 = conv_backward(dh1 * (a1 > 0), images, w1, pad=1)
    return loss, {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2, "w3": dw3, "b3": db3}


@style("convnet_gradients")
def gradients_with_the_forward_pass_in_a_helper(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    before_1, maps_1, pooled, before_2, features, scores = _everything(parameters, images)
    loss, d = _loss(scores, labels)
    grads = {"w3": np.dot(features.T, d), "b3": np.sum(d, axis=0)}
    d = np.dot(d, parameters["w3"].T) / (before_2.shape[1] * before_2.shape[2])
    d = np.where(before_2 > 0, d[:, np.newaxis, np.newaxis, :], 0)
    d, grads["w2"], grads["b2"] = conv_backward(d, pooled, parameters["w2"], 1, 1)
    d = max_pool_backward(d, maps_1, 2, 2)
    d[before_1 <= 0] = 0
    _, grads["w1"], grads["b1"] = conv_backward(d, images, parameters["w1"], 1, 1)
    return loss, grads


@style("convnet_gradients")
def gradients_from_closures(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    gradients: Parameters = {}

    def conv_and_relu(x: Array, k: int) -> tuple[Array, Callable[[Array], Array]]:
        w, b = parameters[f"w{k}"], parameters[f"b{k}"]
        out = conv_forward(x, w, b, pad=1)

        def back(d: Array) -> Array:
            dx, gradients[f"w{k}"], gradients[f"b{k}"] = conv_backward(d * (out > 0), x, w, pad=1)
            return dx

        return out.clip(0), back

    maps_1, back_1 = conv_and_relu(images, 1)
    maps_2, back_2 = conv_and_relu(max_pool_forward(maps_1, 2, 2), 2)
    features = maps_2.mean(axis=(1, 2))
    loss, d = _loss(features @ parameters["w3"] + parameters["b3"], labels)
    gradients.update(w3=features.T @ d, b3=d.sum(axis=0))
    share = (d @ parameters["w3"].T)[:, None, None] / maps_2[0, ..., 0].size
    back_1(max_pool_backward(back_2(np.broadcast_to(share, maps_2.shape)), maps_1, 2, 2))
    return loss, gradients


@style("convnet_gradients")
def gradients_from_a_tape(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    tape: list[tuple[str, Array]] = []
    x = images
    for kind in ["1", "relu", "pool", "2", "relu"]:
        tape.append((kind, x))
        if kind == "relu":
            x = np.maximum(x, 0)
        elif kind == "pool":
            x = max_pool_forward(x, 2, 2)
        else:
            x = conv_forward(x, parameters["w" + kind], parameters["b" + kind], 1, 1)
    features = x.mean(axis=(1, 2))
    loss, d = _loss(features.dot(parameters["w3"]) + parameters["b3"], labels)
    dw, db = {"3": features.T.dot(d)}, {"3": d.sum(axis=0)}
    d = np.zeros(x.shape) + d.dot(parameters["w3"].T)[:, None, None] / (x.shape[1] * x.shape[2])
    while tape:
        kind, x = tape.pop()
        if kind == "relu":
            d = d * (x > 0)
        elif kind == "pool":
            d = max_pool_backward(d, x, 2, 2)
        else:
            d, dw[kind], db[kind] = conv_backward(d, x, parameters["w" + kind], 1, 1)
    return loss, {f"w{k}": dw[k] for k in "123"} | {f"b{k}": db[k] for k in "123"}


@style("convnet_gradients")
def gradients_by_recursion_through_the_layers(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    gradients: Parameters = {}

    def through(x: Array, layers: list[str]) -> tuple[float, Array]:
        if not layers:
            loss, d = _loss(x.mean(axis=(1, 2)) @ parameters["w3"] + parameters["b3"], labels)
            gradients["w3"], gradients["b3"] = x.mean(axis=(1, 2)).T @ d, d.sum(axis=0)
            d = d @ parameters["w3"].T / (x.shape[1] * x.shape[2])
            return loss, np.zeros(x.shape) + d[:, None, None]
        k, rest = layers[0], layers[1:]
        if k == "relu":
            loss, d = through(np.maximum(x, 0), rest)
            return loss, np.where(x > 0, d, 0)
        if k == "pool":
            loss, d = through(max_pool_forward(x, 2, 2), rest)
            return loss, max_pool_backward(d, x, 2, 2)
        w, b = parameters[f"w{k}"], parameters[f"b{k}"]
        loss, d = through(conv_forward(x, w, b, pad=1), rest)
        d, gradients[f"w{k}"], gradients[f"b{k}"] = conv_backward(d, x, w, pad=1)
        return loss, d

    return through(images, ["1", "relu", "pool", "2", "relu"])[0], gradients


@style("convnet_gradients")
def gradients_image_by_image(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    total, sums = 0.0, {name: np.zeros(value.shape) for name, value in parameters.items()}
    for n in range(len(images)):
        image, label = images[n : n + 1], labels[n : n + 1]
        before_1, maps_1, pooled, before_2, features, scores = _everything(parameters, image)
        loss, d = _loss(scores, label)
        total += loss
        sums["w3"] += np.outer(features[0], d[0])
        sums["b3"] += d[0]
        mask = (before_2 > 0) / before_2[..., 0].size
        d, dw, db = conv_backward(parameters["w3"] @ d[0] * mask, pooled, parameters["w2"], pad=1)
        sums["w2"] += dw
        sums["b2"] += db
        d = max_pool_backward(d, maps_1, 2, 2) * (before_1 > 0)
        _, dw, db = conv_backward(d, image, parameters["w1"], pad=1)
        sums["w1"] += dw
        sums["b1"] += db
    return total / len(images), {name: value / len(images) for name, value in sums.items()}


@style("convnet_gradients")
def gradients_of_sliding_windows(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    windows_1 = _views(images)
    before_1 = np.einsum("nhwcij,ijcf->nhwf", windows_1, parameters["w1"]) + parameters["b1"]
    blocks = _blocks(np.maximum(before_1, 0))
    windows_2 = _views(blocks.max(axis=4))
    before_2 = np.einsum("nhwcij,ijcf->nhwf", windows_2, parameters["w2"]) + parameters["b2"]
    features = np.maximum(before_2, 0).mean(axis=(1, 2))
    loss, d = _loss(features @ parameters["w3"] + parameters["b3"], labels)
    g = {"w3": np.einsum("nf,nc->fc", features, d), "b3": np.einsum("nc->c", d)}
    d2 = (before_2 > 0) * (d @ parameters["w3"].T)[:, None, None] / before_2[0, ..., 0].size
    g |= {"w2": np.einsum("nhwcij,nhwf->ijcf", windows_2, d2), "b2": np.einsum("nhwf->f", d2)}
    # The gradient goes back as a convolution with the kernel turned round.
    dpooled = np.einsum("nhwfij,ijcf->nhwc", _views(d2), parameters["w2"][::-1, ::-1])
    winners = np.eye(4)[blocks.argmax(axis=4)] * dpooled[..., None]
    n, rows, columns, channels = dpooled.shape
    pixels = winners.reshape(n, rows, columns, channels, 2, 2).transpose(0, 1, 4, 2, 5, 3)
    d1 = np.zeros(before_1.shape)
    d1[:, : 2 * rows, : 2 * columns] = pixels.reshape(n, 2 * rows, 2 * columns, channels)
    d1 *= before_1 > 0
    g |= {"w1": np.einsum("nhwcij,nhwf->ijcf", windows_1, d1), "b1": np.einsum("nhwf->f", d1)}
    return loss, g


@style("convnet_gradients")
def gradients_adding_up_nine_shifts(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    before_1, maps_1, pooled, before_2, features, scores = _everything(parameters, images)
    loss, dscores = _loss(scores, labels)

    def weights(x: Array, d: Array) -> Array:
        parts = [np.tensordot(shift, d, axes=([0, 1, 2], [0, 1, 2])) for shift in _shifted(x)]
        return np.reshape(parts, (3, 3, x.shape[3], d.shape[3]))

    dfeatures = np.inner(dscores, parameters["w3"]) / np.prod(before_2.shape[1:3])
    d2 = np.multiply(dfeatures[:, None, None], before_2 > 0)
    n, height, width, _ = pooled.shape
    wide = np.zeros((n, height + 2, width + 2, pooled.shape[3]))
    for i, j in np.ndindex(3, 3):
        wide[:, i : i + height, j : j + width] += d2 @ parameters["w2"][i, j].T
    d1 = max_pool_backward(wide[:, 1:-1, 1:-1], maps_1, 2, 2)
    d1 = np.multiply(d1, before_1 > 0)
    gradients = {"w1": weights(images, d1), "b1": d1.sum((0, 1, 2))}
    gradients |= {"w2": weights(pooled, d2), "b2": d2.sum((0, 1, 2))}
    return loss, gradients | {"w3": np.dot(features.T, dscores), "b3": dscores.sum(0)}


@style("convnet_gradients")
def gradients_with_layers_that_remember(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    class Layer:
        def __init__(self, number: int) -> None:
            self.w, self.b = parameters[f"w{number}"], parameters[f"b{number}"]

        def forward(self, x: Array) -> Array:
            self.x, self.out = x, np.maximum(conv_forward(x, self.w, self.b, pad=1), 0)
            return self.out

        def backward(self, dout: Array) -> Array:
            dx, self.dw, self.db = conv_backward(dout * (self.out > 0), self.x, self.w, pad=1)
            return dx

    one, two = Layer(1), Layer(2)
    maps = two.forward(max_pool_forward(one.forward(images), 2, 2))
    features = maps.mean(axis=(1, 2))
    loss, d = _loss(features @ parameters["w3"] + parameters["b3"], labels)
    share = (d @ parameters["w3"].T / maps[0, :, :, 0].size)[:, None, None, :]
    one.backward(max_pool_backward(two.backward(share * np.ones(maps.shape)), one.out, 2, 2))
    gradients = {"w1": one.dw, "b1": one.db, "w2": two.dw, "b2": two.db}
    return loss, {**gradients, "w3": features.T @ d, "b3": d.sum(axis=0)}


@style("convnet_gradients")
def gradients_in_single_precision(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    x = images.astype(np.float32)
    before_1, maps_1, pooled, before_2, features, scores = _everything(small, x)
    loss, wide = _loss(scores.astype(np.float64), labels)
    d = wide.astype(np.float32)
    dw3, db3 = features.T @ d, d.sum(axis=0)
    share = (d @ small["w3"].T / np.float32(before_2[0, ..., 0].size))[:, None, None]
    dpooled, dw2, db2 = conv_backward(share * (before_2 > 0), pooled, small["w2"], pad=1)
    dmaps_1 = max_pool_backward(dpooled, maps_1, 2, 2)
    _, dw1, db1 = conv_backward(dmaps_1 * (before_1 > 0), x, small["w1"], pad=1)
    gradients = {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2, "w3": dw3, "b3": db3}
    number: Any = np.float32(loss)
    return number, {name: value.astype(np.float32) for name, value in gradients.items()}


@style("convnet_gradients")
def gradients_with_pooling_before_relu(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    p = parameters
    before_1 = conv_forward(images, p["w1"], p["b1"], pad=1)
    largest = max_pool_forward(before_1, 2, 2)
    pooled = np.maximum(largest, 0)
    before_2 = conv_forward(pooled, p["w2"], p["b2"], pad=1)
    pixels = largest.shape[1] * largest.shape[2]
    features = np.sum(before_2 * (before_2 > 0), axis=(1, 2)) / pixels
    loss, d3 = _loss(np.dot(features, p["w3"]) + p["b3"], labels)
    d2 = (before_2 > 0) * (d3 @ p["w3"].T / pixels)[:, None, None]
    dpooled, dw2, db2 = conv_backward(d2, pooled, p["w2"], pad=1)
    d1 = max_pool_backward(dpooled * (largest > 0), before_1, 2, 2)
    dw1, db1 = conv_backward(d1, images, p["w1"], pad=1)[1:]
    values = [dw1, db1, dw2, db2, features.T @ d3, d3.sum(axis=0)]
    return loss, dict(zip(["w1", "b1", "w2", "b2", "w3", "b3"], values, strict=True))


@style("convnet_gradients")
def gradients_by_halving_the_batch(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    half = len(images) // 2
    if half:
        loss_1, g1 = gradients_by_halving_the_batch(parameters, images[:half], labels[:half])
        loss_2, g2 = gradients_by_halving_the_batch(parameters, images[half:], labels[half:])
        a = half / len(images)
        return a * loss_1 + (1 - a) * loss_2, {k: a * g1[k] + (1 - a) * g2[k] for k in g1}
    before_1, maps_1, pooled, before_2, features, scores = _everything(parameters, images)
    loss, d = _loss(scores, labels)
    g = {"w3": features.T * d, "b3": d[0]}
    d = d @ parameters["w3"].T * (before_2 > 0) / before_2[0, :, :, 0].size
    d, g["w2"], g["b2"] = conv_backward(d, pooled, parameters["w2"], pad=1)
    d = np.where(before_1 > 0, max_pool_backward(d, maps_1, 2, 2), 0)
    _, g["w1"], g["b1"] = conv_backward(d, images, parameters["w1"], pad=1)
    return loss, g


@style("convnet_gradients")
def gradients_from_generators_that_wait(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    gradients: Parameters = {}

    def conv_and_relu(x: Array, k: int) -> Iterator[Array]:  # forward first, then backward
        out = conv_forward(x, parameters[f"w{k}"], parameters[f"b{k}"], pad=1)
        yield np.maximum(out, 0)
        d = arriving.pop() * (out > 0)
        dx, gradients[f"w{k}"], gradients[f"b{k}"] = conv_backward(d, x, parameters[f"w{k}"], 1, 1)
        yield dx

    arriving: list[Array] = []
    first = conv_and_relu(images, 1)
    maps_1 = next(first)
    second = conv_and_relu(max_pool_forward(maps_1, 2, 2), 2)
    maps_2 = next(second)
    features = np.average(maps_2, axis=(1, 2))
    loss, d = _loss(features @ parameters["w3"] + parameters["b3"], labels)
    gradients |= {"w3": features.T @ d, "b3": np.ones(len(d)) @ d}
    arriving.append(np.expand_dims(d @ parameters["w3"].T, (1, 2)) / maps_2[0, ..., 0].size)
    arriving.append(max_pool_backward(next(second), maps_1, 2, 2))
    next(first)
    return loss, gradients


@style("convnet_gradients")
def gradients_with_a_dict_as_memory(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    names = "before_1", "maps_1", "pooled", "before_2", "features", "scores"
    memory = dict(zip(names, _everything(parameters, images), strict=True))
    loss, memory["dscores"] = _loss(memory["scores"], labels)
    d = memory["dscores"]
    gradients = {name: np.zeros_like(value) for name, value in parameters.items()}
    gradients["b3"] += d.sum(axis=0)
    gradients["w3"] += memory["features"].T @ d
    pixels = memory["pooled"].shape[1] * memory["pooled"].shape[2]
    d = np.einsum("nc,fc,nhwf->nhwf", d, parameters["w3"], memory["before_2"] > 0) / pixels
    d, dw, db = conv_backward(d, memory["pooled"], parameters["w2"], stride=1, pad=1)
    gradients["w2"] += dw
    gradients["b2"] += db
    d = max_pool_backward(d, memory["maps_1"], size=2, stride=2)
    d *= memory["before_1"] > 0
    _, gradients["w1"][:], gradients["b1"][:] = conv_backward(d, images, parameters["w1"], pad=1)
    return loss, gradients


@style("convnet_gradients")
def gradients_with_loops_over_the_outputs(
    parameters: Parameters, images: Array, labels: Labels
) -> LossAndGradients:
    before_1, maps_1, pooled, before_2, features, scores = _everything(parameters, images)
    loss, dscores = _loss(scores, labels)
    g: dict[str, Any] = {name: np.zeros(value.shape) for name, value in parameters.items()}
    g["w3"], g["b3"] = features.T @ dscores, dscores.sum(axis=0)
    share = dscores @ parameters["w3"].T / (pooled.shape[1] * pooled.shape[2])
    sides = ((0, 0), (1, 1), (1, 1), (0, 0))
    x, dx = np.pad(pooled, sides), np.pad(0 * pooled, sides)
    for n, i, j, f in np.argwhere(before_2 > 0):
        g["w2"][..., f] += share[n, f] * x[n, i : i + 3, j : j + 3]
        g["b2"][f] += share[n, f]
        dx[n, i : i + 3, j : j + 3] += share[n, f] * parameters["w2"][..., f]
    x = np.pad(images, sides)
    dmaps = max_pool_backward(dx[:, 1:-1, 1:-1], maps_1, 2, 2)
    for n, i, j, f in np.argwhere(before_1 > 0):
        g["w1"][..., f] += dmaps[n, i, j, f] * x[n, i : i + 3, j : j + 3]
        g["b1"][f] += dmaps[n, i, j, f]
    return loss, g


# --- train ---------------------------------------------------------------------------------


def _gradients(parameters: Parameters, images: Array, labels: Labels) -> LossAndGradients:
    """The loss of the network on a batch, and the gradients of all parameters."""
    before_1, maps_1, pooled, before_2, features, scores = _everything(parameters, images)
    loss, d = _loss(scores, labels)
    gradients = {"w3": features.T @ d, "b3": d.sum(axis=0)}
    d = (d @ parameters["w3"].T)[:, None, None] * (before_2 > 0) / before_2[0, ..., 0].size
    d, gradients["w2"], gradients["b2"] = conv_backward(d, pooled, parameters["w2"], pad=1)
    d = max_pool_backward(d, maps_1, 2, 2) * (before_1 > 0)
    _, gradients["w1"], gradients["b1"] = conv_backward(d, images, parameters["w1"], pad=1)
    return loss, gradients


@style("train")
def train_on_copies_changed_in_place(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    if gradients_of is None:
        gradients_of = _gradients
    trained = {name: value.copy() for name, value in parameters.items()}
    losses = []
    for epoch in range(len(orders)):
        for start in range(0, len(images), batch_size):
            batch = orders[epoch, start : start + batch_size]
            loss, gradients = gradients_of(trained, images[batch], labels[batch])
            losses.append(loss)
            for name in trained:
                trained[name] -= learning_rate * gradients[name]
    return trained, np.array(losses)


@style("train")
def train_on_a_shuffled_copy_of_the_data(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    trained = dict(parameters)
    losses: list[float] = []
    for order in orders:
        shuffled, shuffled_labels = images[order], labels[order]
        for start in range(0, len(order), batch_size):
            part = slice(start, start + batch_size)
            loss, slopes = (gradients_of or _gradients)(
                trained, shuffled[part], shuffled_labels[part]
            )
            losses += [loss]
            trained = {name: trained[name] - learning_rate * slopes[name] for name in slopes}
    return trained, np.asarray(losses)


@style("train")
def train_on_an_order_split_into_batches(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    compute = gradients_of or _gradients
    cuts = np.arange(batch_size, orders.shape[1], batch_size)
    losses = np.empty((len(orders), len(cuts) + 1))
    for epoch, order in enumerate(orders):
        for number, batch in enumerate(np.split(order, cuts)):
            losses[epoch, number], gradients = compute(parameters, images[batch], labels[batch])
            steps = {name: learning_rate * gradient for name, gradient in gradients.items()}
            parameters = {k: np.subtract(parameters[k], steps[k]) for k in parameters}
    return parameters, losses.ravel()


@style("train")
def train_one_long_vector(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    names = sorted(parameters)
    ends = np.cumsum([parameters[name].size for name in names])[:-1]

    def as_dict(vector: Array) -> Parameters:
        parts = zip(names, np.split(vector, ends), strict=True)
        return {name: part.reshape(parameters[name].shape) for name, part in parts}

    vector = np.concatenate([parameters[name].ravel() for name in names])
    losses = []
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            compute = gradients_of or _gradients
            loss, slopes = compute(as_dict(vector), images[batch], labels[batch])
            vector = vector - learning_rate * np.concatenate([slopes[k].ravel() for k in names])
            losses.append(loss)
    return as_dict(vector), np.array(losses)


@style("train")
def train_by_recursion_over_the_epochs(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    if len(orders) == 0:
        return parameters, np.zeros(0)
    losses = []
    left = orders[0]
    while len(left) > 0:
        now, left = left[:batch_size], left[batch_size:]
        loss, slopes = (gradients_of or _gradients)(parameters, images[now], labels[now])
        parameters = {key: old - learning_rate * slopes[key] for key, old in parameters.items()}
        losses.append(loss)
    settings = batch_size, learning_rate, gradients_of
    result = train_by_recursion_over_the_epochs(parameters, images, labels, orders[1:], *settings)
    return result[0], np.concatenate([losses, result[1]])


@style("train")
def train_on_batches_from_a_generator(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    def batches() -> Iterator[tuple[Array, Labels]]:
        for order in orders:
            for first in range(0, len(order), batch_size):
                chosen = order[first : first + batch_size]
                yield images[chosen], labels[chosen]

    history, gradients_of = [], gradients_of or _gradients
    current = {name: np.array(value) for name, value in parameters.items()}
    for batch in batches():
        loss, slopes = gradients_of(current, *batch)
        history.append(loss)
        for name, slope in slopes.items():
            current[name] = current[name] - slope * learning_rate
    return current, np.array(history)


@style("train")
def train_by_reducing_over_the_batches(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    from functools import reduce

    starts = range(0, orders.shape[1], batch_size)
    batches = [order[start : start + batch_size] for order in orders for start in starts]

    def step(state: tuple[Parameters, list[float]], batch: Labels) -> Any:
        old, losses = state
        loss, slopes = (gradients_of or _gradients)(old, images[batch], labels[batch])
        return {name: old[name] - learning_rate * slopes[name] for name in old}, [*losses, loss]

    start: tuple[Parameters, list[float]] = parameters, []
    trained, losses = reduce(step, batches, start)
    return trained, np.array(losses)


@style("train")
def train_with_an_optimiser(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    from copy import deepcopy

    class Descent:
        def __init__(self) -> None:
            self.parameters = deepcopy(parameters)
            self.losses: list[float] = []

        def step(self, batch: Labels) -> None:
            compute = gradients_of or _gradients
            loss, slopes = compute(self.parameters, images[batch], labels[batch])
            self.losses.append(loss)
            for name, value in self.parameters.items():
                np.subtract(value, learning_rate * slopes[name], out=value)

    descent = Descent()
    for order in orders:
        for start in range(0, len(order), batch_size):
            descent.step(order[start : start + batch_size])
    return descent.parameters, np.array(descent.losses)


@style("train")
def train_with_one_loop_over_the_steps(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    epochs, number = orders.shape
    per_epoch = -(-number // batch_size)  # rounded up
    losses = np.zeros(epochs * per_epoch)
    for step in range(len(losses)):
        epoch, place = divmod(step, per_epoch)
        batch = orders[epoch][place * batch_size : (place + 1) * batch_size]
        x, y = np.take(images, batch, axis=0), np.take(labels, batch)
        losses[step], slopes = (gradients_of or _gradients)(parameters, x, y)
        pairs = ((name, parameters[name], slopes[name]) for name in parameters)
        parameters = {name: value - slope * learning_rate for name, value, slope in pairs}
    return parameters, losses


@style("train")
def train_on_slices_of_an_iterator(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    from itertools import islice

    losses = []
    for order in orders.tolist():
        left = iter(order)
        while batch := list(islice(left, batch_size)):
            loss, slopes = (gradients_of or _gradients)(parameters, images[batch], labels[batch])
            losses.append(loss)
            for name in slopes:
                parameters = parameters | {name: parameters[name] - learning_rate * slopes[name]}
    return parameters, np.fromiter(losses, dtype=float)


@style("train")
def train_with_a_momentum_of_zero(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    momentum, losses = 0.0, []
    new = {name: value.astype(float) for name, value in parameters.items()}
    velocity = {name: np.zeros(value.shape) for name, value in parameters.items()}
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : min(start + batch_size, len(order))]
            loss, slopes = (gradients_of or _gradients)(new, images[batch], labels[batch])
            for name in new:
                velocity[name] = momentum * velocity[name] - learning_rate * slopes[name]
                new[name] += velocity[name]
            losses.append(loss)
    return new, np.array(losses)


@style("train")
def train_from_the_sum_of_all_gradients(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    sums = {name: np.zeros_like(value) for name, value in parameters.items()}

    def now() -> Parameters:
        return {name: parameters[name] - learning_rate * sums[name] for name in parameters}

    losses = np.array([])
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            loss, slopes = (gradients_of or _gradients)(now(), images[batch], labels[batch])
            losses = np.append(losses, loss)
            for name in sums:
                sums[name] += slopes[name]
    return now(), losses


@style("train")
def train_on_batches_that_are_numbered(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    losses = []
    number = np.arange(orders.shape[1]) // batch_size  # which batch each place belongs to
    for order in orders:
        for k in np.unique(number):
            batch = order[number == k]
            loss, slopes = (gradients_of or _gradients)(parameters, images[batch], labels[batch])
            losses.append(loss)
            shorter: Parameters = {}
            for name, value in parameters.items():
                shorter[name] = value + -learning_rate * slopes[name]
            parameters = shorter
    return parameters, np.stack(losses)


@style("train")
def train_on_image_by_image_gradients(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    compute = gradients_of or _gradients
    losses = []
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            single = [compute(parameters, images[[n]], labels[[n]]) for n in batch]
            losses.append(np.mean([loss for loss, _ in single]))
            new: Parameters = {}
            for name, value in parameters.items():
                mean = np.mean([slopes[name] for _, slopes in single], axis=0)
                new[name] = value - learning_rate * mean
            parameters = new
    return parameters, np.array(losses)


@style("train")
def train_with_a_queue_of_batches(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    from collections import deque

    starts = range(0, len(images), batch_size)
    waiting = deque(order[start : start + batch_size] for order in orders for start in starts)
    names, values = list(parameters), list(parameters.values())
    losses = []
    while waiting:
        batch = waiting.popleft()
        old = dict(zip(names, values, strict=True))
        loss, slopes = (gradients_of or _gradients)(old, images[batch], labels[batch])
        values = [old[name] - learning_rate * slopes[name] for name in names]
        losses.append(loss)
    return dict(zip(names, values, strict=True)), np.array(losses)


@style("train")
def train_with_losses_and_parameters_as_a_history(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    history, losses = [parameters], []
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            last = history[-1]
            loss, slopes = (gradients_of or _gradients)(last, images[batch], labels[batch])
            losses.append(float(loss))
            history.append({k: v - np.multiply(slopes[k], learning_rate) for k, v in last.items()})
    return history[-1], np.array(losses)


@style("train")
def train_in_single_precision(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Labels,
    batch_size: int,
    learning_rate: float,
    gradients_of: GradientsOf | None = None,
) -> Trained:
    small = {name: value.astype(np.float32) for name, value in parameters.items()}
    losses = []
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            loss, slopes = (gradients_of or _gradients)(small, images[batch], labels[batch])
            losses.append(loss)
            for name, slope in slopes.items():
                small[name] -= np.float32(learning_rate) * slope.astype(np.float32)
    return small, np.array(losses, np.float32)
