"""Mistakes of real students in three other forms each: loops, arrays, other names and orders."""

ROUNDED = "rounds_the_number_of_{}_with_the_one"
FORMS = {
    # --- the size of the output, rounded with the one inside ---------------------------------
    ("conv_forward", ROUNDED.format("positions")): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    n, h, wd, c = x.shape
    k = w.shape[1]
    padded = np.zeros((n, h + 2 * pad, wd + 2 * pad, c))
    padded[:, pad:pad + h, pad:pad + wd] = x
    high = int(round((h - k + 2 * pad) / stride + 1))
    wide = int(round((wd - k + 2 * pad) / stride + 1))
    result = np.zeros((n, high, wide, w.shape[-1]))
    for f in range(w.shape[-1]):
        for row in range(high):
            for column in range(wide):
                for example in range(n):
                    top, left = row * stride, column * stride
                    window = padded[example, top:top + k, left:left + k, :]
                    result[example, row, column, f] = np.sum(window * w[:, :, :, f]) + b[f]
    return result
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    K, F = w.shape[0], w.shape[3]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    sides = [round(1 + (s + 2 * pad - K) / stride) for s in x.shape[1:3]]
    out = np.empty((len(x), *sides, F))
    for i in range(sides[0]):
        for j in range(sides[1]):
            part = xp[:, i * stride:i * stride + K, j * stride:j * stride + K]
            out[:, i, j] = (part[..., None] * w).sum(axis=(1, 2, 3)) + b
    return out
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    border = [(0, 0), (pad, pad), (pad, pad), (0, 0)]
    images, f = np.pad(x, border), len(w)
    count = lambda side: round(1 + (side - f) / stride)
    maps = [[[[
        float((im[stride * r:stride * r + f, stride * s:stride * s + f] * w[..., k]).sum()) + b[k]
        for k in range(len(b))] for s in range(count(images.shape[2]))]
        for r in range(count(images.shape[1]))] for im in images]
    return np.array(maps)
""",
    ],
    ("max_pool_forward", ROUNDED.format("windows")): [
        """
def max_pool_forward(x, size, stride):
    N, H, W, C = x.shape
    out = np.zeros((N, round((H - size) / stride + 1), round((W - size) / stride + 1), C))
    for n, i, j, c in np.ndindex(out.shape):
        out[n, i, j, c] = np.max(x[n, i*stride:i*stride+size, j*stride:j*stride+size, c])
    return out
""",
        """
def max_pool_forward(x, size, stride):
    rows, columns = (int(round(1 + (s - size) / stride)) for s in x.shape[1:3])
    found = np.zeros((x.shape[0], rows, columns, x.shape[-1]))
    for r in range(rows):
        for k in range(columns):
            part = x[:, r * stride:r * stride + size, k * stride:k * stride + size]
            found[:, r, k] = part.max(axis=(1, 2))
    return found
""",
        """
def max_pool_forward(x, size, stride):
    n_c, n_h, n_w = x.shape[3], x.shape[1], x.shape[2]
    h_new, w_new = round(1 + (n_h - size) / stride), round(1 + (n_w - size) / stride)
    A = np.zeros((x.shape[0], h_new, w_new, n_c))
    for c in range(n_c):
        for w in range(w_new):
            for h in range(h_new):
                for i in range(x.shape[0]):
                    left, top = w * stride, h * stride
                    A[i, h, w, c] = np.max(x[i, top:top + size, left:left + size, c])
    return A
""",
    ],
    # --- assigned, into an array of the dtype of x -------------------------------------------
    ("max_pool_backward", "lets_the_last_window_win and loses_the_fractions"): [
        """
def max_pool_backward(dout, x, size, stride):
    grad = np.zeros_like(x)
    n, h, w, c = dout.shape
    for a in range(n):
        for k in range(c):
            for i in range(h):
                for j in range(w):
                    best, place = None, None
                    for r in range(i * stride, i * stride + size):
                        for s in range(j * stride, j * stride + size):
                            if best is None or x[a, r, s, k] > best:
                                best, place = x[a, r, s, k], (r, s)
                    grad[a, place[0], place[1], k] = dout[a, i, j, k]
    return grad
""",
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros_like(x)
    N, HO, WO, C = dout.shape
    for i in range(HO):
        for j in range(WO):
            win = x[:, i*stride:i*stride+size, j*stride:j*stride+size].reshape(N, -1, C)
            p, q = np.divmod(win.argmax(axis=1), size)
            n, c = np.indices((N, C))
            dx[n, i*stride + p, j*stride + q, c] = dout[:, i, j]
    return dx
""",
        """
def max_pool_backward(dout, x, size, stride):
    gradient = np.zeros_like(x)
    for (image, row, column, channel), arriving in np.ndenumerate(dout):
        t, l = row * stride, column * stride
        seen = x[image, t:t + size, l:l + size, channel]
        r, s = np.unravel_index(np.argmax(seen), (size, size))
        gradient[image, t + r, l + s, channel] = arriving
    return gradient
""",
    ],
    (
        "max_pool_backward",
        "gives_every_maximum_all and lets_the_last_window_win and loses_the_fractions",
    ): [
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dout.shape):
        win = x[n, i*stride:i*stride+size, j*stride:j*stride+size, c]
        dx[n, i*stride:i*stride+size, j*stride:j*stride+size, c][win == np.max(win)] = (
            dout[n, i, j, c])
    return dx
