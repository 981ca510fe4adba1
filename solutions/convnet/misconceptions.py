"""Known mistakes in the assignment "convnet".

None of them was looked for in public material: every course that builds a network layer by
layer meets them. The convolutions here refuse nothing before they compute, like the given
ones: what does not fit fails where it fails in a notebook, and with the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.explanation.misconceptions import Mistakes

from .._contrasts import OF_LAYERS
from .._layers import max_pool_backward, max_pool_forward
from . import Array, Labels, Parameters

CONTRASTS = OF_LAYERS

Gradients = tuple[Array, Array, Array]


# --- steps that several exercises take ------------------------------------------------------


def _into(caller: Array, numbers: Array) -> Array:
    caller[...] = numbers
    return caller


def _relu(maps: Array) -> Any:
    return np.maximum(maps, 0)


def _windows(x: Array, pad: int) -> Array:
    """View all windows of 3 by 3 pixels, shape (N, H_out, W_out, 3, 3, C)."""
    n, height, width, channels = x.shape
    padded = np.zeros((n, height + 2 * pad, width + 2 * pad, channels))
    padded[:, pad : pad + height, pad : pad + width] = x
    view = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return view.transpose(0, 1, 2, 4, 5, 3)


def _conv(x: Array, w: Array, b: Array | float, pad: int = 1) -> Any:
    return np.tensordot(_windows(x, pad), w, axes=3) + b


def _pool(maps: Array) -> Array:
    return max_pool_forward(maps, size=2, stride=2)


def _average(maps: Array) -> Any:
    return maps.mean(axis=(1, 2))


# --- relu_forward ---------------------------------------------------------------------------


def _relu_forward(
    x: Array,
    *,
    rectified: Callable[..., Any] = _relu,
    bounded: Callable[..., Any] = lambda out: out,
    result: Callable[..., Any] = lambda out, x: out,
) -> Any:
    """What becomes of each number, what is done to large ones, what is returned."""
    return result(bounded(rectified(x)), x)


relu_forward = Mistakes("relu_forward", _relu_forward)

relu_forward.misconception(
    "takes_the_magnitude",
    hint="What should become of -3: 3 or 0? Both are no longer negative.",
    rectified=lambda x: np.abs(x),
)

relu_forward.misconception(
    "changes_x_in_place",
    hint="What has happened to the caller's x after the call? The backward pass still needs it.",
    result=lambda out, x: _into(x, out),
)

relu_forward.misconception(
    "keeps_the_negative_numbers",
    hint="Which of -3 and 3 should come through unchanged, and which one does?",
    rectified=lambda x: np.minimum(x, 0),
)

relu_forward.misconception(
    "lets_a_little_of_the_negative_numbers_through",
    hint="That is a leaky ReLU. What does this one make of -3?",
    rectified=lambda x: np.where(x > 0, x, 0.01 * x),
)

relu_forward.misconception(
    "says_only_where_x_is_positive",
    hint="What should become of 3: a 1, or the 3 itself?",
    rectified=lambda x: np.where(x > 0, 1.0, 0.0),
)

relu_forward.misconception(
    "cuts_off_above_one",
    hint="What should become of 3? A ReLU has a floor; has it a ceiling too?",
    bounded=lambda out: np.minimum(out, 1),
)

relu_forward.misconception(
    "drops_the_negative_numbers",
    hint="Compare the shape of your result with the shape of x. Are negative numbers taken out, "
    "or replaced?",
    rectified=lambda x: x[x > 0],
)

relu_forward.misconception(
    "asks_for_the_larger_of_an_array_and_zero",
    hint="Is a whole array larger than 0 or not? The question has an answer for each number only.",
    rectified=lambda x: max(0, x),
)

relu_forward.misconception(
    "squashes_instead",
    hint="That is a sigmoid. What does a ReLU make of 3, and what of -3?",
    rectified=lambda x: (1 + np.tanh(x / 2)) / 2,
)


# --- relu_backward --------------------------------------------------------------------------


def _relu_backward(
    dout: Array,
    x: Array,
    *,
    passes: Callable[..., Any] = lambda dout, x: x > 0,
    sent: Callable[..., Any] = lambda dout, x: dout,
    result: Callable[..., Any] = lambda dx, dout: dx,
) -> Any:
    """Where something passes, what it is, what is returned."""
    return result(sent(dout, x) * passes(dout, x), dout)


relu_backward = Mistakes("relu_backward", _relu_backward)

relu_backward.misconception(
    "looks_at_the_sign_of_dout",
    hint="Who decides whether a gradient passes: its own sign, or the sign of the number that "
    "went in on the way forward?",
    passes=lambda dout, x: dout > 0,
)

relu_backward.misconception(
    "blocks_negative_gradients_too",
    hint="Let x be 2 and dout be -5. If x rises a little, what does the loss do, and what do you "
    "send back?",
    passes=lambda dout, x: (x > 0) & (dout > 0),
)

relu_backward.misconception(
    "lets_everything_through",
    hint="Let x be -2. If it rises a little, does the output of the ReLU change?",
    passes=lambda dout, x: np.ones(x.shape),
)

relu_backward.misconception(
    "lets_the_gradient_through_at_zero",
    hint="What does the text at the top of the function say about an x that is exactly 0?",
    passes=lambda dout, x: x >= 0,
)

relu_backward.misconception(
    "lets_half_of_it_through_at_zero",
    hint="What does the text at the top of the function say about an x that is exactly 0?",
    passes=lambda dout, x: np.where(x == 0, 0.5, x > 0),
)

relu_backward.misconception(
    "returns_the_mask",
    hint="You return the slope of the ReLU. What does the chain rule do with it and dout?",
    sent=lambda dout, x: np.ones(x.shape),
)

relu_backward.misconception(
    "sends_the_activation_back",
    hint="What is travelling back: the number that went forward, or its gradient?",
    sent=lambda dout, x: x,
)

relu_backward.misconception(
    "multiplies_by_x",
    hint="Where x is positive the output is x itself. If x grows by 1, by how much does the "
    "output grow?",
    sent=lambda dout, x: dout * x,
)

relu_backward.misconception(
    "changes_dout_in_place",
    hint="What has happened to the caller's dout after the call? A second name for an array is "
    "not a second array.",
    result=lambda dx, dout: _into(dout, dx),
)

relu_backward.misconception(
    "turns_the_mask_round",
    hint="Let x be 2 and -2. Which of the two has an effect on the output, and which of them "
    "receives a gradient from you?",
    passes=lambda dout, x: x < 0,
)

relu_backward.misconception(
    "lets_a_little_through_everywhere",
    hint="That belongs to a leaky ReLU. How much does the output of this one change if x is "
    "negative?",
    passes=lambda dout, x: np.where(x > 0, 1, 0.01),
)


# --- dense_forward --------------------------------------------------------------------------


def _dense_forward(
    x: Array,
    w: Array,
    b: Array,
    *,
    product: Callable[..., Any] = lambda x, w: x @ w,
    mean: Callable[..., Any] = lambda total, x: total,
    offset: Callable[..., Any] = lambda total, b, x: total + b,
    result: Callable[..., Any] = lambda out: out,
) -> Any:
    """The sums of products, what is made of them, the biases, what is returned."""
    return result(offset(mean(product(x, w), x), b, x))


dense_forward = Mistakes("dense_forward", _dense_forward)

dense_forward.misconception(
    "leaves_the_biases_out",
    hint="What should come out for inputs that are all zero? One of your arguments has no effect.",
    offset=lambda total, b, x: total,
)

dense_forward.misconception(
    "turns_the_weights_round",
    hint="Write the shapes of the two matrices side by side: which two numbers must be equal? "
    "Here w has the shape (D, M).",
    product=lambda x, w: x @ w.T,
)

dense_forward.misconception(
    "puts_the_weights_first",
    hint="Write the shapes of the two matrices side by side, in the order of your product. Which "
    "two numbers must be equal?",
    product=lambda x, w: w @ x,
)

dense_forward.misconception(
    "multiplies_number_by_number",
    hint="Each output is a sum over all inputs. Which of the two products of matrices adds up?",
    product=lambda x, w: x * w,
)

dense_forward.misconception(
    "adds_all_biases_to_every_output",
    hint="Take inputs of zero and the biases 1 and 2. What should the two outputs be, and what "
    "are yours?",
    offset=lambda total, b, x: total + b.sum(),
)

dense_forward.misconception(
    "adds_the_first_bias_to_every_output",
    hint="How many biases are there, and how many of them do you use?",
    offset=lambda total, b, x: total + b[0],
)

dense_forward.misconception(
    "adds_a_bias_to_every_product",
    hint="Take inputs of zero: how often is the bias of an output in that output?",
    offset=lambda total, b, x: total + x.shape[1] * b,
)

dense_forward.misconception(
    "gives_every_example_a_bias",
    hint="Does a bias belong to an example or to an output? Along which axis of the result does "
    "yours change?",
    offset=lambda total, b, x: total + b[:, None],
)

dense_forward.misconception(
    "takes_the_mean_of_the_products",
    hint="Take inputs of ones and weights of ones. Does an output add up its products, or take "
    "their average?",
    mean=lambda total, x: total / x.shape[1],
)

dense_forward.misconception(
    "rectifies_its_outputs",
    hint="Can an output of a dense layer be negative? The ReLU is a layer of its own.",
    result=_relu,
)


# --- dense_backward -------------------------------------------------------------------------


def _dense_backward(
    dout: Array,
    x: Array,
    w: Array,
    *,
    arriving: Callable[..., Any] = lambda dout: dout,
    dx_of: Callable[..., Any] = lambda dout, w: dout @ w.T,
    dw_of: Callable[..., Any] = lambda dout, x: x.T @ dout,
    db_of: Callable[..., Any] = lambda dout: dout.sum(axis=0),
    result: Callable[..., Any] = lambda dx, dw, db: (dx, dw, db),
) -> Any:
    """The gradient that is used, the three that come of it, what is returned."""
    dout = arriving(dout)
    return result(dx_of(dout, w), dw_of(dout, x), db_of(dout))


dense_backward = Mistakes("dense_backward", _dense_backward)

dense_backward.misconception(
    "averages_over_the_batch",
    hint="dout already holds whatever the loss divides by. With the same example twice in a batch, "
    "should dw and db stay as they were, or become twice as large?",
    dw_of=lambda dout, x: x.T @ dout / len(x),
    db_of=lambda dout: dout.sum(axis=0) / len(dout),
)

dense_backward.misconception(
    "averages_all_gradients_over_the_batch",
    hint="dout already holds whatever the loss divides by. Does another example in the batch "
    "change what this one receives?",
    arriving=lambda dout: dout / len(dout),
)

dense_backward.misconception(
    "takes_the_mean_for_db",
    hint="A bias has an effect on each example in full. What does a mean do to its gradient?",
    db_of=lambda dout: dout.mean(axis=0),
)

dense_backward.misconception(
    "does_not_add_up_db",
    hint="Compare the shape of your db with the shape of b. On how many examples has one bias an "
    "effect?",
    db_of=lambda dout: dout.copy(),
)

dense_backward.misconception(
    "adds_db_up_over_the_outputs",
    hint="Compare the shape of your db with the shape of b. Which axis of dout must go?",
    db_of=lambda dout: dout.sum(axis=1),
)

dense_backward.misconception(
    "adds_db_up_to_one_number",
    hint="How many biases are there, and how many numbers has your db?",
    db_of=lambda dout: dout.sum(),
)

dense_backward.misconception(
    "keeps_the_axis_that_was_added_up_in_db",
    hint="What is the shape of b, and what is the shape of your db?",
    db_of=lambda dout: dout.sum(axis=0, keepdims=True),
)

dense_backward.misconception(
    "turns_dw_round",
    hint="A gradient has the shape of what it belongs to. Compare dw with w.",
    dw_of=lambda dout, x: dout.T @ x,
)

dense_backward.misconception(
    "does_not_turn_the_weights_round",
    hint="dout has the shape (N, M), dx should have (N, D). Which shape must the matrix between "
    "them have?",
    dx_of=lambda dout, w: dout @ w,
)

dense_backward.misconception(
    "does_not_turn_the_inputs_round",
    hint="x has the shape (N, D), dw should have (D, M). Over which axis of x and dout is the sum?",
    dw_of=lambda dout, x: x @ dout,
)

dense_backward.misconception(
    "keeps_the_last_example_alone_in_dw",
    hint="Each example adds its part to dw. What does = do in a loop, and what does += do?",
    dw_of=lambda dout, x: np.outer(x[-1], dout[-1]),
)

dense_backward.misconception(
    "exchanges_dx_and_dw",
    hint="In which order are the three gradients asked for? Compare their shapes with x, w and b.",
    result=lambda dx, dw, db: (dw, dx, db),
)

dense_backward.misconception(
    "returns_dx_last",
    hint="In which order are the three gradients asked for? Compare their shapes with x, w and b.",
    result=lambda dx, dw, db: (dw, db, dx),
)


# --- softmax_cross_entropy ------------------------------------------------------------------


def _of_its_class(logs: Array, labels: Labels) -> Array:
    return logs[np.arange(len(labels)), labels]


def _minus_one(p: Array, labels: Labels) -> Array:
    dscores = p.copy()
    dscores[np.arange(len(labels)), labels] -= 1
    return dscores


def _minus_one_in_every_row(p: Array, labels: Labels) -> Array:
    dscores = p.copy()
    dscores[:, labels] -= 1
    return dscores


def _lowered_in_place(scores: Array) -> Array:
    scores -= scores.max(axis=1, keepdims=True)
    return scores


def _softmax_cross_entropy(
    scores: Array,
    labels: Labels,
    *,
    lowered: Callable[..., Any] = lambda scores: scores - scores.max(axis=1, keepdims=True),
    summed: Callable[..., Any] = lambda powers: powers.sum(axis=1, keepdims=True),
    logarithms: Callable[..., Any] = lambda lower, sums, p: lower - np.log(sums),
    picked: Callable[..., Any] = _of_its_class,
    mean: Callable[..., Any] = lambda losses, p: losses.sum() / len(losses),
    slope: Callable[..., Any] = _minus_one,
    divided: Callable[..., Any] = lambda dscores: dscores / len(dscores),
    result: Callable[..., Any] = lambda loss, dscores, p: (loss, dscores),
) -> Any:
    """The loss and its gradient.

    Scores of which no power is too large, the sum of the powers, the logarithms of p, those
    of the right classes, the mean; the gradient of the sum of the losses and of their mean;
    what is returned.
    """
    with np.errstate(all="ignore"):
        lower = lowered(scores)
        powers = np.exp(lower)
        sums = summed(powers)
        p = powers / sums
        loss = mean(-picked(logarithms(lower, sums, p), labels), p)
        return result(loss, divided(slope(p, labels)), p)


softmax_cross_entropy = Mistakes("softmax_cross_entropy", _softmax_cross_entropy)

softmax_cross_entropy.misconception(
    "takes_the_logarithm_of_a_p_that_became_zero",
    hint="Let the scores be 0 and 10000, and the first class the right one. What is p, rounded as "
    "a computer does, and what is its logarithm? Take the logarithm of the fraction by hand.",
    logarithms=lambda lower, sums, p: np.log(p),
)

softmax_cross_entropy.misconception(
    "overflows_for_large_scores",
    hint="What does exp make of 10000? p stays the same if one number is taken away from all "
    "scores of an example: which one would help?",
    lowered=lambda scores: scores,
    logarithms=lambda lower, sums, p: np.log(p),
)

softmax_cross_entropy.misconception(
    "overflows_in_the_sum_of_the_powers",
    hint="What does exp make of 10000, and of -10000? Nothing changes if one number is taken away "
    "from all scores of an example: which one would help?",
    lowered=lambda scores: scores,
)

softmax_cross_entropy.misconception(
    "lowers_all_examples_by_the_same",
    hint="Let one example have the scores 10000 and 9999 and another -10000 and -9999. What "
    "remains of the second if you take 10000 away from all of them?",
    lowered=lambda scores: scores - scores.max(),
)

softmax_cross_entropy.misconception(
    "adds_a_small_number_inside_the_logarithm",
    hint="What does your small number do to the loss where p is really small? Take the logarithm "
    "of the fraction by hand: then no p has to be kept away from zero.",
    logarithms=lambda lower, sums, p: np.log(p + 1e-8),
)

softmax_cross_entropy.misconception(
    "adds_a_tiny_number_inside_the_logarithm",
    hint="What does your tiny number do to the loss where p is even smaller? Take the logarithm "
    "of the fraction by hand: then no p has to be kept away from zero.",
    logarithms=lambda lower, sums, p: np.log(p + 1e-12),
)

softmax_cross_entropy.misconception(
    "does_not_divide_the_gradient",
    hint="Put the same example into the batch twice. The mean of the losses stays as it was: what "
    "should happen to the gradient of one of the two?",
    divided=lambda dscores: dscores,
)

softmax_cross_entropy.misconception(
    "adds_the_losses_up",
    hint="Put the same example into the batch twice. Should the loss become twice as large?",
    mean=lambda losses, p: losses.sum(),
)

softmax_cross_entropy.misconception(
    "forgets_to_take_one_away",
    hint="Which way should the score of the right class move? Look at the sign of its gradient "
    "in your dscores.",
    slope=lambda p, labels: p,
)

softmax_cross_entropy.misconception(
    "takes_one_away_from_every_class",
    hint="Add up a row of your dscores. If all scores of an example rise by 1, by how much does "
    "its loss change?",
    slope=lambda p, labels: p - 1,
)

softmax_cross_entropy.misconception(
    "takes_one_away_for_the_labels_of_all_examples",
    hint="Look at one row of your dscores: from how many of its numbers did you take 1 away? Each "
    "example has a single label.",
    slope=_minus_one_in_every_row,
)

softmax_cross_entropy.misconception(
    "turns_the_sign_of_the_gradient",
    hint="If the score of the right class rises, does the loss rise or fall? Which sign has your "
    "gradient there?",
    slope=lambda p, labels: -_minus_one(p, labels),
)

softmax_cross_entropy.misconception(
    "forgets_the_minus_of_the_loss",
    hint="Which sign has the logarithm of a number between 0 and 1? Which sign has a loss?",
    mean=lambda losses, p: -losses.sum() / len(losses),
)

softmax_cross_entropy.misconception(
    "forgets_the_logarithm",
    hint="How large should the loss become when p of the right class goes to zero, and how large "
    "can yours become?",
    logarithms=lambda lower, sums, p: p,
)

softmax_cross_entropy.misconception(
    "divides_by_the_sum_over_the_examples",
    hint="Which numbers of p must add up to 1: those of one example, or those of one class?",
    lowered=lambda scores: scores - scores.max(axis=0, keepdims=True),
    summed=lambda powers: powers.sum(axis=0, keepdims=True),
)

softmax_cross_entropy.misconception(
    "divides_by_the_sum_over_the_whole_batch",
    hint="What do the probabilities of one example add up to in your code, and what of the whole "
    "batch?",
    lowered=lambda scores: scores - scores.max(),
    summed=lambda powers: powers.sum(keepdims=True),
)

softmax_cross_entropy.misconception(
    "reads_the_first_class_of_every_example",
    hint="Change the labels: does your loss change?",
    picked=lambda logs, labels: logs[:, 0],
)

softmax_cross_entropy.misconception(
    "reads_the_labels_of_all_examples_in_every_row",
    hint="How many numbers do you take out of p for N examples: N, or N times N? Print the shape.",
    picked=lambda logs, labels: logs[:, labels],
)

softmax_cross_entropy.misconception(
    "takes_labels_for_rows_of_zeros_and_ones",
    hint="What is the shape of labels? They say which class is the right one, they are no table "
    "with a 1 in its column.",
    picked=lambda logs, labels: (labels * logs).sum(axis=1),
    slope=lambda p, labels: p - labels,
)

softmax_cross_entropy.misconception(
    "averages_over_the_classes_too",
    hint="Of how many losses is the mean to be taken: one for each example, or one for each number "
    "in scores?",
    mean=lambda losses, p: losses.sum() / p.size,
)

softmax_cross_entropy.misconception(
    "divides_the_gradient_by_the_classes_too",
    hint="By what does the loss divide, and by what does your gradient divide?",
    divided=lambda dscores: dscores / dscores.size,
)

softmax_cross_entropy.misconception(
    "returns_the_loss_of_the_first_example",
    hint="Change the scores of the last example: does your loss change?",
    mean=lambda losses, p: losses[0],
)

softmax_cross_entropy.misconception(
    "returns_a_loss_for_every_example",
    hint="One number is asked for. What is to be made of the losses of the examples?",
    mean=lambda losses, p: losses,
)

softmax_cross_entropy.misconception(
    "takes_the_logarithm_to_base_two",
    hint="With two equal scores the loss is the natural logarithm of 2, about 0.69. What is yours?",
    logarithms=lambda lower, sums, p: (lower - np.log(sums)) / np.log(2),
)

softmax_cross_entropy.misconception(
    "takes_the_logarithm_to_base_ten",
    hint="With two equal scores the loss is the natural logarithm of 2, about 0.69. What is yours?",
    logarithms=lambda lower, sums, p: (lower - np.log(sums)) / np.log(10),
)

softmax_cross_entropy.misconception(
    "returns_the_probabilities",
    hint="You return p. How does the loss change if the score of the right class rises?",
    result=lambda loss, dscores, p: (loss, p),
)

softmax_cross_entropy.misconception(
    "returns_the_gradient_first",
    hint="In which order are the two results asked for?",
    result=lambda loss, dscores, p: (dscores, loss),
)

softmax_cross_entropy.misconception(
    "returns_the_loss_alone",
    hint="Two results are asked for. Where does the backward pass begin?",
    result=lambda loss, dscores, p: loss,
)

softmax_cross_entropy.misconception(
    "changes_the_scores_in_place",
    hint="What has happened to the caller's scores after the call? Look at which array you write "
    "into.",
    lowered=_lowered_in_place,
)


# --- global_average_pool_forward ------------------------------------------------------------


def _global_average_pool_forward(
    x: Array,
    *,
    axes: Callable[..., Any] = lambda: (1, 2),
    number: Callable[..., Any] = lambda x, axes: x.mean(axis=axes),
    result: Callable[..., Any] = lambda out: out,
) -> Any:
    """The axes that go, the number that stands for them, what is returned."""
    return result(number(x, axes()))


global_average_pool_forward = Mistakes("global_average_pool_forward", _global_average_pool_forward)

global_average_pool_forward.misconception(
    "adds_the_pixels_up",
    hint="A map of ones has the average 1. What do you make of it, and what if the map is twice "
    "as wide?",
    number=lambda x, axes: x.sum(axis=axes),
)

global_average_pool_forward.misconception(
    "takes_the_maximum",
    hint="What is the average of 0, 0, 0 and 4, and what do you return for it?",
    number=lambda x, axes: x.max(axis=axes),
)

global_average_pool_forward.misconception(
    "averages_over_the_rows_alone",
    hint="How many numbers are left of one map? Look at the shape: which axis is still there?",
    axes=lambda: 1,
)

global_average_pool_forward.misconception(
    "averages_over_the_columns_alone",
    hint="How many numbers are left of one map? Look at the shape: which axis is still there?",
    axes=lambda: 2,
)

global_average_pool_forward.misconception(
    "averages_over_the_channels_as_well",
    hint="Should a map of edges and a map of corners be mixed? Look at the shape: which axis is "
    "missing?",
    axes=lambda: (1, 2, 3),
)

global_average_pool_forward.misconception(
    "averages_over_the_examples_as_well",
    hint="Should the pixels of two different images be mixed? Look at the shape: which axis is "
    "missing?",
    axes=lambda: (0, 1, 2),
)

global_average_pool_forward.misconception(
    "averages_over_everything",
    hint="You return one number for the whole batch. How many examples and maps are in it?",
    axes=lambda: None,
)

global_average_pool_forward.misconception(
    "averages_over_width_and_channels",
    hint="In (N, H, W, C), which axes are the height and the width?",
    axes=lambda: (2, 3),
)

global_average_pool_forward.misconception(
    "keeps_the_axes_that_were_averaged",
    hint="Which shape is asked for, and which has your result?",
    result=lambda out: out[:, None, None],
)

global_average_pool_forward.misconception(
    "takes_maps_for_square",
    hint="How many pixels has a map of 2 rows and 5 columns, and by how many do you divide?",
    number=lambda x, axes: x.sum(axis=axes) / x.shape[1] ** 2,
)


# --- global_average_pool_backward -----------------------------------------------------------


def _everywhere(share: Array, x: Array) -> Array:
    return np.zeros(x.shape) + share[:, None, None, :]


def _to_the_largest(share: Array, x: Array) -> Array:
    n, height, width, channels = x.shape
    flat = x.reshape(n, height * width, channels)
    dx = np.zeros(flat.shape)
    dx[np.arange(n)[:, None], flat.argmax(axis=1), np.arange(channels)] = share
    return dx.reshape(x.shape)


def _to_the_first_pixel(share: Array, x: Array) -> Array:
    dx = np.zeros(x.shape)
    dx[:, 0, 0] = share
    return dx


def _global_average_pool_backward(
    dout: Array,
    x: Array,
    *,
    arriving: Callable[..., Any] = lambda dout: dout,
    number: Callable[..., Any] = lambda n, height, width, channels: height * width,
    spread: Callable[..., Any] = _everywhere,
    result: Callable[..., Any] = lambda dx, x: dx,
) -> Any:
    """What is shared out, among how many, who receives a share, what is returned."""
    return result(spread(arriving(dout) / number(*x.shape), x), x)


global_average_pool_backward = Mistakes(
    "global_average_pool_backward", _global_average_pool_backward
)

global_average_pool_backward.misconception(
    "gives_every_pixel_the_whole_gradient",
    hint="If one pixel of a map of 4 pixels rises by 1, by how much does the average rise?",
    number=lambda n, height, width, channels: 1,
)

global_average_pool_backward.misconception(
    "divides_by_the_height_alone",
    hint="How many pixels has a map of 2 rows and 5 columns? Add up what you hand out.",
    number=lambda n, height, width, channels: height,
)

global_average_pool_backward.misconception(
    "divides_by_the_width_alone",
    hint="How many pixels has a map of 2 rows and 5 columns? Add up what you hand out.",
    number=lambda n, height, width, channels: width,
)

global_average_pool_backward.misconception(
    "divides_by_the_channels_too",
    hint="Of how many numbers is one average taken on the way forward? Each map has its own.",
    number=lambda n, height, width, channels: height * width * channels,
)

global_average_pool_backward.misconception(
    "divides_by_the_batch_too",
    hint="Of how many numbers is one average taken on the way forward? dout already holds "
    "whatever the loss divides by.",
    number=lambda n, height, width, channels: n * height * width,
)

global_average_pool_backward.misconception(
    "divides_by_the_size_of_x",
    hint="Of how many numbers is one average taken on the way forward? x holds many maps.",
    number=lambda n, height, width, channels: n * height * width * channels,
)

global_average_pool_backward.misconception(
    "divides_twice",
    hint="Add up what the pixels of one map receive. Is it what came in?",
    number=lambda n, height, width, channels: (height * width) ** 2,
)

global_average_pool_backward.misconception(
    "takes_maps_for_square_on_the_way_back",
    hint="How many pixels has a map of 2 rows and 5 columns, and by how many do you divide?",
    number=lambda n, height, width, channels: height**2,
)

global_average_pool_backward.misconception(
    "gives_the_share_to_the_largest_alone",
    hint="Does an average depend on the largest number alone? Raise another one a little.",
    spread=_to_the_largest,
)

global_average_pool_backward.misconception(
    "gives_the_share_to_the_first_pixel_alone",
    hint="On how many pixels does an average depend, and how many receive something from you?",
    spread=_to_the_first_pixel,
)

global_average_pool_backward.misconception(
    "multiplies_the_share_by_x",
    hint="If a pixel rises by 1, by how much does the average rise? Does it matter how bright the "
    "pixel was before?",
    spread=lambda share, x: share[:, None, None, :] * x,
)

global_average_pool_backward.misconception(
    "ignores_dout",
    hint="Who decides how much there is to share out? One of your arguments is never read.",
    arriving=lambda dout: np.ones(dout.shape),
)

global_average_pool_backward.misconception(
    "leaves_the_pixels_out",
    hint="A gradient has the shape of what it belongs to. How many numbers has x, and how many do "
    "you return?",
    spread=lambda share, x: share,
)

global_average_pool_backward.misconception(
    "keeps_an_axis_of_one_pixel",
    hint="A gradient has the shape of what it belongs to. Compare the height and the width.",
    spread=lambda share, x: share[:, None, None, :],
)

global_average_pool_backward.misconception(
    "puts_the_new_axes_last",
    hint="In (N, H, W, C), where do the height and the width stand? Where do yours stand?",
    spread=lambda share, x: np.ones(x.shape) * share[:, :, None, None],
)

global_average_pool_backward.misconception(
    "writes_the_gradient_into_x",
    hint="What has happened to the caller's x after the call? A second name for an array is not "
    "a second array.",
    result=lambda dx, x: _into(x, dx),
)


# --- convnet_scores -------------------------------------------------------------------------


def _first_conv(images: Array, parameters: Parameters) -> Any:
    return _conv(images, parameters["w1"], parameters["b1"])


def _second_conv(pooled: Array, parameters: Parameters) -> Any:
    return _conv(pooled, parameters["w2"], parameters["b2"])


def _dense(features: Array, parameters: Parameters) -> Any:
    return features @ parameters["w3"] + parameters["b3"]


def _average_of_each_window(maps: Array) -> Any:
    n, height, width, channels = maps.shape
    h_out, w_out = height // 2, width // 2
    whole = maps[:, : 2 * h_out, : 2 * w_out].reshape(n, h_out, 2, w_out, 2, channels)
    return whole.mean(axis=(2, 4))


def _probabilities(scores: Array) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _convnet_scores(
    parameters: Parameters,
    images: Array,
    *,
    first: Callable[..., Any] = _first_conv,
    relu_1: Callable[..., Any] = _relu,
    pool: Callable[..., Any] = _pool,
    second: Callable[..., Any] = _second_conv,
    relu_2: Callable[..., Any] = _relu,
    summary: Callable[..., Any] = _average,
    dense: Callable[..., Any] = _dense,
    result: Callable[..., Any] = lambda scores: scores,
) -> Any:
    """Layer after layer, and what is returned."""
    maps_1 = relu_1(first(images, parameters))
    maps_2 = relu_2(second(pool(maps_1), parameters))
    return result(dense(summary(maps_2), parameters))


convnet_scores = Mistakes("convnet_scores", _convnet_scores)

convnet_scores.misconception(
    "forgets_the_first_relu",
    hint="Go through the list of layers and tick off each one in your code. What stands between "
    "the first convolution and the pooling?",
    relu_1=lambda maps: maps,
)

convnet_scores.misconception(
    "forgets_the_second_relu",
    hint="Go through the list of layers and tick off each one in your code. What stands between "
    "the second convolution and the global average pooling?",
    relu_2=lambda maps: maps,
)

convnet_scores.misconception(
    "has_no_relu_at_all",
    hint="How many ReLUs are in the list of layers, and how many in your code?",
    relu_1=lambda maps: maps,
    relu_2=lambda maps: maps,
)

convnet_scores.misconception(
    "ends_with_a_relu",
    hint="Can a score be negative? Look at which layer is the last in the list.",
    result=_relu,
)

convnet_scores.misconception(
    "pads_neither_convolution",
    hint="How large are the maps of an image of 8 by 8 pixels after the first convolution? Which "
    "padding has a call that says nothing of it?",
    first=lambda images, parameters: _conv(images, parameters["w1"], parameters["b1"], pad=0),
    second=lambda pooled, parameters: _conv(pooled, parameters["w2"], parameters["b2"], pad=0),
)

convnet_scores.misconception(
    "does_not_pad_the_first_convolution",
    hint="How large are the maps of an image of 8 by 8 pixels after the first convolution, and how "
    "large should they be?",
    first=lambda images, parameters: _conv(images, parameters["w1"], parameters["b1"], pad=0),
)

convnet_scores.misconception(
    "does_not_pad_the_second_convolution",
    hint="How large are the maps of an image of 8 by 8 pixels after the second convolution, and "
    "how large should they be?",
    second=lambda pooled, parameters: _conv(pooled, parameters["w2"], parameters["b2"], pad=0),
)

convnet_scores.misconception(
    "leaves_the_pooling_out",
    hint="How large are the maps that go into your second convolution, for an image of 8 by 8 "
    "pixels?",
    pool=lambda maps: maps,
)

convnet_scores.misconception(
    "pools_with_a_stride_of_one",
    hint="How large are the maps that go into your second convolution, for an image of 8 by 8 "
    "pixels? How far does the window move?",
    pool=lambda maps: max_pool_forward(maps, size=2, stride=1),
)

convnet_scores.misconception(
    "averages_in_the_windows",
    hint="Of the four numbers in a window, which one goes on to the second convolution?",
    pool=_average_of_each_window,
)

convnet_scores.misconception(
    "pools_before_the_first_convolution",
    hint="Which layer sees the images as they are? Look at the order of the layers.",
    first=lambda images, parameters: _first_conv(_pool(images), parameters),
    pool=lambda maps: maps,
)

convnet_scores.misconception(
    "pools_after_the_second_convolution",
    hint="Between which two layers of the list does the pooling stand, and where in your code?",
    pool=lambda maps: maps,
    relu_2=lambda maps: _pool(_relu(maps)),
)

convnet_scores.misconception(
    "pools_twice",
    hint="How often does max pooling stand in the list of layers, and how often in your code?",
    relu_2=lambda maps: _pool(_relu(maps)),
)

convnet_scores.misconception(
    "uses_the_first_kernels_twice",
    hint="Which parameters belong to the second convolution? Read the names in that line.",
    second=lambda pooled, parameters: _conv(pooled, parameters["w1"], parameters["b1"]),
)

convnet_scores.misconception(
    "leaves_the_biases_of_the_first_convolution_out",
    hint="Change b1: do your scores change?",
    first=lambda images, parameters: _conv(images, parameters["w1"], 0.0),
)

convnet_scores.misconception(
    "leaves_the_biases_of_the_second_convolution_out",
    hint="Change b2: do your scores change?",
    second=lambda pooled, parameters: _conv(pooled, parameters["w2"], 0.0),
)

convnet_scores.misconception(
    "leaves_the_biases_of_the_dense_layer_out",
    hint="Change b3: do your scores change?",
    dense=lambda features, parameters: features @ parameters["w3"],
)

convnet_scores.misconception(
    "flattens_instead_of_averaging",
    hint="How many numbers of each map go into the dense layer? Look at the shape of w3.",
    summary=lambda maps: maps.reshape(len(maps), -1),
)

convnet_scores.misconception(
    "takes_the_maximum_of_each_map",
    hint="Which pooling stands before the dense layer: the one that asks for the largest number, "
    "or the one that asks for the average?",
    summary=lambda maps: maps.max(axis=(1, 2)),
)

convnet_scores.misconception(
    "adds_each_map_up",
    hint="If an image were twice as wide, with the same picture twice, should its scores change?",
    summary=lambda maps: maps.sum(axis=(1, 2)),
)

convnet_scores.misconception(
    "returns_probabilities",
    hint="Scores are asked for. Which layer is the last in the list, and which in your code?",
    result=_probabilities,
)


# --- convnet_gradients ----------------------------------------------------------------------


def _loss(scores: Array, labels: Labels) -> tuple[Any, Array]:
    """The mean loss, and the gradient of this mean with respect to the scores."""
    every = np.arange(len(labels))
    lower = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(lower)
    sums = powers.sum(axis=1, keepdims=True)
    losses = np.log(sums[:, 0]) - lower[every, labels]
    dscores = powers / sums
    dscores[every, labels] -= 1
    return losses.sum() / len(labels), dscores / len(labels)


def _conv_back(dout: Array, x: Array, w: Array, pad: int = 1) -> Gradients:
    dw = np.tensordot(_windows(x, pad), dout, axes=((0, 1, 2), (0, 1, 2)))
    turned = w[::-1, ::-1]  # a pixel at the top of a window met the bottom of the kernel before
    dx = np.tensordot(_windows(dout, 1), turned, axes=((3, 4, 5), (0, 1, 3)))
    return dx, dw, dout.sum(axis=(0, 1, 2))


def _mask(dmaps: Array, before: Array) -> Array:
    return dmaps * (before > 0)


def _equal_shares(dfeatures: Array, maps: Array) -> Array:
    return np.zeros(maps.shape) + (dfeatures / maps[0, :, :, 0].size)[:, None, None, :]


def _to_the_winners(dpooled: Array, maps: Array) -> Array:
    return max_pool_backward(dpooled, maps, size=2, stride=2)


def _to_the_windows(dpooled: Array, maps: Array, share: float) -> Array:
    dmaps = np.zeros(maps.shape)
    blocks = np.repeat(np.repeat(share * dpooled, 2, axis=1), 2, axis=2)
    dmaps[:, : blocks.shape[1], : blocks.shape[2]] = blocks
    return dmaps


def _convnet_gradients(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    *,
    relu_1: Callable[..., Any] = _relu,
    relu_2: Callable[..., Any] = _relu,
    reported: Callable[..., Any] = lambda loss, labels: loss,
    arriving: Callable[..., Any] = lambda dscores, labels: dscores,
    into_w3: Callable[..., Any] = lambda features, before_2: features,
    spread: Callable[..., Any] = _equal_shares,
    mask_2: Callable[..., Any] = _mask,
    into_w2: Callable[..., Any] = lambda pooled, before_1: pooled,
    border: Callable[..., Any] = lambda: 1,
    unpooled: Callable[..., Any] = _to_the_winners,
    mask_1: Callable[..., Any] = _mask,
    named: Callable[..., Any] = lambda gradients, parameters: gradients,
    result: Callable[..., Any] = lambda loss, gradients: (loss, gradients),
) -> Any:
    """Forward and backward through the network.

    The ReLUs on the way forward; the loss that is reported and the gradient that it starts
    with; then backwards: what went into the dense layer, the shares of the pixels, the second
    ReLU, what went into the second convolution, the border of both, max pooling, the first
    ReLU; the names of the gradients and what is returned.
    """
    before_1 = _first_conv(images, parameters)
    maps_1 = relu_1(before_1)
    pooled = _pool(maps_1)
    before_2 = _second_conv(pooled, parameters)
    maps_2 = relu_2(before_2)
    features = _average(maps_2)
    loss, dscores = _loss(_dense(features, parameters), labels)

    dscores, gradients = arriving(dscores, labels), {}
    gradients["w3"] = into_w3(features, before_2).T @ dscores
    gradients["b3"] = dscores.sum(axis=0)
    dbefore_2 = mask_2(spread(dscores @ parameters["w3"].T, maps_2), before_2)
    dpooled, gradients["w2"], gradients["b2"] = _conv_back(
        dbefore_2, into_w2(pooled, before_1), parameters["w2"], border()
    )
    dbefore_1 = mask_1(unpooled(dpooled, maps_1), before_1)
    _, gradients["w1"], gradients["b1"] = _conv_back(dbefore_1, images, parameters["w1"], border())
    return result(reported(loss, labels), named(gradients, parameters))


convnet_gradients = Mistakes("convnet_gradients", _convnet_gradients)

convnet_gradients.misconception(
    "forgets_the_first_relu_on_the_way_back",
    hint="Write the layers in a column, and beside each the line that goes back through it. Which "
    "one has no partner?",
    mask_1=lambda dmaps, before: dmaps,
)

convnet_gradients.misconception(
    "forgets_the_second_relu_on_the_way_back",
    hint="Write the layers in a column, and beside each the line that goes back through it. What "
    "stands between the average and the second convolution?",
    mask_2=lambda dmaps, before: dmaps,
)

convnet_gradients.misconception(
    "forgets_both_relus_on_the_way_back",
    hint="How many ReLUs did you pass on the way forward, and how many on the way back?",
    mask_1=lambda dmaps, before: dmaps,
    mask_2=lambda dmaps, before: dmaps,
)

convnet_gradients.misconception(
    "leaves_the_first_relu_out",
    hint="Go through the list of layers and tick off each one in your forward pass. What stands "
    "between the first convolution and the pooling?",
    relu_1=lambda maps: maps,
    mask_1=lambda dmaps, before: dmaps,
)

convnet_gradients.misconception(
    "leaves_the_second_relu_out",
    hint="Go through the list of layers and tick off each one in your forward pass. What stands "
    "between the second convolution and the average?",
    relu_2=lambda maps: maps,
    mask_2=lambda dmaps, before: dmaps,
)

convnet_gradients.misconception(
    "exchanges_gradient_and_input_at_the_relus",
    hint="Which of the two arguments of relu_backward is the gradient that comes from above?",
    mask_1=lambda dmaps, before: _mask(before, dmaps),
    mask_2=lambda dmaps, before: _mask(before, dmaps),
)

convnet_gradients.misconception(
    "rectifies_the_gradients",
    hint="Do you go forward or backward through the ReLU here? Whose sign decides what passes?",
    mask_1=lambda dmaps, before: _relu(dmaps),
    mask_2=lambda dmaps, before: _relu(dmaps),
)

convnet_gradients.misconception(
    "averages_over_the_batch_once_more",
    hint="The loss is a mean: where was its gradient divided by N? How often do you divide?",
    arriving=lambda dscores, labels: dscores / len(labels),
)

convnet_gradients.misconception(
    "adds_the_gradients_of_the_images_up",
    hint="Put the same image into the batch twice. The mean loss stays as it was: what should the "
    "gradients do?",
    arriving=lambda dscores, labels: dscores * len(labels),
)

convnet_gradients.misconception(
    "returns_the_sum_of_the_losses",
    hint="Put the same image into the batch twice. Should the loss become twice as large?",
    reported=lambda loss, labels: loss * len(labels),
)

convnet_gradients.misconception(
    "counts_every_gradient_twice",
    hint="Nudge one parameter by a small h. How much does the loss change, and is it h times your "
    "gradient or half of that?",
    arriving=lambda dscores, labels: 2 * dscores,
)

convnet_gradients.misconception(
    "turns_the_gradients_round",
    hint="Nudge b3 of the right class upwards: does the loss rise or fall? Which sign has your "
    "gradient?",
    arriving=lambda dscores, labels: -dscores,
)

convnet_gradients.misconception(
    "takes_features_before_the_relu_for_w3",
    hint="Which numbers did w3 meet on the way forward? These belong into its gradient.",
    into_w3=lambda features, before_2: _average(before_2),
)

convnet_gradients.misconception(
    "takes_maps_before_the_relu_for_w2",
    hint="Which numbers did w2 meet on the way forward? These belong into its gradient.",
    into_w2=lambda pooled, before_1: _pool(before_1),
)

convnet_gradients.misconception(
    "forgets_the_padding_on_the_way_back",
    hint="With which padding did the convolutions go forward, and with which do they go back?",
    border=lambda: 0,
)

convnet_gradients.misconception(
    "spreads_the_gradient_over_the_windows_of_max_pooling",
    hint="Which number of a window went on to the second convolution? Did the others have an "
    "effect on the loss?",
    unpooled=lambda dpooled, maps: _to_the_windows(dpooled, maps, 0.25),
)

convnet_gradients.misconception(
    "gives_the_gradient_of_a_window_to_all_its_pixels",
    hint="Add up what one window of the max pooling hands back. Is it what came in, and who "
    "should get it?",
    unpooled=lambda dpooled, maps: _to_the_windows(dpooled, maps, 1),
)

convnet_gradients.misconception(
    "gives_every_pixel_of_a_map_the_whole_gradient",
    hint="If one pixel of a map of 4 pixels rises by 1, by how much does the average rise?",
    spread=lambda dfeatures, maps: np.zeros(maps.shape) + dfeatures[:, None, None, :],
)

convnet_gradients.misconception(
    "leaves_the_gradients_of_the_biases_at_zero",
    hint="Nudge a bias a little: does the loss change? Then its gradient is not zero.",
    named=lambda gradients, parameters: {
        name: gradient if name.startswith("w") else np.zeros(gradient.shape)
        for name, gradient in gradients.items()
    },
)

convnet_gradients.misconception(
    "leaves_the_biases_out",
    hint="How many parameters has the network, and how many gradients do you return?",
    named=lambda gradients, parameters: {name: gradients[name] for name in ("w1", "w2", "w3")},
)

convnet_gradients.misconception(
    "exchanges_weights_and_biases",
    hint="A gradient has the shape of what it belongs to. Compare them name by name. In which "
    "order does a backward function return its three results?",
    named=lambda gradients, parameters: {
        name: gradients[("b" if name[0] == "w" else "w") + name[1:]] for name in gradients
    },
)

convnet_gradients.misconception(
    "gives_the_gradients_names_of_their_own",
    hint="Which names are asked for? Whoever uses your dict looks a gradient up by the name of its "
    "parameter.",
    named=lambda gradients, parameters: {f"d{name}": gradients[name] for name in gradients},
)

convnet_gradients.misconception(
    "returns_the_gradients_first",
    hint="In which order are the two results asked for?",
    result=lambda loss, gradients: (gradients, loss),
)

convnet_gradients.misconception(
    "returns_the_gradients_alone",
    hint="Two results are asked for. How would one see whether training gets anywhere?",
    result=lambda loss, gradients: gradients,
)


# --- train ----------------------------------------------------------------------------------


def _one_after_the_other(order: Array, batch_size: int) -> list[Array]:
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def _full_ones(order: Array, batch_size: int) -> list[Array]:
    number = len(order) // batch_size
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(number)]


def _places(start: int, batch: Array) -> slice:
    return slice(start, start + len(batch))


def _down(current: Parameters, gradients: Parameters, rate: float) -> Parameters:
    return {name: value - rate * gradients[name] for name, value in current.items()}


def _up(current: Parameters, gradients: Parameters, rate: float) -> Parameters:
    return {name: value + rate * gradients[name] for name, value in current.items()}


def _weights_down(current: Parameters, gradients: Parameters, rate: float) -> Parameters:
    moved = _down(current, gradients, rate)
    return {name: moved[name] if name.startswith("w") else current[name] for name in moved}


def _down_in_place(current: Parameters, gradients: Parameters, rate: float) -> Parameters:
    for name in current:
        current[name] -= rate * gradients[name]
    return current


def _in_order(losses: list[list[float]]) -> Iterable[float]:
    return [loss for epoch in losses for loss in epoch]


def _total(collected: list[Parameters]) -> dict[str, Any]:
    return {name: sum(each[name] for each in collected) for name in collected[0]}


def _train(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: Array,
    batch_size: int,
    learning_rate: float,
    gradients_of: Callable[..., Any] | None = None,
    *,
    network: Callable[..., Any] = lambda gradients_of: gradients_of or _convnet_gradients,
    epochs: Callable[..., Any] = lambda orders: orders,
    batches: Callable[..., Any] = _one_after_the_other,
    pictures: Callable[..., Any] = lambda images, batch, start: images[batch],
    classes: Callable[..., Any] = lambda labels, batch, start: labels[batch],
    asked: Callable[..., Any] = lambda current, parameters: current,
    due: Callable[..., Any] = lambda number, batches: True,
    followed: Callable[..., Any] = lambda collected: collected[-1],
    rate: Callable[..., Any] = lambda learning_rate, batch_size: learning_rate,
    left: Callable[..., Any] = lambda current, parameters: current,
    moved: Callable[..., Any] = _down,
    noted: Callable[..., Any] = lambda loss, again: loss,
    kept: Callable[..., Any] = _in_order,
    result: Callable[..., Any] = lambda current, losses, parameters: (current, losses),
) -> Any:
    """Mini-batch gradient descent.

    The function for the gradients, the orders of the epochs, the batches of one, their images
    and labels, the parameters whose gradients are asked for; whether a step is due, the gradient
    it follows of those since the last one, its length, where it starts, the step; which loss is
    noted and which are kept; what is returned.
    """
    gradients_of = network(gradients_of)
    current, collected = dict(parameters), []
    losses: list[list[Any]] = []
    with np.errstate(all="ignore"):
        for order in epochs(orders):
            losses.append([])
            cut = batches(order, batch_size)
            for number, batch in enumerate(cut):
                start = number * batch_size
                data = pictures(images, batch, start), classes(labels, batch, start)
                loss, gradients = gradients_of(asked(current, parameters), *data)
                collected.append(gradients)
                if due(number, cut):
                    step = followed(collected), rate(learning_rate, batch_size)
                    current, collected = moved(left(current, parameters), *step), []
                losses[-1].append(
                    noted(loss, lambda now=current, data=data: gradients_of(now, *data))
                )
    return result(current, np.array(kept(losses)), parameters)


train = Mistakes("train", _train)

train.misconception(
    "climbs_the_gradient",
    hint="The gradient points to where the loss grows. Which way do you want to go?",
    moved=_up,
)

train.misconception(
    "changes_the_parameters_of_the_caller",
    hint="What has happened to the caller's parameters after the call? -= writes into the array it "
    "is given, and a copy of a dict holds the same arrays.",
    moved=_down_in_place,
)

train.misconception(
    "leaves_the_last_smaller_batch_out",
    hint="With 10 images and batches of 4, how many batches has an epoch, and how many do you use?",
    batches=_full_ones,
)

train.misconception(
    "forgets_the_learning_rate",
    hint="Call your function with two different learning rates. Do the steps become longer?",
    rate=lambda learning_rate, batch_size: 1,
)

train.misconception(
    "divides_the_learning_rate_by_the_batch_size",
    hint="The loss of a batch is a mean already. By what else do you divide its gradient?",
    rate=lambda learning_rate, batch_size: learning_rate / batch_size,
)

train.misconception(
    "ignores_the_orders",
    hint="One of your arguments is never read. Which images make the first batch?",
    epochs=lambda orders: [np.arange(orders.shape[1]) for _ in orders],
)

train.misconception(
    "repeats_the_order_of_the_first_epoch",
    hint="orders has a row for each epoch. Which row does your second epoch use?",
    epochs=lambda orders: [orders[0] for _ in orders],
)

train.misconception(
    "stops_after_one_epoch",
    hint="How many rows has orders, and how many of them did you use? Look at where your return "
    "stands.",
    epochs=lambda orders: orders[:1],
)

train.misconception(
    "shuffles_the_images_alone",
    hint="Which label belongs to the first image of your batch? Images and labels must be taken "
    "in the same order.",
    classes=lambda labels, batch, start: labels[_places(start, batch)],
)

train.misconception(
    "shuffles_the_labels_alone",
    hint="Which image belongs to the first label of your batch? Images and labels must be taken "
    "in the same order.",
    pictures=lambda images, batch, start: images[_places(start, batch)],
)

train.misconception(
    "starts_every_step_from_the_beginning",
    hint="Where does the second step start: where the first one started, or where it arrived?",
    asked=lambda current, parameters: parameters,
    left=lambda current, parameters: parameters,
)

train.misconception(
    "asks_for_the_gradients_at_the_beginning",
    hint="At which parameters is the gradient of the second batch taken? The first step has moved "
    "them.",
    asked=lambda current, parameters: parameters,
)

train.misconception(
    "makes_one_step_in_each_epoch",
    hint="How many batches has an epoch, and how many steps do you make? Look at how far your "
    "update is indented.",
    due=lambda number, batches: number == len(batches) - 1,
)

train.misconception(
    "adds_the_gradients_of_an_epoch_up",
    hint="Each batch makes a step of its own. How many steps do you make in an epoch?",
    due=lambda number, batches: number == len(batches) - 1,
    followed=_total,
)

train.misconception(
    "uses_all_images_in_every_step",
    hint="How many images are in your first batch, and how many should be?",
    batches=lambda order, batch_size: [order],
)

train.misconception(
    "takes_the_batch_size_for_the_number_of_batches",
    hint="With 10 images and a batch size of 2, how many images are in your first batch?",
    batches=lambda order, batch_size: np.array_split(order, batch_size),
)

train.misconception(
    "moves_on_by_one_image",
    hint="In how many batches of an epoch is one image, and in how many should it be?",
    batches=lambda order, batch_size: [order[k : k + batch_size] for k in range(len(order))],
)

train.misconception(
    "moves_the_weights_alone",
    hint="Which of the parameters are still what they were at the start?",
    moved=_weights_down,
)

train.misconception(
    "notes_the_loss_after_the_step",
    hint="Compare your first loss with the loss of the first batch before anything was trained.",
    noted=lambda loss, again: again()[0],
)

train.misconception(
    "keeps_the_mean_loss_of_each_epoch",
    hint="How many steps were made, and how many losses do you return?",
    kept=lambda losses: [np.mean(epoch) for epoch in losses],
)

train.misconception(
    "keeps_the_last_loss_of_each_epoch",
    hint="How many steps were made, and how many losses do you return? Look at how far the line "
    "that keeps them is indented.",
    kept=lambda losses: [epoch[-1] for epoch in losses],
)

train.misconception(
    "returns_the_last_loss_alone",
    hint="One loss for each step is asked for. Where do you keep the earlier ones?",
    result=lambda current, losses, parameters: (current, losses[-1]),
)

train.misconception(
    "returns_the_parameters_it_was_given",
    hint="Compare the parameters that you return with those that you were given. Where did the "
    "trained ones go?",
    result=lambda current, losses, parameters: (parameters, losses),
)

train.misconception(
    "returns_the_losses_first",
    hint="In which order are the two results asked for?",
    result=lambda current, losses, parameters: (losses, current),
)

train.misconception(
    "returns_the_parameters_alone",
    hint="Two results are asked for. How would one see whether training gets anywhere?",
    result=lambda current, losses, parameters: current,
)


# --- the questions --------------------------------------------------------------------------

train.misconception(
    "always_trains_the_same_network",
    hint="Your last argument makes no difference. Whose gradients does a call with another "
    "function for gradients_of follow, and whose should it?",
    network=lambda gradients_of: _convnet_gradients,
)

answer_1 = Mistakes("answer_1")

answer_1.option(
    "a",
    "takes_images_for_lists_of_any_length",
    hint="How many numbers does a list of 8 × 8 pixels have, and one of 12 × 12? How many rows "
    "does the weight matrix of the dense network have for them?",
)

answer_1.option(
    "c",
    "takes_small_windows_for_shared_ones",
    hint="Both look through small windows. But how many kernels does a locally connected layer "
    "have, and which of them would the new positions use?",
)

answer_1.option(
    "d",
    "forgets_what_the_average_leaves",
    hint="The number of inputs of the dense layer is fixed. What shape comes out of the global "
    "average pooling for 8 × 8 pixels, and what shape for 12 × 12?",
)

answer_2 = Mistakes("answer_2")

answer_2.option(
    "a",
    "takes_a_convolution_for_fixed_to_its_place",
    hint="Each position uses the same kernel. If the image moves by one pixel, what does the "
    "kernel meet one pixel further on, away from the border?",
)

answer_2.option(
    "b",
    "takes_sharing_for_forgetting_the_place",
    hint="The maps behind a shared kernel still have rows and columns. And would a network that "
    "knew nothing of places do worse on moved images than on the others?",
)

answer_2.option(
    "c",
    "takes_the_average_for_fixed_to_its_place",
    hint="Take a map of four numbers and let two of them change places. What becomes of their "
    "average, and what does that say about the even moves on the canvas?",
)

answer_3 = Mistakes("answer_3")

answer_3.option(
    "b",
    "lets_sharing_set_parameters_to_zero",
    hint="How many of the trained weights in w1 are exactly zero? Count them. When is it laid down "
    "which pixel reaches which output?",
    row="C1",
)

answer_3.option(
    "c",
    "lets_every_position_learn_a_detector",
    hint="Which index of w1 would tell the positions apart? Detectors for each position are what a "
    "locally connected layer has.",
)

answer_3.option(
    "d",
    "takes_sharing_for_equal_filters",
    hint="Compare w1[:, :, :, 0] with w1[:, :, :, 1] after training. Who shares a kernel: the "
    "filters of a layer, or the positions of an image?",
)
