#!/usr/bin/env python3
"""Makes rows.json: what numpy computes of rows of numbers between products, in float64.

    python rows.py        (numpy 2.x; the seed is fixed)

A norm is x * weight / sqrt(mean(x^2) + epsilon); a gate is silu(gate) * up, with silu(g) = g / (1 + exp(-g)).
"""
import json
import os

import numpy as np


def main():
    random = np.random.default_rng(2026)
    cases = []
    for width in (2, 15, 16, 17, 31, 32, 33, 64, 100):
        x, up = random.normal(0, 2, (2, 3, width)).astype(np.float32)
        weight = random.normal(1, 0.3, width).astype(np.float32)
        # Far from zero, too, where exp overflows.
        gate = x * np.float32(40) if width == 64 else x
        wide, high = x.astype(np.float64), gate.astype(np.float64)
        norm = wide * weight / np.sqrt((wide ** 2).mean(-1, keepdims=True) + 1e-5)
        with np.errstate(over="ignore"):
            gated = high / (1 + np.exp(-high)) * up
        entry = {"x": x, "up": up, "gate": gate, "weight": weight, "norm": norm, "gated": gated}
        cases.append({"width": width, **{name: values.ravel().astype(float).tolist() for name, values in entry.items()}})
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rows.json")
    with open(path, "w") as file:
        json.dump(cases, file)
        file.write("\n")


if __name__ == "__main__":
    main()