""",
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros_like(x)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            rows = slice(i * stride, i * stride + size)
            columns = slice(j * stride, j * stride + size)
            win = x[:, rows, columns]
            mask = win == win.max(axis=(1, 2), keepdims=True)
            there = dx[:, rows, columns]
            dx[:, rows, columns] = np.where(mask, dout[:, i:i + 1, j:j + 1], there)
    return dx
""",
        """
def max_pool_backward(dout, x, size, stride):
    out = np.zeros_like(x)
    m, h, w, k = dout.shape
    for c in range(k):
        for col in range(w):
            pass
    for e in range(m):
        for r in range(h):
            for s in range(w):
                for c in range(k):
                    a, b = r * stride, s * stride
                    top = x[e, a:a + size, b:b + size, c].max()
                    for u in range(a, a + size):
                        for v in range(b, b + size):
                            if x[e, u, v, c] == top:
                                out[e, u, v, c] = dout[e, r, s, c]
    return out
""",
    ],
    ("max_pool_backward", "gives_every_maximum_all and lets_the_last_window_win"): [
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    for n in range(len(x)):
        for c in range(x.shape[3]):
            for i in range(dout.shape[1]):
                for j in range(dout.shape[2]):
                    a, b = i * stride, j * stride
                    top = np.max(x[n, a:a + size, b:b + size, c])
                    for r in range(size):
                        for s in range(size):
                            if x[n, a + r, b + s, c] == top:
                                dx[n, a + r, b + s, c] = dout[n, i, j, c]
    return dx
""",
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape, dtype=float)
    for i, j in np.ndindex(dout.shape[1:3]):
        place = np.s_[:, i*stride:i*stride+size, j*stride:j*stride+size]
        wins = x[place] == x[place].max(axis=(1, 2), keepdims=True)
        dx[place] = np.where(wins, dout[:, i, j][:, None, None], dx[place])
    return dx
""",
        """
def max_pool_backward(dout, x, size, stride):
    back = np.zeros(x.shape)
    for (e, r, s, k), g in np.ndenumerate(dout):
        view = back[e, r*stride:r*stride+size, s*stride:s*stride+size, k]
        seen = x[e, r*stride:r*stride+size, s*stride:s*stride+size, k]
        for u, v in np.argwhere(seen == seen.max()):
            view[u, v] = g
    return back
""",
    ],
    # --- where the loops run ------------------------------------------------------------------
    ("max_pool_forward", "swaps_the_ranges_of_its_loops"): [
        """
def max_pool_forward(x, size, stride):
    m, nh, nw, nc = x.shape
    h, w = int((nh - size) / stride) + 1, int((nw - size) / stride) + 1
    A = np.zeros((m, h, w, nc))
    for c in range(nc):
        for i in range(m):
            for r in range(w):
                for s in range(h):
                    A[i, r, s, c] = x[i, r*stride:r*stride+size, s*stride:s*stride+size, c].max()
    return A
""",
        """
def max_pool_forward(x, size, stride):
    high, wide = [(side - size) // stride + 1 for side in x.shape[1:3]]
    out = np.zeros((x.shape[0], high, wide, x.shape[3]))
    for i in range(wide):
        for j in range(high):
            out[:, i, j] = np.amax(
                x[:, i*stride:i*stride+size, j*stride:j*stride+size], axis=(1, 2))
    return out
""",
        """
def max_pool_forward(x, size, stride):
    W = (x.shape[2] - size) // stride + 1
    H = (x.shape[1] - size) // stride + 1
    pooled = np.zeros((len(x), H, W, x.shape[-1]))
    for column in range(H):
        left = column * stride
        for row in range(W):
            top = row * stride
            part = x[:, top:top + size, left:left + size]
            pooled[:, row, column] = part.reshape(len(x), -1, x.shape[-1]).max(1)
    return pooled
""",
    ],
    ("average_pool_backward", "swaps_the_ranges_of_its_loops"): [
        """
def average_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    N, H, W, C = dout.shape
    for n in range(N):
        for i in range(W):
            for j in range(H):
                for c in range(C):
                    share = dout[n, i, j, c] / (size * size)
                    dx[n, i*stride:i*stride+size, j*stride:j*stride+size, c] += share
    return dx
""",
        """
def average_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    for j in range(dout.shape[1]):
        for i in range(dout.shape[2]):
            share = dout[:, i, j][:, None, None, :] / size**2
            dx[:, i*stride:i*stride+size, j*stride:j*stride+size] += share
    return dx
""",
        """
def average_pool_backward(dout, x, size, stride):
    _, rows, columns, _ = dout.shape
    back, part = np.zeros(x.shape), np.ones((1, size, size, 1)) / size / size
    for r in range(columns):
        for c in range(rows):
            piece = part * dout[:, r, c].reshape(len(x), 1, 1, -1)
            back[:, r*stride:r*stride+size, c*stride:c*stride+size] += piece
    return back
""",
    ],
    ("conv_backward", "swaps_the_ranges_of_its_loops"): [
        """
def conv_backward(dout, x, w, stride=1, pad=0):
    K = w.shape[0]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), dout.sum(axis=(0, 1, 2))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[1]):
            a, b = i * stride, j * stride
            for n in range(len(x)):
                for f in range(w.shape[3]):
                    dxp[n, a:a + K, b:b + K] += w[..., f] * dout[n, i, j, f]
                    dw[..., f] += xp[n, a:a + K, b:b + K] * dout[n, i, j, f]
    return dxp[:, pad:pad + x.shape[1], pad:pad + x.shape[2]], dw, db
""",
        """
def conv_backward(dout, x, w, stride=1, pad=0):
    k, (H, W) = len(w), x.shape[1:3]
    big = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dbig, dw = np.zeros(big.shape), np.zeros(w.shape)
    for r, s in np.ndindex(dout.shape[2], dout.shape[1]):
        place = np.s_[:, r*stride:r*stride+k, s*stride:s*stride+k]
        dbig[place] += np.tensordot(dout[:, r, s], w, axes=(1, 3))
        dw += np.tensordot(big[place], dout[:, r, s], axes=(0, 0))
    return dbig[:, pad:pad + H, pad:pad + W], dw, dout.sum((0, 1, 2))
""",
        """
def conv_backward(dout, x, w, stride=1, pad=0):
    m, n_H, n_W, n_C = dout.shape
    f = w.shape[1]
    dA, dW, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(n_C)
    A = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dA_pad = np.zeros(A.shape)
    for c in range(n_C):
        for w_ in range(n_H):
            for h in range(n_W):
                for i in range(m):
                    v, z = h * stride, w_ * stride
                    dA_pad[i, v:v + f, z:z + f] += w[:, :, :, c] * dout[i, h, w_, c]
                    dW[:, :, :, c] += A[i, v:v + f, z:z + f] * dout[i, h, w_, c]
                    db[c] += dout[i, h, w_, c]
    dA[:] = dA_pad[:, pad:pad + x.shape[1], pad:pad + x.shape[2]]
    return dA, dW, db
""",
    ],
    ("max_pool_forward", "visits_every_corner_of_the_input"): [
        """
def max_pool_forward(x, size, stride):
    N, H, W, C = x.shape
    out = np.zeros((N, (H - size) // stride + 1, (W - size) // stride + 1, C))
    for n in range(N):
        for c in range(C):
            for i in range(0, H, stride):
                for j in range(0, W, stride):
                    out[n, i // stride, j // stride, c] = x[n, i:i + size, j:j + size, c].max()
    return out
""",
        """
def max_pool_forward(x, size, stride):
    sides = [(s - size) // stride + 1 for s in x.shape[1:3]]
    out = np.zeros((len(x), *sides, x.shape[3]))
    for r, top in enumerate(range(0, x.shape[1], stride)):
        for s, left in enumerate(range(0, x.shape[2], stride)):
            out[:, r, s] = x[:, top:top + size, left:left + size].max((1, 2))
    return out
""",
        """
def max_pool_forward(x, size, stride):
    m, height, width, depth = x.shape
    A = np.zeros((m, 1 + (height - size) // stride, 1 + (width - size) // stride, depth))
    h = v = 0
    while v < height:
        h = 0
        while h < width:
            A[:, v // stride, h // stride] = np.max(x[:, v:v + size, h:h + size], axis=(1, 2))
            h += stride
        v += stride
    return A
""",
    ],
    # --- which windows, and in which rows of a table ------------------------------------------
    ("conv_forward", "puts_windows_into_rows_of_the_wrong_length"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    N, H, W, C = x.shape
    K, F = w.shape[0], w.shape[3]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    h, v = (H + 2*pad - K) // stride + 1, (W + 2*pad - K) // stride + 1
    table = np.zeros((N, h * v, K * K * C))
    for n in range(N):
        for i in range(h):
            for j in range(v):
                table[n, i * h + j] = xp[n, i*stride:i*stride+K, j*stride:j*stride+K].flatten()
    return (table @ w.reshape(-1, F) + b).reshape(N, h, v, F)
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    k, f = w.shape[0], w.shape[3]
    big = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    rows = (big.shape[1] - k) // stride + 1
    columns = (big.shape[2] - k) // stride + 1
    flat = np.zeros((len(x), rows * columns, f))
    for r, c in np.ndindex(rows, columns):
        part = big[:, r*stride:r*stride+k, c*stride:c*stride+k]
        flat[:, r * rows + c] = np.tensordot(part, w, 3)
    return (flat + b).reshape(len(x), rows, columns, f)
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    s, p = stride, pad
    xx = np.pad(x, [(0, 0), (p, p), (p, p), (0, 0)])
    side = w.shape[0]
    oh, ow = [(n + 2*p - side) // s + 1 for n in x.shape[1:3]]
    weights = w.reshape(side * side * x.shape[3], -1)
    result = []
    for image in xx:
        col = np.zeros((weights.shape[0], oh * ow))
        for i in range(oh):
            for j in range(ow):
                col[:, j + oh * i] = image[s*i:s*i+side, s*j:s*j+side].reshape(-1)
        result.append((weights.T @ col + b[:, None]).T.reshape(oh, ow, -1))
    return np.stack(result)
""",
    ],
    ("average_pool_backward", "lets_a_square_window_grow"): [
        """
def average_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    N, H, W, C = dout.shape
    for n in range(N):
        for h in range(H):
            for w in range(W):
                for c in range(C):
                    part = np.full((size, size), dout[n, h, w, c] / (size * size))
                    dx[n, h:h*stride+size, w:w*stride+size, c] += part
    return dx
""",
        """
def average_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[1:3]):
        part = np.ones((1, size, size, 1)) / size**2 * dout[:, i:i + 1, j:j + 1]
        dx[:, i:i*stride+size, j:j*stride+size] += part
    return dx
""",
        """
def average_pool_backward(dout, x, size, stride):
    back = np.zeros(x.shape)
    for (e, r, s, k), g in np.ndenumerate(dout):
        start_r, end_r = r, r * stride + size
        start_s, end_s = s, s * stride + size
        back[e, start_r:end_r, start_s:end_s, k] += np.ones((size, size)) * (g / size / size)
    return back
""",
    ],
    ("conv_forward", "pads_only_where_there_is_a_border"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    N, H, W, C = x.shape
    K = len(w)
    if pad > 0:
        big = np.zeros((N, H + 2*pad, W + 2*pad, C))
        big[:, pad:-pad, pad:-pad] = x
    h, v = (H + 2*pad - K) // stride + 1, (W + 2*pad - K) // stride + 1
    out = np.zeros((N, h, v, w.shape[3]))
    for n, i, j, f in np.ndindex(out.shape):
        out[n, i, j, f] = b[f]
        for r in range(K):
            for s in range(K):
                out[n, i, j, f] += big[n, i*stride + r, j*stride + s] @ w[r, s, :, f]
    return out
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    k = w.shape[0]
    if pad:
        xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(xp, (k, k), axis=(1, 2))
    return np.einsum("nijckl,klcf->nijf", view[:, ::stride, ::stride], w) + b
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    for border in range(1, pad + 1):
        image = np.pad(x, ((0, 0), (border, border), (border, border), (0, 0)))
    f = w.shape[0]
    n_H = (image.shape[1] - f) // stride + 1
    n_W = (image.shape[2] - f) // stride + 1
    Z = np.zeros((x.shape[0], n_H, n_W, w.shape[3]))
    for w_ in range(n_W):
        for h in range(n_H):
            part = image[:, h*stride:h*stride+f, w_*stride:w_*stride+f]
            Z[:, h, w_] = np.tensordot(part, w, axes=([1, 2, 3], [0, 1, 2])) + b
    return Z
""",
    ],
    # --- of the last layers -------------------------------------------------------------------
    ("softmax_cross_entropy", "keeps_p_above_1e_15"): [
        """
def softmax_cross_entropy(scores, labels):
    N, C = scores.shape
    loss, d = 0.0, np.zeros((N, C))
    for n in range(N):
        e = np.exp(scores[n] - np.max(scores[n]))
        p = e / e.sum()
        loss -= np.log(p[labels[n]] + 1e-15) / N
        d[n] = p / N
        d[n, labels[n]] -= 1 / N
    return loss, d
""",
        """
def softmax_cross_entropy(scores, labels):
    e = np.exp(scores - scores.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    truth = np.eye(scores.shape[1])[labels]
    loss = -(truth * np.log(p + 1e-15)).sum() / len(scores)
    return loss, (p - truth) / len(scores)
""",
        """
def softmax_cross_entropy(scores, labels):
    m = len(labels)
    shifted = scores - np.amax(scores, axis=-1)[:, None]
    probabilities = np.exp(shifted)
    probabilities = probabilities / np.sum(probabilities, axis=-1)[:, None]
    gradient = probabilities.copy()
    gradient[range(m), labels] -= 1
    logs = np.log(np.clip(probabilities, 1e-15, 1.0))
    return np.mean([-logs[i, label] for i, label in enumerate(labels)]), gradient / m
""",
    ],
    ("softmax_cross_entropy", "changes_the_scores_in_place"): [
        """
def softmax_cross_entropy(scores, labels):
    N, C = scores.shape
    loss, d = 0.0, np.zeros((N, C))
    for n in range(N):
        scores[n] -= np.max(scores[n])
        total = np.sum(np.exp(scores[n]))
        loss += (np.log(total) - scores[n, labels[n]]) / N
        d[n] = np.exp(scores[n]) / total / N
        d[n, labels[n]] -= 1 / N
    return loss, d
""",
        """
def softmax_cross_entropy(scores, labels):
    scores[:] = scores - scores.max(axis=1, keepdims=True)
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    truth = np.eye(scores.shape[1])[labels]
    return -(logs * truth).sum() / len(logs), (np.exp(logs) - truth) / len(logs)
""",
        """
def softmax_cross_entropy(scores, labels):
    rows = np.arange(scores.shape[0])
    np.subtract(scores, scores.max(1)[:, None], out=scores)
    e = np.exp(scores)
    norm = e.sum(axis=1)
    dscores = e / norm[:, None]
    dscores[rows, labels] -= 1
    return float(np.mean(np.log(norm) - scores[rows, labels])), dscores / rows.size
""",
    ],
    ("dense_backward", "fills_db_with_ones"): [
        """
def dense_backward(dout, x, w):
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for n in range(len(x)):
        for m in range(w.shape[1]):
            dx[n] += dout[n, m] * w[:, m]
            dw[:, m] += dout[n, m] * x[n]
    db = np.ones(w.shape[1])
    return dx, dw, db
""",
        """
def dense_backward(dout, x, w):
    return np.einsum("nm,dm->nd", dout, w), np.einsum("nd,nm->dm", x, dout), np.ones(len(w.T))
""",
        """
def dense_backward(dout, x, w):
    outputs = dout.shape[-1]
    db = np.array([1.0] * outputs)
    dw = sum(np.outer(one, arriving) for one, arriving in zip(x, dout))
    dx = np.stack([w @ arriving for arriving in dout])
    return dx, dw, db
""",
    ],
    ("max_pool_backward", "looks_for_the_maximum_in_dx"): [
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        part = dx[n, i*stride:i*stride+size, j*stride:j*stride+size, c]
        mask = part == np.max(part)
        dx[n, i*stride:i*stride+size, j*stride:j*stride+size, c] += mask * dout[n, i, j, c]
    return dx
""",
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[1:3]):
        place = np.s_[:, i*stride:i*stride+size, j*stride:j*stride+size]
        mask = dx[place] == dx[place].max(axis=(1, 2), keepdims=True)
        dx[place] += mask * dout[:, i:i + 1, j:j + 1]
    return dx
""",
        """
def max_pool_backward(dout, x, size, stride):
    m, h, w, k = dout.shape
    dA = np.zeros(x.shape)
    for c in range(k):
        for e in range(m):
            for r in range(h):
                for s in range(w):
                    v, z = r * stride, s * stride
                    slice_of = dA[e, v:v + size, z:z + size, c].copy()
                    hit = (slice_of.max() == slice_of).astype(float)
                    dA[e, v:v + size, z:z + size, c] = slice_of + hit * dout[e, r, s, c]
    return dA
""",
    ],
    ("conv_forward", "uses_the_last_filter_for_all_maps"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    K, F = w.shape[0], w.shape[3]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    h, v = (xp.shape[1] - K) // stride + 1, (xp.shape[2] - K) // stride + 1
    out = np.zeros((len(x), h, v, F))
    for f in range(F):
        kernel = w[:, :, :, f]
    for n, i, j, c in np.ndindex(out.shape):
        out[n, i, j, c] = (xp[n, i*stride:i*stride+K, j*stride:j*stride+K] * kernel).sum() + b[c]
    return out
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    k = len(w)
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(xp, (k, k), axis=(1, 2))
    one = np.einsum("nijckl,klc->nij", view[:, ::stride, ::stride], w[..., -1])
    return one[..., None] + b
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    f = w.shape[0]
    A = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    n_H, n_W = (A.shape[1] - f) // stride + 1, (A.shape[2] - f) // stride + 1
    Z = np.zeros((A.shape[0], n_H, n_W, w.shape[-1]))
    last = w.shape[-1] - 1
    for h in range(n_H):
        for z in range(n_W):
            part = A[:, h*stride:h*stride+f, z*stride:z*stride+f, :]
            for c in range(w.shape[-1]):
                Z[:, h, z, c] = np.sum(part * w[:, :, :, last], axis=(1, 2, 3)) + b[c]
    return Z
""",
    ],
    ("conv_forward", "counts_the_outputs_by_the_size"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    K = w.shape[0]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    out = np.zeros((len(x), xp.shape[1] // K, xp.shape[2] // K, w.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        part = xp[n, i*stride:i*stride+K, j*stride:j*stride+K]
        out[n, i, j, c] = (part * w[..., c]).sum() + b[c]
    return out
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    k = len(w)
    big = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    h, v = int(big.shape[1] / k), int(big.shape[2] / k)
    out = np.zeros((len(x), h, v, w.shape[3]))
    for i in range(h):
        for j in range(v):
            part = big[:, i*stride:i*stride+k, j*stride:j*stride+k]
            out[:, i, j] = (part[..., None] * w).sum(axis=(1, 2, 3)) + b
    return out
""",
        """
def conv_forward(x, w, b, stride=1, pad=0):
    f, _, _, n_C = w.shape
    A = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    n_W, n_H = A.shape[2] // f, A.shape[1] // f
    Z = np.zeros((len(A), n_H, n_W, n_C))
    for c in range(n_C):
        for z in range(n_W):
            for h in range(n_H):
                for i in range(len(A)):
                    part = A[i, h*stride:h*stride+f, z*stride:z*stride+f]
                    Z[i, h, z, c] = np.sum(part * w[:, :, :, c]) + b[c]
    return Z
""",
    ],
    ("dense_backward", "averages_dw_alone_over_the_batch"): [
        """
def dense_backward(dout, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n in range(len(x)):
        dx[n] = w @ dout[n]
        dw += np.outer(x[n], dout[n])
        db += dout[n]
    return dx, dw / len(x), db
""",
        """
def dense_backward(dout, x, w):
    m = x.shape[0]
    return dout @ w.T, 1 / m * x.T @ dout, dout.sum(0)
""",
        """
def dense_backward(dout, x, w):
    db = np.add.reduce(dout)
    dw = np.mean(x[:, :, None] * dout[:, None, :], axis=0)
    return np.dot(dout, np.transpose(w)), dw, db
""",
    ],
}
CONV = """
def conv_forward(x, w, b, stride=1, pad=0):
    size, filters = w.shape[1], w.shape[3]
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    rows, columns = ((side - size) // stride + 1 for side in x.shape[1:3])
    out = np.zeros((len(x), rows, columns, filters))
    for i, j in np.ndindex(rows, columns):
        window = x[:, i * stride:i * stride + size, j * stride:j * stride + size]
        out[:, i, j] = {}
    return out
"""
NETWORK = """
def network_parameters(layers, in_shape):
    (h, w, c), weights, biases = in_shape, 0, 0
    for layer in layers:
        if layer["layer"] == "conv":
            k, s, p, f = (layer[n] for n in ("kernel_size", "stride", "pad", "out_channels"))
            weights, biases = weights + k * k * c * f, biases + f
            h, w, c = (h + 2 * p - k) // s + 1, ({conv} + 2 * p - k) // s + 1, f
        elif layer["layer"] == "flatten":
            h, w, c = 1, 1, h * w * c
        elif layer["layer"] == "dense":
            weights, biases = weights + c * layer["units"], biases + layer["units"]
            c = layer["units"]
        else:
            k, s = layer["size"], layer["stride"]
            h, w = (h - k) // s + 1, ({pool} - k) // s + 1
    return weights, biases
"""
SOFTMAX = """
def softmax_cross_entropy(scores, labels):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    y = np.zeros(p.shape)
    y[np.arange(len(p)), labels] = 1
    return {}, (p - y) / len(p)
"""
FORMS |= {
    ("output_size", "starts_windows_that_stick_out"): [
        """
def output_size(size, kernel_size, stride=1, pad=0):
    return len(range(0, size + 2 * pad, stride))
""",
        """
def output_size(size, kernel_size, stride=1, pad=0):
    return -(-(size + 2 * pad) // stride)
""",
    ],
    ("dense_parameters", "adds_the_sides_up"): [
        """
def dense_parameters(in_shape, out_shape):
    return sum(in_shape) * sum(out_shape), sum(out_shape)
""",
    ],
    ("connections", "counts_no_connections_to_the_first_row_and_column"): [
        """
def connections(in_shape, kernel_size, out_channels, stride=1, pad=0):
    def along(side):
        starts = range(-pad, side + pad - kernel_size + 1, stride)
        return sum(0 < start + k < side for start in starts for k in range(kernel_size))

    return along(in_shape[0]) * along(in_shape[1]) * in_shape[2] * out_channels
""",
    ],
    ("conv_forward", "divides_by_the_area_of_a_window"): [
        CONV.format("np.tensordot(window, w, 3) / size**2 + b"),
        CONV.format("np.einsum('nklc,klcf->nklf', window, w).mean(axis=(1, 2)) + b"),
    ],
    ("conv_forward", "reads_the_kernels_as_if_the_filters_came_first"): [
        CONV.format("window.reshape(len(x), -1) @ w.reshape(filters, -1).T + b"),
    ],
    ("max_pool_forward", "takes_the_place_of_the_maximum"): [
        """
def max_pool_forward(x, size, stride):
    rows, columns = ((side - size) // stride + 1 for side in x.shape[1:3])
    out = np.zeros((len(x), rows, columns, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = np.argmax(x[n, top:top + size, left:left + size, c])
    return out
""",
    ],
    ("network_parameters", "follows_the_height_only_in_convolutions"): [
        NETWORK.format(conv="h", pool="w"),
    ],
    ("network_parameters", "follows_the_height_only_in_pooling"): [
        NETWORK.format(conv="w", pool="h"),
    ],
    ("network_parameters", "follows_the_height_only"): [
        NETWORK.format(conv="h", pool="h"),
    ],
    ("softmax_cross_entropy", "multiplies_the_logarithms_of_all_classes"): [
        SOFTMAX.format("-np.sum(y * np.log(p)) / len(p)"),
    ],
    (
        "softmax_cross_entropy",
        "averages_over_the_classes_too and multiplies_the_logarithms_of_all_classes",
    ): [SOFTMAX.format("-np.mean(y * np.log(p))")],
}

