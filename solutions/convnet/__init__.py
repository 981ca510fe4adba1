"""A network that learns: the missing layers, the whole network, and its training.

The network is  conv 3x3 -> ReLU -> max pooling 2x2 -> conv 3x3 -> ReLU -> global average
pooling -> dense.  Its parameters are a dict of arrays, w1 and b1 of the first convolution,
w2 and b2 of the second, w3 and b3 of the dense layer.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .._arguments import require_dense_shapes, require_labels, require_orders, require_same_shape
from .._layers import conv_backward, conv_forward, max_pool_backward, max_pool_forward

Array = NDArray[np.floating]
Labels = NDArray[np.integer]
Parameters = dict[str, Array]

ANSWERS = {"answer_1": "b", "answer_2": "d", "answer_3": "a"}


def relu_forward(x: Array) -> Array:
    """Replace every negative number by zero and leave the others as they are.

    x  an array of any shape

    Returns a new array of the shape of x. x is not changed.
    """
    return np.maximum(x, 0)


def relu_backward(dout: Array, x: Array) -> Array:
    """Send a gradient back through relu_forward(x).

    dout  gradient of the loss with respect to the output, an array of the shape of x
    x     the input of the forward pass, an array of any shape

    Returns the gradient with respect to x, an array of its shape: dout where x is positive,
    0 where x is negative or exactly 0. No input is changed.
    """
    require_same_shape(dout.shape, x.shape)
    return dout * (x > 0)


def dense_forward(x: Array, w: Array, b: Array) -> Array:
    """Compute a dense layer: every output is connected to every input.

    x  inputs, shape (N, D)
    w  weights, shape (D, M)
    b  biases, shape (M,)

    Returns x @ w + b, shape (N, M). No input is changed.
    """
    require_dense_shapes(x.shape, w.shape, b.shape)
    return x @ w + b


def dense_backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    """Send a gradient back through dense_forward(x, w, b).

    dout  gradient of the loss with respect to the output, shape (N, M)
    x     the inputs of the forward pass, shape (N, D)
    w     the weights of the forward pass, shape (D, M)

    Returns (dx, dw, db), the gradients of the loss with respect to x, w and b, arrays of the
    shapes (N, D), (D, M) and (M,). Nothing is averaged over the examples: dout already
    holds whatever the loss divides by. No input is changed.
    """
    require_dense_shapes(x.shape, w.shape, (w.shape[1],))
    require_same_shape(dout.shape, (len(x), w.shape[1]))
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def softmax_cross_entropy(scores: Array, labels: Labels) -> tuple[float, Array]:
    """Compute the loss of a classifier, and its gradient.

    scores  one score for each class, shape (N, C) with C at least 2, any numbers
    labels  the right class of each example, shape (N,), whole numbers from 0 to C - 1

    With p = exp(scores) / sum of exp(scores) over the classes, the loss of one example is
    -log(p[its label]). Returns (loss, dscores): the mean of the losses of the N examples, a
    number, and the gradient of this mean with respect to scores, shape (N, C).
    Scores of any size, 10000 or -10000 for example, give finite and exact results without
    a warning. No input is changed.
    """
    require_labels(labels, len(scores), scores.shape[1])
    n = np.arange(len(scores))
    lower = scores - scores.max(axis=1, keepdims=True)  # the same p, and no exp overflows
    sums = np.exp(lower).sum(axis=1, keepdims=True)
    losses = np.log(sums[:, 0]) - lower[n, labels]
    dscores = np.exp(lower) / sums
    dscores[n, labels] -= 1
    return float(losses.mean()), dscores / len(scores)


def global_average_pool_forward(x: Array) -> Array:
    """Return the average of every feature map.

    x  feature maps, shape (N, H, W, C)

    Returns an array of shape (N, C): one number for each example and channel, whatever the
    height and the width. x is not changed.
    """
    pooled: Array = x.mean(axis=(1, 2))
    return pooled


def global_average_pool_backward(dout: Array, x: Array) -> Array:
    """Send a gradient back through global_average_pool_forward(x).

    dout  gradient of the loss with respect to the output, shape (N, C)
    x     the input of the forward pass, shape (N, H, W, C)

    Returns the gradient with respect to x, an array of its shape: every pixel of a map has
    an equal share of the map's gradient. No input is changed.
    """
    n, height, width, c = x.shape
    require_same_shape(dout.shape, (n, c))
    share = dout[:, None, None, :] / (height * width)  # (N, 1, 1, C)
    return np.broadcast_to(share, x.shape).copy()


def convnet_scores(parameters: Parameters, images: Array) -> Array:
    """Compute the scores of the network for a batch of images.

    parameters  a dict of arrays: "w1" (3, 3, C_in, C_1), "b1" (C_1,), "w2" (3, 3, C_1, C_2),
                "b2" (C_2,), "w3" (C_2, C), "b3" (C,)
    images      shape (N, H, W, C_in), with H and W at least 2

    The layers in order: convolution with w1 and b1 (stride 1, padding 1), ReLU, max pooling
    (size 2, stride 2), convolution with w2 and b2 (stride 1, padding 1), ReLU, global average
    pooling, dense layer with w3 and b3.
    Returns the scores, shape (N, C). Neither the parameters nor the images are changed.
    """
    maps_1 = relu_forward(conv_forward(images, parameters["w1"], parameters["b1"], pad=1))
    pooled = max_pool_forward(maps_1, size=2, stride=2)
    maps_2 = relu_forward(conv_forward(pooled, parameters["w2"], parameters["b2"], pad=1))
    features = global_average_pool_forward(maps_2)
    return dense_forward(features, parameters["w3"], parameters["b3"])


def convnet_gradients(
    parameters: Parameters, images: Array, labels: Labels
) -> tuple[float, Parameters]:
    """Compute the loss of the network on a batch, and the gradients of all parameters.

    parameters, images  as for convnet_scores
    labels              the right class of each image, shape (N,)

    Returns (loss, gradients): the mean cross-entropy of the batch, a number, and a dict with
    the names of the parameters, in which each gradient has the shape of its parameter.
    Neither the parameters nor the images are changed.
    """
    before_1 = conv_forward(images, parameters["w1"], parameters["b1"], pad=1)
    maps_1 = relu_forward(before_1)
    pooled = max_pool_forward(maps_1, size=2, stride=2)
    before_2 = conv_forward(pooled, parameters["w2"], parameters["b2"], pad=1)
    maps_2 = relu_forward(before_2)
    features = global_average_pool_forward(maps_2)
    scores = dense_forward(features, parameters["w3"], parameters["b3"])
    loss, dscores = softmax_cross_entropy(scores, labels)

    gradients = {}
    dfeatures, gradients["w3"], gradients["b3"] = dense_backward(
        dscores, features, parameters["w3"]
    )
    dmaps_2 = global_average_pool_backward(dfeatures, maps_2)
    dbefore_2 = relu_backward(dmaps_2, before_2)
    dpooled, gradients["w2"], gradients["b2"] = conv_backward(
        dbefore_2, pooled, parameters["w2"], pad=1
    )
    dmaps_1 = max_pool_backward(dpooled, maps_1, size=2, stride=2)
    dbefore_1 = relu_backward(dmaps_1, before_1)
    _, gradients["w1"], gradients["b1"] = conv_backward(dbefore_1, images, parameters["w1"], pad=1)
    return loss, gradients


def train(
    parameters: Parameters,
    images: Array,
    labels: Labels,
    orders: NDArray[np.integer],
    batch_size: int,
    learning_rate: float,
    gradients_of: "Callable[[Parameters, Array, Labels], tuple[float, Parameters]] | None" = None,
) -> tuple[Parameters, Array]:
    """Train a network with mini-batch gradient descent.

    parameters     a dict of arrays: where training starts
    images         shape (N, ...)
    labels         the right class of each image, shape (N,)
    orders         shape (epochs, N), whole numbers: in each epoch every image is used once, in
                   the order of that epoch's row
    batch_size     so many images, one after the other in that order, make one batch; the
                   last batch of an epoch may be smaller
    learning_rate  a positive number, the length of a step per unit of gradient
    gradients_of   the function that returns (loss, gradients) for (parameters, images, labels)
                   of a batch; None stands for convnet_gradients

    Each batch makes one step: new parameters = parameters - learning_rate * gradients.
    Returns (parameters, losses): a new dict with the trained parameters, and the loss of each
    batch before its step, in order, shape (number of steps,).
    None of the arguments is changed, nor the arrays in the dict.
    """
    require_orders(orders, len(images), batch_size)
    gradients_of = gradients_of or convnet_gradients
    parameters, losses = dict(parameters), []
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            loss, gradients = gradients_of(parameters, images[batch], labels[batch])
            parameters = {
                name: value - learning_rate * gradients[name] for name, value in parameters.items()
            }
            losses.append(loss)
    return parameters, np.array(losses)
