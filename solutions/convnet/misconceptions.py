"""Known mistakes in the assignment "convnet".

None of them was looked for in public material: every course that builds a network layer by
layer meets them. The convolutions here refuse nothing before they compute, like the given
ones: what does not fit fails where it fails in a notebook, and with the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.explanation.misconceptions import NEVER, Chosen, Mistakes, Wrong

from .. import _families as families
from .._contrasts import IMAGES, OF_LAYERS, OF_TRAINING
from .._evidence import EVIDENCE
from .._layers import max_pool_backward, max_pool_forward
from . import Array, Labels, Parameters

CONTRASTS = [*OF_LAYERS, *OF_TRAINING]
IDEAS = {
    "relu_forward": "forward",
    "relu_backward": "backward",
    "dense_forward": "forward",
    "dense_backward": "backward",
    "softmax_cross_entropy": "forward",
    "global_average_pool_forward": "forward",
    "global_average_pool_backward": "backward",
    "convnet_scores": "forward",
    "convnet_gradients": "backward",
    "train": "backward",
    "answer_1": "sharing",
    "answer_2": "sharing",
    "answer_3": "sharing",
}
AXES = {
    "dense_forward": ("example", "output"),
    "dense_backward": (("example", "input"), ("input", "output"), ("output",)),
    "softmax_cross_entropy": ((), ("example", "class")),
    "global_average_pool_forward": ("image", "channel"),
    "global_average_pool_backward": IMAGES,
    "convnet_scores": ("image", "class"),
}

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


# --- families of mistakes -------------------------------------------------------------------

TWO_RESULTS_TURNED = Wrong("In which order are the two results asked for?")
ONE_AXIS_LEFT = Wrong(
    "How many numbers are left of one map? Look at the shape: which axis is still there?"
)
ONE_RESULT = Wrong("Two results are asked for. How would one see whether training gets anywhere?")


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


relu_forward = Mistakes("relu_forward", _relu_forward, evidence=EVIDENCE)

relu_forward.wrong(
    takes_the_magnitude=Wrong(
        "What should become of -3: 3 or 0? Both are no longer negative.",
        rectified=lambda x: np.abs(x),
    ),
    changes_x_in_place=Wrong(
        "What has happened to the caller's x after the call? The backward pass still needs it.",
        result=lambda out, x: _into(x, out),
    ),
    keeps_the_negative_numbers=Wrong(
        "Which of -3 and 3 should come through unchanged, and which one does?",
        rectified=lambda x: np.minimum(x, 0),
    ),
    lets_a_little_of_the_negative_numbers_through=Wrong(
        "That is a leaky ReLU. What does this one make of -3?",
        rectified=lambda x: np.where(x > 0, x, 0.01 * x),
    ),
    says_only_where_x_is_positive=Wrong(
        "What should become of 3: a 1, or the 3 itself?",
        rectified=lambda x: np.where(x > 0, 1.0, 0.0),
    ),
    cuts_off_above_one=Wrong(
        "What should become of 3? A ReLU has a floor; has it a ceiling too?",
        bounded=lambda out: np.minimum(out, 1),
    ),
    drops_the_negative_numbers=Wrong(
        "Compare the shape of your result with the shape of x. Are negative numbers taken out, "
        "or replaced?",
        rectified=lambda x: x[x > 0],
    ),
    asks_for_the_larger_of_an_array_and_zero=Wrong(
        "Is a whole array larger than 0 or not? The question has an answer for each number only.",
        rectified=lambda x: max(0, x),
    ),
    squashes_instead=Wrong(
        "That is a sigmoid. What does a ReLU make of 3, and what of -3?",
        rectified=lambda x: (1 + np.tanh(x / 2)) / 2,
    ),
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


relu_backward = Mistakes("relu_backward", _relu_backward, evidence=EVIDENCE)

relu_backward.wrong(
    looks_at_the_sign_of_dout=Wrong(
        "Who decides whether a gradient passes: its own sign, or the sign of the number that "
        "went in on the way forward?",
        passes=lambda dout, x: dout > 0,
    ),
    blocks_negative_gradients_too=Wrong(
        "Let x be 2 and dout be -5. If x rises a little, what does the loss do, and what do you "
        "send back?",
        passes=lambda dout, x: (x > 0) & (dout > 0),
    ),
    lets_everything_through=Wrong(
        "Let x be -2. If it rises a little, does the output of the ReLU change?",
        passes=lambda dout, x: np.ones(x.shape),
    ),
    lets_the_gradient_through_at_zero=Wrong(
        "What does the text at the top of the function say about an x that is exactly 0?",
        passes=lambda dout, x: x >= 0,
    ),
    lets_half_of_it_through_at_zero=Wrong(
        "What does the text at the top of the function say about an x that is exactly 0?",
        passes=lambda dout, x: np.where(x == 0, 0.5, x > 0),
    ),
    returns_the_mask=Wrong(
        "You return the slope of the ReLU. What does the chain rule do with it and dout?",
        sent=lambda dout, x: np.ones(x.shape),
    ),
    sends_the_activation_back=Wrong(
        "What is travelling back: the number that went forward, or its gradient?",
        sent=lambda dout, x: x,
    ),
    multiplies_by_x=Wrong(
        "Where x is positive the output is x itself. If x grows by 1, by how much does the "
        "output grow?",
        sent=lambda dout, x: dout * x,
    ),
    multiplies_by_the_sign_of_x=Wrong(
        "Let x be -2. If it rises a little, does the output of the ReLU change, and what do you "
        "send back?",
        passes=lambda dout, x: np.sign(x),
    ),
    changes_dout_in_place=Wrong(
        "What has happened to the caller's dout after the call? A second name for an array is "
        "not a second array.",
        result=lambda dx, dout: _into(dout, dx),
    ),
    turns_the_mask_round=Wrong(
        "Let x be 2 and -2. Which of the two has an effect on the output, and which of them "
        "receives a gradient from you?",
        passes=lambda dout, x: x < 0,
    ),
    lets_a_little_through_everywhere=Wrong(
        "That belongs to a leaky ReLU. How much does the output of this one change if x is "
        "negative?",
        passes=lambda dout, x: np.where(x > 0, 1, 0.01),
    ),
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


dense_forward = Mistakes("dense_forward", _dense_forward, evidence=EVIDENCE)

dense_forward.wrong(
    leaves_the_biases_out=Wrong(
        "What should come out for inputs that are all zero? One of your arguments has no effect.",
        offset=lambda total, b, x: total,
    ),
    turns_the_weights_round=Wrong(
        "Write the shapes of the two matrices side by side: which two numbers must be equal? "
        "Here w has the shape (D, M).",
        product=lambda x, w: x @ w.T,
    ),
    puts_the_weights_first=Wrong(
        "Write the shapes of the two matrices side by side, in the order of your product. Which "
        "two numbers must be equal?",
        product=lambda x, w: w @ x,
    ),
    multiplies_number_by_number=Wrong(
        "Each output is a sum over all inputs. Which of the two products of matrices adds up?",
        product=lambda x, w: x * w,
    ),
    keeps_the_last_product_alone=Wrong(
        "Each output is a sum over all inputs. What does = do in a loop, and what does += do?",
        product=lambda x, w: x[:, -1:] * w[-1:],
    ),
    adds_all_biases_to_every_output=Wrong(
        "Take inputs of zero and the biases 1 and 2. What should the two outputs be, and what "
        "are yours?",
        offset=lambda total, b, x: total + b.sum(),
    ),
    adds_the_first_bias_to_every_output=Wrong(
        "How many biases are there, and how many of them do you use?",
        offset=lambda total, b, x: total + b[0],
    ),
    adds_a_bias_to_every_product=Wrong(
        "Take inputs of zero: how often is the bias of an output in that output?",
        offset=lambda total, b, x: total + x.shape[1] * b,
    ),
    gives_every_example_a_bias=Wrong(
        "Does a bias belong to an example or to an output? Along which axis of the result does "
        "yours change?",
        offset=lambda total, b, x: total + b[:, None],
    ),
    takes_the_mean_of_the_products=Wrong(
        "Take inputs of ones and weights of ones. Does an output add up its products, or take "
        "their average?",
        mean=lambda total, x: total / x.shape[1],
    ),
    rectifies_its_outputs=Wrong(
        "Can an output of a dense layer be negative? The ReLU is a layer of its own.", result=_relu
    ),
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


dense_backward = Mistakes("dense_backward", _dense_backward, evidence=EVIDENCE)

dense_backward.wrong(
    averages_over_the_batch=Wrong(
        "dout already holds whatever the loss divides by. With the same example twice in a batch, "
        "should dw and db stay as they were, or become twice as large?",
        dw_of=lambda dout, x: x.T @ dout / len(x),
        db_of=lambda dout: dout.sum(axis=0) / len(dout),
    ),
    averages_dw_alone_over_the_batch=families.ONE_MEAN_OVER_THE_BATCH.but(
        dw_of=lambda dout, x: x.T @ dout / len(x)
    ),
    averages_dx_alone_over_the_batch=families.ONE_MEAN_OVER_THE_BATCH.but(
        dx_of=lambda dout, w: dout @ w.T / len(dout)
    ),
    fills_db_with_ones=families.DB_OF_ONES.but(db_of=lambda dout: np.ones(dout.shape[1])),
    averages_all_gradients_over_the_batch=Wrong(
        "dout already holds whatever the loss divides by. Does another example in the batch "
        "change what this one receives?",
        arriving=lambda dout: dout / len(dout),
    ),
    takes_the_mean_for_db=Wrong(
        "A bias has an effect on each example in full. What does a mean do to its gradient?",
        db_of=lambda dout: dout.mean(axis=0),
    ),
    does_not_add_up_db=Wrong(
        "Compare the shape of your db with the shape of b. On how many examples has one bias an "
        "effect?",
        db_of=lambda dout: dout.copy(),
    ),
    adds_db_up_over_the_outputs=Wrong(
        "Compare the shape of your db with the shape of b. Which axis of dout must go?",
        db_of=lambda dout: dout.sum(axis=1),
    ),
    adds_db_up_to_one_number=Wrong(
        "How many biases are there, and how many numbers has your db?",
        db_of=lambda dout: dout.sum(),
    ),
    keeps_the_axis_that_was_added_up_in_db=families.AXES_LEFT_IN_DB.but(
        db_of=lambda dout: dout.sum(axis=0, keepdims=True)
    ),
    turns_dw_round=Wrong(
        "A gradient has the shape of what it belongs to. Compare dw with w.",
        dw_of=lambda dout, x: dout.T @ x,
    ),
    does_not_turn_the_weights_round=Wrong(
        "dout has the shape (N, M), dx should have (N, D). Which shape must the matrix between "
        "them have?",
        dx_of=lambda dout, w: dout @ w,
    ),
    does_not_turn_the_inputs_round=Wrong(
        "x has the shape (N, D), dw should have (D, M). Over which axis of x and dout is the sum?",
        dw_of=lambda dout, x: x @ dout,
    ),
    keeps_the_last_example_alone_in_dw=Wrong(
        "Each example adds its part to dw. What does = do in a loop, and what does += do?",
        dw_of=lambda dout, x: np.outer(x[-1], dout[-1]),
    ),
    keeps_the_last_example_alone_in_db=Wrong(
        "Each example adds its part to db. What does = do in a loop, and what does += do?",
        db_of=lambda dout: dout[-1],
    ),
    exchanges_dx_and_dw=families.ANOTHER_ORDER.but(result=lambda dx, dw, db: (dw, dx, db)),
    returns_dx_last=families.ANOTHER_ORDER.but(result=lambda dx, dw, db: (dw, db, dx)),
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


INSIDE_THE_LOGARITHM = Wrong(
    "How large is the loss where p is so small that a computer makes 0 of it, and how large can "
    "yours become? Take the logarithm of the fraction by hand: then no p has to be kept from zero.",
    "SC1",
    seen=NEVER,
)

softmax_cross_entropy = Mistakes("softmax_cross_entropy", _softmax_cross_entropy, evidence=EVIDENCE)

softmax_cross_entropy.wrong(
    takes_the_logarithm_of_a_p_that_became_zero=Wrong(
        "Let the scores be 0 and 10000, and the first class the right one. What is p, rounded as "
        "a computer does, and what is its logarithm? Take the logarithm of the fraction by hand.",
        logarithms=lambda lower, sums, p: np.log(p),
    ),
    overflows_for_large_scores=Wrong(
        "What does exp make of 10000? p stays the same if one number is taken away from all "
        "scores of an example: which one would help?",
        lowered=lambda scores: scores,
        logarithms=lambda lower, sums, p: np.log(p),
    ),
    overflows_in_the_sum_of_the_powers=Wrong(
        "What does exp make of 10000, and of -10000? Nothing changes if one number is taken away "
        "from all scores of an example: which one would help?",
        lowered=lambda scores: scores,
    ),
    lowers_all_examples_by_the_same=Wrong(
        "Let one example have the scores 10000 and 9999 and another -10000 and -9999. What "
        "remains of the second if you take 10000 away from all of them?",
        lowered=lambda scores: scores - scores.max(),
    ),
    adds_a_small_number_inside_the_logarithm=Wrong(
        "What does your small number do to the loss where p is really small? Take the logarithm "
        "of the fraction by hand: then no p has to be kept away from zero.",
        logarithms=lambda lower, sums, p: np.log(p + 1e-8),
    ),
    adds_a_tiny_number_inside_the_logarithm=Wrong(
        "What does your tiny number do to the loss where p is even smaller? Take the logarithm "
        "of the fraction by hand: then no p has to be kept away from zero.",
        "SC1",
        logarithms=lambda lower, sums, p: np.log(p + 1e-12),
    ),
    keeps_p_above_1e_5=INSIDE_THE_LOGARITHM.but(logarithms=lambda lower, sums, p: np.log(p + 1e-5)),
    keeps_p_above_1e_6=INSIDE_THE_LOGARITHM.but(logarithms=lambda lower, sums, p: np.log(p + 1e-6)),
    keeps_p_above_1e_7=INSIDE_THE_LOGARITHM.but(logarithms=lambda lower, sums, p: np.log(p + 1e-7)),
    keeps_p_above_1e_9=INSIDE_THE_LOGARITHM.but(logarithms=lambda lower, sums, p: np.log(p + 1e-9)),
    keeps_p_above_1e_10=INSIDE_THE_LOGARITHM.but(
        logarithms=lambda lower, sums, p: np.log(p + 1e-10)
    ),
    keeps_p_above_1e_15=INSIDE_THE_LOGARITHM.but(
        logarithms=lambda lower, sums, p: np.log(p + 1e-15)
    ),
    keeps_p_above_1e_16=INSIDE_THE_LOGARITHM.but(
        logarithms=lambda lower, sums, p: np.log(p + 1e-16)
    ),
    does_not_divide_the_gradient=Wrong(
        "Put the same example into the batch twice. The mean of the losses stays as it was: what "
        "should happen to the gradient of one of the two?",
        divided=lambda dscores: dscores,
    ),
    adds_the_losses_up=Wrong(
        "Put the same example into the batch twice. Should the loss become twice as large?",
        mean=lambda losses, p: losses.sum(),
    ),
    forgets_to_take_one_away=Wrong(
        "Which way should the score of the right class move? Look at the sign of its gradient "
        "in your dscores.",
        slope=lambda p, labels: p,
    ),
    takes_one_away_from_every_class=Wrong(
        "Add up a row of your dscores. If all scores of an example rise by 1, by how much does "
        "its loss change?",
        slope=lambda p, labels: p - 1,
    ),
    takes_one_away_for_the_labels_of_all_examples=Wrong(
        "Look at one row of your dscores: from how many of its numbers did you take 1 away? Each "
        "example has a single label.",
        slope=_minus_one_in_every_row,
    ),
    turns_the_sign_of_the_gradient=Wrong(
        "If the score of the right class rises, does the loss rise or fall? Which sign has your "
        "gradient there?",
        slope=lambda p, labels: -_minus_one(p, labels),
    ),
    forgets_the_minus_of_the_loss=Wrong(
        "Which sign has the logarithm of a number between 0 and 1? Which sign has a loss?",
        mean=lambda losses, p: -losses.sum() / len(losses),
    ),
    forgets_the_logarithm=Wrong(
        "How large should the loss become when p of the right class goes to zero, and how large "
        "can yours become?",
        logarithms=lambda lower, sums, p: p,
    ),
    divides_by_the_sum_over_the_examples=Wrong(
        "Which numbers of p must add up to 1: those of one example, or those of one class?",
        lowered=lambda scores: scores - scores.max(axis=0, keepdims=True),
        summed=lambda powers: powers.sum(axis=0, keepdims=True),
    ),
    divides_by_the_sum_over_the_whole_batch=Wrong(
        "What do the probabilities of one example add up to in your code, and what of the whole "
        "batch?",
        lowered=lambda scores: scores - scores.max(),
        summed=lambda powers: powers.sum(keepdims=True),
    ),
    adds_the_powers_of_all_examples_up=Wrong(
        "Which numbers of p must add up to 1: those of one example, or those of one class?",
        summed=lambda powers: powers.sum(axis=0, keepdims=True),
    ),
    adds_all_powers_of_the_batch_up=Wrong(
        "What do the probabilities of one example add up to in your code, and what of the whole "
        "batch?",
        summed=lambda powers: powers.sum(keepdims=True),
    ),
    reads_the_first_class_of_every_example=Wrong(
        "Change the labels: does your loss change?", picked=lambda logs, labels: logs[:, 0]
    ),
    reads_the_labels_of_all_examples_in_every_row=Wrong(
        "How many numbers do you take out of p for N examples: N, or N times N? Print the shape.",
        picked=lambda logs, labels: logs[:, labels],
    ),
    takes_labels_for_rows_of_zeros_and_ones=Wrong(
        "What is the shape of labels? They say which class is the right one, they are no table "
        "with a 1 in its column.",
        picked=lambda logs, labels: (labels * logs).sum(axis=1),
        slope=lambda p, labels: p - labels,
    ),
    multiplies_the_logarithms_of_all_classes=Wrong(
        "What is 0 times the logarithm of a p that became zero? Only one logarithm of each example "
        "counts, and it can be made without p.",
        logarithms=lambda lower, sums, p: np.log(p),
        picked=lambda logs, labels: (np.eye(logs.shape[1])[labels] * logs).sum(axis=1),
    ),
    averages_over_the_classes_too=Wrong(
        "Of how many losses is the mean to be taken: one for each example, or one for each number "
        "in scores?",
        mean=lambda losses, p: losses.sum() / p.size,
    ),
    divides_the_gradient_by_the_classes_too=Wrong(
        "By what does the loss divide, and by what does your gradient divide?",
        divided=lambda dscores: dscores / dscores.size,
    ),
    returns_the_loss_of_the_first_example=Wrong(
        "Change the scores of the last example: does your loss change?",
        mean=lambda losses, p: losses[0],
    ),
    returns_a_loss_for_every_example=Wrong(
        "One number is asked for. What is to be made of the losses of the examples?",
        mean=lambda losses, p: losses,
    ),
    takes_the_logarithm_to_base_two=Wrong(
        "With two equal scores the loss is the natural logarithm of 2, about 0.69. What is yours?",
        logarithms=lambda lower, sums, p: (lower - np.log(sums)) / np.log(2),
    ),
    takes_the_logarithm_to_base_ten=Wrong(
        "With two equal scores the loss is the natural logarithm of 2, about 0.69. What is yours?",
        logarithms=lambda lower, sums, p: (lower - np.log(sums)) / np.log(10),
    ),
    returns_the_probabilities=Wrong(
        "You return p. How does the loss change if the score of the right class rises?",
        result=lambda loss, dscores, p: (loss, p),
    ),
    returns_the_gradient_first=TWO_RESULTS_TURNED.but(
        result=lambda loss, dscores, p: (dscores, loss)
    ),
    returns_the_loss_alone=Wrong(
        "Two results are asked for. Where does the backward pass begin?",
        result=lambda loss, dscores, p: loss,
    ),
    changes_the_scores_in_place=Wrong(
        "What has happened to the caller's scores after the call? Look at which array you write "
        "into.",
        lowered=_lowered_in_place,
    ),
)


# --- global_average_pool_forward ------------------------------------------------------------


def _divided_in_place(x: Array, axes: tuple[int, int]) -> Any:
    x /= x.shape[1] * x.shape[2]
    return x.sum(axis=axes)


def _global_average_pool_forward(
    x: Array,
    *,
    axes: Callable[..., Any] = lambda: (1, 2),
    number: Callable[..., Any] = lambda x, axes: x.mean(axis=axes),
    result: Callable[..., Any] = lambda out: out,
) -> Any:
    """The axes that go, the number that stands for them, what is returned."""
    return result(number(x, axes()))


global_average_pool_forward = Mistakes(
    "global_average_pool_forward", _global_average_pool_forward, evidence=EVIDENCE
)

global_average_pool_forward.wrong(
    adds_the_pixels_up=Wrong(
        "A map of ones has the average 1. What do you make of it, and what if the map is twice "
        "as wide?",
        number=lambda x, axes: x.sum(axis=axes),
    ),
    takes_the_maximum=Wrong(
        "What is the average of 0, 0, 0 and 4, and what do you return for it?",
        number=lambda x, axes: x.max(axis=axes),
    ),
    averages_over_the_rows_alone=ONE_AXIS_LEFT.but(axes=lambda: 1),
    averages_over_the_columns_alone=ONE_AXIS_LEFT.but(axes=lambda: 2),
    averages_over_the_channels_as_well=Wrong(
        "Should a map of edges and a map of corners be mixed? Look at the shape: which axis is "
        "missing?",
        axes=lambda: (1, 2, 3),
    ),
    averages_over_the_examples_as_well=Wrong(
        "Should the pixels of two different images be mixed? Look at the shape: which axis is "
        "missing?",
        axes=lambda: (0, 1, 2),
    ),
    averages_over_everything=Wrong(
        "You return one number for the whole batch. How many examples and maps are in it?",
        axes=lambda: None,
    ),
    averages_over_width_and_channels=Wrong(
        "In (N, H, W, C), which axes are the height and the width?", axes=lambda: (2, 3)
    ),
    keeps_the_axes_that_were_averaged=Wrong(
        "Which shape is asked for, and which has your result?",
        result=lambda out: out[:, None, None],
    ),
    takes_maps_for_square=Wrong(
        "How many pixels has a map of 2 rows and 5 columns, and by how many do you divide?",
        number=lambda x, axes: x.sum(axis=axes) / x.shape[1] ** 2,
    ),
    divides_in_place=Wrong(
        "What has happened to the caller's x after the call? /= writes into the array it is given.",
        number=_divided_in_place,
    ),
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

global_average_pool_backward.wrong(
    gives_every_pixel_the_whole_gradient=Wrong(
        "If one pixel of a map of 4 pixels rises by 1, by how much does the average rise?",
        number=lambda n, height, width, channels: 1,
    ),
    divides_by_the_height_alone=Wrong(
        "How many pixels has a map of 2 rows and 5 columns? Add up what you hand out.",
        number=lambda n, height, width, channels: height,
    ),
    divides_by_the_width_alone=Wrong(
        "How many pixels has a map of 2 rows and 5 columns? Add up what you hand out.",
        number=lambda n, height, width, channels: width,
    ),
    divides_by_the_channels_too=Wrong(
        "Of how many numbers is one average taken on the way forward? Each map has its own.",
        number=lambda n, height, width, channels: height * width * channels,
    ),
    divides_by_the_batch_too=Wrong(
        "Of how many numbers is one average taken on the way forward? dout already holds "
        "whatever the loss divides by.",
        number=lambda n, height, width, channels: n * height * width,
    ),
    divides_by_the_size_of_x=Wrong(
        "Of how many numbers is one average taken on the way forward? x holds many maps.",
        number=lambda n, height, width, channels: n * height * width * channels,
    ),
    divides_twice=Wrong(
        "Add up what the pixels of one map receive. Is it what came in?",
        number=lambda n, height, width, channels: (height * width) ** 2,
    ),
    takes_maps_for_square_on_the_way_back=Wrong(
        "How many pixels has a map of 2 rows and 5 columns, and by how many do you divide?",
        number=lambda n, height, width, channels: height**2,
    ),
    gives_the_share_to_the_largest_alone=Wrong(
        "Does an average depend on the largest number alone? Raise another one a little.",
        spread=_to_the_largest,
    ),
    gives_the_share_to_the_first_pixel_alone=Wrong(
        "On how many pixels does an average depend, and how many receive something from you?",
        spread=_to_the_first_pixel,
    ),
    multiplies_the_share_by_x=Wrong(
        "If a pixel rises by 1, by how much does the average rise? Does it matter how bright the "
        "pixel was before?",
        spread=lambda share, x: share[:, None, None, :] * x,
    ),
    ignores_dout=families.DOUT_NEVER_READ.but(arriving=lambda dout: np.ones(dout.shape)),
    leaves_the_pixels_out=Wrong(
        "A gradient has the shape of what it belongs to. How many numbers has x, and how many do "
        "you return?",
        spread=lambda share, x: share,
    ),
    keeps_an_axis_of_one_pixel=Wrong(
        "A gradient has the shape of what it belongs to. Compare the height and the width.",
        spread=lambda share, x: share[:, None, None, :],
    ),
    puts_the_new_axes_last=Wrong(
        "In (N, H, W, C), where do the height and the width stand? Where do yours stand?",
        spread=lambda share, x: np.ones(x.shape) * share[:, :, None, None],
    ),
    writes_the_gradient_into_x=families.INTO_THE_CALLERS_X.but(result=lambda dx, x: _into(x, dx)),
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


convnet_scores = Mistakes("convnet_scores", _convnet_scores, evidence=EVIDENCE)

convnet_scores.wrong(
    forgets_the_first_relu=Wrong(
        "Go through the list of layers and tick off each one in your code. What stands between "
        "the first convolution and the pooling?",
        relu_1=lambda maps: maps,
    ),
    forgets_the_second_relu=Wrong(
        "Go through the list of layers and tick off each one in your code. What stands between "
        "the second convolution and the global average pooling?",
        relu_2=lambda maps: maps,
    ),
    has_no_relu_at_all=Wrong(
        "How many ReLUs are in the list of layers, and how many in your code?",
        relu_1=lambda maps: maps,
        relu_2=lambda maps: maps,
    ),
    ends_with_a_relu=Wrong(
        "Can a score be negative? Look at which layer is the last in the list.", result=_relu
    ),
    pads_neither_convolution=Wrong(
        "How large are the maps of an image of 8 by 8 pixels after the first convolution? Which "
        "padding has a call that says nothing of it?",
        first=lambda images, parameters: _conv(images, parameters["w1"], parameters["b1"], pad=0),
        second=lambda pooled, parameters: _conv(pooled, parameters["w2"], parameters["b2"], pad=0),
    ),
    does_not_pad_the_first_convolution=Wrong(
        "How large are the maps of an image of 8 by 8 pixels after the first convolution, and how "
        "large should they be?",
        first=lambda images, parameters: _conv(images, parameters["w1"], parameters["b1"], pad=0),
    ),
    does_not_pad_the_second_convolution=Wrong(
        "How large are the maps of an image of 8 by 8 pixels after the second convolution, and "
        "how large should they be?",
        second=lambda pooled, parameters: _conv(pooled, parameters["w2"], parameters["b2"], pad=0),
    ),
    leaves_the_pooling_out=Wrong(
        "How large are the maps that go into your second convolution, for an image of 8 by 8 "
        "pixels?",
        pool=lambda maps: maps,
    ),
    pools_with_a_stride_of_one=Wrong(
        "How large are the maps that go into your second convolution, for an image of 8 by 8 "
        "pixels? How far does the window move?",
        pool=lambda maps: max_pool_forward(maps, size=2, stride=1),
    ),
    averages_in_the_windows=Wrong(
        "Of the four numbers in a window, which one goes on to the second convolution?",
        pool=_average_of_each_window,
    ),
    pools_before_the_first_convolution=Wrong(
        "Which layer sees the images as they are? Look at the order of the layers.",
        first=lambda images, parameters: _first_conv(_pool(images), parameters),
        pool=lambda maps: maps,
    ),
    pools_after_the_second_convolution=Wrong(
        "Between which two layers of the list does the pooling stand, and where in your code?",
        pool=lambda maps: maps,
        relu_2=lambda maps: _pool(_relu(maps)),
    ),
    pools_twice=Wrong(
        "How often does max pooling stand in the list of layers, and how often in your code?",
        relu_2=lambda maps: _pool(_relu(maps)),
    ),
    uses_the_first_kernels_twice=Wrong(
        "Which parameters belong to the second convolution? Read the names in that line.",
        second=lambda pooled, parameters: _conv(pooled, parameters["w1"], parameters["b1"]),
    ),
    leaves_the_biases_of_the_first_convolution_out=Wrong(
        "Change b1: do your scores change?",
        first=lambda images, parameters: _conv(images, parameters["w1"], 0.0),
    ),
    leaves_the_biases_of_the_second_convolution_out=Wrong(
        "Change b2: do your scores change?",
        second=lambda pooled, parameters: _conv(pooled, parameters["w2"], 0.0),
    ),
    leaves_the_biases_of_the_dense_layer_out=Wrong(
        "Change b3: do your scores change?",
        dense=lambda features, parameters: features @ parameters["w3"],
    ),
    flattens_instead_of_averaging=Wrong(
        "How many numbers of each map go into the dense layer? Look at the shape of w3.",
        summary=lambda maps: maps.reshape(len(maps), -1),
    ),
    takes_the_maximum_of_each_map=Wrong(
        "Which pooling stands before the dense layer: the one that asks for the largest number, "
        "or the one that asks for the average?",
        summary=lambda maps: maps.max(axis=(1, 2)),
    ),
    adds_each_map_up=Wrong(
        "If an image were twice as wide, with the same picture twice, should its scores change?",
        summary=lambda maps: maps.sum(axis=(1, 2)),
    ),
    returns_probabilities=Wrong(
        "Scores are asked for. Which layer is the last in the list, and which in your code?",
        result=_probabilities,
    ),
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


convnet_gradients = Mistakes("convnet_gradients", _convnet_gradients, evidence=EVIDENCE)

convnet_gradients.wrong(
    forgets_the_first_relu_on_the_way_back=Wrong(
        "Write the layers in a column, and beside each the line that goes back through it. Which "
        "one has no partner?",
        mask_1=lambda dmaps, before: dmaps,
    ),
    forgets_the_second_relu_on_the_way_back=Wrong(
        "Write the layers in a column, and beside each the line that goes back through it. What "
        "stands between the average and the second convolution?",
        mask_2=lambda dmaps, before: dmaps,
    ),
    forgets_both_relus_on_the_way_back=Wrong(
        "How many ReLUs did you pass on the way forward, and how many on the way back?",
        mask_1=lambda dmaps, before: dmaps,
        mask_2=lambda dmaps, before: dmaps,
    ),
    leaves_the_first_relu_out=Wrong(
        "Go through the list of layers and tick off each one in your forward pass. What stands "
        "between the first convolution and the pooling?",
        relu_1=lambda maps: maps,
        mask_1=lambda dmaps, before: dmaps,
    ),
    leaves_the_second_relu_out=Wrong(
        "Go through the list of layers and tick off each one in your forward pass. What stands "
        "between the second convolution and the average?",
        relu_2=lambda maps: maps,
        mask_2=lambda dmaps, before: dmaps,
    ),
    exchanges_gradient_and_input_at_the_relus=Wrong(
        "Which of the two arguments of relu_backward is the gradient that comes from above?",
        mask_1=lambda dmaps, before: _mask(before, dmaps),
        mask_2=lambda dmaps, before: _mask(before, dmaps),
    ),
    rectifies_the_gradients=Wrong(
        "Do you go forward or backward through the ReLU here? Whose sign decides what passes?",
        mask_1=lambda dmaps, before: _relu(dmaps),
        mask_2=lambda dmaps, before: _relu(dmaps),
    ),
    averages_over_the_batch_once_more=Wrong(
        "The loss is a mean: where was its gradient divided by N? How often do you divide?",
        arriving=lambda dscores, labels: dscores / len(labels),
    ),
    adds_the_gradients_of_the_images_up=Wrong(
        "Put the same image into the batch twice. The mean loss stays as it was: what should the "
        "gradients do?",
        arriving=lambda dscores, labels: dscores * len(labels),
    ),
    returns_the_sum_of_the_losses=Wrong(
        "Put the same image into the batch twice. Should the loss become twice as large?",
        reported=lambda loss, labels: loss * len(labels),
    ),
    counts_every_gradient_twice=Wrong(
        "Nudge one parameter by a small h. How much does the loss change, and is it h times your "
        "gradient or half of that?",
        arriving=lambda dscores, labels: 2 * dscores,
    ),
    turns_the_gradients_round=Wrong(
        "Nudge b3 of the right class upwards: does the loss rise or fall? Which sign has your "
        "gradient?",
        arriving=lambda dscores, labels: -dscores,
    ),
    takes_features_before_the_relu_for_w3=Wrong(
        "Which numbers did w3 meet on the way forward? These belong into its gradient.",
        into_w3=lambda features, before_2: _average(before_2),
    ),
    takes_maps_before_the_relu_for_w2=Wrong(
        "Which numbers did w2 meet on the way forward? These belong into its gradient.",
        into_w2=lambda pooled, before_1: _pool(before_1),
    ),
    forgets_the_padding_on_the_way_back=Wrong(
        "With which padding did the convolutions go forward, and with which do they go back?",
        border=lambda: 0,
    ),
    spreads_the_gradient_over_the_windows_of_max_pooling=Wrong(
        "Which number of a window went on to the second convolution? Did the others have an "
        "effect on the loss?",
        unpooled=lambda dpooled, maps: _to_the_windows(dpooled, maps, 0.25),
    ),
    gives_the_gradient_of_a_window_to_all_its_pixels=Wrong(
        "Add up what one window of the max pooling hands back. Is it what came in, and who "
        "should get it?",
        unpooled=lambda dpooled, maps: _to_the_windows(dpooled, maps, 1),
    ),
    gives_every_pixel_of_a_map_the_whole_gradient=Wrong(
        "If one pixel of a map of 4 pixels rises by 1, by how much does the average rise?",
        spread=lambda dfeatures, maps: np.zeros(maps.shape) + dfeatures[:, None, None, :],
    ),
    leaves_the_gradients_of_the_biases_at_zero=Wrong(
        "Nudge a bias a little: does the loss change? Then its gradient is not zero.",
        named=lambda gradients, parameters: {
            name: gradient if name.startswith("w") else np.zeros(gradient.shape)
            for name, gradient in gradients.items()
        },
    ),
    leaves_the_biases_out=Wrong(
        "How many parameters has the network, and how many gradients do you return?",
        named=lambda gradients, parameters: {name: gradients[name] for name in ("w1", "w2", "w3")},
    ),
    exchanges_weights_and_biases=Wrong(
        "A gradient has the shape of what it belongs to. Compare them name by name. In which "
        "order does a backward function return its three results?",
        named=lambda gradients, parameters: {
            name: gradients[("b" if name[0] == "w" else "w") + name[1:]] for name in gradients
        },
    ),
    gives_the_gradients_names_of_their_own=Wrong(
        "Which names are asked for? Whoever uses your dict looks a gradient up by the name of its "
        "parameter.",
        named=lambda gradients, parameters: {f"d{name}": gradients[name] for name in gradients},
    ),
    returns_the_gradients_first=TWO_RESULTS_TURNED.but(
        result=lambda loss, gradients: (gradients, loss)
    ),
    returns_the_gradients_alone=ONE_RESULT.but(result=lambda loss, gradients: gradients),
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


train = Mistakes("train", _train, evidence=EVIDENCE)

train.wrong(
    climbs_the_gradient=families.UPHILL.but(moved=_up),
    changes_the_parameters_of_the_caller=Wrong(
        "What has happened to the caller's parameters after the call? -= writes into the array it "
        "is given, and a copy of a dict holds the same arrays.",
        moved=_down_in_place,
    ),
    leaves_the_last_smaller_batch_out=Wrong(
        "With 10 images and batches of 4, how many batches has an epoch, and how many do you use?",
        batches=_full_ones,
    ),
    forgets_the_learning_rate=Wrong(
        "Call your function with two different learning rates. Do the steps become longer?",
        rate=lambda learning_rate, batch_size: 1,
    ),
    divides_the_learning_rate_by_the_batch_size=Wrong(
        "The loss of a batch is a mean already. By what else do you divide its gradient?",
        rate=lambda learning_rate, batch_size: learning_rate / batch_size,
    ),
    ignores_the_orders=Wrong(
        "One of your arguments is never read. Which images make the first batch?",
        epochs=lambda orders: [np.arange(orders.shape[1]) for _ in orders],
    ),
    repeats_the_order_of_the_first_epoch=Wrong(
        "orders has a row for each epoch. Which row does your second epoch use?",
        epochs=lambda orders: [orders[0] for _ in orders],
    ),
    stops_after_one_epoch=Wrong(
        "How many rows has orders, and how many of them did you use? Look at where your return "
        "stands.",
        epochs=lambda orders: orders[:1],
    ),
    shuffles_the_images_alone=Wrong(
        "Which label belongs to the first image of your batch? Images and labels must be taken "
        "in the same order.",
        classes=lambda labels, batch, start: labels[_places(start, batch)],
    ),
    shuffles_the_labels_alone=Wrong(
        "Which image belongs to the first label of your batch? Images and labels must be taken "
        "in the same order.",
        pictures=lambda images, batch, start: images[_places(start, batch)],
    ),
    starts_every_step_from_the_beginning=Wrong(
        "Where does the second step start: where the first one started, or where it arrived?",
        asked=lambda current, parameters: parameters,
        left=lambda current, parameters: parameters,
    ),
    asks_for_the_gradients_at_the_beginning=Wrong(
        "At which parameters is the gradient of the second batch taken? The first step has moved "
        "them.",
        asked=lambda current, parameters: parameters,
    ),
    makes_one_step_in_each_epoch=Wrong(
        "How many batches has an epoch, and how many steps do you make? Look at how far your "
        "update is indented.",
        due=lambda number, batches: number == len(batches) - 1,
    ),
    adds_the_gradients_of_an_epoch_up=Wrong(
        "Each batch makes a step of its own. How many steps do you make in an epoch?",
        due=lambda number, batches: number == len(batches) - 1,
        followed=_total,
    ),
    uses_all_images_in_every_step=Wrong(
        "How many images are in your first batch, and how many should be?",
        batches=lambda order, batch_size: [order],
    ),
    takes_the_batch_size_for_the_number_of_batches=Wrong(
        "With 10 images and a batch size of 2, how many images are in your first batch?",
        batches=lambda order, batch_size: np.array_split(order, batch_size),
    ),
    moves_on_by_one_image=Wrong(
        "In how many batches of an epoch is one image, and in how many should it be?",
        batches=lambda order, batch_size: [order[k : k + batch_size] for k in range(len(order))],
    ),
    moves_the_weights_alone=Wrong(
        "Which of the parameters are still what they were at the start?", moved=_weights_down
    ),
    notes_the_loss_after_the_step=Wrong(
        "Compare your first loss with the loss of the first batch before anything was trained.",
        noted=lambda loss, again: again()[0],
    ),
    keeps_the_mean_loss_of_each_epoch=Wrong(
        "How many steps were made, and how many losses do you return?",
        kept=lambda losses: [np.mean(epoch) for epoch in losses],
    ),
    keeps_the_last_loss_of_each_epoch=Wrong(
        "How many steps were made, and how many losses do you return? Look at how far the line "
        "that keeps them is indented.",
        kept=lambda losses: [epoch[-1] for epoch in losses],
    ),
    returns_the_last_loss_alone=Wrong(
        "One loss for each step is asked for. Where do you keep the earlier ones?",
        result=lambda current, losses, parameters: (current, losses[-1]),
    ),
    returns_the_parameters_it_was_given=Wrong(
        "Compare the parameters that you return with those that you were given. Where did the "
        "trained ones go?",
        result=lambda current, losses, parameters: (parameters, losses),
    ),
    returns_the_losses_first=TWO_RESULTS_TURNED.but(
        result=lambda current, losses, parameters: (losses, current)
    ),
    returns_the_parameters_alone=ONE_RESULT.but(result=lambda current, losses, parameters: current),
    always_trains_the_same_network=Wrong(
        "Your last argument makes no difference. Whose gradients does a call with another "
        "function for gradients_of follow, and whose should it?",
        network=lambda gradients_of: _convnet_gradients,
    ),
)


# --- the questions --------------------------------------------------------------------------

answer_1 = Mistakes("answer_1", evidence=EVIDENCE)

answer_1.wrong(
    takes_images_for_lists_of_any_length=Chosen(
        "a",
        "How many numbers does a list of 8 × 8 pixels have, and one of 12 × 12? How many rows "
        "does the weight matrix of the dense network have for them?",
    ),
    takes_small_windows_for_shared_ones=Chosen(
        "c",
        "Both look through small windows. But how many kernels does a locally connected layer "
        "have, and which of them would the new positions use?",
    ),
    forgets_what_the_average_leaves=Chosen(
        "d",
        "The number of inputs of the dense layer is fixed. What shape comes out of the global "
        "average pooling for 8 × 8 pixels, and what shape for 12 × 12?",
    ),
)

answer_2 = Mistakes("answer_2", evidence=EVIDENCE)

answer_2.wrong(
    takes_a_convolution_for_fixed_to_its_place=Chosen(
        "a",
        "Each position uses the same kernel. If the image moves by one pixel, what does the "
        "kernel meet one pixel further on, away from the border?",
    ),
    takes_sharing_for_forgetting_the_place=Chosen(
        "b",
        "The maps behind a shared kernel still have rows and columns. And would a network that "
        "knew nothing of places do worse on moved images than on the others?",
    ),
    takes_the_average_for_fixed_to_its_place=Chosen(
        "c",
        "Take a map of four numbers and let two of them change places. What becomes of their "
        "average, and what does that say about the even moves on the canvas?",
    ),
)

answer_3 = Mistakes("answer_3", evidence=EVIDENCE)

answer_3.wrong(
    lets_sharing_set_parameters_to_zero=Chosen(
        "b",
        "How many of the trained weights in w1 are exactly zero? Count them. When is it laid down "
        "which pixel reaches which output?",
        "C1",
    ),
    lets_every_position_learn_a_detector=Chosen(
        "c",
        "Which index of w1 would tell the positions apart? Detectors for each position are what a "
        "locally connected layer has.",
    ),
    takes_sharing_for_equal_filters=Chosen(
        "d",
        "Compare w1[:, :, :, 0] with w1[:, :, :, 1] after training. Who shares a kernel: the "
        "filters of a layer, or the positions of an image?",
    ),
)
