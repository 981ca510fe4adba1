"""Families of mistakes: what is got wrong in exercises of several assignments.

Each stands in the tables of those exercises, which say with ``but`` what is different there.
"""

import numpy as np

from autograder.explanation.misconceptions import Wrong

# --- of outputs: how many there are, and how their sides are computed ------------------------

ROUNDED = Wrong(
    "Say the division gives 2.67. How many whole moves can the window make, and how many do "
    "you count?",
    "OS8",
)
ROUNDED_WITH_THE_ONE = Wrong(
    "Say the sum that you round is 3.67. How many whole positions are there, and how many do you "
    "count?",
    "OS14",
)
SIZE_NOT_ROUNDED = Wrong(
    "A number of positions is a whole number. Which of Python's two divisions gives one?",
    "OS7",
    seen=(11, "11 of 70 student repositories of CS231n, in the convolution"),
    side=lambda size, kernel_size, stride, pad: (size + 2 * pad - kernel_size) / stride + 1,
)
WITHOUT_THE_FIRST_POSITION = Wrong(
    "How many positions has a window on an image that is exactly as large as the kernel? "
    "Put the numbers into your size formula.",
    "OS3",
    side=lambda size, kernel_size, stride, pad: (size + 2 * pad - kernel_size) // stride,
)
BORDER_COUNTED_ONCE = Wrong(
    "At how many ends of a row does the border stand? How often is it in your size formula?",
    "OS6",
    side=lambda size, kernel_size, stride, pad: (size + pad - kernel_size) // stride + 1,
)

RANGES_SWAPPED = Wrong(
    "Let the output have 2 rows and 4 columns. Which numbers does your loop over the rows run "
    "through, and which the one over the columns?",
    "OS15",
)

# --- of windows: where they lie, and what they meet there ------------------------------------

ONE_PIXEL_ON = Wrong(
    "Where does the second window start, and where is the stride in your code?",
    move=lambda kernel_size, stride: 1,
)
MOVED_BY_ITS_OWN_SIZE = Wrong(
    "Which argument moves the window: its size, or its stride?",
    move=lambda kernel_size, stride: kernel_size,
)
WINDOW_TRANSPOSED = Wrong(
    "The second output of the first row is out[n, 0, 1, c]. At which row and which column "
    "does its window start when the stride is 1, and where does yours start?",
    position=lambda i, j: (j, i),
)
END_WITHOUT_THE_STRIDE = Wrong(
    "With stride 2, print the shapes of the first and of the second window: they should be "
    "equal. What does the end of the second one depend on in your code?"
)
WINDOW_GROWS = Wrong(
    "Print the start and the end of the second window for a stride of 2. From where to where "
    "should it go, and how long is yours?",
    "CF24",
)
FIRST_IMAGE = Wrong(
    "All images of your batch give the same output. From which image does your code cut its "
    "windows?",
    image=lambda windows: np.repeat(windows[:1], len(windows), axis=0),
)
KERNELS_TURNED = Wrong(
    "Which axis of w goes down the picture? Try a kernel with a single 1 in its top right corner.",
    laid=lambda w: w.transpose(1, 0, 2, 3),
)
KERNEL_TURNED_ROUND = Wrong(
    "Which weight should meet the top left pixel of a window? In this course the kernel lies "
    "on the window as it is.",
    laid=lambda w: w[::-1, ::-1],
)
ONE_FILTER = Wrong(
    "All maps of your output differ by a constant only. How many filters are in w, and which "
    "of them does your code use?",
    filters=lambda w: np.repeat(w[:, :, :, :1], w.shape[3], axis=3),
)
LAST_FILTER = Wrong(
    "All maps of your output differ by a constant only. Which filter does each of them use when "
    "your loops are done?",
    "CF25",
    filters=lambda w: np.repeat(w[:, :, :, -1:], w.shape[3], axis=3),
)
ONE_PIXEL_SHORT = Wrong(
    "How many numbers of one channel should the window of a 3 × 3 kernel hold, and how many "
    "does yours? List the rows and columns that it takes in."
)
ONE_BIAS = Wrong("How many biases are in b, and how many of them did you read?")
WITHOUT_BIASES = Wrong(
    "One of your arguments does not change the result: set w to zero and look at the output.",
    offset=lambda total, b, windows: total,
)
DTYPE_OF_THE_IMAGE = Wrong(
    "What is the dtype of your output when the image holds whole numbers?",
    result=lambda out, x: out.astype(x.dtype),
)

