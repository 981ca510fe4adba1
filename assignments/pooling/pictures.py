"""The pictures of this notebook: show("routes") in it draws `routes` with your functions."""

import matplotlib.pyplot as plt
import numpy as np
from drawing import draw_grid, show_figure
from window import pooling_window  # noqa: F401 (shown by its name)


def show_grid(ax, values, title, largest=None, bold=(), number="{:.4g}"):
    """Draw an array as a grid of numbers: white is zero, darker is further from zero."""
    largest = np.abs(values).max() if largest is None else largest
    grey = 0.71 * np.abs(values) / (largest + 1e-9)
    rows, columns = (range(length) for length in values.shape)
    words = [[number.format(value) if value else "0" for value in line] for line in values]
    draw_grid(ax, words, title, np.minimum(grey, 1), rows, columns, size=10, bold=bold)
    ax.set_xlabel("column")
    ax.set_ylabel("row")


def frame_two_windows(ax, size, stride):
    """Frame the first window with a solid line and its right neighbour with a dashed one."""
    for left, style in [(0, "-"), (stride, "--")]:
        corner = left - 0.5, -0.5
        frame = plt.Rectangle(corner, size, size, fill=False, lw=3, ls=style, clip_on=False)
        ax.add_patch(frame)


def windows():
    """Count, for three settings, the windows over each pixel of a map of 7 x 7 pixels."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 4))
    for ax, (size, stride) in zip(axes, [(2, 2), (3, 2), (2, 3)]):
        number = (7 - size) // stride + 1
        seen = np.zeros((7, 7))
        for i, j in np.ndindex(number, number):
            top, left = i * stride, j * stride
            seen[top : top + size, left : left + size] += 1
        show_grid(ax, seen, f"size {size}, stride {stride}: {number} x {number} windows", largest=4)
        frame_two_windows(ax, size, stride)
    show_figure(
        figure,
        "Three grids of 7 x 7 pixels with the number of windows that look at each pixel: windows "
        "that touch, windows that overlap, and windows with gaps between them.",
    )


def pooled_image(average_pool_forward, is_ready, max_pool_forward):
    """Pool a grey image with a dark line, a bright line and bright dots in both ways."""
    image = np.full((24, 24), 0.5)
    for k in range(3, 21):
        image[k, 23 - k] = 0.0
    image[4, 2:14] = 1.0
    image[[14, 19, 20], [4, 10, 19]] = 1.0
    pictures = [image]
    for pool in (max_pool_forward, average_pool_forward):
        pooled = pool(image[None, :, :, None], 3, 3)
        if not is_ready(pool.__name__, pooled, (1, 8, 8, 1)):
            return
        pictures.append(pooled[0, :, :, 0])
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.6))
    titles = ["24 x 24 pixels", "maximum, 8 x 8 pixels", "average, 8 x 8 pixels"]
    for ax, picture, title in zip(axes, pictures, titles):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
        ax.set_title(title, fontsize=10)
        ax.set_xlabel("column")
        ax.set_ylabel("row")
    show_figure(
        figure,
        "A grey image with a bright line, bright dots and a dark diagonal, and its two pooled "
        "forms: by maximum only what is bright is left, by average all of it, but fainter.",
    )


def routes(average_pool_backward, is_ready, max_pool_backward):
    """Send one incoming gradient back through both kinds of pooling, twice."""
    apart = np.array([[1, 3, 2, 0], [4, 2, 1, 5], [0, 1, 8, 6], [2, 7, 3, 4.0]])
    overlapping = np.array([[6, 1, 3], [2, 5, 4], [0, 8, 7.0]])
    winners = [[(1, 0), (1, 3), (2, 2), (3, 1)], [(0, 0), (1, 1), (2, 1)]]
    dout = np.array([[4, 8], [12, 16.0]])
    figure, axes = plt.subplots(2, 4, figsize=(12, 6.8))
    for row, x, bold, stride in zip(axes, [apart, overlapping], winners, [2, 1]):
        show_grid(row[0], x, f"x  (size 2, stride {stride})", bold=bold)
        frame_two_windows(row[0], 2, stride)
        show_grid(row[1], dout, f"dout, sum {dout.sum():g}", largest=28)
        for ax, backward in zip(row[2:], [max_pool_backward, average_pool_backward]):
            dx = backward(dout[None, :, :, None], x[None, :, :, None], 2, stride)
            if not is_ready(backward.__name__, dx, (1, *x.shape, 1)):
                plt.close(figure)
                return
            kind = backward.__name__.split("_")[0]
            show_grid(ax, dx[0, :, :, 0], f"dx, {kind}, sum {dx.sum():g}", largest=28)
    show_figure(
        figure,
        "Two rows of four grids: an input, the gradient that comes in, and the gradients that max "
        "and average pooling send back; above for windows that touch, below for overlapping ones.",
    )


def gradient_check(
    average_pool_backward,
    average_pool_forward,
    is_ready,
    max_pool_backward,
    max_pool_forward,
    numerical_gradient,
):
    """Compare both backward passes of yours with the nudging of the forward passes."""
    for name, forward, backward in [
        ("maximum", max_pool_forward, max_pool_backward),
        ("average", average_pool_forward, average_pool_backward),
    ]:
        compare_with_nudging(name, forward, backward, is_ready, numerical_gradient)


def compare_with_nudging(name, forward, backward, is_ready, numerical_gradient):
    """Compare one backward pass with the nudging of its forward pass."""
    rng = np.random.default_rng(0)
    x = rng.permutation(2 * 7 * 6 * 2).reshape(2, 7, 6, 2) / 10  # shuffled, so without ties
    for size, stride in [(2, 2), (3, 2), (2, 3)]:
        shape = (2, (7 - size) // stride + 1, (6 - size) // stride + 1, 2)
        if not is_ready(forward.__name__, forward(x, size, stride), shape):
            return
        dout = rng.normal(size=shape)
        dx = backward(dout, x, size, stride)
        if not is_ready(backward.__name__, dx, x.shape):
            return
        nudged = numerical_gradient(lambda changed: forward(changed, size, stride), x, dout)
        print(f"{name}, size {size}, stride {stride}: largest gap {np.abs(dx - nudged).max():.1e}")


def experiment(convolve, is_ready, kernel_gradient, max_pool_backward, sgd_step):
    """Follow one gradient through max pooling into the kernel, then take one step."""
    rng = np.random.default_rng(746)
    image, kernel, dout = (
        rng.normal(size=(10, 10)),
        rng.normal(size=(3, 3)),
        rng.normal(size=(4, 4)),
    )
    feature_map = convolve(image, kernel)[None, :, :, None]
    dmap = max_pool_backward(dout[None, :, :, None], feature_map, 2, 2)
    if not is_ready("max_pool_backward", dmap, (1, 8, 8, 1)):
        return
    dmap = dmap[0, :, :, 0]
    dkernel = kernel_gradient(image, dmap)
    stepped = sgd_step(kernel, dkernel, learning_rate=0.1)
    if not is_ready("sgd_step", stepped, (3, 3)):
        return
    figure, axes = plt.subplots(1, 4, figsize=(14, 4.6), width_ratios=[1.7, 1, 1, 1])
    largest = max(np.abs(kernel).max(), np.abs(stepped).max())
    for ax, title, values, darkest in [
        (axes[0], "dmap", dmap, None),
        (axes[1], "dkernel", dkernel, None),
        (axes[2], "kernel before the step", kernel, largest),
        (axes[3], "kernel after the step", stepped, largest),
    ]:
        zeros = values.size - np.count_nonzero(values)
        print(
            f"{title:24}{zeros:3} of {values.size:2} numbers are zero ({zeros / values.size:.0%})"
        )
        show_grid(ax, values, title, darkest, number="{:.2f}")
    for edge in (1.5, 3.5, 5.5):
        axes[0].axhline(edge, color="black", linewidth=2.5)
        axes[0].axvline(edge, color="black", linewidth=2.5)
    show_figure(
        figure,
        "Four grids of numbers: the gradient of the 8 x 8 map, the gradient of the kernel, and "
        "the kernel before and after one step. Zeros are white, large numbers dark.",
    )


def guessed(guess):
    """Hold the guess of the beginning against the picture above."""
    said = "" if guess is None else f"Your guess was {guess}. "
    print(f"{said}Count the zeros in the last grid above.")
