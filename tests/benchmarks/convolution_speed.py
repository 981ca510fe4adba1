"""How far the reference convolution is from the bare matrix products it contains.

Run as ``python tests/benchmarks/convolution_speed.py``. One run measures everything in
turn, round after round, so that a busy machine slows all of it alike, and compares medians
of ratios within a round. It exits with 1 if a budget is missed.

The baselines do the same multiplications and additions as the layer, as matrix products
on contiguous operands that are made, and results that are allocated, before the clock
starts. With P = N * H_out * W_out positions:

    forward    columns (P, K*K*C_in) @ kernels (K*K*C_in, C_out)
    backward   both products of the backward pass:
               dw        columns.T (K*K*C_in, P) @ dout (P, C_out)
               dcolumns  dout (P, C_out) @ kernels.T (C_out, K*K*C_in)

So a baseline does not pad, gather windows, add overlapping windows or make any array.
Backward does twice the arithmetic of forward. The last column gives it as a multiple of the
one forward product, for whoever prefers that measure; no budget hangs on it.

BLAS uses all cores unless OPENBLAS_NUM_THREADS says otherwise. On cores that others use too,
each of the layer's many products then waits for its slowest thread, while a baseline waits
once: measure on an idle machine, or with one thread. The load is printed.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from solutions.convolution import conv_backward, conv_forward

X_SHAPE, W_SHAPE = (64, 32, 32, 64), (3, 3, 64, 64)
BUDGETS = {"conv_forward": 1.5, "conv_backward": 2.5}
ROUNDS = 9


def contestants(dtype: type, pad: int) -> dict[str, Callable[[], object]]:
    """Return the layer and its baselines as calls without arguments."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=X_SHAPE).astype(dtype), rng.normal(size=W_SHAPE).astype(dtype)
    b = rng.normal(size=W_SHAPE[3]).astype(dtype)
    kernel_size, _, c_in, c_out = w.shape

    x_padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    window = (kernel_size, kernel_size)
    windows = np.lib.stride_tricks.sliding_window_view(x_padded, window, axis=(1, 2))
    windows = np.moveaxis(windows, 3, 5)  # (N, H_out, W_out, K, K, C_in)
    columns = np.ascontiguousarray(windows).reshape(-1, kernel_size**2 * c_in)
    columns_transposed = np.ascontiguousarray(columns.T)
    kernels = w.reshape(-1, c_out)
    kernels_transposed = np.ascontiguousarray(kernels.T)
    dout = rng.normal(size=(*windows.shape[:3], c_out)).astype(dtype)
    dout_rows = dout.reshape(-1, c_out)
    out, dw, dcolumns = np.empty_like(dout_rows), np.empty_like(kernels), np.empty_like(columns)

    def products_of_backward() -> None:
        np.matmul(columns_transposed, dout_rows, out=dw)
        np.matmul(dout_rows, kernels_transposed, out=dcolumns)

    return {
        "forward product": lambda: np.matmul(columns, kernels, out=out),
        "conv_forward": lambda: conv_forward(x, w, b, stride=1, pad=pad),
        "backward products": products_of_backward,
        "conv_backward": lambda: conv_backward(dout, x, w, stride=1, pad=pad),
    }


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(dtype: type, pad: int) -> dict[str, list[float]]:
    """Return the seconds of every contestant, one entry for each round."""
    calls = contestants(dtype, pad)
    for call in calls.values():
        call()  # once without the clock
    rounds = [{name: seconds(call) for name, call in calls.items()} for _ in range(ROUNDS)]
    return {name: [times[name] for times in rounds] for name in calls}


def ratio(times: dict[str, list[float]], name: str, baseline: str) -> float:
    """Return the median over the rounds of one time divided by another."""
    return statistics.median(t / base for t, base in zip(times[name], times[baseline], strict=True))


def main() -> int:
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "default")
    print(f"x {X_SHAPE}, w {W_SHAPE}, stride 1, {ROUNDS} rounds")
    print(f"BLAS threads: {threads}, load before: {os.getloadavg()[0]:.1f}\n")
    print(f"{'':30}{'baseline':>10}{'time':>10}{'ratio':>8}{'budget':>8}{'':8}/ forward product")
    missed = 0
    for dtype in (np.float32, np.float64):
        for pad in (0, 1):
            times = measure(dtype, pad)
            for name, baseline in (
                ("conv_forward", "forward product"),
                ("conv_backward", "backward products"),
            ):
                found, budget = ratio(times, name, baseline), BUDGETS[name]
                missed += found > budget
                print(
                    f"{f'{name} {dtype.__name__} pad {pad}':30}"
                    f"{1000 * statistics.median(times[baseline]):7.1f} ms"
                    f"{1000 * statistics.median(times[name]):7.1f} ms"
                    f"{found:8.2f}{budget:8.2f}  {'missed' if found > budget else 'met':6}"
                    f"{ratio(times, name, 'forward product'):8.2f}"
                )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
