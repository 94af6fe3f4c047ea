#!/usr/bin/env python3
"""Makes attention.json: attention over all earlier tokens, as numpy computes it in float64.

    python attention.py        (numpy 2.x; the seed is fixed)

Heads of queries and keys are normalised (x * weight / sqrt(mean(x^2) + epsilon)) where there are weights, and turned:
the first `turned` numbers x of a head become x * cos + (-second half, first half) * sin. A token sees itself and what comes
before it, within a window if there is one.
"""
import json
import os

import numpy as np

# heads, shared heads, size, size of values, tokens before, tokens now, window, turned, whether heads are normalised
CASES = [(3, 1, 16, 16, 0, 1, 0, 16, False), (3, 1, 32, 32, 40, 1, 0, 32, True), (4, 2, 32, 16, 30, 5, 20, 16, False),
         (2, 2, 32, 32, 0, 70, 0, 32, False), (4, 1, 32, 64, 20, 40, 25, 16, True), (5, 1, 16, 48, 3, 9, 0, 0, False),
         (2, 1, 16, 16, 1040, 1, 0, 0, False), (2, 1, 32, 32, 270, 12, 0, 32, False)]


def turned(x, cosines, sines):
    width = cosines.shape[-1]
    turning, staying = x[..., :width], x[..., width:]
    half = width // 2
    crossed = np.concatenate([-turning[..., half:], turning[..., :half]], -1)
    return np.concatenate([turning * cosines[:, None] + crossed * sines[:, None], staying], -1)


def normalised(x, weight):
    return x * weight / np.sqrt((x ** 2).mean(-1, keepdims=True) + 1e-5) if weight.size else x


def attention(case, q, k, v, cosines, sines, query_norm, key_norm):
    heads, shared, size, value_size, past, count, window = case[:7]
    q = turned(normalised(q.reshape(count, heads, size), query_norm), cosines[past:], sines[past:])
    k = turned(normalised(k.reshape(past + count, shared, size), key_norm), cosines, sines)
    v = v.reshape(past + count, shared, value_size)
    out = np.zeros((count, heads, value_size))
    for t in range(count):
        first = max(0, past + t + 1 - window) if window else 0
        seen = slice(first, past + t + 1)
        for h in range(heads):
            scores = k[seen, h * shared // heads] @ q[t, h] / np.sqrt(size)
            weights = np.exp(scores - scores.max())
            out[t, h] = weights / weights.sum() @ v[seen, h * shared // heads]
    return out


def main():
    random = np.random.default_rng(2026)
    cases = []
    for case in CASES:
        heads, shared, size, value_size, past, count, window, width, has_norms = case
        shapes = {"q": (count, heads * size), "k": (past + count, shared * size), "v": (past + count, shared * value_size)}
        numbers = {name: random.normal(0, 2, shape).round(1).astype(np.float32) for name, shape in shapes.items()}
        angles = np.arange(past + count)[:, None] * 100.0 ** (-np.arange(width) % max(width // 2, 1) / max(width, 1))
        numbers["cosines"], numbers["sines"] = np.cos(angles).round(3).astype(np.float32), np.sin(angles).round(3).astype(np.float32)
        norm = (2, size) if has_norms else (2, 0)
        numbers["query_norm"], numbers["key_norm"] = random.normal(1, 0.3, norm).round(3).astype(np.float32)
        wide = {name: values.astype(np.float64) for name, values in numbers.items()}
        numbers["out"] = attention(case, **wide).round(4)
        names = ("heads", "shared", "size", "value_size", "past", "count", "window", "turned")
        short = {name: [float(f"{x:.7g}") for x in values.ravel()] for name, values in numbers.items()}
        cases.append({**dict(zip(names, case)), **short})
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "attention.json")
    with open(path, "w") as file:
        json.dump(cases, file)
        file.write("\n")


if __name__ == "__main__":
    main()