# --- of what comes in on the way back: which gradient belongs where --------------------------

DOUT_TRANSPOSED = Wrong(
    "Which comes first in an index, the row or the column? Look at how you read dout.",
    incoming=lambda dout, i, j: dout[:, j, i],
)
SQUARE_OUTPUT = Wrong(
    "Let dout have 2 rows and 4 columns. Which of its numbers does your code read, and from "
    "where does it take the number of columns?",
    "CB20",
)
DOUT_NEVER_READ = Wrong(
    "Who decides how much there is to share out? One of your arguments is never read."
)
BACK_WITHOUT_THE_STRIDE = Wrong(
    "Where does the second window start? Each output sends its gradient back to the window "
    "it came from.",
    move=lambda kernel_size, stride: 1,
)
IMAGE_WITHOUT_BORDER = Wrong(
    "Which image did the windows of the forward pass look at, with its border or without?",
    images=lambda x, pad: x,
)
PADDED_ON_ONE_SIDE = Wrong(
    "Is the padded image here the same as in the forward pass, with a border on all four sides?"
)
WINDOW_INTO_DX = Wrong(
    "In a product a times b, what stands in the gradient of a? Compare your lines for dx and dw.",
    sent=lambda gradients, w, windows: np.einsum("nklc,nf->nklc", windows, gradients),
)
WINDOW_TURNED_ROUND = Wrong(
    "Put a single 1 into dout. dw should be the window of the input itself: which way round "
    "is yours?",
    viewed=lambda windows: windows[:, ::-1, ::-1],
)
WINDOW_BEFORE_OVERWRITTEN = Wrong(
    "How many windows see the pixel in the middle? Each of them has something to say about "
    "its gradient."
)

# --- of the border in dx ---------------------------------------------------------------------

NEGATIVE_END = Wrong("Try pad 0. What does a slice select whose end is minus zero?")
NOTHING_LEFT_OF_DX = Wrong(
    "Look at the shape of your dx for pad 0. What does a slice select whose end is minus zero?",
    crop=lambda dx, x, pad: dx[:, pad:-pad, pad:-pad],
)
BORDER_OF_ONE = Wrong(
    "You cut one pixel off each side. Where does that one come from?",
    crop=lambda dx, x, pad: dx[:, 1:-1, 1:-1],
)
CORNER_OF_DX = Wrong(
    "Where does the top left pixel of the image sit in the padded image? Which part of the "
    "padded gradient belongs to the image?",
    crop=lambda dx, x, pad: dx[:, : x.shape[1], : x.shape[2]],
)
DX_WITH_ITS_BORDER = Wrong(
    "Compare the shape of dx with the shape of x. Is the border part of the layer's input?",
    crop=lambda dx, x, pad: dx,
)
DX_OF_THE_LAST_IMAGE = Wrong(
    "Look at dx of the first image of the batch. When is the border removed, once for each "
    "image or once at the end?"
)
UNSEEN_PIXELS_LEFT_OUT = Wrong(
    "An image of 6 rows, a 3 × 3 kernel, stride 2, no padding: no window sees the last row. "
    "What is its gradient, and how many rows does your dx have?",
    reached=lambda dx, height, width: dx[:, :height, :width],
)

# --- of gradients as they are returned, and of the step along them ---------------------------

ON_TOP_OF_THE_IMAGE = Wrong(
    "What must the gradients be when dout is zero? Look at what dx starts from."
)
INTO_THE_CALLERS_X = Wrong(
    "What has happened to the caller's x after the call? A second name for an array is not "
    "a second array."
)
MEAN_OVER_THE_BATCH = Wrong(
    "Put the same image into the batch twice, with the same dout. Should dw and db stay as "
    "they were for one image, or become twice as large?"
)
MEAN_OVER_THE_POSITIONS = Wrong(
    "If a weight is used at many positions, does each one count in full, or only its share?", "TG1"
)
AXES_LEFT_IN_DB = Wrong("What is the shape of b, and what is the shape of your db?")
ANOTHER_ORDER = Wrong(
    "In which order are the three gradients asked for? Compare their shapes with x, w and b."
)
ONE_MEAN_OVER_THE_BATCH = Wrong(
    "You divide one of the gradients by the number of examples, and the others not. What does "
    "twice the same example in a batch do to each of them?",
    "CB29",
)
DB_OF_ONES = Wrong(
    "What must db be when dout is zero? One of your arguments is not in your line for db.", "CB30"
)
UPHILL = Wrong("The gradient points to where the loss grows. Which way do you want to go?")