FORMS |= {
    ("conv_forward", "swaps_the_ranges_of_its_loops"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    N,H,W,C = x.shape
    K = w.shape[0]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    Ho, Wo = (H+2*pad-K)//stride+1, (W+2*pad-K)//stride+1
    out = np.zeros((N, Ho, Wo, w.shape[3]))
    for n in range(N):
        for i in range(Wo):
            for j in range(Ho):
                part = xp[n, i*stride:i*stride+K, j*stride:j*stride+K]
                out[n,i,j] = np.einsum('klc,klcf->f', part, w) + b
    return out
""",
    ],
    ("conv_forward", "turns_the_kernel_upside_down"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    K = w.shape[0]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    Ho, Wo = (xp.shape[1]-K)//stride+1, (xp.shape[2]-K)//stride+1
    out = np.zeros((len(x), Ho, Wo, w.shape[3]))
    for i in range(Ho):
        for j in range(Wo):
            for p in range(K):
                for q in range(K):
                    out[:, i, j] += xp[:, i*stride+p, j*stride+q] @ w[K-1-p, q]
            out[:, i, j] += b
    return out
""",
    ],
    ("conv_forward", "adds_the_bias_for_every_channel"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    K = w.shape[0]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    n_H = (xp.shape[1] - K)//stride + 1
    n_W = (xp.shape[2] - K)//stride + 1
    Z = np.zeros((len(x), n_H, n_W, w.shape[3]))
    for n in range(len(x)):
        for f in range(w.shape[3]):
            for h in range(n_H):
                for v in range(n_W):
                    for c in range(x.shape[3]):
                        part = xp[n, h*stride:h*stride+K, v*stride:v*stride+K, c]
                        Z[n,h,v,f] += np.sum(part*w[:,:,c,f]) + b[f]
    return Z
""",
    ],
    ("conv_forward", "adds_the_bias_for_every_place_of_the_window"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    K = w.shape[0]
    xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    Ho, Wo = (xp.shape[1]-K)//stride+1, (xp.shape[2]-K)//stride+1
    out = np.zeros((len(x), Ho, Wo, w.shape[3]))
    for p in range(K):
        for q in range(K):
            out += xp[:, p:p+stride*Ho:stride, q:q+stride*Wo:stride] @ w[p, q] + b
    return out
""",
    ],
    ("zero_pad", "always_begins_at_row_and_column_one"): [
        """
def zero_pad(x, pad):
    n,h,w,c = x.shape
    out = np.zeros((n,h+2*pad,w+2*pad,c))
    out[:,1:h+1,1:w+1,:] = x
    return out
""",
    ],
    ("zero_pad", "pads_the_height_alone"): [
        """
def zero_pad(x, pad):
    n,h,w,c = x.shape
    z = np.zeros((n,pad,w,c))
    return np.concatenate([z, x, z], axis=1)
""",
    ],
    ("conv_forward", "numbers_the_positions_down_the_columns"): [
        """
def conv_forward(x, w, b, stride=1, pad=0):
    f=len(w); xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    H,W=(xp.shape[1]-f)//stride+1,(xp.shape[2]-f)//stride+1
    vals=[]
    for j in range(W):
        for i in range(H):
            vals.append(np.tensordot(xp[:,i*stride:i*stride+f,j*stride:j*stride+f],w,3)+b)
    return np.array(vals).transpose(1,0,2).reshape(len(x),H,W,len(b))
""",
    ],
    ("conv_backward", "starts_dw_again_for_every_image and starts_db_again_for_every_image"): [
        """
def conv_backward(dout, x, w, stride=1, pad=0):
    K=w.shape[0]; N,h,v,F=dout.shape
    xp=np.pad(x,((0,0),(pad,pad),(pad,pad),(0,0))).astype(float)
    dxp=np.zeros(xp.shape)
    for n in range(N):
        dw=np.zeros(w.shape); db=np.zeros(F)
        for i in range(h):
            for j in range(v):
                s=np.s_[n,i*stride:i*stride+K,j*stride:j*stride+K]
                dxp[s]+=np.tensordot(w,dout[n,i,j],(3,0))
                dw+=xp[s][...,None]*dout[n,i,j]
                db+=dout[n,i,j]
    return dxp[:,pad:pad+x.shape[1],pad:pad+x.shape[2]],dw,db
""",
    ],
    ("conv_backward", "returns_dx_last"): [
        """
def conv_backward(dout, x, w, stride=1, pad=0):
    K=w.shape[0]; N,h,v,F=dout.shape
    xp=np.pad(x,((0,0),(pad,pad),(pad,pad),(0,0))).astype(float)
    dxp=np.zeros(xp.shape); dw=np.zeros(w.shape)
    for i in range(h):
        for j in range(v):
            s=np.s_[:,i*stride:i*stride+K,j*stride:j*stride+K]
            dxp[s]+=np.tensordot(dout[:,i,j],w,(1,3))
            dw+=np.tensordot(xp[s],dout[:,i,j],(0,0))
    return dw,dout.sum((0,1,2)),dxp[:,pad:pad+x.shape[1],pad:pad+x.shape[2]]
""",
    ],
    ("max_pool_forward", "takes_the_minimum"): [
        """
def max_pool_forward(x, size, stride):
    v=np.lib.stride_tricks.sliding_window_view(x,(size,size),axis=(1,2))[:, ::stride, ::stride]
    return v.min(axis=(-1,-2))
""",
    ],
    ("max_pool_forward", "divides_by_the_stride"): [
        """
def max_pool_forward(x, size, stride):
    N,H,W,C = x.shape
    h=H//stride; w=W//stride
    out=np.zeros((N,h,w,C))
    for r in range(h):
        for s in range(w):
            out[:,r,s]=x[:, r*stride:r*stride+size, s*stride:s*stride+size].max(axis=(1,2))
    return out
""",
    ],
    ("max_pool_forward", "writes_where_the_window_starts"): [
        """
def max_pool_forward(x, size, stride):
    N,H,W,C = x.shape
    h=(H-size)//stride+1; w=(W-size)//stride+1
    out=np.zeros((N,h,w,C))
    for r in range(0,H-size+1,stride):
        for s in range(0,W-size+1,stride):
            out[:,r,s]=x[:, r:r+size, s:s+size].max(axis=(1,2))
    return out
""",
    ],
    ("max_pool_backward", "visits_every_corner_of_the_input"): [
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    N, H, W, C = x.shape
    for n in range(N):
        for c in range(C):
            for r in range(0, H, stride):
                for s in range(0, W, stride):
                    p = x[n, r:r+size, s:s+size, c]
                    dx[n, r:r+size, s:s+size, c] += (p==p.max())*dout[n, r//stride, s//stride, c]
    return dx
""",
    ],
    ("max_pool_backward", "looks_for_the_maximum_of_all_maps"): [
        """
def max_pool_backward(dout, x, size, stride):
    dx = np.zeros(x.shape)
    for n,i,j,c in np.ndindex(dout.shape):
        p = x[n, i*stride:i*stride+size, j*stride:j*stride+size, c]
        m = p == x.max()
        dx[n, i*stride:i*stride+size, j*stride:j*stride+size, c] += m * dout[n,i,j,c]
    return dx
""",
    ],
    ("average_pool_forward", "lets_the_window_grow_with_a_fixed_divisor"): [
        """
def average_pool_forward(x, size, stride):
    N,H,W,C=x.shape
    h,w=(H-size)//stride+1,(W-size)//stride+1
    out=np.zeros((N,h,w,C))
    for i in range(h):
        for j in range(w):
            out[:,i,j]=x[:,i:i*stride+size,j:j*stride+size].sum((1,2))/(size*size)
    return out
""",
    ],
    ("average_pool_forward", "rounds_the_number_of_windows_with_the_one_and_a_fixed_divisor"): [
        """
def average_pool_forward(x, size, stride):
    N,H,W,C=x.shape
    h,w=int(round(1+(H-size)/stride)),int(round(1+(W-size)/stride))
    out=np.zeros((N,h,w,C))
    for i in range(h):
        for j in range(w):
            out[:,i,j]=x[:,i*stride:i*stride+size,j*stride:j*stride+size].sum((1,2))/(size*size)
    return out
""",
    ],
    ("relu_backward", "multiplies_by_the_sign_of_x"): [
        """
def relu_backward(dout, x):
    return dout*np.sign(x)
""",
    ],
    ("dense_forward", "keeps_the_last_product_alone"): [
        """
def dense_forward(x, w, b):
    out=np.zeros((len(x),w.shape[1]))
    for i in range(len(x)):
        for j in range(w.shape[1]):
            for k in range(w.shape[0]):
                out[i,j]=x[i,k]*w[k,j]
            out[i,j]+=b[j]
    return out
""",
    ],
    (
        "dense_backward",
        "keeps_the_last_example_alone_in_dw and keeps_the_last_example_alone_in_db",
    ): [
        """
def dense_backward(dout, x, w):
    dx=np.zeros(x.shape)
    for i in range(len(x)):
        dx[i]=w@dout[i]
        dw=np.outer(x[i],dout[i])
        db=dout[i]
    return dx,dw,db
""",
    ],
    (
        "softmax_cross_entropy",
        "takes_the_logarithm_of_a_p_that_became_zero and adds_the_powers_of_all_examples_up",
    ): [
        """
def softmax_cross_entropy(scores, labels):
    s=scores-scores.max(1,keepdims=True)
    e=np.exp(s); p=e/e.sum(axis=0)
    n=np.arange(len(s))
    loss=-np.log(p[n,labels]).mean()
    d=p.copy(); d[n,labels]-=1
    return loss,d/len(s)
""",
    ],
    (
        "softmax_cross_entropy",
        "takes_the_logarithm_of_a_p_that_became_zero and adds_all_powers_of_the_batch_up",
    ): [
        """
def softmax_cross_entropy(scores, labels):
    s=scores-scores.max(1,keepdims=True)
    e=np.exp(s); p=e/np.sum(e)
    n=range(len(s))
    loss=-np.log(p[n,labels]).sum()/len(s)
    d=p.copy(); d[n,labels]-=1
    return loss,d/len(s)
""",
    ],
    (
        "softmax_cross_entropy",
        "takes_the_logarithm_of_a_p_that_became_zero and lowers_all_examples_by_the_same",
    ): [
        """
def softmax_cross_entropy(scores, labels):
    s=scores-scores.max()
    e=np.exp(s); p=e/e.sum(1,keepdims=True)
    n=len(s)
    loss=sum(-np.log(p[i,labels[i]]) for i in range(n))/n
    p[np.arange(n),labels]-=1
    return loss,p/n
""",
    ],
    ("conv_parameters", "counts_with_a_caret_for_the_square"): [
        """
def conv_parameters(kernel_size, in_channels, out_channels):
    return (kernel_size^2)*in_channels*out_channels, out_channels
""",
    ],
    ("connections", "ends_the_rows_at_the_width"): [
        """
def connections(in_shape, kernel_size, out_channels, stride=1, pad=0):
    h,w,c=in_shape
    tot=0
    for i in range(-pad, h+pad-kernel_size+1, stride):
        for j in range(-pad, w+pad-kernel_size+1, stride):
            for p in range(i,i+kernel_size):
                for q in range(j,j+kernel_size):
                    if 0<=p<w and 0<=q<h: tot += c*out_channels
    return tot
""",
    ],
}

NONES = [  # no mistake in a step: nothing was ever put there
    """
def conv_backward(dout, x, w, stride=1, pad=0):
    dx = dw = db = None
    for n in range(len(x)):
        pass
    return (dx, dw, db)
""",
    """
def conv_backward(dout, x, w, stride=1, pad=0):
    return [None] * 3
""",
    """
def conv_backward(dout, x, w, stride=1, pad=0):
    gradients = {"dw": None, "dx": None, "db": None}
    return gradients["dx"], gradients["dw"], gradients["db"]
""",
    """
def dense_backward(dout, x, w):
    return None, None, None
""",
    """
def dense_backward(dout, x, w):
    return dout @ w.T, None, dout.sum(axis=0)
""",
    """
def softmax_cross_entropy(scores, labels):
    loss = dscores = None
    return loss, dscores
""",
    """
def conv_parameters(kernel_size, in_channels, out_channels):
    return None, None
""",
    """
def saving(in_shape, kernel_size, out_channels, stride=1, pad=0):
    return [None, None]
""",
    """
def train(parameters, images, labels, orders, batch_size, learning_rate, gradients_of=None):
    return None, None
""",
]
