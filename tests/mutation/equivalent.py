"""Changes of the reference solutions that change nothing a docstring promises, and why."""

from dataclasses import dataclass

from mutation.mutants import Change, normal

READ_ONLY = (
    "The arrays are only read, and no result is one of them: whether they are copies of the inputs "
    "or the inputs themselves shows nowhere."
)
SQUARE = "Kernels are square: w has the shape (K, K, C_in, C_out)."
FLOATS_IN_FLOAT64 = (
    "Floats become float64, and no docstring promises to keep float32: float64 holds its numbers. "
)


@dataclass(frozen=True)
class Equivalent:
    """A line of one function, what it may be changed to, and why nobody can tell."""

    assignment: str
    function: str
    before: str
    after: str
    because: str

    @property
    def change(self) -> Change:
        """What is found under this entry."""
        return Change(self.assignment, self.function, normal(self.before), normal(self.after))


EQUIVALENT = [
    Equivalent(
        "connectivity",
        "conv_as_dense",
        "kernel_size, c_out = (w.shape[0], w.shape[3])",
        "kernel_size, c_out = (w.shape[1], w.shape[3])",
        SQUARE,
    ),
    Equivalent(
        "convnet",
        "softmax_cross_entropy",
        "losses = np.log(sums[:, 0]) - lower[n, labels]",
        "losses = np.log(sums[:, -1]) - lower[n, labels]",
        "The sums keep their axis, so there is one column.",
    ),
    Equivalent(
        "convolution",
        "conv_forward",
        "return [array.astype(dtype, copy=False) for array in arrays]",
        "return [array.astype(dtype, copy=True) for array in arrays]",
        READ_ONLY,
    ),
    Equivalent(
        "convolution",
        "conv_forward",
        "windows = _windows(_padded(x, pad), w.shape[0], stride)",
        "windows = _windows(_padded(x, pad), w.shape[1], stride)",
        SQUARE,
    ),
    Equivalent(
        "convolution",
        "conv_forward",
        "dtype = common if np.issubdtype(common, np.floating) else np.float64",
        "dtype = common if not np.issubdtype(common, np.floating) else np.float64",
        FLOATS_IN_FLOAT64 + "Whole numbers are allowed in the images alone, so they meet floats.",
    ),
    Equivalent(
        "convolution",
        "conv_backward",
        "dtype = common if np.issubdtype(common, np.floating) else np.float64",
        "dtype = common if not np.issubdtype(common, np.floating) else np.float64",
        FLOATS_IN_FLOAT64 + "Whole numbers are allowed in images and weights, and dout is floats.",
    ),
    Equivalent(
        "convolution",
        "conv_backward",
        "return [array.astype(dtype, copy=False) for array in arrays]",
        "return [array.astype(dtype, copy=True) for array in arrays]",
        READ_ONLY,
    ),
    Equivalent(
        "convolution",
        "conv_backward",
        "kernel_size, (h_out, w_out) = w.shape[0], dout.shape[1:3]",
        "kernel_size, (h_out, w_out) = w.shape[1], dout.shape[1:3]",
        SQUARE,
    ),
    Equivalent(
        "parameter_counting",
        "saving",
        "return dense / local, local / shared",
        "return dense / local, local // shared",
        "A locally connected layer has the shared kernel once for each place, so this quotient is "
        "the number of places and leaves no remainder.",
    ),
    Equivalent(
        "pooling",
        "max_pool_forward",
        "return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        "return x if not np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        FLOATS_IN_FLOAT64 + "Whole numbers stay whole numbers, which the docstring allows.",
    ),
    Equivalent(
        "pooling",
        "average_pool_forward",
        "return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        "return x if not np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        FLOATS_IN_FLOAT64 + "Whole numbers stay whole numbers, and their mean is taken in float64.",
    ),
    Equivalent(
        "pooling",
        "max_pool_backward",
        "return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        "return x if not np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        FLOATS_IN_FLOAT64 + "It is asked of dout alone, which is floating point: whole numbers are "
        "allowed in x, which decides places and no numbers.",
    ),
    Equivalent(
        "pooling",
        "average_pool_backward",
        "return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        "return x if not np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        FLOATS_IN_FLOAT64 + "Whole numbers stay whole numbers until the division that follows.",
    ),
    Equivalent(
        "pooling",
        "sgd_step",
        "return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        "return x if not np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)",
        FLOATS_IN_FLOAT64 + "Weights and gradients are floating point; the difference is a new "
        "array either way.",
    ),
]
